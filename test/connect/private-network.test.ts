import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { denyPrivateNetwork } from '../../src/middleware/deny-private-network.ts';
import type { Lookup, RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { certificates } from '../support/certificates.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { handlers } from '../support/proxy-rows.ts';
import { startSocksProxy } from '../support/socks-proxy.ts';

const closing: (() => Promise<unknown> | undefined)[] = [];
let server: TestServer;
let secure: TestServer;

beforeAll(async () => {
  server = await startServer();
  secure = await startServer({ tls: (await certificates()).server });
});
afterAll(async () => {
  await Promise.all([server.close(), secure.close()]);
});
afterEach(async () => {
  server.clear();
  await Promise.all(closing.splice(0).map((close) => close()));
});

const resolving =
  (...addresses: string[]): Lookup =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

async function closedPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe.each(Object.entries(handlers))('denyPrivateNetwork over %s', (_, make) => {
  const fresh = (): Transport => {
    const handler = make();
    closing.push(async () => handler.close?.());
    return handler;
  };
  const send = (url: string, options: RequestOptions = {}) =>
    fresh()(new HttpRequest('GET', url), { denyPrivateNetwork: true, proxy: false, ...options });
  const blocked = { name: 'ConnectError', code: 'ERR_ADDRESS_BLOCKED', request: { method: 'GET' } };

  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/',
    'http://localhost/',
  ])('refuses %s', async (url) => {
    await expect(send(url)).rejects.toMatchObject(blocked);
  });

  it('says the same of open and closed ports, and connects to neither', async () => {
    const before = server.totalConnections;
    const [open, closed] = [server.port, await closedPort()];
    const said = await Promise.all(
      [open, closed].map((port) => send(`http://127.0.0.1:${port}/`).catch((error: Error) => error.message)),
    );
    expect(said[0]).toBe(String(said[1]).replaceAll(String(closed), String(open)));
    expect(server.totalConnections).toBe(before);
  });

  it('judges the address, not the name', async () => {
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '64:ff9b::7f00:1']) {
      const dialling = send(server.url('/', 'public.test'), { lookup: resolving(address) });
      await expect(dialling).rejects.toMatchObject(blocked);
    }
  });

  it('dials only those addresses of a name that are allowed', async () => {
    const options = { denyPrivateNetwork: { allow: ['127.0.0.1'] }, lookup: resolving('127.0.0.2', '127.0.0.1') };
    const before = server.totalConnections;
    expect((await send(server.url('/json', 'some.test'), options)).status).toBe(200);
    expect(server.totalConnections - before).toBe(1);
  });

  it('judges each connection: a name that changes its address is found out', async () => {
    const answers = ['127.0.0.1', '127.0.0.9'];
    const lookup: Lookup = async () => answers.shift()!;
    const options = { denyPrivateNetwork: { allow: ['127.0.0.1'] }, lookup, proxy: false, keepAlive: false } as const;
    const handler = fresh();
    const request = new HttpRequest('GET', server.url('/json', 'rebound.test'));
    expect((await handler(request, options)).status).toBe(200);
    await expect(handler(request, options)).rejects.toMatchObject(blocked);
  });

  it('judges each hop', async () => {
    await using client = new Client({ proxy: false, denyPrivateNetwork: { allow: [`127.0.0.1:${server.port}`] } });
    const to = encodeURIComponent(secure.url('/json'));
    await expect(client.get(server.url(`/redirect-to?url=${to}`))).rejects.toMatchObject(blocked);
  });

  it('uses no connection that was made without it', async () => {
    const handler = fresh();
    const request = new HttpRequest('GET', server.url('/json'));
    await (await handler(request, { proxy: false })).text();
    await expect(handler(request, { proxy: false, denyPrivateNetwork: true })).rejects.toMatchObject(blocked);
  });

  it('refuses unix sockets', async () => {
    await expect(send('http://localhost/', { socketPath: '/nowhere' })).rejects.toMatchObject(blocked);
  });

  it('refuses what is no policy', async () => {
    await expect(send('http://a.test/', { denyPrivateNetwork: { allow: ['localhost'] } })).rejects.toThrow(TypeError);
  });

  describe('through a proxy', () => {
    it.each(['http', 'socks5h', 'socks4a', 'socks5'] as const)(
      'judges what a %s proxy is asked for, and leaves the proxy itself alone',
      async (scheme) => {
        const proxy = await (scheme === 'http' ? startHttpProxy() : startSocksProxy({ scheme }));
        closing.push(proxy.close);
        const options = { proxy: proxy.url, lookup: resolving('127.0.0.1') };
        await expect(send(server.url('/json', 'example.test'), options)).rejects.toMatchObject(blocked);
        expect(proxy.seen).toEqual([]);
      },
    );

    it.each(['http', 'socks5h', 'socks4a', 'socks5'] as const)(
      'gives a %s proxy the address that was judged, so that it resolves no name anew',
      async (scheme) => {
        const proxy = await (scheme === 'http' ? startHttpProxy() : startSocksProxy({ scheme }));
        closing.push(proxy.close);
        const options = {
          proxy: proxy.url,
          lookup: resolving('127.0.0.1'),
          denyPrivateNetwork: { allow: ['127.0.0.1'] },
        };
        const response = await send(server.url('/json', 'example.test'), options);
        expect(response.status).toBe(200);
        expect(proxy.seen.map(({ target }) => target)).toEqual([`127.0.0.1:${server.port}`]);
        expect(server.requests.at(-1)?.headers).toMatchObject({ host: `example.test:${server.port}` });
      },
    );
  });
});

describe('the layer denyPrivateNetwork', () => {
  it('holds whatever the call says', async () => {
    await using client = new Client({ proxy: false });
    client.stack?.push(denyPrivateNetwork(), 'denyPrivateNetwork');
    const call = client.get(server.url('/json'), { denyPrivateNetwork: false });
    await expect(call).rejects.toMatchObject({ code: 'ERR_ADDRESS_BLOCKED' });
  });

  it('takes a policy', async () => {
    await using client = new Client({ proxy: false });
    client.stack?.push(denyPrivateNetwork({ allow: ['127.0.0.0/8'] }), 'denyPrivateNetwork');
    expect((await client.get(server.url('/json'))).status).toBe(200);
  });

  it('refuses what is no policy', () => {
    expect(() => denyPrivateNetwork('yes' as never)).toThrow(TypeError);
  });
});
