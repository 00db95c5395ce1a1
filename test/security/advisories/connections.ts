/** Advisories about the way to a server: proxies, TLS, and who may use a connection again. */
import { expect } from 'vitest';
import { noProxy, proxyRules } from '../../../src/connect/rules/proxy-policy.ts';
import { canonicalUrl, targetOf } from '../../../src/message/uri.ts';
import { startServer } from '../../../src/testing/server.ts';
import { certificates } from '../../support/certificates.ts';
import { rejection } from '../../support/fake-handler.ts';
import { startHttpProxy } from '../../support/http-proxy.ts';
import { startSocksProxy } from '../../support/socks-proxy.ts';
import type { TestProxy } from '../../support/test-proxy.ts';
import { type Advisory, each, OWN, withServers } from './bench.ts';

const chosen = (url: string, env: Record<string, string>) =>
  proxyRules(undefined).choose(targetOf(canonicalUrl(url)), env)?.label;
const isDirect = (url: string, list: string) => noProxy(list, 'option proxy.no')(targetOf(canonicalUrl(url)));

async function withProxies(run: (http: TestProxy, socks: TestProxy) => Promise<void>): Promise<void> {
  const auth = ['ada', 'proxy-s3cret'] as const;
  const http = await startHttpProxy({ auth });
  const socks = await startSocksProxy({ scheme: 'socks5h', auth });
  try {
    await run(http, socks);
  } finally {
    await Promise.all([http.close(), socks.close()]);
  }
}

export const connectionAdvisories: readonly Advisory[] = [
  {
    id: 'CVE-2016-5385',
    client: 'Guzzle',
    flaw: "a client's Proxy header became HTTP_PROXY in a CGI program",
    test: 'HTTP_PROXY is not read where a request runs the program',
    check() {
      expect(chosen('http://a.example/', { HTTP_PROXY: 'http://evil:1', REQUEST_METHOD: 'GET' })).toBeUndefined();
      expect(chosen('http://a.example/', { HTTP_PROXY: 'http://good:1' })).toBe('http://good:1');
    },
  },
  {
    id: 'CVE-2026-55568',
    client: 'Guzzle',
    flaw: 'a proxy of a scheme that was not supported was spoken to in the clear',
    test: 'an https proxy is spoken to over TLS, and one of another scheme is refused before a connection',
    check: () =>
      withServers(1, async ([plain]) => {
        await each(
          async (client) => {
            const options = { proxy: `https://ada:proxy-s3cret@127.0.0.1:${plain!.port}` };
            expect(await rejection(client.get('http://a.example/', options))).toMatchObject({ name: 'ConnectError' });
            const other = client.get('http://a.example/', { proxy: `gopher://127.0.0.1:${plain!.port}` });
            await expect(other).rejects.toThrow(/scheme "gopher"/);
          },
          {},
          OWN,
        );
        expect(plain!.requests).toEqual([]);
      }),
  },
  {
    id: 'CVE-2026-67339',
    client: 'Guzzle',
    flaw: 'Proxy-Authorization reached the server on direct and on SOCKS routes',
    test: 'a server never sees Proxy-Authorization: direct, excepted, forwarded, tunnelled, over SOCKS',
    check: () =>
      withServers(1, ([server]) =>
        withProxies(async (http, socks) => {
          const headers = { 'Proxy-Authorization': 'Basic aGFuZDpzM2NyZXQ=' };
          const routes = [false as const, { http: http.url, no: '127.0.0.1' }, http.url, socks.url];
          for (const proxy of routes) {
            await each(
              async (client) =>
                void (await client.get(server!.url('/echo'), { proxy, headers: proxy === http.url ? {} : headers })),
              {},
              OWN,
            );
          }
          expect(server!.requests).toHaveLength(routes.length * OWN.length);
          for (const { headers } of server!.requests) expect(headers['proxy-authorization']).toBeUndefined();
        }),
      ),
  },
  {
    id: 'CVE-2023-32681',
    client: 'requests',
    flaw: 'Proxy-Authorization went through the tunnel to the server',
    test: 'Proxy-Authorization opens a tunnel and does not go through it',
    async check() {
      const { ca, server: tls } = await certificates();
      const server = await startServer({ tls });
      await withProxies(async (proxy) => {
        await each(
          async (client) => void (await client.get(server.url('/echo'), { proxy: proxy.url, ca: ca.cert })),
          {},
          OWN,
        );
        expect(
          proxy.seen.filter(
            ({ headers }) => headers?.includes('Proxy-Authorization') || headers?.includes('proxy-authorization'),
          ),
        ).not.toEqual([]);
        for (const { headers } of server.requests) expect(headers['proxy-authorization']).toBeUndefined();
      });
      await server.close();
    },
  },
  {
    id: 'CVE-2020-28168',
    client: 'axios',
    flaw: 'a redirect was followed past the proxy',
    test: 'each hop goes by the rules of the proxy',
    check: () =>
      withServers(1, ([server]) =>
        withProxies(async (proxy) => {
          await each(
            async (client) => void (await client.get(server!.url('/redirect/2'), { proxy: proxy.url })),
            {},
            OWN,
          );
          expect(proxy.seen.filter(({ kind }) => kind === 'forward')).toHaveLength(3 * OWN.length);
          expect(server!.requests).toHaveLength(3 * OWN.length);
        }),
      ),
  },
  {
    id: 'CVE-2026-44486',
    client: 'axios',
    flaw: 'a redirect from a proxied host to a direct one took Proxy-Authorization along',
    test: 'a hop that goes direct has nothing of the proxy',
    check: () =>
      withServers(2, ([first, second]) =>
        withProxies(async (proxy) => {
          const target = encodeURIComponent(second!.url('/echo'));
          await each(
            async (client) => {
              const options = { proxy: { http: proxy.url, no: `127.0.0.1:${second!.port}` } };
              await client.get(first!.url(`/redirect-to?url=${target}`), options);
            },
            {},
            OWN,
          );
          expect(second!.requests).toHaveLength(OWN.length);
          expect(proxy.seen).toHaveLength(OWN.length);
          for (const { rawHeaders } of second!.requests) expect(rawHeaders.join()).not.toMatch(/proxy-/i);
        }),
      ),
  },
  {
    id: 'CVE-2025-62718',
    client: 'axios',
    flaw: 'NO_PROXY was compared as text: a trailing dot or brackets went by the proxy',
    test: 'NO_PROXY covers a host in every spelling that is dialled alike',
    check() {
      for (const url of ['http://localhost./', 'http://LOCALHOST/', 'http://localhost:8080/'])
        expect(isDirect(url, 'localhost'), url).toBe(true);
      for (const list of ['::1', '[::1]', '0:0:0:0:0:0:0:1'])
        expect(isDirect('http://[::1]:80/', list), list).toBe(true);
    },
  },
  {
    id: 'CVE-2026-42038',
    client: 'axios',
    flaw: 'an address in NO_PROXY did not cover its other spellings',
    test: 'an address in NO_PROXY covers its other spellings',
    check() {
      for (const host of ['127.1', '0x7f000001', '2130706433', '127.0.0.1.', '[::ffff:127.0.0.1]']) {
        expect(isDirect(`http://${host}/`, '127.0.0.1'), host).toBe(true);
      }
    },
  },
  {
    id: 'GHSA-pmwg-cvhr-8vh7',
    client: 'axios',
    flaw: 'the loopback network was covered by one of its addresses alone',
    test: 'a network in NO_PROXY covers all of its addresses and no other',
    check() {
      for (const host of ['127.0.0.2', '127.255.255.254'])
        expect(isDirect(`http://${host}/`, '127.0.0.0/8'), host).toBe(true);
      for (const host of ['128.0.0.1', '127.0.0.1.example'])
        expect(isDirect(`http://${host}/`, '127.0.0.0/8'), host).toBe(false);
    },
  },
  {
    id: 'CVE-2022-32210',
    client: 'undici',
    flaw: 'the certificate of an https proxy was not checked',
    test: 'the certificate of an https proxy is checked like any other',
    async check() {
      const { byOtherCa } = await certificates();
      const proxy = await startHttpProxy({ tls: byOtherCa });
      await each(
        async (client) => {
          expect(await rejection(client.get('http://127.0.0.1:9/', { proxy: proxy.url }))).toMatchObject({
            name: 'ConnectError',
            code: /^ERR_TLS_/,
          });
        },
        {},
        OWN,
      ).finally(() => proxy.close());
      expect(proxy.seen).toEqual([]);
    },
  },
  {
    id: 'CVE-2026-9697',
    client: 'undici',
    flaw: 'TLS options were lost on the way through a SOCKS5 proxy',
    test: 'the certificate of the server is checked through every proxy',
    async check() {
      const { ca, wrongHost } = await certificates();
      const server = await startServer({ tls: wrongHost });
      await withProxies((http, socks) =>
        each(
          async (client) => {
            for (const proxy of [http.url, socks.url]) {
              const error = await rejection(client.get(server.url('/echo'), { proxy, ca: ca.cert }));
              expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_TLS_HOST' });
            }
          },
          {},
          OWN,
        ),
      );
      await server.close();
      expect(server.requests).toEqual([]);
    },
  },
  {
    id: 'CVE-2021-28363',
    client: 'urllib3',
    flaw: 'the host name was not checked through an https proxy',
    test: 'an unknown authority is refused through an https proxy too',
    async check() {
      const { ca, server: tls, byOtherCa } = await certificates();
      const server = await startServer({ tls: byOtherCa });
      const proxy = await startHttpProxy({ tls });
      await each(
        async (client) => {
          const error = await rejection(client.get(server.url('/echo'), { proxy: proxy.url, ca: ca.cert }));
          expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_TLS_UNTRUSTED' });
        },
        {},
        OWN,
      ).finally(() => Promise.all([server.close(), proxy.close()]));
      expect(server.requests).toEqual([]);
    },
  },
  {
    id: 'CVE-2023-38545',
    client: 'curl',
    flaw: 'a host name of more than 255 bytes overflowed the SOCKS5 handshake',
    test: 'a host name that SOCKS cannot carry is an error before anything is sent',
    check: () =>
      withProxies(async (_, socks) => {
        await each(
          async (client) => {
            const error = await rejection(
              client.get(`http://${'a.'.repeat(200)}example/`, { proxy: socks.url, connectTimeout: 2000 }),
            );
            expect(error.name).toMatch(/^(?:ConnectError|RequestError)$/);
          },
          {},
          OWN,
        );
        expect(socks.seen.filter(({ target }) => target.length > 0)).toEqual([]);
      }),
  },
  {
    id: 'CVE-2024-35195',
    client: 'requests',
    flaw: 'one call with verify off left its connection to the calls that verify',
    test: 'a connection made without verification serves no call that verifies',
    async check() {
      const { selfSigned } = await certificates();
      const server = await startServer({ tls: selfSigned });
      await each(
        async (client) => {
          // With another option too: one that sets none has a pool of its own.
          for (const options of [{}, { connectTimeout: 9000 }]) {
            expect((await client.get(server.url('/json'), { ...options, verify: false })).status).toBe(200);
            const checked = client.get(server.url('/json'), options);
            expect(await rejection(checked)).toMatchObject({ code: 'ERR_TLS_SELF_SIGNED' });
          }
        },
        {},
        OWN,
      ).finally(() => server.close());
    },
  },
  {
    id: 'CVE-2022-27782',
    client: 'curl',
    flaw: 'a connection was used again though TLS settings had changed',
    test: 'a connection that showed our certificate serves no call without it',
    async check() {
      const { ca, server: tls, client: ours } = await certificates();
      const server = await startServer({ tls: { ...tls, ca: ca.cert, requestCert: true, rejectUnauthorized: false } });
      await each(
        async (client) => {
          await client.get(server.url('/json'), { ca: ca.cert, cert: ours.cert, sslKey: ours.key });
          await client.get(server.url('/json'), { ca: ca.cert });
        },
        {},
        OWN,
      ).finally(() => server.close());
      expect(server.requests.map(({ clientCertificate }) => clientCertificate)).toEqual(
        OWN.flatMap(() => ['client', undefined]),
      );
    },
  },
  {
    id: 'CVE-2026-1965',
    client: 'curl',
    flaw: 'a connection that one user had logged in on was used for another',
    test: 'two users of one connection are told apart by each request',
    check: () =>
      withServers(1, ([server]) =>
        each(async (client) => {
          for (const user of ['ada', 'bob']) {
            await client.get(server!.url(`/basic-auth/${user}/s3cret`), { auth: [user, 's3cret'] });
            await client.get(server!.url(`/digest-auth/auth/${user}/s3cret`), { auth: [user, 's3cret', 'digest'] });
          }
          const naked = await client.get(server!.url('/basic-auth/ada/s3cret'), { httpErrors: false });
          expect(naked.status).toBe(401);
        }),
      ),
  },
];
