/** How many connections there are, who waits for one, and how long one is kept: over every handler with connections. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../../../src/client/client.ts';
import { chooseHandler, wrapStreaming } from '../../../src/handlers/choose.ts';
import { ConnectionLimits, type ConnectionSettings } from '../../../src/handlers/connections/connection-limits.ts';
import { fetchHandler } from '../../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../../src/handlers/undici/undici.ts';
import { isTimeoutError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { rejection } from '../../contract/bench.ts';
import { certificates } from '../../support/certificates.ts';
import { type CountingOptions, type CountingServer, startCounting } from '../../support/counting-server.ts';

interface Row {
  readonly make: (settings?: ConnectionSettings) => Transport;
  readonly kind: NonNullable<CountingOptions['kind']>;
  readonly options: RequestOptions;
}

/** Over HTTP/2 each connection takes one stream at a time, or the first would carry everything. */
const rows: Readonly<Record<string, Row>> = {
  undici: { make: (settings) => undiciHandler(undefined, settings), kind: 'http', options: {} },
  'undici over TLS': { make: (settings) => undiciHandler(undefined, settings), kind: 'https', options: {} },
  'node:http': { make: nodeHttpHandler, kind: 'http', options: {} },
  stream: { make: streamHandler, kind: 'http', options: { stream: true } },
  'HTTP/2': { make: (settings) => http2Handler(undefined, settings), kind: 'h2c', options: { version: '2' } },
  'HTTP/2 over TLS': { make: (settings) => http2Handler(undefined, settings), kind: 'h2', options: { version: '2' } },
  'chooseHandler where HTTP/2 was not offered': {
    make: chooseHandler,
    kind: 'https',
    options: { version: 'auto' },
  },
};

const table = Object.entries(rows).map(([name, row]) => ({ name, ...row }));
const closing: (() => PromiseLike<unknown> | undefined)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(options: CountingOptions = {}): Promise<CountingServer> {
  const server = await startCounting(options);
  closing.push(() => server[Symbol.asyncDispose]());
  return server;
}

function opened(handler: Transport): Transport {
  closing.push(() => handler.destroy?.());
  return handler;
}

async function trusting(options: RequestOptions): Promise<RequestOptions> {
  return { ca: (await certificates()).ca.cert, ...options };
}

/** Sends a GET and reads all of it. */
async function get(handler: Transport, url: string, options: RequestOptions = {}): Promise<number> {
  const response = await handler(new HttpRequest('GET', url), options);
  await response.bytes();
  return response.status;
}

/** The machine may be busy. */
const until = (check: () => void) => vi.waitFor(check, 10_000);

const settled = (promises: readonly Promise<unknown>[]) =>
  Promise.allSettled(promises).then((results) => results.map(({ status }) => status));

describe.each(table)('connections of $name', ({ make, kind, options: own }) => {
  it('answers 500 requests at a limit of 10, and the server never sees 11', async () => {
    const server = await serve({ kind });
    const handler = opened(make({ connections: 10 }));
    const options = await trusting(own);
    const statuses = await Promise.all(
      Array.from({ length: 500 }, (_, i) => get(handler, `${server.origin}/${i}`, options)),
    );
    expect(statuses).toEqual(statuses.map(() => 200));
    expect(server.peak).toBe(10);
    expect(handler.stats?.()).toMatchObject({ running: 0, waiting: 0 });
    expect(server.asked).toHaveLength(500);
  });

  it('rejects for queueTimeout only those that waited too long', async () => {
    const server = await serve({ kind, isHeld: true });
    const handler = opened(make());
    const clock = new FakeClock();
    const options = await trusting({ ...own, clock, connections: 2, queueTimeout: '1s', connectTimeout: 0 });
    const send = (path: string) => get(handler, server.origin + path, options);
    const running = [send('/1'), send('/2')];
    await until(() => expect(server.asked).toHaveLength(2));
    const early = [rejection(send('/3')), rejection(send('/4'))];
    await clock.advance(600);
    const late = [send('/5'), send('/6')];
    await clock.advance(399);
    expect(handler.stats?.().waiting).toBe(4);
    await clock.advance(1);
    const errors = await Promise.all(early);
    expect(errors.every(isTimeoutError)).toBe(true);
    for (const error of errors) expect(error).toMatchObject({ phase: 'queue', code: 'ERR_TIMEOUT_QUEUE' });
    expect(handler.stats?.()).toMatchObject({ running: 2, waiting: 2 });
    server.release();
    expect(await Promise.all([...running, ...late])).toEqual([200, 200, 200, 200]);
    expect([...server.asked].sort()).toEqual(['/1', '/2', '/5', '/6']);
  });

  it('serves those who wait in their order, and takes an aborted one out of the queue at once', async () => {
    const server = await serve({ kind, isHeld: true });
    const handler = opened(make({ connections: 1 }));
    const stop = new AbortController();
    const options = await trusting(own);
    const running = get(handler, `${server.origin}/1`, options);
    await until(() => expect(server.asked).toHaveLength(1));
    const gone = rejection(get(handler, `${server.origin}/gone`, { ...options, signal: stop.signal }));
    const others = ['/2', '/3', '/4'].map((path) => get(handler, server.origin + path, options));
    await until(() => expect(handler.stats?.().waiting).toBe(4));
    stop.abort(new Error('enough'));
    expect(handler.stats?.().waiting).toBe(3);
    expect(await gone).toBe(stop.signal.reason);
    server.release();
    await Promise.all([running, ...others]);
    expect(server.asked).toEqual(['/1', '/2', '/3', '/4']);
    expect(server.peak).toBe(1);
  });

  it('shows the wait in timings.queue', async () => {
    const server = await serve({ kind, isHeld: true });
    const handler = opened(make());
    const clock = new FakeClock();
    const options = await trusting({ ...own, clock, connections: 1, connectTimeout: 0 });
    const first = get(handler, `${server.origin}/1`, options);
    await until(() => expect(server.asked).toHaveLength(1));
    const second = handler(new HttpRequest('GET', `${server.origin}/2`), options);
    await clock.advance(700);
    server.release();
    await first;
    const response = await second;
    await response.bytes();
    expect(response.timings.queue).toBe(700);
  });

  it('closes an idle connection of another origin when the total is reached', async () => {
    const [a, b] = [await serve({ kind }), await serve({ kind })];
    const handler = opened(make());
    const options = await trusting({ ...own, connections: { total: 2 } });
    await Promise.all([get(handler, `${a.origin}/`, options), get(handler, `${a.origin}/`, options)]);
    expect(await Promise.all([b, b, b].map(({ origin }) => get(handler, `${origin}/`, options)))).toEqual([
      200, 200, 200,
    ]);
    expect(b.peak).toBeLessThanOrEqual(2);
    await until(() => expect(a.open + b.open).toBeLessThanOrEqual(2));
    expect(handler.stats?.().connections).toBeLessThanOrEqual(2);
  });

  it('lets no origin starve another of the places that both need', async () => {
    const [a, b] = [await serve({ kind }), await serve({ kind })];
    const handler = opened(make());
    const options = await trusting({ ...own, connections: { total: 1 } });
    const order: string[] = [];
    const send = async ({ origin }: CountingServer, name: string) => {
      await get(handler, `${origin}/${name}`, options);
      order.push(name);
    };
    await Promise.all([send(a, 'a1'), send(b, 'b1'), send(a, 'a2'), send(b, 'b2')]);
    expect(order.indexOf('b1')).toBeLessThan(order.indexOf('b2'));
    expect([a.asked.length, b.asked.length, a.peak, b.peak]).toEqual([2, 2, 1, 1]);
  });

  it('lets what runs and what waits finish on close', async () => {
    const server = await serve({ kind, isHeld: true });
    const handler = opened(make({ connections: 1 }));
    const options = await trusting(own);
    const calls = ['/1', '/2', '/3'].map((path) => get(handler, server.origin + path, options));
    await until(() => expect(server.asked).toHaveLength(1));
    const closed = handler.close?.();
    server.release();
    expect(await Promise.all(calls)).toEqual([200, 200, 200]);
    await closed;
    await until(() => expect(server.open).toBe(0));
    expect(server.peak).toBe(1);
  });

  it('ends what runs and what waits on destroy', async () => {
    const server = await serve({ kind, isHeld: true });
    const handler = opened(make({ connections: 1 }));
    const options = await trusting(own);
    const send = (path: string) => rejection(get(handler, server.origin + path, options));
    const running = send('/1');
    await until(() => expect(server.asked).toHaveLength(1));
    const waiting = [send('/2'), send('/3')];
    await until(() => expect(handler.stats?.().waiting).toBe(2));
    await handler.destroy?.();
    for (const error of await Promise.all([running, ...waiting]))
      expect(error).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
    await until(() => expect(server.open).toBe(0));
    expect(server.asked).toEqual(['/1']);
    expect(handler.stats?.()).toEqual({ connections: 0, idle: 0, running: 0, waiting: 0, origins: {} });
  });

  it('gives the place of a connection that could not be made to the next', async () => {
    const server = await serve({ kind });
    const handler = opened(make({ connections: { total: 1 } }));
    const options = await trusting({ ...own, lookup: (_, __, callback) => callback(new Error('no such name'), []) });
    const failing = Array.from({ length: 5 }, () => rejection(get(handler, 'https://unknown.test/', options)));
    const good = get(handler, `${server.origin}/`, await trusting(own));
    expect((await Promise.all(failing)).map((error) => (error as Error).name)).toEqual(
      failing.map(() => 'ConnectError'),
    );
    expect(await good).toBe(200);
  });

  it('takes a connection no longer than maxLifetime for new requests', async () => {
    const server = await serve({ kind });
    const handler = opened(make());
    const clock = new FakeClock();
    const options = await trusting({ ...own, clock, maxLifetime: '1m', connectTimeout: 0 });
    await get(handler, `${server.origin}/1`, options);
    const { total } = server;
    await clock.advance(59_000);
    await get(handler, `${server.origin}/2`, options);
    expect(server.total).toBe(total);
    await clock.advance(1000);
    await until(() => expect(server.open).toBe(0));
    await get(handler, `${server.origin}/3`, options);
    expect(server.total).toBe(total + 1);
  });

  it('closes a connection that was idle for idleTimeout, whatever longer time the server gives it', async () => {
    const server = await serve({ kind, ...(kind.startsWith('h2') ? {} : { hint: 'timeout=600' }) });
    const handler = opened(make());
    await get(handler, `${server.origin}/`, await trusting({ ...own, idleTimeout: 20 }));
    await vi.waitFor(() => expect(server.open).toBe(0), 3500);
  });
});

describe.each(table.filter(({ kind }) => kind === 'http'))(
  'Keep-Alive of the server over $name',
  ({ make, options }) => {
    const ports = async (hint: string, requests: number) => {
      const server = await serve({ hint });
      const handler = opened(make());
      for (let i = 0; i < requests; i += 1) {
        await get(handler, `${server.origin}/`, options);
        // A connection is free again one turn later.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return new Set(server.ports).size;
    };

    it('keeps no connection that the server gives less than two seconds', async () => {
      expect(await ports('timeout=1', 2)).toBe(2);
    });

    it('keeps one with a longer time', async () => {
      expect(await ports('timeout=20, max=100', 3)).toBe(1);
    });

    it('keeps none that takes no more requests', async () => {
      expect(await ports('timeout=20, max=0', 2)).toBe(2);
    });
  },
);

describe('connections', () => {
  it('counts those of every transport that one chooser uses', async () => {
    const server = await serve();
    const handler = opened(chooseHandler());
    const own: RequestOptions[] = [{}, { stream: true }, { onInformation: () => undefined }];
    const options = own.map((one) => ({ ...one, connections: 4 }));
    const calls = Array.from({ length: 120 }, (_, i) => get(handler, `${server.origin}/${i}`, options[i % 3]));
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]));
    expect(server.peak).toBe(4);
  });

  it('counts those of handlers that share their limits', async () => {
    const server = await serve();
    const connections = new ConnectionLimits(3);
    const handler = opened(wrapStreaming(nodeHttpHandler({ connections }), streamHandler({ connections })));
    await Promise.all(Array.from({ length: 60 }, (_, i) => get(handler, `${server.origin}/`, { stream: i % 2 === 0 })));
    expect(server.peak).toBe(3);
    expect(connections.stats()).toMatchObject({ connections: 3, idle: 3, running: 0, waiting: 0 });
  });

  it('counts requests with and without a limit together', async () => {
    const server = await serve({ isHeld: true });
    const handler = opened(undiciHandler());
    const free = Array.from({ length: 5 }, () => get(handler, `${server.origin}/free`));
    await until(() => expect(server.asked).toHaveLength(5));
    const limited = Array.from({ length: 20 }, () => get(handler, `${server.origin}/limited`, { connections: 3 }));
    expect(handler.stats?.().waiting).toBe(20);
    server.release();
    expect(await settled([...free, ...limited])).toEqual(Array(25).fill('fulfilled'));
    expect(server.peak).toBe(5);
  });

  it('keeps connections with other settings apart, and their number together', async () => {
    const server = await serve();
    const handler = opened(undiciHandler(undefined, { connections: 2 }));
    const calls = Array.from({ length: 40 }, (_, i) => get(handler, server.origin, { connectTimeout: 5000 + (i % 4) }));
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]));
    expect(server.peak).toBe(2);
  });

  it('gives the smaller of a limit of the handler and one of the request', async () => {
    const server = await serve();
    const handler = opened(nodeHttpHandler({ connections: 2 }));
    const send = (connections: number) =>
      Promise.all(Array.from({ length: 20 }, () => get(handler, server.origin, { connections })));
    await send(50);
    expect(server.peak).toBe(2);
    await handler.close?.();
    await until(() => expect(server.open).toBe(0));
    await send(1);
    expect([server.peak, server.total]).toEqual([2, 3]);
  });

  it('probes with TCP whether the other side is still there', async (context) => {
    const file = '/proc/net/tcp';
    if (!existsSync(file)) context.skip('the timers of sockets can be read on Linux alone');
    const server = await serve();
    await get(opened(undiciHandler()), server.origin, {});
    const port = new URL(server.origin).port;
    const remote = `0100007F:${Number(port).toString(16).toUpperCase().padStart(4, '0')}`;
    const timers = () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        // "01" is an open connection: one of before, to a server that had this port, may still wait for late packets.
        .filter(([, , to, state]) => to === remote && state === '01')
        .map((columns) => columns[5]);
    // "02" is the timer of probes; when is in hundredths of a second. A minute, of which some has passed.
    await until(() => expect(timers()[0]).toMatch(/^02:0000/));
    const [, left] = (timers()[0] ?? '').split(':');
    expect(Number.parseInt(left ?? '', 16)).toBeGreaterThan(3000);
    expect(Number.parseInt(left ?? '', 16)).toBeLessThanOrEqual(6000);
  });

  it('refuses limits that are none, at the door of each handler', () => {
    for (const make of [undiciHandler.bind(undefined, undefined), nodeHttpHandler, streamHandler, chooseHandler]) {
      for (const connections of [0, -1, 1.5, Number.NaN, { total: 0 }, { perOrigin: 'x' as never }]) {
        expect(() => make({ connections })).toThrow(/connections must be a whole number above 0/);
      }
    }
  });

  it.each([
    ['connections', 0],
    ['connections', 1.5],
    ['connections', '10'],
    ['connections', true],
    ['connections', [10]],
    ['connections', { perOrigin: 0 }],
    ['connections', { total: '5' }],
    ['connections', { max: 5 }],
    ['idleTimeout', -1],
    ['idleTimeout', '5'],
    ['maxLifetime', 0.5],
    ['maxLifetime', true],
    ['queueTimeout', 'soon'],
  ])('refuses %s: %j at both doors', async (name, value) => {
    expect(() => new Client({ [name]: value })).toThrow(new RegExp(`^option ${name} must`));
    const error = await rejection(new Client().get('http://127.0.0.1:1/', { [name]: value }));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(new RegExp(`^option ${name} must`));
  });

  it.each([
    ['connections', 5],
    ['connections', { total: 5 }],
    ['idleTimeout', '1s'],
    ['maxLifetime', '1s'],
    ['queueTimeout', '1s'],
  ])('is refused by fetch, which has connections of its own: %s', async (name, value) => {
    const handler = fetchHandler(() => Promise.reject(new Error('called')));
    const error = await rejection(handler(new HttpRequest('GET', 'http://example.test/'), { [name]: value }));
    expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED', message: expect.stringContaining(`option ${name}`) });
  });
});

describe('client.stats()', () => {
  it('tells connections and requests by origin, and all together', async () => {
    const [a, b] = [await serve({ isHeld: true }), await serve()];
    await using client = new Client({ connections: 2 });
    const calls = [1, 2, 3, 4, 5].map((n) => client.get(`${a.origin}/${n}`));
    await client.get(b.origin);
    await until(() => expect(a.asked).toHaveLength(2));
    expect(client.stats()).toEqual({
      connections: 3,
      idle: 1,
      running: 2,
      waiting: 3,
      origins: {
        [a.origin]: { connections: 2, idle: 0, running: 2, waiting: 3 },
        [b.origin]: { connections: 1, idle: 1, running: 0, waiting: 0 },
      },
    });
    a.release();
    await Promise.all(calls);
    expect(client.stats()).toMatchObject({ connections: 3, idle: 3, running: 0, waiting: 0 });
  });

  it('is all zeros for a handler that tells nothing', () => {
    const client = new Client({ handler: () => Promise.reject(new Error('unused')) });
    expect(client.stats()).toEqual({ connections: 0, idle: 0, running: 0, waiting: 0, origins: {} });
  });

  it('adds up the handlers of wrapStreaming', async () => {
    const server = await serve();
    await using client = new Client({ handler: wrapStreaming(nodeHttpHandler(), streamHandler()) });
    await client.get(server.origin);
    await (await client.get(server.origin, { stream: true })).bytes();
    expect(client.stats()).toMatchObject({ connections: 2, idle: 2, origins: { [server.origin]: { connections: 2 } } });
  });
});
