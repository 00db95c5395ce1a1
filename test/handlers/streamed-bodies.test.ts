/** Streamed responses that end in ways of their own, over every handler of Node that streams. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { type Http2Peer, startHttp2 } from '../support/http2-peer.ts';

const HALF = Buffer.alloc(40_000, 97);
let one: TestServer;
let two: Http2Peer;
/** Lets a server send the second half of what it has begun. */
let finish: (() => void) | undefined;

beforeAll(async () => {
  const begin = (response: { write(half: Buffer): unknown; end(half: Buffer): unknown }) => {
    response.write(HALF);
    finish = () => response.end(HALF);
  };
  one = await startServer({ listener: (_, response) => begin(response) });
  two = await startHttp2({ listener: (_, response) => begin(response) });
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
])('over %s', (name, make) => {
  const ask = (handler: Transport, options: RequestOptions = {}) =>
    handler(new HttpRequest('GET', name === 'http2' ? two.url() : one.url('/')), {
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
