/** The connections of HTTP/2 to one origin, where what waits for a stream loses the connection that it waited on. */
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { rejection } from '../../contract/bench.ts';
import { frames, startFrames } from '../../support/http2-peer.ts';

const made: Transport[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((handler) => handler.destroy?.()));
});

function fresh(): Transport {
  const handler = http2Handler();
  made.push(handler);
  return handler;
}

function send(handler: Transport, url: string, options: RequestOptions = {}) {
  return handler(new HttpRequest('GET', url), { version: '2', ...options });
}

/** The machine may be busy. */
const until = (check: () => void) => vi.waitFor(check, 10_000);

/** SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113 section 6.5.2). */
const streams = (count: number) => frames.settings([3, count]);
/** Allows one stream at first, and none from the first request on, which it refuses. */
const barring = () => [streams(0), frames.reset(1, 7)];

describe('a request that waits for a stream', () => {
  it('is timed out also on the second connection that allows none', async () => {
    const sockets: Socket[] = [];
    await using peer = await startFrames(barring, (n, socket) => {
      sockets.push(socket);
      return [n === 1 ? frames.settings() : streams(0)];
    });
    const handler = fresh();
    const clock = new FakeClock();
    const failed = rejection(send(handler, peer.url, { headersTimeout: 400, connectTimeout: 0, clock }));
    await until(() => expect(peer.heads).toEqual(['1.1']));
    await until(() => expect(handler.stats?.()).toMatchObject({ connections: 1, idle: 1, waiting: 1 }));
    sockets[0]!.write(frames.goaway(1));
    await until(() => expect(peer.connections).toBe(2));
    // The new connection is known to allow none as soon as it is there.
    await until(() => expect(handler.stats?.()).toMatchObject({ connections: 1, idle: 1, waiting: 1 }));
    await clock.advance(400);
    expect(await failed).toMatchObject({ name: 'TimeoutError', phase: 'headers' });
  });

  it('gets another connection when its own had to go for another origin', async () => {
    let isOpen = false;
    const answer = (stream: number) => (isOpen ? [frames.headers(stream, {}, true)] : barring());
    await using barred = await startFrames(answer, () => [frames.settings()]);
    await using other = await startFrames((stream) => [frames.headers(stream, {}, true)]);
    const handler = fresh();
    const options = { connections: { total: 1 } };
    const first = send(handler, barred.url, options);
    await until(() => expect(barred.heads).toEqual(['1.1']));
    await until(() => expect(handler.stats?.()).toMatchObject({ connections: 1, idle: 1, waiting: 1 }));
    isOpen = true;
    expect((await send(handler, other.url, options)).status).toBe(200);
    await until(() => expect(barred.connections).toBe(2));
    expect((await first).status).toBe(200);
  });
});
