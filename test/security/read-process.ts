/**
 * Run as a process of its own by `prototype-reads.test.ts`: sends requests of every kind over one handler and writes, as
 * JSON, what was read from `Object.prototype` meanwhile, without the reads of the servers and the tools of the test.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../../src/client/client.ts';
import { CookieJar } from '../../src/cookies/cookie-jar.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import '../../src/default-stack.ts';
import { dnsCache } from '../../src/connect/dns-cache.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { log } from '../../src/middleware/log/log.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { Pool } from '../../src/pool/pool.ts';
import { startServer } from '../../src/testing/server.ts';
import { createSite } from '../../src/testing/site.ts';
import { certificates } from '../support/certificates.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { startHttp2 } from '../support/http2-peer.ts';
import { startHttp2Site } from '../support/http2-site.ts';
import { startSocksProxy } from '../support/socks-proxy.ts';
import { matrixHandlers } from './fault-cells.ts';
import { readNames, readsOf } from './prototype-trap.ts';

const handlers: Readonly<Record<string, () => Transport>> = { ...matrixHandlers, http2: http2Handler };
const handler = process.argv[2]!;
const isFetch = handler === 'fetch';
const isHttp2 = handler === 'http2';

const authority = await certificates();
const plain = await startServer();
const tls = await startServer({ tls: authority.server });
const h2 = await startHttp2Site();
const h2Tls = await startHttp2({ tls: true, allowHTTP1: true, listener: createSite({}) as never });
const proxies = [
  await startHttpProxy({ auth: ['ada', 'pw'] }),
  await startHttpProxy({ tls: authority.server }),
  await startSocksProxy({ scheme: 'socks5', auth: ['ada', 'pw'] }),
  await startSocksProxy({ scheme: 'socks4a' }),
];
const folder = await mkdtemp(join(tmpdir(), 'sluice-reads-'));
await writeFile(join(folder, 'part.txt'), 'a part');

type Asked = readonly [method: string, path: string, options?: RequestOptions];

/** Requests that every transport can send. */
const asked: readonly Asked[] = [
  ['GET', 'json'],
  ['GET', 'anything', { query: { q: [1, 2] }, headers: { 'X-A': 'b' }, cookies: { own: '1' } }],
  ['GET', 'redirect/2', { allowRedirects: { referer: true } }],
  ['POST', 'anything', { formParams: { a: { b: 1 } } }],
  ['PUT', 'anything', { json: { a: 1 }, retry: { limit: 1 } }],
  [
    'POST',
    'anything',
    {
      multipart: [
        { name: 'a', contents: 'x' },
        { name: 'f', path: join(folder, 'part.txt') },
      ],
    },
  ],
  [
    'POST',
    'anything',
    {
      body: (async function* () {
        yield 'piece';
      })(),
    },
  ],
  ['GET', 'encoded?codings=gzip,br'],
  ['GET', 'encoded?codings=deflate', { stream: true }],
  ['GET', 'bytes/100000', { stream: true }],
  ['GET', 'bytes/1000', { sink: join(folder, 'sink') }],
  ['GET', 'digest-auth/auth/ada/pw', { auth: ['ada', 'pw', 'digest'] }],
  ['GET', 'basic-auth/ada/pw', { auth: ['ada', 'pw'] }],
  ['GET', 'cookies/set?a=b'],
  ['GET', 'status/404'],
  ['GET', 'close-in-body?length=1000&sent=10'],
  ['GET', 'close-before-head', { retry: { limit: 1, delay: () => 1 } }],
];

async function tried(call: PromiseLike<unknown>): Promise<void> {
  try {
    const value = await call;
    if (value instanceof HttpResponse && value.sink === undefined) await value.bytes();
  } catch (error) {
    if (error instanceof TypeError || process.env['SHOW'] === '1') console.error(handler, error);
  }
}

async function askAll(): Promise<void> {
  const stack = HandlerStack.create(handlers[handler]!());
  stack.push(log({ info: () => undefined, error: () => undefined }), 'log');
  const options = isFetch ? {} : { ca: authority.ca.cert };
  const client = new Client({ handler: stack, cookies: new CookieJar(), ...options });
  const sites = isHttp2 ? [h2.url('/'), h2Tls.url('/')] : isFetch ? [plain.url('/')] : [plain.url('/'), tls.url('/')];
  for (const site of sites) {
    for (const [method, path, more] of asked) await tried(client.request(method, site + path, { ...more }));
    await tried(client.fetch(`${site}anything`, { method: 'POST', body: 'text' }));
    for await (const _ of new Pool(client, [`${site}json`, `${site}status/500`])) void _;
    await client.beacon(`${site}json`).done;
    await tried(client.download(`${site}bytes/5000`, join(folder, `file-${Math.random()}`)));
  }
  await tried(client.get('http://127.0.0.1:1/'));
  if (!isFetch) await askTheNetwork(client, sites);
  await client.close();
}

/** What only the transports over sockets of our own can do. */
async function askTheNetwork(client: Client, sites: readonly string[]): Promise<void> {
  const lookup = dnsCache();
  for (const site of sites) {
    const named = site.replace('127.0.0.1', 'localhost');
    for (const { url } of proxies) {
      await tried(client.get(`${named}json`, { proxy: url, verify: false }));
    }
    await tried(client.get(`${named}json`, { lookup, forceIpResolve: 'v4', verify: false, localAddress: '127.0.0.1' }));
    await tried(client.get(`${named}json`, { denyPrivateNetwork: true, verify: false }));
    await tried(client.get(`${named}json`, { version: 'auto', verify: false }));
    if (isHttp2) continue;
    const socket = await client.upgrade(`${named.replace('http', 'ws')}ws/echo`, { compression: true, verify: false });
    await socket.send('x'.repeat(5000));
    await socket.receive();
    await socket.ping('p');
    await socket.close();
  }
}

// Once without the trap: what modules read while they are loaded is no part of a request.
await askAll();
const reads = await readsOf(readNames(), askAll);
const isOfTest = (place: string) => /^(?:test\/|src\/testing\/)/.test(place);
process.stdout.write(JSON.stringify(reads.filter(({ file, from }) => !isOfTest(file) && !isOfTest(from))));
await rm(folder, { recursive: true });
process.exit(0);
