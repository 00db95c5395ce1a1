import { createHash } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NodeHandlerSettings } from '../../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../../src/handlers/node/stream.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { HttpResponse } from '../../../src/message/response.ts';
import type { Progress, RequestOptions } from '../../../src/options/options.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { endlessBody, plainResponse, stallAt } from '../../../src/testing/faults.ts';
import { startScriptedServer } from '../../../src/testing/scripted-server.ts';
import { startServer } from '../../../src/testing/server.ts';
import { rejection } from '../../support/fake-handler.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

function handlerOf(settings?: NodeHandlerSettings): Transport {
  const handler = streamHandler(settings);
  closing.push(async () => handler.destroy?.());
  return handler;
}

async function site() {
  const server = await startServer();
  closing.push(() => server.close());
  return server;
}

async function playing(...given: Parameters<typeof startScriptedServer>) {
  const server = await startScriptedServer(...given);
  closing.push(() => server.close());
  return server;
}

function streaming(url: string, options: RequestOptions = {}): Promise<HttpResponse> {
  return handlerOf()(new HttpRequest('GET', url), { stream: true, ...options });
}

/** The next chunk, without taking the stream's end for granted. */
async function read(stream: Readable): Promise<Buffer> {
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) return chunk;
    await new Promise((resolve) => stream.once('readable', resolve));
  }
}

describe('a body of streamHandler', () => {
  it("is the parser's own message, which does not flow before it is read", async () => {
    const server = await site();
    const stream = (await streaming(server.url('/bytes/10'))).stream() as Readable;
    expect(stream).toBeInstanceOf(IncomingMessage);
    expect([stream.readableFlowing, stream.readableDidRead]).toEqual([null, false]);
  });

  it('arrives whole', async () => {
    const server = await site();
    const buffered = await (await handlerOf()(new HttpRequest('GET', server.url('/stream-bytes/3000000')), {})).bytes();
    const hash = createHash('sha256');
    await pipeline((await streaming(server.url('/stream-bytes/3000000'))).stream(), hash);
    expect(buffered.byteLength).toBe(3_000_000);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(buffered).digest('hex'));
  });

  it('is pulled: a server is not read faster than its reader reads', async () => {
    const server = await playing(endlessBody());
    const received: number[] = [];
    const response = await streaming(server.url(), { progress: ({ transferred }) => void received.push(transferred) });
    const stream = response.stream() as Readable;
    await read(stream);
    await new Promise((resolve) => setImmediate(resolve));
    expect(received.at(-1)).toBeLessThan(1_000_000);
    stream.destroy();
    await server.allClosed();
  });

  it('frees its connection once it was read', async () => {
    const server = await site();
    const handler = handlerOf();
    for (let n = 0; n < 3; n += 1)
      await (await handler(new HttpRequest('GET', server.url('/json')), { stream: true })).bytes();
    expect(server.totalConnections).toBe(1);
  });

  it('frees its connection when a short rest is dropped, and closes it for a long one', async () => {
    const server = await site();
    const handler = handlerOf({ connections: 1 });
    const get = (path: string) => handler(new HttpRequest('GET', server.url(path)), { stream: true });
    await (await get('/bytes/1000')).discard();
    await (await get('/json')).text();
    expect(server.totalConnections).toBe(1);
    await (await get('/bytes/10000000')).discard();
    await server.allClosed();
  });

  it('keeps the error that its reader ends it with', async () => {
    const server = await site();
    const stream = (await streaming(server.url('/bytes/10000000'))).stream() as Readable;
    const mine = new Error('not my kind of body');
    stream.destroy(mine);
    await server.allClosed();
    expect(stream.errored).toBe(mine);
  });

  it('waits a second for a rest that nobody wants, then closes the connection', async () => {
    const clock = new FakeClock();
    const server = await playing(stallAt(plainResponse().length - 2));
    await (await streaming(server.url(), { clock, connectTimeout: 0 })).discard();
    await clock.advance(1000);
    await server.allClosed();
    expect(clock.pending).toBe(0);
  });

  it('holds up no close when nobody wants it', async () => {
    const server = await playing(stallAt(plainResponse().length - 2));
    const handler = handlerOf();
    await (await handler(new HttpRequest('GET', server.url()), { stream: true })).discard();
    await new Promise((resolve) => setImmediate(resolve));
    await handler.close?.();
    await server.allClosed();
  });

  it.each([
    ['HEAD', '/bytes/10'],
    ['GET', '/status/204'],
    ['GET', '/empty'],
  ])('is empty bytes, and its connection free, for %s %s', async (method, path) => {
    const server = await site();
    const handler = handlerOf();
    const response = await handler(new HttpRequest(method, server.url(path)), { stream: true });
    expect([response.streamed, await response.text()]).toEqual([false, '']);
    await (await handler(new HttpRequest('GET', server.url('/json')), {})).text();
    expect(server.totalConnections).toBe(1);
  });

  it('tells its progress', async () => {
    const server = await site();
    const seen: Progress[] = [];
    const response = await streaming(server.url('/bytes/5000'), { progress: (one) => void seen.push(one) });
    await response.bytes();
    expect(seen.at(-1)).toEqual({ direction: 'download', transferred: 5000, total: 5000 });
  });

  it('is buffered without the stream option', async () => {
    const server = await site();
    const response = await handlerOf()(new HttpRequest('GET', server.url('/json')), {});
    expect([response.streamed, response.facts.handler, response.facts.bytesReceived]).toEqual([
      false,
      'stream',
      expect.any(Number),
    ]);
  });
});

describe('a body of streamHandler that fails', () => {
  const readers: [string, (response: HttpResponse) => Promise<unknown>][] = [
    ['bytes()', (response) => response.bytes()],
    [
      'a loop',
      async (response) => {
        for await (const _ of response);
      },
    ],
    ['pipeline()', (response) => pipeline(response.stream(), createHash('sha256'))],
    ['the web stream', (response) => new Response(response.body).arrayBuffer()],
  ];

  it.each(readers)('is a BodyError for who reads it with %s', async (_, reader) => {
    const server = await site();
    const response = await streaming(server.url('/close-in-body'));
    expect(await rejection(reader(response))).toMatchObject({
      name: 'BodyError',
      code: 'ERR_BODY_TRUNCATED',
      response: { status: 200 },
    });
  });

  it.each([
    ['/close-in-body', 'ERR_BODY_TRUNCATED'],
    ['/reset-in-body', 'ERR_BODY_TRUNCATED'],
    ['/bad-chunk', 'ERR_BODY_FRAMING'],
  ])('keeps its error for who reads %s late', async (path, code) => {
    const server = await site();
    const response = await streaming(server.url(path));
    await server.allClosed();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await rejection(response.bytes())).toMatchObject({ name: 'BodyError', code });
  });

  it('ends with the reason of an abort, at once, and leaves no listener', async () => {
    const server = await site();
    const stop = new AbortController();
    const removed = vi.spyOn(stop.signal, 'removeEventListener');
    const response = await streaming(server.url('/stall-in-body'), { signal: stop.signal });
    const reading = rejection(response.bytes());
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await reading).toBe(reason);
    expect(removed).toHaveBeenCalled();
    await server.allClosed();
  });

  it('gives a reason that is no error as it is', async () => {
    const server = await site();
    const stop = new AbortController();
    const response = await streaming(server.url('/stall-in-body'), { signal: stop.signal });
    const reading = rejection(response.bytes());
    stop.abort('enough');
    expect(await reading).toBe('enough');
  });

  it('closes the connection when its reader leaves', async () => {
    const server = await site();
    const stop = new AbortController();
    const response = await streaming(server.url('/bytes/10000000'), { signal: stop.signal });
    for await (const _ of response) break;
    await server.allClosed();
    stop.abort(new Error('nobody hears this'));
  });

  it('harms nobody when nobody reads it', async () => {
    const server = await site();
    const response = await streaming(server.url('/reset-in-body'));
    await server.allClosed();
    expect(response.status).toBe(200);
  });
});

describe('readTimeout of a body of streamHandler', () => {
  const options = (clock: FakeClock): RequestOptions => ({
    clock,
    readTimeout: 100,
    connectTimeout: 0,
    headersTimeout: 0,
  });

  it('is exact when the server falls silent', async () => {
    const clock = new FakeClock();
    const server = await playing(stallAt(plainResponse().length - 2));
    const response = await streaming(server.url(), options(clock));
    let failed: unknown;
    const reading = response.bytes().catch((error: unknown) => {
      failed = error;
    });
    await clock.advance(99);
    expect(failed).toBeUndefined();
    await clock.advance(1);
    await reading;
    expect(failed).toMatchObject({ name: 'TimeoutError', phase: 'read', code: 'ERR_TIMEOUT_READ' });
    await server.allClosed();
    expect(clock.pending).toBe(0);
  });

  it('counts from the last bytes', async () => {
    const clock = new FakeClock();
    const server = await playing([{ expect: 'head' }, { trickle: plainResponse('x'.repeat(10)), bytes: 60, ms: 90 }], {
      clock,
    });
    const sent = streaming(server.url(), options(clock));
    const turning = (async () => {
      for (let n = 0; n < 12; n += 1) await clock.advance(45);
    })();
    expect(await (await sent).text()).toBe('x'.repeat(10));
    await turning;
  });

  it('does not count while the reader is behind, and counts anew once it wants more', async () => {
    const clock = new FakeClock();
    const server = await playing(endlessBody());
    const stream = (await streaming(server.url(), options(clock))).stream() as Readable;
    await read(stream);
    await vi.waitFor(() => expect(stream.readableLength).toBeGreaterThan(0));
    await clock.advance(450);
    expect(stream.destroyed).toBe(false);
    await read(stream);
    await clock.advance(90);
    expect(stream.destroyed).toBe(false);
    stream.destroy();
  });
});
