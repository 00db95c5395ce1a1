import { afterEach, describe, expect, it, vi } from 'vitest';
import { environmentRules, noProxy, proxyRules } from '../../../src/connect/rules/proxy-policy.ts';
import { targetOf } from '../../../src/message/uri.ts';
import type { RequestOptions } from '../../../src/options/options.ts';

const chosen = (proxy: RequestOptions['proxy'], url: string, env: Record<string, string> = {}) =>
  proxyRules(proxy).choose(targetOf(url), env)?.label;

const HTTP = 'http://a.test/';
const HTTPS = 'https://a.test/';

describe('the environment', () => {
  it.each<[string, string, Record<string, string>, string | undefined]>([
    ['http', HTTP, { http_proxy: 'http://p:1' }, 'http://p:1'],
    ['https', HTTPS, { https_proxy: 'http://p:1' }, 'http://p:1'],
    ['another scheme', HTTPS, { http_proxy: 'http://p:1' }, undefined],
    ['lower case first', HTTP, { http_proxy: 'http://p:1', HTTP_PROXY: 'http://q:2' }, 'http://p:1'],
    ['upper case', HTTPS, { HTTPS_PROXY: 'http://q:2' }, 'http://q:2'],
    ['HTTP_PROXY outside of CGI', HTTP, { HTTP_PROXY: 'http://q:2' }, 'http://q:2'],
    ['HTTP_PROXY inside CGI', HTTP, { HTTP_PROXY: 'http://q:2', REQUEST_METHOD: 'GET' }, undefined],
    ['http_proxy inside CGI', HTTP, { http_proxy: 'http://p:1', REQUEST_METHOD: 'GET' }, 'http://p:1'],
    ['HTTPS_PROXY inside CGI', HTTPS, { HTTPS_PROXY: 'http://q:2', REQUEST_METHOD: 'GET' }, 'http://q:2'],
    ['all_proxy', HTTP, { all_proxy: 'socks5h://s' }, 'socks5h://s:1080'],
    ['ALL_PROXY', HTTPS, { ALL_PROXY: 'socks5h://s' }, 'socks5h://s:1080'],
    ["the scheme's own over all_proxy", HTTP, { all_proxy: 'http://s:3', HTTP_PROXY: 'http://q:2' }, 'http://q:2'],
    ['an empty variable as unset', HTTP, { http_proxy: '', all_proxy: 'http://s:3' }, 'http://s:3'],
    ['no scheme as http', HTTP, { http_proxy: 'p:3128' }, 'http://p:3128'],
    ['no_proxy', HTTP, { http_proxy: 'http://p:1', no_proxy: 'a.test' }, undefined],
    ['NO_PROXY', HTTP, { http_proxy: 'http://p:1', NO_PROXY: '*' }, undefined],
    ['no_proxy over NO_PROXY', HTTP, { http_proxy: 'http://p:1', no_proxy: 'b.test', NO_PROXY: '*' }, 'http://p:1'],
    ['nothing of loopback', 'http://127.0.0.1/', { http_proxy: 'http://p:1' }, 'http://p:1'],
    ['nothing of localhost', 'http://localhost/', { http_proxy: 'http://p:1' }, 'http://p:1'],
  ])('is read: %s', (_, url, env, expected) => {
    expect(chosen(undefined, url, env)).toBe(expected);
  });

  it('is not read from a polluted prototype', () => {
    const env = Object.create({ http_proxy: 'http://evil:1' }) as Record<string, string>;
    expect(chosen(undefined, HTTP, env)).toBeUndefined();
  });
});

describe('the environment of Windows, where http_proxy and HTTP_PROXY are one variable', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it.each([
    ['not inside CGI', 'GET', undefined],
    ['outside of CGI', '', 'http://p:1'],
  ])('is read for http %s', (_, method, expected) => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    for (const name of ['no_proxy', 'NO_PROXY', 'all_proxy', 'ALL_PROXY']) vi.stubEnv(name, '');
    vi.stubEnv('http_proxy', 'http://p:1');
    vi.stubEnv('REQUEST_METHOD', method);
    expect(environmentRules.choose(targetOf(HTTP), process.env)?.label).toBe(expected);
  });
});

describe('option proxy', () => {
  const env = { http_proxy: 'http://env:1', https_proxy: 'http://env:1', no_proxy: 'a.test' };
  const open = { http_proxy: 'http://env:1', https_proxy: 'http://env:1' };
  it.each<[RequestOptions['proxy'], string, Record<string, string>, string | undefined]>([
    ['http://p:1', HTTP, env, 'http://p:1'],
    ['http://p:1', HTTPS, env, 'http://p:1'],
    [new URL('https://p:1'), HTTPS, env, 'https://p:1'],
    ['', HTTP, open, undefined],
    [false, HTTP, open, undefined],
    [{ http: 'http://p:1' }, HTTP, env, 'http://p:1'],
    [{ http: 'http://p:1' }, HTTPS, open, 'http://env:1'],
    [{ https: '' }, HTTPS, open, undefined],
    [{ https: false }, HTTPS, open, undefined],
    [{ http: 'http://p:1', no: ['.test'] }, HTTP, open, undefined],
    [{ http: 'http://p:1', no: 'b.test other.test' }, HTTP, env, 'http://p:1'],
    [{ no: 'a.test' }, HTTP, open, undefined],
    [{ no: 'b.test' }, HTTP, open, 'http://env:1'],
  ])('%j for %s', (option, url, variables, expected) => {
    expect(chosen(option, url, variables)).toBe(expected);
  });

  it.each([
    ['http://p', 'http://p:80'],
    ['https://p', 'https://p:443'],
    ['http://p:80', 'http://p:80'],
    ['socks4://p', 'socks4://p:1080'],
    ['SOCKS5H://P:9050/', 'socks5h://p:9050'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://u:s3cret@p:1', 'http://***@p:1'],
  ])('reads %s', (text, label) => {
    expect(chosen(text, HTTP)).toBe(label);
  });

  it('decodes credentials', () => {
    const proxy = proxyRules('http://us%65r:p%40ss%3A@p:1').choose(targetOf(HTTP), {});
    expect([proxy?.username, proxy?.password]).toEqual(['user', 'p@ss:']);
  });

  it('has another key for other credentials, which shows nothing of them', () => {
    const keys = ['http://u:s3cret@p:1', 'http://u:other@p:1', 'http://p:1'].map((one) => proxyRules(one).key);
    expect(new Set(keys).size).toBe(3);
    expect(proxyRules({ http: 'http://u:s3cret@p:1' }).key + keys).not.toContain('s3cret');
  });

  it.each<[unknown, RegExp]>([
    [
      'ftp://p:1',
      /^option proxy must be a proxy URL such as .* got "ftp:\/\/p:1": there is no proxy of the scheme "ftp"/,
    ],
    ['socks6://p', /no proxy of the scheme "socks6"/],
    ['http://p:99999', /its host or its port cannot be read/],
    ['http://p:abc', /its host or its port cannot be read/],
    ['http://p:0', /its port must be 1 to 65535/],
    ['http://', /its host or its port cannot be read/],
    ['http://u:s3cret@p:x', /got "http:\/\/\*\*\*@p:x"/],
    ['u:s3/cret@p:1', /got "\*\*\*@p:1"/],
    [`socks5://u:${'x'.repeat(256)}@p`, /255 bytes each/],
    [{ http: 'ftp://p' }, /^option proxy\.http must be/],
    [{ http: 8080 }, /^option proxy\.http must be a proxy URL or false, got number/],
    [{ ftp: 'http://p' }, /^option proxy has http, https and no, not "ftp"/],
    [{ no: [1] }, /^option proxy\.no must be text or a list of texts/],
    [{ no: '10.0.0.0/99' }, /^option proxy\.no must list names, addresses and networks .* got "10\.0\.0\.0\/99"/],
    [8080, /^option proxy must be a proxy URL, \{ http, https, no \} or false, got number/],
  ])('refuses %j', (option, message) => {
    const read = () => proxyRules(option as RequestOptions['proxy']);
    expect(read).toThrow(TypeError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/s3/);
  });

  it('names the variable that cannot be read', () => {
    expect(() => chosen(undefined, HTTP, { http_proxy: 'gopher://p' })).toThrow(/^the variable http_proxy must be/);
  });

  it.each(['10.*', '<local>', '.', '10.0.0.0/99', '[::1'])(
    'has exceptions that are none: %s matches nothing',
    (entry) => {
      const env = { http_proxy: 'http://p:1', NO_PROXY: `b.test, ${entry}, a.test` };
      expect(chosen(undefined, HTTP, env)).toBeUndefined();
      expect(chosen(undefined, 'http://c.test/', env)).toBe('http://p:1');
      expect(() => proxyRules({ http: 'http://p:1', no: entry })).toThrow(/option proxy.no must list/);
    },
  );
});

describe('exceptions', () => {
  it.each<[string, string, boolean]>([
    ['*', HTTP, true],
    ['*:80', HTTP, true],
    ['*:80', HTTPS, false],
    ['*:443', HTTPS, true],
    ['example.com', 'http://example.com/', true],
    ['example.com', 'http://www.example.com/', true],
    ['example.com', 'http://badexample.com/', false],
    ['.example.com', 'http://example.com/', true],
    ['.example.com', 'http://a.b.example.com/', true],
    ['*.example.com', 'http://a.example.com/', true],
    ['EXAMPLE.com', 'http://Example.COM/', true],
    ['example.com.', 'http://example.com/', true],
    ['example.com', 'http://example.com./', true],
    ['example.com:8080', 'http://example.com:8080/', true],
    ['example.com:8080', 'http://example.com/', false],
    ['example.com:80', 'http://example.com/', true],
    ['bücher.example', 'http://xn--bcher-kva.example/', true],
    ['a.test  ,, b.test', 'http://b.test/', true],
    ['', HTTP, false],
    ['127.0.0.1', 'http://127.0.0.1:8080/', true],
    ['127.1', 'http://127.0.0.1/', true],
    ['0x7f000001', 'http://127.0.0.1/', true],
    ['127.0.0.1', 'http://2130706433/', true],
    ['127.0.0.1:81', 'http://127.0.0.1/', false],
    ['::1', 'http://[::1]/', true],
    ['0:0:0:0:0:0:0:1', 'http://[::1]/', true],
    ['[::1]', 'http://[::1]/', true],
    ['[::1]:8080', 'http://[::1]:8080/', true],
    ['[::1]:8080', 'http://[::1]/', false],
    ['::ffff:127.0.0.1', 'http://127.0.0.1/', true],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.0.0.0/8', 'http://10.1.2.3.example.com/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['fd00::/8', 'http://10.0.0.1/', false],
    ['::ffff:10.0.0.0/104', 'http://10.1.2.3/', true],
    ['::ffff:10.0.0.0/104', 'http://11.1.2.3/', false],
    ['::ffff:0:0/90', 'http://[::ffee:1:1]/', true],
    ['::ffff:0:0/90', 'http://[::1]/', false],
    ['0.0.0.0/0', 'http://example.com/', false],
    ['localhost', 'http://127.0.0.1/', false],
  ])('%s for %s', (list, url, expected) => {
    const target = new URL(url);
    const { hostname } = target;
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
    const test = noProxy(list, 'no');
    expect(test({ protocol: target.protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port })).toBe(expected);
  });

  it.each([
    '..example.com',
    'a..b',
    'http://a.test',
    '10.0.0.0/33',
    '10.0.0.0/8:80',
    'a.test:0',
    'a.test:99999',
    'a.test:http',
    '*:99999',
    'ü<x',
    '[::1',
    '1::2::3',
    'a.test/8',
    '<local>',
    '!x',
  ])('refuses %s', (entry) => {
    expect(() => noProxy(`ok.test ${entry}`, 'no')).toThrow(TypeError);
  });
});
