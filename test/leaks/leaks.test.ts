/**
 * Nothing stays behind: one client is used many times, by calls that succeed, are aborted, time out, or leave a body
 * unread, and what exists before and after is counted in its own process and at the server.
 *
 * The counts are small, so that the suite stays quick. `LEAKS=full npx vitest run test/leaks` does 100 000 requests and
 * 10 000 of each other kind, and prints what it measured.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { startHttp2Site } from '../support/http2-site.ts';
import { leakHandlers } from './leak-handlers.ts';
import { kinds } from './leak-kinds.ts';
import { type Finding, startLeakProcess } from './leak-process.ts';

const isFull = process.env['LEAKS'] === 'full';
const counts: Readonly<Record<string, number>> = isFull
  ? { requests: 100_000, aborts: 10_000, timeouts: 10_000, unread: 10_000 }
  : { requests: 1_000, aborts: 200, timeouts: 200, unread: 200 };

/** What may differ without anything having leaked: compiled code, the buckets of caches, pooled buffers. */
const HEAP_NOISE = 2 * 2 ** 20;
const OBJECT_NOISE = 300;
/** The built-in fetch registers each body with the garbage collector, which tells it so when it likes. */
const OBJECTS_OF_FETCH = 20_000;
const HEAP_OF_FETCH = 4 * 2 ** 20;
/** What a kept-alive connection is made of: the pool is filled by some kinds of calls and emptied by others. */
const OBJECTS_OF_A_SOCKET = 100;
/** Connections that may be kept: 50 calls are under way at once. The built-in fetch opens more, and keeps them a while. */
const MOST_KEPT: Readonly<Record<string, number>> = { fetch: 200 };

/** The last socket to close may still be at hand to whoever closed it; the server says that it is closed. */
const CLOSED_SOCKETS = 3;

const ending: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(ending.splice(0).map((end) => end()));
});

async function start(handler: string): Promise<TestServer> {
  // So many streams at once, and so many that are reset, look like an attack to Node's server.
  const patient = { maxSessionMemory: 1_000, streamResetBurst: 1e6, streamResetRate: 1e6 };
  // The pool of the built-in fetch belongs to nobody: it lets go of a connection before the server would close it.
  const server =
    handler === 'http2'
      ? await startHttp2Site(patient)
      : await startServer({ keepAliveTimeout: handler === 'fetch' ? 2_000 : 0, keep: 1 });
  ending.push(() => server.close());
  return server;
}

function told(handler: string, { jobs, before, after }: Finding): string {
  const grown = Object.keys(before).map((key) => {
    const name = key as keyof typeof before;
    return `${name} ${before[name]} -> ${after[name]}`;
  });
  const done = jobs.map(({ kind, count }) => `${count} ${kind}`);
  return `${handler}, ${done.join(', ')}: ${grown.join(', ')}`;
}

describe.each(Object.keys(leakHandlers))('over %s', (handler) => {
  it('sockets, timers, listeners and heap return to where they were', { timeout: 900_000 }, async () => {
    const servers = await Promise.all(Object.keys(kinds).map(() => start(handler)));
    const jobs = Object.keys(kinds).map((kind, i) => ({ kind, origin: servers[i]!.origin, count: counts[kind]! }));
    // Each measure walks the heap: once is enough where all is well.
    const child = startLeakProcess(handler, isFull ? jobs.map((job) => [job]) : [jobs]);
    ending.push(child.end);
    const { found, closed, refused, warnings } = await child.found;
    if (isFull) for (const finding of found) console.log(told(handler, finding));
    for (const finding of found) {
      const { before, after } = finding;
      const text = told(handler, finding);
      expect(after.listeners, text).toBe(0);
      expect(after.timers, text).toBeLessThanOrEqual(before.timers);
      const sockets = after.sockets - before.sockets;
      expect(sockets, text).toBeLessThanOrEqual(MOST_KEPT[handler] ?? 50);
      const noise = handler === 'fetch' ? OBJECTS_OF_FETCH : OBJECT_NOISE;
      const objects = after.objects - before.objects;
      expect(objects, text).toBeLessThan(noise + OBJECTS_OF_A_SOCKET * Math.max(0, sockets));
      expect(after.heap - before.heap, text).toBeLessThan(handler === 'fetch' ? HEAP_OF_FETCH : HEAP_NOISE);
    }
    if (handler !== 'http2') expect(refused).toBe(0);
    expect(warnings).toEqual([]);
    await Promise.all(servers.map((server) => server.allClosed()));
    // The built-in fetch's pool is nobody's to close, and the server alone can tell that it is empty.
    if (handler !== 'fetch') expect(closed.after.sockets - closed.before.sockets).toBeLessThanOrEqual(CLOSED_SOCKETS);
    expect(closed.after.timers).toBe(closed.before.timers);
  });
});
