/** A clock of the caller's that throws, wherever it is read: the call fails with that, and what it held is free again. */
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import type { Clock } from '../../src/time/clock.ts';
import { systemClock } from '../../src/time/clock.ts';

const plain = createServer((request, response) => void request.resume().on('end', () => response.end('ok')));
const multiplexed = createHttp2Server((request, response) => void request.resume().on('end', () => response.end('ok')));
const sessions = new Set<{ destroy(): void }>();
multiplexed.on('session', (session) => sessions.add(session));

beforeAll(async () => {
  for (const server of [plain, multiplexed]) {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  }
});
afterAll(async () => {
  plain.closeAllConnections();
  for (const session of sessions) session.destroy();
  for (const server of [plain, multiplexed]) await new Promise((resolve) => void server.close(resolve));
});

const handlers: readonly (readonly [name: string, make: () => Transport, options: RequestOptions])[] = [
  ['undici', () => undiciHandler(), { connections: 1, queueTimeout: 60_000 }],
  ['node:http', () => nodeHttpHandler(), { connections: 1, queueTimeout: 60_000 }],
  ['stream', () => streamHandler(), { connections: 1, queueTimeout: 60_000 }],
  ['http2', () => http2Handler(), { connections: 1, queueTimeout: 60_000, version: '2', keepAlive: false }],
  ['fetch', () => fetchHandler(), {}],
];

/** The system's clock, that throws when it is asked for the nth time, and from then on unless it does so `once`. */
class BrokenClock implements Clock {
  readonly fault = new Error('the clock broke');
  thrown = 0;
  #asked = 0;

  constructor(
    readonly what: 'now' | 'sleep',
    readonly nth: number,
    readonly once: boolean,
  ) {}

  now(): number {
    if (this.what === 'now') this.#look();
    return systemClock.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.what === 'sleep') this.#look();
    return systemClock.sleep(ms, signal);
  }

  #look(): void {
    this.#asked += 1;
    if (this.once ? this.#asked !== this.nth : this.#asked < this.nth) return;
    this.thrown += 1;
    throw this.fault;
  }
}

/** More than a request looks at its clock. */
const LOOKS = 24;

describe.each(handlers)('a clock that throws over %s', (name, make, options) => {
  const port = () => ((name === 'http2' ? multiplexed : plain).address() as AddressInfo).port;
  const get = (body: string | null = null) => new HttpRequest('POST', `http://127.0.0.1:${port()}/`, {}, body);
  const text = async (handler: Transport, more: RequestOptions, body: string | null = null) =>
    (await handler(get(body), { ...options, ...more })).text();

  for (const what of ['now', 'sleep'] as const) {
    for (const once of [true, false]) {
      for (const place of ['first', 'in a queue'] as const) {
        for (const stream of [false, true]) {
          const how = `${what} ${once ? 'once' : 'for good'}, ${place}, ${stream ? 'streamed' : 'buffered'}`;
          it(`fails its call alone: ${how}`, async () => {
            let broke = 0;
            for (let nth = 1; nth <= LOOKS; nth += 1) {
              const handler = make();
              const clock = new BrokenClock(what, nth, once);
              const before = place === 'first' ? undefined : text(handler, {});
              const failing = text(handler, { clock, stream, readTimeout: 50_000 }, 'body').catch(
                (error: unknown) => error,
              );
              const next = text(handler, {});
              await before;
              const outcome = await failing;
              // One that throws once the answer is here has nothing left to fail.
              expect([clock.fault, 'ok'], `look ${nth}`).toContain(outcome);
              expect(await next, `after look ${nth}`).toBe('ok');
              if (outcome === clock.fault) broke += 1;
              await handler.destroy?.();
              if (clock.thrown === 0) break;
            }
            expect(broke).toBeGreaterThan(0);
          });
        }
      }
    }
  }
});
