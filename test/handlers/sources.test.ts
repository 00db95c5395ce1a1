/** What a caller gives to be read or written: let go of exactly once, whatever ends the call, over every handler. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { constants, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { FormData as UndiciFormData } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { DownloadOptions } from '../../src/download/download-options.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { NetworkError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { Pool } from '../../src/pool/pool.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { matrixHandlers } from '../security/fault-cells.ts';

/** The handlers of HTTP/1.1, HTTP/2 without TLS, and the mock with the same answers out of memory. */
const handlers: Readonly<Record<string, () => Transport>> = {
  ...matrixHandlers,
  http2: () => http2Handler(),
  mock: memoryHandler,
};

let servers: readonly Server[];
let origins: Readonly<Record<string, string>>;
let folder: string;
const sockets = new Set<Socket>();

/** `/read` answers with the body, `/early` without it, `/never` not at all, `/slow` with a body that has no end. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sources-'));
  servers = [createServer(answer), createHttp2Server(answer as never) as unknown as Server];
  for (const server of servers) {
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  const [http1, http2] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  origins = { http1: http1!, http2: http2!, mock: 'http://memory' };
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  // The client ends streams of HTTP/2 with an error of theirs.
  request.on('error', () => undefined);
  if (request.url === '/early') response.writeHead(413, { 'Content-Length': 0 }).end();
  else if (request.url === '/slow') response.writeHead(200).write('x');
  else if (request.url === '/304') response.writeHead(304, { ETag: '"1"' }).end();
  else if (request.url === '/text') response.end('text');
  else if (request.url === '/broken') response.writeHead(200).write('x', () => cut(response));
  else if (request.url === '/many') response.end(Buffer.alloc(200_000, 'x'));
  else if (request.url === '/informed') {
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.end('text');
  } else if (request.url === '/read') {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('X-Type', request.headers['content-type'] ?? '');
      response.end(Buffer.concat(chunks));
    });
  } else request.resume();
}

/** Ends the connection of HTTP/1.1, or the stream of HTTP/2, in the midst of a body. */
function cut(response: ServerResponse & { stream?: ServerHttp2Stream }): void {
  if (response.stream === undefined) response.destroy();
  else response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}

function memoryHandler(): Transport {
  const mock = mockHandler();
  const answering: Transport = (request, options) => {
    mock.append(memoryAnswer);
    return mock(request, options);
  };
  return Object.assign(answering, { handlerName: 'mock' });
}

async function memoryAnswer(request: HttpRequest): Promise<HttpResponse> {
  const { hostname, pathname } = new URL(request.url);
  if (hostname !== 'memory') throw new NetworkError('nobody is there', { request });
  if (pathname === '/early') return new HttpResponse(413);
  if (pathname === '/slow')
    return new HttpResponse(200, {}, new ReadableStream({ start: (to) => to.enqueue(Buffer.from('x')) }));
  if (pathname === '/many') return new HttpResponse(200, {}, Readable.from([Buffer.from('x'), Buffer.from('y')]));
  if (pathname === '/never') return new Promise(() => undefined);
  if (pathname === '/304') return new HttpResponse(304, { ETag: '"1"' });
  if (pathname === '/text') return new HttpResponse(200, {}, request.method === 'HEAD' ? null : 'text');
  const body = await request.bytes();
  return new HttpResponse(200, { 'X-Type': request.headers.get('content-type') ?? '' }, body);
}

interface Source {
  readonly body: NonNullable<RequestOptions['body']>;
  /** How often it was let go of. */
  released(): number;
}

/** Sources that have one chunk to give, and then nothing, without an end. */
const waiting: Readonly<Record<string, () => Source>> = {
  'a Node stream'() {
    const destroy = vi.fn();
    let given = false;
    const body = new Readable({
      read() {
        if (!given) this.push('x');
        given = true;
      },
      destroy(error, callback) {
        destroy();
        callback(error);
      },
    });
    return { body, released: () => destroy.mock.calls.length };
  },
  'a web stream'() {
    const cancel = vi.fn();
    const body = new ReadableStream<Uint8Array>({ start: (given) => given.enqueue(Buffer.from('x')), cancel });
    return { body, released: () => cancel.mock.calls.length };
  },
  'an iterator'() {
    let given = false;
    const returned = vi.fn(async () => ({ done: true as const, value: undefined }));
    const body: AsyncIterableIterator<string> = {
      [Symbol.asyncIterator]: () => body,
      next: () => {
        if (given) return new Promise(() => undefined);
        given = true;
        return Promise.resolve({ done: false, value: 'x' });
      },
      return: returned,
    };
    return { body, released: () => returned.mock.calls.length };
  },
};

/** Contents of a part that fail, each before the parts after it are read. */
const failingParts: Readonly<Record<string, () => unknown>> = {
  'a file that is not there': () => createReadStream(join(folder, 'none')),
  'a generator that throws': () =>
    // biome-ignore lint/correctness/useYield: it fails before it has anything
    (async function* () {
      throw new Error('mine');
    })(),
  'a function that throws': () => () => {
    throw new Error('mine');
  },
  'what is no part': () => Symbol('none'),
};

/** Sinks that are over before there is a body: at once, or by `lose`. */
const lostSinks: Readonly<Record<string, () => { sink: unknown; lose?(): void }>> = {
  'ended already': () => ({ sink: new Writable({ write: (_chunk, _encoding, done) => done() }).end() }),
  'destroyed already': () => ({ sink: new Writable().destroy() }),
  'destroyed already, with an error': () => ({ sink: new Writable().destroy(new Error('full')) }),
  'a web stream, closed already'() {
    const sink = new WritableStream();
    void sink.close();
    return { sink };
  },
  'ended while the head is waited for'() {
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    return { sink, lose: () => setImmediate(() => sink.end()) };
  },
  'destroyed without an error while the head is waited for'() {
    const sink = new Writable();
    return { sink, lose: () => setImmediate(() => sink.destroy()) };
  },
  'a web stream that fails while the head is waited for'() {
    let control!: WritableStreamDefaultController;
    const sink = new WritableStream({ start: (given) => void (control = given) });
    return { sink, lose: () => setImmediate(() => control.error(new Error('full'))) };
  },
};

/** What ends a call, and what it is asked with. */
const ends: Readonly<Record<string, (stop: AbortController) => { path: string; options?: RequestOptions }>> = {
  'an abort before'(stop) {
    stop.abort();
    return { path: '/read' };
  },
  'a wrong option at the door': () => ({ path: '/read', options: { timeout: 'soon' as never } }),
  'a URL that is none': () => ({ path: 'http://[' }),
  'a refused connection': () => ({ path: 'http://127.0.0.1:1/' }),
  'a name that does not resolve': () => ({ path: 'http://no-such-host.invalid/' }),
  'a timeout while it waits': () => ({ path: '/read', options: { timeout: 100 } }),
  'an abort while it waits'(stop) {
    setTimeout(() => stop.abort(), 100);
    return { path: '/read' };
  },
  'an early answer': () => ({ path: '/early' }),
};

describe.each(Object.keys(handlers))('over %s', (name) => {
  let client: Client;
  beforeEach(() => {
    const baseUri = origins[name] ?? origins['http1']!;
    client = new Client({ handler: HandlerStack.create(handlers[name]!()), baseUri });
  });
  afterEach(() => client.destroy());

  describe.each(Object.keys(waiting))('%s that waits', (kind) => {
    it.each(Object.keys(ends))('is let go of exactly once by %s', async (end) => {
      const source = waiting[kind]!();
      const stop = new AbortController();
      const { path, options } = ends[end]!(stop);
      await expect(client.post(path, { body: source.body, signal: stop.signal, ...options })).rejects.toThrow();
      await vi.waitFor(() => expect(source.released()).toBe(1));
      await new Promise(setImmediate);
      expect(source.released()).toBe(1);
    });

    it.each(Object.keys(failingParts))('is let go of as a part of multipart after %s', async (part) => {
      const source = waiting[kind]!();
      const multipart = [
        { name: 'a', contents: failingParts[part]!() as never },
        { name: 'b', contents: source.body as never },
        { name: 'c', contents: [source.body] as never },
      ].slice(0, part === 'what is no part' ? 3 : 2);
      await expect(client.post('/read', { multipart })).rejects.toThrow();
      await vi.waitFor(() => expect(source.released()).toBe(1));
    });

    it('is let go of as a part of multipart too', async () => {
      const source = waiting[kind]!();
      const multipart = [
        { name: 'a', contents: 'text' },
        { name: 'b', contents: source.body as never },
      ];
      await expect(client.post('/read', { multipart, timeout: 100 })).rejects.toThrow();
      await vi.waitFor(() => expect(source.released()).toBe(1));
      const unsent = waiting[kind]!();
      const parts = [{ name: 'b', contents: unsent.body as never }];
      await expect(client.post('http://127.0.0.1:1/', { multipart: parts })).rejects.toThrow();
      await vi.waitFor(() => expect(unsent.released()).toBe(1));
    });
  });

  it.each([0, 30])('a file that is not there is the cause of a rejection, after a delay of %d ms', async (delay) => {
    const missing = () => createReadStream(join(folder, 'none'));
    // The mock's own function reads the body, and what it throws is what the call rejects with.
    const expected = name === 'mock' ? { code: 'ENOENT' } : { code: 'ERR_BODY_SOURCE', cause: { code: 'ENOENT' } };
    await expect(client.post('/read', { body: missing(), delay })).rejects.toMatchObject(expected);
    const multipart = [{ name: 'file', contents: missing() }];
    await expect(client.post('/read', { multipart, delay })).rejects.toMatchObject(expected);
    await expect(client.send(new HttpRequest('POST', '/read', {}, missing()), { delay })).rejects.toMatchObject(
      expected,
    );
    const sink = createWriteStream(join(folder, 'none', 'file'));
    const lost = { code: 'ERR_SINK', cause: { code: 'ENOENT' } };
    await expect(client.get('/text', { sink, delay })).rejects.toMatchObject(lost);
  });

  it('progress, a function and a generator run in the context of their own call', async () => {
    const context = new AsyncLocalStorage<number>();
    onTestFinished(() => context.disable());
    const seen: [number, number | undefined][] = [];
    const calls = [1, 2, 3, 4, 5, 6].map((call) =>
      context.run(call, () => {
        const note = () => void seen.push([call, context.getStore()]);
        const made = async function* () {
          note();
          yield 'a';
          await new Promise(setImmediate);
          note();
          yield 'b';
        };
        const bound = name === 'fetch' ? {} : { connections: 1 };
        return client.post('/read', { body: call % 2 ? made() : made, progress: note, ...bound }).text();
      }),
    );
    expect(await Promise.all(calls)).toEqual(Array(6).fill('ab'));
    // Nothing is sent to the mock, which so tells no progress of it.
    expect(seen.length).toBeGreaterThanOrEqual(name === 'mock' ? 18 : 24);
    expect(seen.filter(([call, store]) => call !== store)).toEqual([]);
  });

  it('onHeaders and onInformation run in the context of their own call, also over a kept connection', async () => {
    const context = new AsyncLocalStorage<number>();
    onTestFinished(() => context.disable());
    const seen: [string, number, number | undefined][] = [];
    const informs = !['undici', 'fetch', 'mock'].includes(name);
    for (const call of [1, 2, 3, 4]) {
      const note = (what: string) => () => void seen.push([what, call, context.getStore()]);
      const informed = informs ? { onInformation: note('information') } : {};
      const options = { onHeaders: note('head'), ...informed, stream: call % 2 === 0 };
      await context.run(call, () => client.get('/informed', options).text());
    }
    const told = informs ? ['information', 'head'] : ['head'];
    expect(seen.map(([what]) => what)).toEqual(Array(4).fill(told).flat());
    expect(seen.filter(([, call, store]) => call !== store)).toEqual([]);
  });

  it.each([['a text'], ['null'], ['false'], ['a number']])(
    '%s as a reason comes out of a streamed body as it is',
    async (kind) => {
      const reason = { 'a text': 'enough', null: null, false: false, 'a number': 0 }[kind];
      const stop = new AbortController();
      const response = await client.get('/slow', { stream: true, signal: stop.signal });
      setTimeout(() => stop.abort(reason), 20);
      const seen = await response.bytes().then(
        () => 'no rejection',
        (given: unknown) => ({ given }),
      );
      expect(seen).toEqual({ given: reason });
    },
  );

  // The mock's stream is told of it at its next read.
  it.skipIf(name === 'mock').each<[string, string, RequestOptions]>([
    ['an abort', '/slow', {}],
    ['a connection that is cut', '/broken', {}],
    ['a connection that is cut, long before timeout', '/broken', { timeout: 600_000 }],
    ['readTimeout', '/slow', { readTimeout: 50 }],
    ['timeout', '/slow', { timeout: 500 }],
  ])('a stream that fails while nobody listens to it ends nothing: by %s', async (way, path, options) => {
    for (const isRead of [false, true]) {
      const stop = new AbortController();
      const response = await client.get(path, { ...options, stream: true, signal: stop.signal });
      const stream = response.stream() as Readable;
      if (isRead) stream.resume();
      if (way === 'an abort') stop.abort('enough');
      await vi.waitFor(() => expect(stream.destroyed).toBe(true));
      await new Promise(setImmediate);
    }
  });

  // Nothing is sent to the mock.
  it.skipIf(name === 'mock')('progress knows the total that Content-Length says of a stream', async () => {
    const totals = new Set<number | undefined>();
    const progress = ({ direction, total }: { direction: string; total: number | undefined }) => {
      if (direction === 'upload') totals.add(total);
    };
    const body = Readable.from([Buffer.from('abc')]);
    await client.post('/read', { body, headers: { 'Content-Length': '3' }, progress });
    expect([...totals]).toEqual([3]);
  });

  it('a sink of a HEAD and of a 304 stays as it is, and response.sink says where it is', async () => {
    const path = join(folder, `kept-${name.replace(':', '')}`);
    writeFileSync(path, 'what was there');
    expect((await client.head('/text', { sink: path })).sink).toBe(path);
    expect((await client.get('/304', { sink: path })).status).toBe(304);
    expect(readFileSync(path, 'utf8')).toBe('what was there');
    await client.get('/text', { sink: path });
    expect(readFileSync(path, 'utf8')).toBe('text');
  });

  it('a sink that fails while the head is waited for ends the call at once', async () => {
    const source = waiting['an iterator']!();
    const sink = createWriteStream(join(folder, 'none', 'file'));
    const asked = client.post('/read', { body: source.body, sink, retry: 2 });
    await expect(asked).rejects.toMatchObject({ name: 'RequestError', code: 'ERR_SINK', cause: { code: 'ENOENT' } });
    await vi.waitFor(() => expect(source.released()).toBe(1));
  });

  it.each(Object.keys(lostSinks))('a sink that is %s ends the call at once, and with ERR_SINK', async (kind) => {
    const { sink, lose } = lostSinks[kind]!();
    const asked = client.post('/never', { sink: sink as never, retry: 2, body: 'x' });
    lose?.();
    await expect(asked).rejects.toMatchObject({ name: 'RequestError', code: 'ERR_SINK' });
    // What failed is the caller's again.
    if (sink instanceof WritableStream) expect(sink.locked).toBe(false);
  });

  it('a sink that is destroyed without an error while it is filled is ERR_SINK, not a broken body', async () => {
    const sink = new Writable({
      write() {
        this.destroy();
      },
    });
    await expect(client.get('/slow', { sink })).rejects.toMatchObject({ name: 'ResponseError', code: 'ERR_SINK' });
    const ended = new Writable({
      write(_chunk, _encoding, done) {
        done();
        this.end();
      },
    });
    await expect(client.get('/many', { sink: ended })).rejects.toMatchObject({ code: 'ERR_SINK' });
  });

  it('the same file stream for two calls is ERR_SINK in the second', async () => {
    const sink = createWriteStream(join(folder, `twice-${name.replace(':', '')}`));
    await client.get('/text', { sink });
    await expect(client.get('/text', { sink })).rejects.toMatchObject({ code: 'ERR_SINK' });
  });

  it('timeout and signal reach a sink that takes nothing, and a named pipe that nobody reads', async () => {
    // A sink that nothing was written to stays the caller's: so nothing is to be loaded or dialled any more.
    await client.get('/text');
    const stuck = new Writable({ write: () => undefined });
    await expect(client.get('/text', { sink: stuck, timeout: 500 })).rejects.toMatchObject({
      code: 'ERR_TIMEOUT_TOTAL',
    });
    expect(stuck.destroyed).toBe(true);
    const web = new WritableStream<Uint8Array>({ write: () => new Promise(() => undefined) });
    await expect(client.get('/text', { sink: web, timeout: 100 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT_TOTAL' });
    const stop = new AbortController();
    const other = new Writable({ write: () => stop.abort(new Error('enough')) });
    await expect(client.get('/text', { sink: other, signal: stop.signal })).rejects.toThrow('enough');
    expect(other.destroyed).toBe(true);
    const pipe = join(folder, `pipe-${name.replace(':', '')}`);
    execFileSync('mkfifo', [pipe]);
    await expect(client.get('/text', { sink: pipe, timeout: 100 })).rejects.toMatchObject({
      code: 'ERR_TIMEOUT_TOTAL',
    });
  });

  it('forms, blobs and buffers are told by their shape', async () => {
    const bytes = runInNewContext('new Uint8Array([97, 98]).buffer') as ArrayBuffer;
    expect(bytes).not.toBeInstanceOf(ArrayBuffer);
    expect(await client.post('/read', { body: bytes }).text()).toBe('ab');
    const form = new UndiciFormData();
    form.append('a', '1');
    const response = await client.post('/read', { body: form as unknown as FormData });
    expect(response.headers.get('X-Type')).toMatch(/^multipart\/form-data; boundary=/);
    expect(await response.text()).toContain('name="a"\r\n\r\n1\r\n');
    // As npm's form-data is: a stream of the oldest kind that knows its boundary.
    const old = new PassThrough();
    Object.assign(old, { getBoundary: () => 'edge', [Symbol.asyncIterator]: undefined });
    old.end('--edge--\r\n');
    const sent = await client.post('/read', { body: old });
    expect([sent.headers.get('X-Type'), await sent.text()]).toEqual([
      'multipart/form-data; boundary=edge',
      '--edge--\r\n',
    ]);
  });
});

/** Other ways to give a source than a call of the client's own. */
const ways: Readonly<Record<string, (client: Client, body: never, signal: AbortSignal) => Promise<unknown>>> = {
  'client.fetch': (client, body, signal) =>
    client.fetch(`${origins['http1']}/read`, { method: 'POST', body, signal, duplex: 'half' } as RequestInit),
  download: (client, body, signal) =>
    client.download('/read', join(folder, 'downloaded'), { body, signal } as DownloadOptions),
  async Pool(client, body, signal) {
    const pool = new Pool(client, [new HttpRequest('POST', '/read', {}, body)], { options: { signal } });
    for await (const { error } of pool) throw error;
  },
  // A thread of its own sends it, and no stream gets there.
  requestSync: async (client, body) => client.requestSync('POST', '/read', { body }),
  send: (client, body, signal) => client.send(new HttpRequest('POST', '/read', {}, body), { signal }),
};

describe.each(Object.keys(ways))('given to %s', (way) => {
  it.each(Object.keys(waiting))('%s that waits is let go of exactly once when the call is stopped', async (kind) => {
    const client = new Client({ baseUri: origins['http1']! });
    for (const delay of [0, 50]) {
      const source = waiting[kind]!();
      const signal = delay === 0 ? AbortSignal.abort() : AbortSignal.timeout(delay);
      await expect(ways[way]!(client, source.body as never, signal)).rejects.toThrow();
      await vi.waitFor(() => expect(source.released()).toBe(1));
      await new Promise(setImmediate);
      expect(source.released()).toBe(1);
    }
    await client.destroy();
  });
});

it('what is no request rejects, as every other mistake does', async () => {
  const client = new Client();
  await expect(client.send(undefined as never)).rejects.toThrow(TypeError);
  await expect(client.sendAsync(undefined as never)).rejects.toThrow(TypeError);
  await client.close();
});
