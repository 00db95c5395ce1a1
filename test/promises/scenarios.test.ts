/**
 * The scenarios of php-http's client-integration-tests, through each of the three doors: `sendRequest`, `request` and
 * `fetch`. Where a door cannot have one, the row says why.
 */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { type Certificates, certificates } from '../support/certificates.ts';
import { rejection } from '../support/fake-handler.ts';

interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}
type Fields = Record<string, string>;
type Send = (method: string, url: string, headers?: Fields, body?: string) => Promise<Answer>;

let server: TestServer;
let secure: TestServer;
let pki: Certificates;
let client: Client;

beforeAll(async () => {
  pki = await certificates();
  server = await startServer();
  secure = await startServer({ tls: pki.server });
  client = new Client({ ca: pki.ca.cert });
});
afterEach(() => server.clear());
afterAll(async () => {
  await client.close();
  await Promise.all([server.close(), secure.close()]);
});

const doors: readonly (readonly [string, Send])[] = [
  ['sendRequest', (method, url, headers, body) => client.sendRequest(new HttpRequest(method, url, headers, body))],
  ['request', (method, url, headers = {}, body) => client.request(method, url, { headers, ...(body && { body }) })],
  ['fetch', (method, url, headers = {}, body) => client.fetch(url, { method, headers, ...(body && { body }) })],
];

interface Scenario {
  readonly name: string;
  /** Door to the reason why it is not for it. */
  readonly not?: Readonly<Record<string, string>>;
  run(send: Send, door: string): Promise<void>;
}

const FORM = 'param1=foo&param2%5B0%5D=bar&param2%5B1%5D%5B0%5D=baz';
const seen = () => server.requests.at(-1)!;

const scenarios: readonly Scenario[] = [
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'].map((method) => ({
    name: `1. sends ${method} with the headers it was given`,
    async run(send: Send) {
      const answer = await send(method, server.url('/echo?a=b'), { 'X-One': '1' });
      const { headers, url } = seen();
      expect([answer.status, seen().method, url, headers['x-one']]).toEqual([200, method, '/echo?a=b', '1']);
      expect(headers['host']).toBe(`127.0.0.1:${server.port}`);
      expect(await answer.text()).toHaveLength(method === 'HEAD' ? 0 : Number(answer.headers.get('content-length')));
    },
  })),
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
    name: `2. sends a body with ${method} and its length`,
    async run(send: Send) {
      await send(method, server.url('/echo'), { 'Content-Type': 'text/plain' }, 'the body');
      expect([String(seen().body), seen().headers['content-length']]).toEqual(['the body', '8']);
    },
  })),
  {
    name: '3. sends a body with GET',
    not: { fetch: 'WHATWG fetch allows none' },
    async run(send) {
      await send('GET', server.url('/echo'), {}, 'odd but allowed');
      expect(String(seen().body)).toBe('odd but allowed');
    },
  },
  {
    name: '4. sends a nested form',
    async run(send, door) {
      if (door === 'request') {
        await client.post(server.url('/echo'), { formParams: { param1: 'foo', param2: ['bar', ['baz']] } });
      } else {
        await send('POST', server.url('/echo'), { 'Content-Type': 'application/x-www-form-urlencoded' }, FORM);
      }
      expect([String(seen().body), seen().headers['content-type']]).toEqual([
        FORM,
        'application/x-www-form-urlencoded',
      ]);
    },
  },
  ...['GET', 'POST'].map((method) => ({
    name: `5. gives the status, the phrase, the headers and the body of an answer to ${method}`,
    async run(send: Send) {
      server.enqueue({ status: 201, reason: 'Made', headers: { 'X-A': 'b' }, body: 'made' });
      const answer = (await send(method, server.url('/'))) as Answer & { statusText: string };
      expect([answer.status, answer.statusText, answer.headers.get('x-a'), await answer.text()]).toEqual([
        201,
        'Made',
        'b',
        'made',
      ]);
    },
  })),
  ...Object.entries({ gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }).map(([coding, encode]) => ({
    name: `6. decodes ${coding}`,
    async run(send: Send) {
      server.enqueue({ headers: { 'Content-Encoding': coding }, body: encode('plain again') });
      const answer = await send('GET', server.url('/'));
      expect([await answer.text(), answer.headers.get('content-encoding')]).toEqual(['plain again', null]);
    },
  })),
  {
    name: '7. puts chunks together',
    async run(send) {
      const answer = await send('GET', server.url('/stream-bytes/100000'));
      expect(answer.headers.get('content-length')).toBeNull();
      expect((await answer.text()).length).toBeGreaterThan(50_000);
    },
  },
  {
    name: '8. treats redirects as its contract says',
    async run(send, door) {
      const answer = await send('GET', server.url('/redirect-to?url=/echo'));
      expect(answer.status).toBe(door === 'sendRequest' ? 302 : 200);
    },
  },
  ...[400, 404, 500, 503].map((status) => ({
    name: `9. treats the status ${status} as its contract says`,
    async run(send: Send, door: string) {
      const sending = send('GET', server.url(`/status/${status}`));
      if (door === 'request') expect(await rejection(sending)).toMatchObject({ response: { status } });
      else expect((await sending).status).toBe(status);
    },
  })),
  {
    name: '10. speaks TLS to who is trusted, and to nobody else',
    async run(send, door) {
      expect((await send('GET', secure.url('/echo', 'localhost'))).status).toBe(200);
      const stranger = new Client();
      const url = secure.url('/echo', 'localhost');
      const sending =
        door === 'sendRequest'
          ? stranger.sendRequest(new HttpRequest('GET', url))
          : door === 'request'
            ? stranger.get(url)
            : stranger.fetch(url);
      const error = await rejection(sending);
      expect(door === 'fetch' ? error.cause : error).toMatchObject({ code: 'ERR_TLS_UNTRUSTED' });
      await stranger.close();
    },
  },
  {
    name: '11. uses its connection again for many requests in turn and at once',
    async run(send) {
      const before = server.totalConnections;
      for (let i = 0; i < 5; i++) await (await send('GET', server.url('/echo'))).text();
      expect(server.totalConnections - before).toBeLessThanOrEqual(1);
      const many = await Promise.all(Array.from({ length: 10 }, (_, i) => send('GET', server.url(`/bytes/${i}`))));
      expect(
        await Promise.all(many.map(async (one) => Buffer.byteLength(await one.text(), 'latin1') >= 0)),
      ).toHaveLength(10);
      expect(new Set(server.requests.map(({ url }) => url)).size).toBe(11);
    },
  },
  {
    name: '12. fails when nobody listens, with what says so',
    async run(send, door) {
      const error = await rejection(send('GET', 'http://127.0.0.1:1/'));
      expect(door === 'fetch' ? error.cause : error).toMatchObject({ code: 'ERR_CONNECT_REFUSED', errno: 111 });
    },
  },
];

describe.each(doors)('through %s', (door, send) => {
  for (const { name, not, run } of scenarios) {
    const reason = not?.[door];
    if (reason === undefined) it(name, () => run(send, door));
    else
      it(`${name}: refused, ${reason}`, async () => {
        expect(await rejection(run(send, door))).toBeInstanceOf(TypeError);
      });
  }
});
