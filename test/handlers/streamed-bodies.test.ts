/** Streamed responses that end in ways of their own, over every handler of Node that streams. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { limits } from '../../src/middleware/limits/limits.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Handler, Transport } from '../../src/stack/handler.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { type Http2Peer, startHttp2 } from '../support/http2-peer.ts';

const HALF = Buffer.alloc(40_000, 97);
let one: TestServer;
let two: Http2Peer;
/** Lets a server send the second half of what it has begun. */
let finish: (() => void) | undefined;
/** Lets it send one more half. */
let more: (() => void) | undefined;

beforeAll(async () => {
  const begin = (
    { url }: { url?: string | undefined },
    response: { write(half: Buffer): unknown; end(half: Buffer): unknown },
  ) => {
    const half = url === '/small' ? HALF.subarray(0, 100) : HALF;
    response.write(half);
    finish = () => response.end(half);
    more = () => response.write(half);
  };
  one = await startServer({ listener: begin });
  two = await startHttp2({ listener: begin });
});
afterAll(async () => {
  await one.close();
  await two[Symbol.asyncDispose]();
});

describe.each<[string, () => Transport]>([
  ['undici', undiciHandler],
  ['node', nodeHttpHandler],
  ['stream', streamHandler],
  ['http2', http2Handler],
  ['fetch', fetchHandler],
])('over %s', (name, make) => {
  const ask = (handler: Handler, options: RequestOptions = {}, path = '/') =>
    handler(new HttpRequest('GET', (name === 'http2' ? two : one).url(path)), {
      stream: true,
      ...(name === 'http2' && { version: '2' as const }),
      ...options,
    });

  it('a body that nobody wants harms no later one, also with readTimeout: 0', async () => {
    const handler = make();
    const left = await ask(handler, { readTimeout: 0 });
    const dropping = left.discard();
    finish!();
    await dropping;
    const next = await ask(handler, { readTimeout: 0 });
    finish!();
    expect((await next.bytes()).length).toBe(80_000);
    await handler.destroy?.();
  });

  it('a body that nobody has begun to read does not hold close, and one that is read does', async () => {
    const handler = make();
    const left = await ask(handler);
    await handler.close?.();
    const reason = await left.bytes().catch((error: unknown) => error);
    expect(reason).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
    const wanted = await ask(handler);
    const reader = wanted.body!.getReader();
    expect((await reader.read()).value!.byteLength).toBeGreaterThan(0);
    const closing = handler.close?.();
    finish!();
    let rest = 0;
    for (let step = await reader.read(); !step.done; step = await reader.read()) rest += step.value.byteLength;
    expect(rest).toBeGreaterThanOrEqual(HALF.length);
    await closing;
    await handler.destroy?.();
  });

  /** Long enough for bytes of this machine to arrive. */
  const arrived = () => new Promise((resolve) => setTimeout(resolve, 40));

  it.each([
    ['as it is', (handler: Transport): Handler => handler],
    ['under limits', (handler: Transport): Handler => limits()(handler)],
  ])('a body that nobody reads ends with readTimeout, counted from its head: %s', async (how, over) => {
    const handler = make();
    const clock = new FakeClock();
    const maxResponseSize = how === 'as it is' ? undefined : 1_000_000;
    const response = await ask(over(handler), { clock, readTimeout: 1000, maxResponseSize }, '/small');
    await clock.advance(600);
    // What comes meanwhile is no reason to wait longer for a reader.
    more!();
    await arrived();
    await clock.advance(400);
    await arrived();
    await expect(response.bytes()).rejects.toMatchObject({ code: 'ERR_TIMEOUT_READ', phase: 'read' });
    expect(clock.pending).toBe(0);
    await handler.destroy?.();
  });

  it('a body whose reader comes before readTimeout is over is timed between its chunks from then on', async () => {
    const handler = make();
    const clock = new FakeClock();
    const response = await ask(handler, { clock, readTimeout: 1000 }, '/small');
    await clock.advance(800);
    more!();
    await arrived();
    const chunks = response[Symbol.asyncIterator]();
    let size = 0;
    const take = async () => {
      size += (await chunks.next()).value?.byteLength ?? 0;
    };
    while (size < 200) await take();
    const waiting = take();
    await arrived();
    await clock.advance(700);
    more!();
    await waiting;
    const last = take();
    await arrived();
    await clock.advance(700);
    finish!();
    await last;
    expect(size).toBe(400);
    expect(await chunks.next()).toMatchObject({ done: true });
    expect(clock.pending).toBe(0);
    await handler.destroy?.();
  });

  it('a body ends with the reason of an abort, which may be no Error', async () => {
    const handler = make();
    const stop = new AbortController();
    const response = await ask(handler, { signal: stop.signal });
    const reading = response.bytes().then(
      () => expect.fail('it came whole'),
      (reason: unknown) => reason,
    );
    stop.abort('enough');
    const reason = await reading;
    expect(reason instanceof Error ? reason.cause : reason).toBe('enough');
    await handler.destroy?.();
  });
});
