/** What lasts from one call to the next, and what a call alone has: on real connections. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { attempt, del, get, head, options, patch, post, put, request } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { type ScriptedServer, startScriptedServer } from '../../src/testing/scripted-server.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';

let server: TestServer;
let other: TestServer;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startServer();
  other = await startServer();
});
afterEach(async () => {
  server.clear();
  other.clear();
  await Promise.all(closing.splice(0).map((close) => close()));
});
afterAll(() => Promise.all([server.close(), other.close()]));

function clientOf(given: ConstructorParameters<typeof Client>[0] = {}): Client {
  const client = new Client({ baseUri: server.origin, ...given });
  closing.push(() => client.close());
  return client;
}

async function bytes(send: string | Uint8Array): Promise<ScriptedServer> {
  const scripted = await startScriptedServer([{ expect: 'head' }, { send }, { fin: true }]);
  closing.push(() => scripted.close());
  return scripted;
}

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    [40, 40],
  ])('%s lets a call take %d ms', async (timeout, limit) => {
    const clock = new FakeClock();
    const waiting = rejection(clientOf({ clock }).get('/stall', { timeout, headersTimeout: 0 }));
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(limit - 1);
    expect(clock.pending).toBeGreaterThan(0);
    await clock.advance(1);
    expect(await waiting).toMatchObject({ name: 'TimeoutError', phase: 'total', errno: 110 });
  });

  it.each(['30', '1x', 'soon', '-1s', ''])('%j is refused before anything is sent', async (timeout) => {
    const error = await rejection(clientOf().get('/echo', { timeout }));
    expect([error.name, error.message.includes('timeout'), server.requests.length]).toEqual(['TypeError', true, 0]);
  });

  it('of the call win over those of the client, and 0 is none', async () => {
    const client = clientOf({ timeout: 1 });
    expect((await client.get('/delay/20', { timeout: 0 })).status).toBe(200);
  });
});

describe('cookies', () => {
  const lines = ['a=1; Path=/', 'b=2; Max-Age=100; HttpOnly', 'a=3'];

  it('of a response are there by name, and as the lines they came in', async () => {
    server.enqueue({ headers: { 'Set-Cookie': lines } });
    const response = await clientOf().get('/');
    expect(response.headers.getSetCookie()).toEqual(lines);
    expect(response.cookies).toEqual({ a: '3', b: '2' });
  });

  it('of one call go with that call alone', async () => {
    const client = clientOf();
    await client.get('/echo', { cookies: { one: '1' } });
    await client.get('/echo');
    expect(server.requests.map(({ headers }) => headers['cookie'])).toEqual(['one=1', undefined]);
  });

  it('of one call go beside those of the jar', async () => {
    const client = clientOf({ cookies: true });
    server.enqueue({ headers: { 'Set-Cookie': 'kept=1' } });
    await client.get('/');
    await client.get('/echo', { cookies: { own: '2' } });
    expect(server.requests[1]?.headers['cookie']?.split('; ').sort()).toEqual(['kept=1', 'own=2']);
  });

  it('of a jar stay with their host and path, whatever the port (RFC 6265)', async () => {
    const client = clientOf({ cookies: true });
    server.enqueue({ headers: { 'Set-Cookie': 'kept=1; Path=/in' } });
    await client.get('/in/');
    await client.get(other.url('/in/'), { httpErrors: false });
    for (const url of ['/in/x', '/out']) await client.get(url, { httpErrors: false });
    await client.get(`http://localhost:${server.port}/in/`, { httpErrors: false });
    expect(other.requests[0]?.headers['cookie']).toBe('kept=1');
    expect(server.requests.map(({ headers }) => headers['cookie'])).toEqual([
      undefined,
      'kept=1',
      undefined,
      undefined,
    ]);
  });

  it('by a header are sent as they are', async () => {
    await clientOf().get('/echo', { headers: { Cookie: 'raw=a%20b; c="d"' } });
    expect(server.requests[0]?.headers['cookie']).toBe('raw=a%20b; c="d"');
  });
});

describe('functional verbs', () => {
  it.each([
    ['GET', get],
    ['HEAD', head],
    ['POST', post],
    ['PUT', put],
    ['PATCH', patch],
    ['DELETE', del],
    ['OPTIONS', options],
  ] as const)('send %s', async (method, verb) => {
    expect((await verb(server.url('/echo?q=1#f'), { headers: { 'X-A': '1' } })).status).toBe(200);
    expect(server.requests[0]).toMatchObject({ method, url: '/echo?q=1' });
  });

  it('send any method, and attempt never rejects', async () => {
    expect((await request('REPORT', server.url('/echo'))).status).toBe(200);
    const [response, error] = await attempt('GET', 'http://127.0.0.1:1/');
    expect([response, (error as { errno: number }).errno]).toEqual([undefined, 111]);
  });

  it.each(['', '0'])('send the body %j as it is', async (body) => {
    const { method, headers } = await post(server.url('/echo'), { body }).json<{
      method: string;
      headers: Record<string, string>;
    }>();
    expect([method, headers['content-length']]).toEqual(['POST', String(body.length)]);
  });

  it.each(['example.test/path', 'gopher://h/'])('refuse %s', async (uri) => {
    expect(await rejection(get(uri))).toMatchObject({ name: 'RequestError', code: 'ERR_URI' });
  });
});

describe('a session', () => {
  it('has headers, a jar and connections of its own for each origin', async () => {
    const base = clientOf({ headers: { 'X-All': '1' }, cookies: true });
    const [one, two] = [
      base.extend({ baseUri: server.origin, headers: { 'X-One': '1' } }),
      base.extend({ baseUri: other.origin, headers: { 'X-Two': '2' } }),
    ];
    await one.get('/echo');
    await two.get('/echo');
    await one.get('/echo');
    const named = (seen: TestServer) =>
      seen.requests.map(({ headers }) => [headers['x-all'], headers['x-one'], headers['x-two']]);
    expect(named(server)).toEqual(Array(2).fill(['1', '1', undefined]));
    expect(named(other)).toEqual([['1', undefined, '2']]);
  });

  it('leaves nothing of one call in the next', async () => {
    const client = clientOf();
    await client.put('/echo', { json: { a: 1 }, headers: { 'X-Once': '1' }, query: { q: 1 } });
    await client.get('/echo');
    const { method, url, headers, body } = server.requests[1]!;
    expect([method, url, headers['x-once'], headers['content-type'], String(body)]).toEqual([
      'GET',
      '/echo',
      undefined,
      undefined,
      '',
    ]);
  });

  it('keeps its connection, and with keepAlive: false does not', async () => {
    const before = server.totalConnections;
    const client = clientOf();
    for (let i = 0; i < 3; i++) await client.get('/echo');
    expect(server.totalConnections - before).toBe(1);
    for (let i = 0; i < 2; i++) await client.get('/echo', { keepAlive: false });
    expect(server.requests.at(-1)?.headers['connection']).toBe('close');
    expect(server.totalConnections - before).toBe(3);
  });

  it('closes, and connects anew with the next call', async () => {
    const before = server.totalConnections;
    const client = clientOf();
    await client.get('/echo');
    await client.close();
    expect((await client.get('/echo')).status).toBe(200);
    expect(server.totalConnections - before).toBe(2);
  });

  it('goes on when the server closes after each answer', async () => {
    const client = clientOf();
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await client.get('/connection-close')).status);
    expect(statuses).toEqual(Array(5).fill(200));
  });

  it('speaks to a unix socket by option and by base URI', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
    const socketPath = join(folder, 's');
    const unix = await startServer({ socketPath });
    closing.push(async () => {
      await unix.close();
      await rm(folder, { recursive: true });
    });
    await clientOf({ baseUri: 'http://service/' }).get('echo', { socketPath });
    await clientOf({ baseUri: `unix:${socketPath}` }).get('echo');
    expect(unix.requests.map(({ url, headers }) => [url, headers['host']])).toEqual([
      ['/echo', 'service'],
      ['/echo', 'localhost'],
    ]);
  });

  it('comes from localAddress', async () => {
    const seen: (string | undefined)[] = [];
    server.enqueue((req, res) => {
      seen.push(req.socket.remoteAddress);
      res.end();
    });
    await clientOf({ localAddress: '127.0.0.2' }).get('/');
    expect(seen).toEqual(['127.0.0.2']);
  });

  it('names its server with the port that is not the default one', async () => {
    await clientOf().get('/echo');
    expect(server.requests[0]?.headers['host']).toBe(`127.0.0.1:${server.port}`);
  });

  it('reaches an IPv6 literal', async () => {
    const six = await startServer({ host: '::1' });
    closing.push(() => six.close());
    expect((await clientOf().get(`http://[::1]:${six.port}/echo`)).status).toBe(200);
    expect(six.requests[0]?.headers['host']).toBe(`[::1]:${six.port}`);
  });

  it.each(['http://', 'http://h:-1/', 'http://h:65536/'])('refuses %s', async (uri) => {
    expect(await rejection(clientOf().get(uri))).toMatchObject({ name: 'RequestError', code: 'ERR_URI' });
  });
});

describe('a body', () => {
  it.each([
    ['iso-8859-1', [0xe9], 'é'],
    ['windows-1252', [0x80], '€'],
    ['gbk', [0xc4, 0xe3], '你'],
    ['shift_jis', [0x82, 0xa0], 'あ'],
    ['utf-16le', [0x42, 0x00], 'B'],
  ])('is text by its charset %s', async (charset, codes, text) => {
    server.enqueue({ headers: { 'Content-Type': `text/plain; charset=${charset}` }, body: new Uint8Array(codes) });
    expect(await clientOf().get('/').text()).toBe(text);
  });

  it('is server-sent events as they come', async () => {
    const scripted = await bytes(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\nid: 1\nevent: tick\ndata: a\ndata: b\n\nretry: 5\ndata: c\n\n',
    );
    const response = await clientOf().get(scripted.url(), { stream: true });
    const events: unknown[] = [];
    for await (const event of response.events()) events.push(event);
    expect(events).toEqual([
      { event: 'tick', data: 'a\nb', id: '1', retry: undefined },
      { event: 'message', data: 'c', id: '1', retry: 5 },
    ]);
  });

  it('is values of NDJSON as they come, and lines', async () => {
    const client = clientOf();
    const values: unknown[] = [];
    for await (const value of (await client.get('/ndjson/3', { stream: true })).ndjson()) values.push(value);
    const lines: string[] = [];
    for await (const line of (await client.get('/ndjson/3', { stream: true })).lines()) lines.push(line);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(values);
    expect(values).toHaveLength(3);
  });

  it('of an answer that failed is not mixed up with the one before', async () => {
    const client = clientOf();
    const first = await client.get('/json');
    const [second, error] = await client.attempt('GET', 'http://127.0.0.1:1/');
    expect([first.status, second, (error as Error).name]).toEqual([200, undefined, 'ConnectError']);
  });
});
