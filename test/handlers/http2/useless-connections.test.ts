/** Servers whose connections are of no use, however many are made: a request ends, and makes few. */
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Transport } from '../../../src/stack/handler.ts';
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

function send(handler: Transport, url: string, options: RequestOptions = {}, body: string | null = null) {
  return handler(new HttpRequest(body === null ? 'GET' : 'POST', url, {}, body), { version: '2', ...options });
}

/** SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113 section 6.5.2). */
const streams = (count: number) => frames.settings([3, count]);
const refused = (stream: number) => [frames.reset(stream, 7)];
const closing = (bytes: readonly Buffer[]) => (_: number, socket: Socket) => {
  for (const piece of bytes) socket.write(piece);
  socket.end();
  return [];
};

type Open = (connection: number, socket: Socket) => readonly Buffer[];

/** What a connection begins with, and what is done to a stream nevertheless. */
const USELESS: readonly (readonly [string, Open, ((stream: number) => readonly Buffer[])?])[] = [
  ['no streams', () => [streams(0)]],
  ['no streams, each refused', () => [streams(0)], refused],
  ['no streams, then GOAWAY', () => [streams(0), frames.goaway(0)]],
  ['no streams, then its end', closing([streams(0)])],
  [
    'no streams at first, then its end at once',
    (n, socket) => (n === 1 ? [streams(0)] : closing([])(n, socket)),
    refused,
  ],
  ['no streams at first, then silence', (n) => (n === 1 ? [streams(0)] : []), refused],
  ['GOAWAY', () => [frames.settings(), frames.goaway(0)]],
  ['GOAWAY with an error', () => [frames.settings(), frames.goaway(0, 11)]],
  ['its end', closing([])],
  ['SETTINGS, then its end', closing([frames.settings()])],
  ['silence', () => []],
  ['a refusal of each stream', () => [frames.settings()], refused],
  ['what is not HTTP/2', () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
];

describe.each([{ keepAlive: true }, { keepAlive: false }])('a connection that begins with', (kept) => {
  for (const [what, open, answer = () => []] of USELESS) {
    it(`${what} is not made again without end, keepAlive ${kept.keepAlive}`, async () => {
      await using peer = await startFrames(answer, open);
      const handler = fresh();
      const options = { ...kept, headersTimeout: 300 };
      // Two rounds: what the first learned of the server is known in the second.
      for (const limit of [12, 24]) {
        const sent = [send(handler, peer.url, options), send(handler, peer.url, options, 'text')];
        const ends = await Promise.allSettled(sent);
        expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
        expect(peer.connections).toBeLessThanOrEqual(limit);
      }
      // Nobody is served, nobody waits, and nothing is being made for anybody.
      await vi.waitFor(() => expect(handler.stats?.()).toMatchObject({ waiting: 0, running: 0 }));
    });
  }
});

describe('a server that allows no streams', () => {
  /** Allows none from the first request on, and refuses that. */
  const barring = (stream: number) => (stream === 1 ? [streams(0), ...refused(1)] : [frames.headers(stream, {}, true)]);

  it.each([
    ['headersTimeout', 'headers'],
    ['queueTimeout', 'queue'],
  ] as const)('is named when %s ends the wait', async (limit, phase) => {
    await using peer = await startFrames(barring);
    const error = await send(fresh(), peer.url, { [limit]: 200 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'TimeoutError', phase });
    expect(String(error)).toMatch(/allows no request.*SETTINGS_MAX_CONCURRENT_STREAMS.*200 ms/);
    expect(peer.connections).toBe(1);
  });

  it('is named by a request that node:http2 holds back', async () => {
    await using peer = await startFrames(
      () => [],
      () => [streams(0)],
    );
    const error = await send(fresh(), peer.url, { headersTimeout: 200 }).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/TimeoutError.*SETTINGS_MAX_CONCURRENT_STREAMS.*200 ms/);
  });

  it('serves who waited when it allows them, over the same connection', async () => {
    const sockets: Socket[] = [];
    await using peer = await startFrames(barring, (_, socket) => {
      sockets.push(socket);
      return [frames.settings()];
    });
    const handler = fresh();
    const sent = send(handler, peer.url);
    await vi.waitFor(() => expect(peer.heads).toEqual(['1.1']));
    await vi.waitFor(() => expect(handler.stats?.()).toMatchObject({ connections: 1, waiting: 1 }));
    sockets[0]!.write(streams(10));
    expect((await sent).status).toBe(200);
    expect(peer.heads).toEqual(['1.1', '1.3']);
  });

  it('is left when nobody waits any more', async () => {
    const closed = vi.fn();
    await using peer = await startFrames(barring, (_, socket) => {
      socket.on('close', closed);
      return [frames.settings()];
    });
    const handler = fresh();
    const caller = new AbortController();
    const sent = send(handler, peer.url, { signal: caller.signal }).catch((reason: unknown) => reason);
    await vi.waitFor(() => expect(peer.heads).toEqual(['1.1']));
    await vi.waitFor(() => expect(handler.stats?.()).toMatchObject({ waiting: 1 }));
    caller.abort(new Error('enough'));
    expect(await sent).toMatchObject({ message: 'enough' });
    await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(1));
  });
});
