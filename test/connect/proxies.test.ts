import { createServer, type Server } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { Lookup, RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { certificates } from '../support/certificates.ts';
import { type HttpProxyOptions, startHttpProxy } from '../support/http-proxy.ts';
import { handlers } from '../support/proxy-rows.ts';
import { startSocksProxy } from '../support/socks-proxy.ts';
import type { TestProxy } from '../support/test-proxy.ts';

const VARIABLES = [
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
];
const closing: (() => Promise<unknown> | undefined)[] = [];
const saved: Record<string, string | undefined> = {};
let plain: TestServer;
let secure: TestServer;
let ca: string;

beforeAll(async () => {
  const made = await certificates();
  ca = made.ca.cert;
  [plain, secure] = await Promise.all([startServer(), startServer({ tls: made.server })]);
});
afterAll(async () => {
  await Promise.all([plain.close(), secure.close()]);
});
beforeEach(() => {
  plain.clear();
  secure.clear();
  for (const name of VARIABLES) {
    saved[name] = process.env[name];
    delete process.env[name];
  }
});
afterEach(async () => {
  for (const name of VARIABLES) {
    if (saved[name] === undefined) delete process.env[name];
    else process.env[name] = saved[name];
  }
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function httpProxy(options: HttpProxyOptions = {}): Promise<TestProxy> {
  const proxy = await startHttpProxy(options);
  closing.push(proxy.close);
  return proxy;
}

async function silent(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  const open = new Set<{ destroy(): unknown }>();
  server.on('connection', (socket) => open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { server, port: (server.address() as { port: number }).port };
}

describe.each(Object.entries(handlers))('proxies over %s', (_, make) => {
  const fresh = (): Transport => {
    const handler = make();
    closing.push(async () => handler.close?.());
    return handler;
  };
  const send = (url: string, options: RequestOptions, headers = {}) =>
    fresh()(new HttpRequest('GET', url, headers), { ca, ...options });
  const failed = (url: string, options: RequestOptions) =>
    send(url, options).then(
      () => expect.fail('it was answered'),
      (error: Error & { code: string }) => error,
    );

  describe('credentials', () => {
    it('go to the proxy alone', async () => {
      const proxy = await httpProxy({ auth: ['user', 's3cret'] });
      for (const server of [plain, secure]) await send(server.url('/json'), { proxy: proxy.url });
      expect(proxy.seen.map(({ kind }) => kind)).toEqual(['forward', 'connect']);
      const told = [...plain.requests, ...secure.requests].map(({ headers }) => JSON.stringify(headers));
      expect(told.join()).not.toMatch(/proxy-|s3cret/i);
    });

    it('of a caller reach no server', async () => {
      const headers = { 'Proxy-Authorization': 'Basic s3cret' };
      await send(plain.url('/json'), {}, headers);
      await send(secure.url('/json'), { proxy: (await httpProxy()).url }, headers);
      expect(JSON.stringify([plain.requests, secure.requests])).not.toMatch(/proxy-authorization/i);
    });

    it('of a caller reach a proxy that forwards', async () => {
      const proxy = await httpProxy({ auth: ['user', 'pass'] });
      const headers = { 'Proxy-Authorization': `Basic ${Buffer.from('user:pass').toString('base64')}` };
      const response = await send(plain.url('/json'), { proxy: proxy.origin }, headers);
      expect(response.status).toBe(200);
    });

    it('keep connections apart', async () => {
      const proxy = await httpProxy();
      const handler = fresh();
      for (const user of ['a', 'b', 'a', 'b']) {
        const options = { ca, proxy: proxy.origin.replace('//', `//${user}:x@`) };
        await handler(new HttpRequest('GET', secure.url('/json')), options).then((response) => response.text());
      }
      const asked = proxy.seen.map(({ headers = [] }) => headers.find((one) => one.startsWith('Basic ')));
      expect(asked).toEqual(['a', 'b'].map((user) => `Basic ${Buffer.from(`${user}:x`).toString('base64')}`));
    });
  });

  it('sends plain http with its whole URL, Host and query', async () => {
    const proxy = await httpProxy();
    await send(plain.url('/anything?q=1'), { proxy: proxy.url });
    const headers = proxy.seen[0]?.headers ?? [];
    expect(proxy.seen[0]?.target).toBe(plain.url('/anything?q=1'));
    expect(headers[headers.findIndex((one) => /^host$/i.test(one)) + 1]).toBe(`127.0.0.1:${plain.port}`);
  });

  it('reads the environment when it connects', async () => {
    const proxy = await httpProxy();
    process.env['http_proxy'] = proxy.url;
    await send(plain.url('/json'), {});
    process.env['NO_PROXY'] = '127.0.0.0/8';
    await send(plain.url('/json'), {});
    delete process.env['NO_PROXY'];
    await send(plain.url('/json'), { proxy: false });
    expect([proxy.seen.length, plain.requests.length]).toEqual([1, 3]);
  });

  it.each([
    ['http_proxy', 'gopher://u:s3cret@p:1', /the variable http_proxy must be a proxy URL .*gopher:\/\/\*\*\*@p:1/],
    ['all_proxy', 'http://p:99999', /the variable all_proxy must be a proxy URL/],
  ])('names the variable %s that cannot be read', async (name, value, message) => {
    process.env[name] = value;
    const error = await failed(plain.url('/json'), {});
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_PROXY_OPTIONS', request: { method: 'GET' } });
    expect(error.message).toMatch(message);
    expect(inspect(error)).not.toContain('s3cret');
    expect(plain.requests).toHaveLength(0);
  });

  it('refuses an option that cannot be read, before anything is sent', async () => {
    await expect(send(plain.url('/'), { proxy: 'ftp://p:1' })).rejects.toThrow(TypeError);
    await expect(send(plain.url('/'), { proxy: 'http://p:1', socketPath: '/s' })).rejects.toThrow(/exclude each other/);
  });

  it.each([
    ['one, with the answer', ['HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n']],
    ['one, before the answer', ['HTTP/1.1 100 Continue\r\n\r\n', '']],
    ['several, cut', ['HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 10', '0 Continue\r\n\r', '\nHTTP/1.1 199 X\r\n\r\n']],
  ])('may send interim answers before the 200 of a tunnel: %s', async (_name, interim) => {
    const proxy = await httpProxy({ interim });
    const response = await send(secure.url('/status/200'), { proxy: proxy.origin });
    expect(response.status).toBe(200);
    expect(proxy.seen.map(({ kind }) => kind)).toEqual(['connect']);
  });

  it('may refuse after an interim answer', async () => {
    const proxy = await httpProxy({
      connectAnswer: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 502 Bad Gateway\r\n\r\n',
    });
    const error = await failed(secure.url('/'), { proxy: proxy.origin });
    expect(error).toMatchObject({ code: 'ERR_PROXY_REFUSED', message: expect.stringContaining('status 502') });
    await proxy.allClosed();
  });

  describe('that refuse', () => {
    it.each([
      [
        '407',
        'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n',
        'ERR_PROXY_AUTH',
        /status 407/,
      ],
      ['a status without its words', 'HTTP/1.1 503\r\n\r\n', 'ERR_PROXY_REFUSED', /\(status 503\)/],
      ['502', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', 'ERR_PROXY_REFUSED', /status 502 Bad Gateway/],
      ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n', 'ERR_PROXY_REFUSED', /status 302/],
      ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n', 'ERR_PROXY_PROTOCOL', /did not answer as a proxy does/],
      ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, 'ERR_PROXY_PROTOCOL', /not HTTP/],
      [
        'bytes behind its answer',
        'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
        'ERR_PROXY_PROTOCOL',
        /bytes behind/,
      ],
      ['nothing', '', 'ERR_PROXY_CLOSED', /closed the connection/],
    ])('with %s are named', async (_name, connectAnswer, code, message) => {
      const proxy = await httpProxy({ connectAnswer });
      const error = await failed(secure.url('/'), { proxy: proxy.origin.replace('//', '//user:s3cret@') });
      expect(error).toMatchObject({ name: 'ConnectError', code, request: { method: 'GET' } });
      expect(error.message).toMatch(message);
      expect(error.message).toContain(proxy.origin.replace('//', '//***@'));
      expect(inspect(error) + JSON.stringify(error)).not.toMatch(/s3cret|czNjcmV0/);
      await proxy.allClosed();
    });

    it('with a 407 to a forwarded request are named', async () => {
      const proxy = await httpProxy({ auth: ['user', 'right'] });
      const error = await failed(plain.url('/'), { proxy: proxy.origin.replace('//', '//user:wr0ng@') });
      expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_PROXY_AUTH' });
      expect(inspect(error)).not.toContain('wr0ng');
    });

    it.each([
      [{ scheme: 'socks5h', reply: 2 }, 'ERR_PROXY_REFUSED', /NotAllowed/],
      [{ scheme: 'socks5h', reply: 4 }, 'ERR_PROXY_REFUSED', /HostUnreachable/],
      [{ scheme: 'socks5h', auth: ['user', 'right'] }, 'ERR_PROXY_AUTH', /Authentication failed/],
      [{ scheme: 'socks4a', reply: 0x5b }, 'ERR_PROXY_REFUSED', /Failed/],
      [{ scheme: 'socks4a', reply: 0x5d }, 'ERR_PROXY_AUTH', /RejectedIdent/],
      [{ scheme: 'socks5h', garbage: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, 'ERR_PROXY_PROTOCOL', /socks version/],
      [{ scheme: 'socks4a', garbage: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, 'ERR_PROXY_PROTOCOL', /undefined/],
      [{ scheme: 'socks5h', garbage: '' }, 'ERR_PROXY_CLOSED', /closed the connection/],
    ] as const)('over SOCKS are named: %j', async (options, code, message) => {
      const proxy = await startSocksProxy(options as Parameters<typeof startSocksProxy>[0]);
      closing.push(proxy.close);
      const error = await failed(plain.url('/'), { proxy: proxy.origin.replace('//', '//user:s3cret@') });
      expect(error).toMatchObject({ name: 'ConnectError', code });
      expect(error.message).toMatch(message);
      expect(error.message).toContain(proxy.origin.replace('//', '//***@'));
      expect(inspect(error) + JSON.stringify(error)).not.toContain('s3cret');
    });

    it('refuses to ask SOCKS for a name that it cannot say', async () => {
      const proxy = await startSocksProxy({ scheme: 'socks5h' });
      closing.push(proxy.close);
      const error = await failed(`http://${'a'.repeat(60)}.${'b'.repeat(250)}.test/`, { proxy: proxy.url });
      expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_PROXY_REFUSED' });
    });
  });

  it.each(['http', 'https', 'socks4a', 'socks5h'])('names a %s proxy that hangs', async (scheme) => {
    const { server, port } = await silent();
    const clock = new FakeClock();
    const connected = new Promise((resolve) => server.once('connection', resolve));
    const options = { proxy: `${scheme}://user:s3cret@127.0.0.1:${port}`, clock, connectTimeout: 300 };
    const failing = failed(secure.url('/'), options);
    await connected;
    await clock.advance(300);
    const error = await failing;
    expect(error).toMatchObject({ name: 'TimeoutError', phase: 'connect', code: 'ERR_PROXY_TIMEOUT' });
    expect(error.message).toContain(
      `through the proxy ${scheme}://***@127.0.0.1:${port} within connectTimeout (300 ms)`,
    );
  });

  it('names a forwarding proxy whose address is never found', async () => {
    const clock = new FakeClock();
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const lookup: Lookup = () => asked();
    const failing = failed(plain.url('/'), { proxy: 'http://p.test:3128', lookup, clock, connectTimeout: 300 });
    await isAsked;
    await clock.advance(300);
    expect(await failing).toMatchObject({ name: 'TimeoutError', phase: 'connect', code: 'ERR_PROXY_TIMEOUT' });
  });

  it('does not blame a proxy for a server behind its tunnel that hangs', async () => {
    const proxy = await httpProxy();
    const { server, port } = await silent();
    const clock = new FakeClock();
    const hello = new Promise((resolve) => server.once('connection', (socket) => socket.once('data', resolve)));
    const failing = failed(`https://127.0.0.1:${port}/`, { proxy: proxy.url, clock, connectTimeout: 300 });
    await hello;
    await clock.advance(300);
    expect(await failing).toMatchObject({ name: 'TimeoutError', phase: 'connect', code: 'ERR_TIMEOUT_CONNECT' });
  });

  it('does not blame a proxy for a name that we resolve ourselves', async () => {
    const clock = new FakeClock();
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const lookup: Lookup = () => asked();
    const failing = failed('http://slow.test/', { proxy: 'socks5://127.0.0.1:1', lookup, clock, connectTimeout: 300 });
    await isAsked;
    await clock.advance(300);
    expect(await failing).toMatchObject({ name: 'TimeoutError', phase: 'connect', code: 'ERR_TIMEOUT_CONNECT' });
  });

  it('names a proxy whose name has no address', async () => {
    const lookup: Lookup = (_, __, callback) => callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []);
    const error = await failed(secure.url('/'), { proxy: 'http://user:s3cret@p.test:3128', lookup });
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_PROXY_CONNECT' });
    expect(error.message).toContain('the proxy http://***@p.test:3128 cannot be used');
  });

  it.each(['socks5', 'socks4'] as const)('asks a %s proxy for the next address of a name', async (scheme) => {
    const proxy = await startSocksProxy({ scheme });
    closing.push(proxy.close);
    // The server listens on the second alone.
    const found = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const lookup: Lookup = (_, __, callback) => callback(null, found);
    const url = `http://two.test:${plain.port}/echo`;
    const response = await send(url, { proxy: proxy.url, lookup, connectTimeout: 0 });
    expect([response.status, proxy.totalConnections]).toEqual([200, 2]);
  });

  it('names a proxy that is not there', async () => {
    const error = await failed(plain.url('/'), { proxy: 'http://user:s3cret@127.0.0.1:1' });
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_PROXY_CONNECT', errno: 111 });
    expect(error.message).toContain('the proxy http://***@127.0.0.1:1 cannot be used: the connection was refused');
  });

  it('checks the certificate of an https proxy', async () => {
    const { otherCa, byOtherCa } = await certificates();
    const proxy = await httpProxy({ tls: byOtherCa });
    const error = await failed(secure.url('/'), { proxy: proxy.url });
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_PROXY_TLS' });
    const response = await send(secure.url('/json'), { proxy: proxy.url, ca: [ca, otherCa.cert] });
    expect(response.status).toBe(200);
  });

  it('checks the certificate of the server behind a proxy', async () => {
    const server = await startServer({ tls: (await certificates()).wrongHost });
    closing.push(() => server.close());
    const error = await failed(server.url('/'), { proxy: (await httpProxy()).url });
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_TLS_HOST' });
  });

  it('uses a connection once when the proxy does not promise more', async () => {
    const proxy = await httpProxy({ closesInSilence: true });
    const handler = fresh();
    for (const body of ['a', 'b', 'c']) {
      const response = await handler(new HttpRequest('POST', plain.url('/anything'), {}, body), { proxy: proxy.url });
      expect((await response.json<{ body: string }>()).body).toBe(body);
    }
    expect(proxy.totalConnections).toBe(3);
  });

  it('decides again for each hop of a redirect', async () => {
    const proxy = await httpProxy();
    await using client = new Client({ ca, proxy: { http: proxy.url, https: false } });
    const to = encodeURIComponent(secure.url('/json'));
    const response = await client.get(plain.url(`/redirect-to?url=${to}`));
    expect([response.status, proxy.seen.map(({ kind }) => kind)]).toEqual([200, ['forward']]);
  });
});

describe('fetch', () => {
  it('sends no credentials for a proxy to a server', async () => {
    const headers = { 'Proxy-Authorization': 'Basic s3cret' };
    expect((await fetchHandler()(new HttpRequest('GET', plain.url('/json'), headers), {})).status).toBe(200);
    expect(JSON.stringify(plain.requests)).not.toMatch(/proxy-authorization/i);
  });

  it('refuses a proxy that was asked for', async () => {
    const sent = fetchHandler()(new HttpRequest('GET', plain.url('/json')), { proxy: 'http://127.0.0.1:1' });
    await expect(sent).rejects.toMatchObject({ name: 'RequestError', code: 'ERR_UNSUPPORTED' });
  });
});
