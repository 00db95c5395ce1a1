import { describe, expect, it } from 'vitest';
import { dialSettings } from '../../src/connect/dial.ts';
import { absoluteForm, announcesReuse, tunnelling } from '../../src/connect/forwarding.ts';
import { proxyUnreachable } from '../../src/connect/proxy-failure.ts';
import { parseProxy } from '../../src/connect/rules/proxy-url.ts';
import { targetOf } from '../../src/message/uri.ts';

describe('a request for a proxy', () => {
  it.each([
    ['/a?b', 'http://h.test:81/a?b'],
    ['*', 'http://h.test:81'],
  ])('names %s as %s', (path, expected) => {
    expect(absoluteForm(targetOf('http://h.test:81/'), path)).toBe(expected);
  });

  it('has settings of its own for a tunnel, made once', () => {
    const settings = dialSettings({ proxy: 'http://p.test' });
    const tunnels = tunnelling(settings);
    expect([tunnels.tunnels, tunnels.key === settings.key]).toEqual([true, false]);
    expect(tunnelling(tunnels)).toBe(tunnels);
  });

  it.each<[Record<string, string>, boolean]>([
    [{ connection: 'Keep-Alive' }, true],
    [{ 'proxy-connection': 'keep-alive' }, true],
    [{ 'keep-alive': 'timeout=5' }, true],
    [{ connection: 'close' }, false],
    [{}, false],
  ])('may be followed by another when the proxy says %j: %s', (headers, expected) => {
    expect(announcesReuse((name) => headers[name])).toBe(expected);
  });
});

describe('proxyUnreachable', () => {
  const proxy = parseProxy('http://user:s3cret@p.test:3128', 'option proxy');

  it.each<[string, string, string]>([
    ['ECONNREFUSED', 'ConnectError', 'ERR_PROXY_CONNECT'],
    ['CERT_HAS_EXPIRED', 'ConnectError', 'ERR_PROXY_TLS'],
    ['ETIMEDOUT', 'TimeoutError', 'ERR_PROXY_TIMEOUT'],
  ])('makes of %s a %s with %s that names the proxy, and no credentials', (code, name, ours) => {
    const error = proxyUnreachable(proxy, Object.assign(new Error('it broke'), { code })) as Error & { code: string };
    expect([error.name, error.code]).toEqual([name, ours]);
    expect(error.message).toContain('the proxy http://***@p.test:3128 cannot be used');
    expect(error.message).not.toContain('s3cret');
  });

  it('leaves what is wrong with our own settings as it is', () => {
    const cause = Object.assign(new Error('no such version'), { code: 'ERR_TLS_INVALID_PROTOCOL_VERSION' });
    expect(proxyUnreachable(proxy, cause)).toMatchObject({ name: 'RequestError', code: 'ERR_TLS_OPTIONS' });
  });
});
