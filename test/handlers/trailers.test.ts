import { createHash } from 'node:crypto';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { chooseHandler } from '../../src/handlers/choose.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { rejection } from '../support/fake-handler.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

function opened(handler: Transport): Transport {
  closing.push(async () => handler.destroy?.());
  return handler;
}

interface Peer {
  readonly url: string;
  /** Over HTTP/1.1 the bytes that came, over HTTP/2 the trailers, one JSON text for each request. */
  readonly received: string[];
}

type Lines = readonly (readonly [string, string])[];

/** Answers every request, once it is complete, with `body` in two chunks and these lines behind it. */
async function http1Peer(trailers: Lines, body: Buffer, head = ''): Promise<Peer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      const isWhole = /chunked/i.test(text)
        ? /\r\n0\r\n(.+\r\n)*\r\n$/.test(text)
        : text.length === text.indexOf('\r\n\r\n') + 4 + length;
      if (!isWhole) return;
      received.push(text);
      text = '';
      socket.write(`HTTP/1.1 200 OK\r\n${head}Transfer-Encoding: chunked\r\n\r\n`);
      for (const part of [body.subarray(0, 5), body.subarray(5)]) {
        socket.write(`${part.byteLength.toString(16)};extension="a b"\r\n`);
        socket.write(part);
        socket.write('\r\n');
      }
      socket.write(`0\r\n${trailers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    });
  });
  const port = await listen(server);
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${port}/`, received };
}

async function http2Peer(trailers: Lines, body: Buffer, head: Record<string, string> = {}): Promise<Peer> {
  const received: string[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = createHttp2Server();
  server.on('session', (session) => sessions.add(session.on('error', () => undefined)));
  server.on('stream', (stream, heads) => {
    let came: object = {};
    stream.on('error', () => undefined).on('trailers', (fields) => (came = fields));
    stream
      .on('data', () => undefined)
      .on('end', () => {
        received.push(JSON.stringify({ head: heads, trailers: came }));
        stream.respond({ ':status': 200, ...head }, { waitForTrailers: true });
        const fields: Record<string, string[]> = {};
        for (const [name, value] of trailers) (fields[name.toLowerCase()] ??= []).push(value);
        stream.on('wantTrailers', () => stream.sendTrailers(fields));
        stream.write(body.subarray(0, 5));
        stream.end(body.subarray(5));
      });
  });
  const port = await listen(server as unknown as Server);
  closing.push(async () => {
    for (const session of sessions) session.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${port}/`, received };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const BODY: Buffer = Buffer.from('hello trailers');
const SENT: Lines = [
  ['X-Checksum', 'abc'],
  ['X-Checksum', 'def'],
  ['Content-Digest', 'sha-256=:x:'],
  ['Server-Timing', 'db;dur=5'],
];
/** RFC 9110 §6.5.1. A parser of HTTP/1.1 refuses framing there, a server of node:http2 what is about a connection. */
const OUT_OF_PLACE: Lines = [
  ['Content-Type', 'text/html'],
  ['Host', 'evil.test'],
  ['Authorization', 'Basic x'],
  ['Set-Cookie', 'a=1'],
  ['Location', '/elsewhere'],
  ['Cache-Control', 'no-store'],
  ['Connection', 'close'],
];

interface Way {
  readonly name: string;
  readonly make: () => Transport;
  readonly peer: (trailers: Lines, body?: Buffer) => Promise<Peer>;
  readonly isHttp2?: boolean;
}

const http1 = (trailers: Lines, body = BODY) => http1Peer(trailers, body);
const ways: readonly Way[] = [
  { name: 'undici', make: () => undiciHandler(), peer: http1 },
  { name: 'node:http', make: () => nodeHttpHandler(), peer: http1 },
  { name: 'stream', make: () => streamHandler(), peer: http1 },
  { name: 'http2', make: () => http2Handler(), peer: (lines, body = BODY) => http2Peer(lines, body), isHttp2: true },
];
const senders = ways.filter(({ name }) => name !== 'undici');

describe.each(ways)('trailers of a response over $name', ({ make, peer, isHttp2 }) => {
  it('are there with a buffered body', async () => {
    const { url } = await peer(SENT);
    const response = await opened(make())(new HttpRequest('GET', url), {});
    expect(await response.text()).toBe('hello trailers');
    expect(response.trailers.getAll('x-checksum')).toEqual(['abc', 'def']);
    expect(response.trailers.get('content-digest')).toBe('sha-256=:x:');
    expect(response.trailers.size).toBe(4);
    expect(response.headers.has('x-checksum')).toBe(false);
  });

  it('are empty until a streamed body has ended', async () => {
    const { url } = await peer(SENT);
    const response = await opened(make())(new HttpRequest('GET', url), { stream: true });
    const copy = response.withHeader('X-Copy', '1');
    expect(await response.text()).toBe('hello trailers');
    expect(response.trailers.getAll('x-checksum')).toEqual(['abc', 'def']);
    expect(copy.trailers.get('server-timing')).toBe('db;dur=5');
  });

  it('are empty where there are none', async () => {
    const { url } = await peer([]);
    const response = await opened(make())(new HttpRequest('GET', url), {});
    expect([await response.text(), response.trailers.size]).toEqual(['hello trailers', 0]);
    expect(JSON.parse(JSON.stringify(response))).not.toHaveProperty('trailers');
  });

  it('lose what has no business behind a body', async () => {
    const possible = OUT_OF_PLACE.filter(([name]) => !isHttp2 || name !== 'Connection');
    const { url } = await peer([...possible, ['X-Kept', '1']]);
    const response = await opened(make())(new HttpRequest('GET', url), {});
    expect([...response.trailers]).toEqual([[isHttp2 ? 'x-kept' : 'X-Kept', '1']]);
    expect(await response.text()).toBe('hello trailers');
  });

  it('are masked where headers are', async () => {
    const { url } = await peer([['X-Api-Key', 'the-secret']]);
    const response = await opened(make())(new HttpRequest('GET', url), {});
    expect(response.trailers.get('x-api-key')).toBe('the-secret');
    expect(JSON.stringify(response)).toContain('"trailers":{"x-api-key":"***"}');
  });

  it('count against maxHeaderSize', async () => {
    const { url } = await peer([['X-Large', 'x'.repeat(5000)]]);
    const request = new HttpRequest('GET', url);
    const error = await rejection(opened(make())(request, { maxHeaderSize: 2000 }));
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_HEADERS_TOO_LARGE', response: { status: 200 } });
    expect(error.message).toContain('2000 bytes');
  });

  it('pass through the layers of a client, decoded or not', async () => {
    const zipped = gzipSync('hello trailers');
    const coding = { 'Content-Encoding': 'gzip' };
    const { url } = isHttp2
      ? await http2Peer(SENT, zipped, coding)
      : await http1Peer(SENT, zipped, 'Content-Encoding: gzip\r\n');
    const client = new Client({ handler: HandlerStack.create(opened(make())) });
    for (const stream of [false, true]) {
      const response = await client.get(url, { stream });
      expect(await response.text()).toBe('hello trailers');
      expect(response.trailers.get('server-timing')).toBe('db;dur=5');
    }
  });
});

it('trailers of a response are not shown by fetch, and do no harm', async () => {
  const { url } = await http1Peer(SENT, BODY);
  const response = await opened(fetchHandler())(new HttpRequest('GET', url), {});
  expect([await response.text(), response.trailers.size]).toEqual(['hello trailers', 0]);
});

/** What stands behind the body. */
function behind(text: string, isHttp2 = false): Record<string, unknown> | string {
  if (!isHttp2) return /\r\n0\r\n((?:.+\r\n)*)\r\n$/.exec(text)?.[1] ?? 'nothing';
  return (JSON.parse(text) as { trailers: Record<string, unknown> }).trailers;
}

describe.each(senders)('trailers of a request over $name', ({ make, peer, isHttp2 = false }) => {
  const send = async (body: ConstructorParameters<typeof HttpRequest>[3], trailers: RequestOptions['trailers']) => {
    const { url, received } = await peer([]);
    const response = await opened(make())(new HttpRequest('POST', url, { 'Content-Type': 'a/b' }, body), { trailers });
    expect(response.status).toBe(200);
    return received[0]!;
  };

  it.each<[string, () => ConstructorParameters<typeof HttpRequest>[3]]>([
    ['bytes', () => 'hello'],
    ['a stream', () => ['he', 'llo']],
    ['a body without bytes', () => ''],
  ])('go behind %s', async (_, body) => {
    const text = await send(body(), { 'X-Checksum': 'abc', 'X-Count': 5 });
    if (isHttp2) expect(behind(text, true)).toMatchObject({ 'x-checksum': 'abc', 'x-count': '5' });
    else {
      expect(behind(text)).toBe('X-Checksum: abc\r\nX-Count: 5\r\n');
      expect(text).toMatch(/\r\nTrailer: X-Checksum, X-Count\r\n/);
      expect(text).not.toMatch(/content-length/i);
    }
  });

  it('may be made once the body went out', async () => {
    const hash = createHash('sha256');
    const body = async function* () {
      for (const piece of ['he', 'llo']) {
        hash.update(piece);
        yield piece;
      }
    };
    const expected = createHash('sha256').update('hello').digest('base64');
    const text = await send(body(), async () => ({ 'Content-Digest': `sha-256=:${hash.digest('base64')}:` }));
    if (isHttp2) expect(behind(text, true)).toMatchObject({ 'content-digest': `sha-256=:${expected}:` });
    else expect(behind(text)).toBe(`Content-Digest: sha-256=:${expected}:\r\n`);
  });

  it('are not sent without a body', async () => {
    const text = await send(null, { 'X-Checksum': 'abc' });
    expect(text).not.toMatch(/x-checksum|trailer:|chunked/i);
  });

  it.each<[string, () => never | Record<string, string>, string]>([
    ['throws', () => fail(), 'no digest'],
    ['gives a field that may not stand there', () => ({ Authorization: 'the-secret' }), 'Authorization'],
    ['gives a value that would split the message', () => ({ 'X-A': 'a\r\nb: c' }), 'X-A'],
  ])('end the exchange when their function %s', async (_, trailers, words) => {
    const { url, received } = await peer([]);
    const error = await rejection(opened(make())(new HttpRequest('POST', url, null, ['body']), { trailers }));
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_SOURCE' });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('the-secret');
    expect(received).toEqual([]);
  });
});

function fail(): never {
  throw new Error('no digest');
}

describe('the option trailers', () => {
  it('takes a request to a handler that can send them', async () => {
    const { url, received } = await http1Peer([], BODY);
    const client = new Client({ handler: HandlerStack.create(opened(chooseHandler())) });
    const response = await client.post(url, { body: 'hello', trailers: { 'X-Checksum': 'abc' } });
    expect(response.facts.handler).toBe('node');
    expect(behind(received[0]!)).toBe('X-Checksum: abc\r\n');
    expect(received[0]).toMatch(/\r\nTransfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n/);
  });

  it.each([
    ['undici', undiciHandler()],
    ['fetch', fetchHandler()],
  ])('is refused by %s', async (name, handler) => {
    const request = new HttpRequest('POST', 'http://127.0.0.1:1/', null, 'x');
    expect(handler.supports?.(request, { trailers: { 'X-A': '1' } })).toContain('trailers');
    const error = await rejection(handler(request, { trailers: { 'X-A': '1' } }));
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_UNSUPPORTED' });
    expect(error.message).toContain(`${name}: option trailers`);
  });

  it.each<[unknown, RegExp]>([
    [{ 'Content-Length': '5' }, /option trailers: Content-Length cannot be sent as a trailer/],
    [{ Host: 'a.test' }, /option trailers: Host cannot/],
    [{ Authorization: 'the-secret' }, /option trailers: Authorization cannot/],
    [{ 'X A': '1' }, /option trailers: a header name must be a token/],
    [{ 'X-A': 'the-secret\r\n' + 'b: c' }, /option trailers: the value of header "X-A"/],
    ['the-secret', /option trailers must be a record or a function, got text/],
    [5, /option trailers must be a record or a function, got 5/],
  ])('is checked at the door: %o', async (trailers, words) => {
    const options = { trailers, body: 'x' } as RequestOptions;
    expect(() => new Client(options)).toThrow(words);
    const error = await rejection(new Client().post('http://127.0.0.1:1/', options));
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('the-secret');
  });

  it('stays with the origin that it was given for', async () => {
    const there = await http1Peer([], BODY);
    const seen: (readonly [string, boolean])[] = [];
    const handler: Transport = async (request, options) => {
      seen.push([request.url, Boolean(options.trailers)]);
      return opened(nodeHttpHandler())(request, options);
    };
    const { HttpResponse } = await import('../../src/message/response.ts');
    const first: Transport = async (request, options) =>
      request.url.startsWith('http://here.test/')
        ? new HttpResponse(307, { Location: there.url })
        : handler(request, options);
    const client = new Client({ handler: HandlerStack.create(first) });
    await client.post('http://here.test/', { body: 'hello', trailers: { 'X-Signature': 'abc' } });
    expect(seen).toEqual([[there.url, false]]);
    expect(there.received[0]).not.toMatch(/x-signature/i);
  });
});
