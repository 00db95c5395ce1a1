/** What waits in the features around a call: client.fetch, downloads, pools, pages, beacons, WebSockets, caches, sinks. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, vi } from 'vitest';
import { makeCache, memoryCache } from '../../../src/cache/index.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { Pool } from '../../../src/pool/pool.ts';
import type { HandlerStack } from '../../../src/stack/handler-stack.ts';
import { ALL, calling, never, ONE, rejected, SOCKETS, stuck, type Wait, type Waiting } from './waits.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What a `TypeError` of `client.fetch` was made of; the reason of a signal is no such thing. */
function ofFetch(promise: Promise<unknown>): () => Promise<unknown> {
  const error = rejected(promise);
  return async () => {
    const found = await error();
    return found instanceof TypeError ? found.cause : found;
  };
}

const signalOf = ({ signal }: RequestOptions) => ({ signal: signal || null });

const fetches: readonly Wait[] = [
  {
    name: 'the head, in client.fetch',
    over: ALL,
    async begin({ client, origin, sees }, options) {
      const error = ofFetch(client.fetch(`${origin}/never`, signalOf(options)));
      await sees('/never');
      return { errors: [error] };
    },
  },
  {
    name: 'the next chunk of a body of client.fetch',
    over: ALL,
    async begin({ client, origin }, options) {
      const reader = (await client.fetch(`${origin}/trickle`, signalOf(options))).body!.getReader();
      await reader.read();
      return { errors: [ofFetch(reader.read())] };
    },
  },
  {
    name: 'the rest of a body of client.fetch, read as text',
    over: ALL,
    async begin({ client, origin }, options) {
      const response = await client.fetch(`${origin}/trickle`, signalOf(options));
      return { errors: [ofFetch(response.text())] };
    },
  },
  {
    name: 'the reader of a body of client.fetch',
    over: ALL,
    endsWithClose: true,
    async begin({ client, origin }, options) {
      const response = await client.fetch(`${origin}/trickle`, signalOf(options));
      return { errors: [() => ofFetch(response.text())()] };
    },
  },
  {
    name: 'nothing, the body of client.fetch being cancelled',
    over: ALL,
    takesNoSignal: true,
    async begin({ client, origin, isQuiet }) {
      await (await client.fetch(`${origin}/trickle`)).body!.cancel();
      await isQuiet();
      return { errors: [] };
    },
  },
  {
    name: 'the next piece of an upload of client.fetch',
    over: SOCKETS,
    async begin({ client, origin, sees }, options) {
      let isLetGo = false;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => void (isLetGo = true),
      });
      const init = { method: 'POST', body, duplex: 'half', ...signalOf(options) } as RequestInit;
      const error = ofFetch(client.fetch(`${origin}/upload`, init));
      await sees('/upload');
      const after = () => vi.waitFor(() => expect(isLetGo, 'the source is let go').toBe(true));
      return { errors: [error], after };
    },
  },
];

/** A folder that is removed afterwards, in which nothing is locked or open. */
async function folder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-ends-'));
  return {
    path,
    async remove() {
      const left = await readdir(path);
      await rm(path, { recursive: true });
      expect(left.filter((name) => !name.includes('.part'))).toEqual([]);
    },
  };
}

const downloads: readonly Wait[] = (['/never', '/trickle'] as const).map((path) => ({
  name: path === '/never' ? 'the head of a download' : 'the rest of a download',
  over: SOCKETS,
  async begin({ client, sees }, options): Promise<Waiting> {
    const { path: at, remove } = await folder();
    const error = rejected(client.download(path, join(at, 'file'), options));
    await sees(path);
    if (path === '/trickle')
      await vi.waitFor(async () => expect(await readdir(at)).not.toEqual([]), { timeout: 10_000 });
    return { errors: [error], after: remove };
  },
}));

const many: readonly Wait[] = [
  {
    name: 'the items of a pool',
    over: ALL,
    async begin({ client, sees, asked }, { signal }) {
      const pool = new Pool(client, ['/never', '/never', '/text'], { concurrency: 2, ...(signal && { signal }) });
      const error = rejected(pool.promise());
      await sees('/never');
      await vi.waitFor(() => expect(asked.length).toBe(2));
      return { errors: [error], cancel: (reason) => pool.cancel(reason) };
    },
  },
  {
    name: 'the turn of a host in a pool',
    over: ALL,
    endsWithClose: true,
    async begin({ client }, { signal }) {
      const settings = { perHost: { interval: '1h' as const }, ...(signal && { signal }) };
      const pool = new Pool(client, ['/text', '/text'], settings);
      const error = rejected(pool.promise());
      await vi.waitFor(() => expect(pool.stats.done).toBe(1), { timeout: 10_000 });
      return { errors: [error], cancel: (reason) => pool.cancel(reason) };
    },
  },
  {
    name: 'the source of a pool',
    over: ALL,
    endsWithClose: true,
    async begin({ client }, { signal }) {
      const source = { [Symbol.asyncIterator]: () => ({ next: () => never<never>() }) };
      const pool = new Pool(client, source, { ...(signal && { signal }) });
      const error = rejected(pool.promise());
      await turn();
      return { errors: [error], cancel: (reason) => pool.cancel(reason) };
    },
  },
  {
    name: 'the first page of a list',
    over: ALL,
    async begin({ client, sees }, options) {
      const error = rejected(client.paginate('/never', options).next());
      await sees('/never');
      return { errors: [error] };
    },
  },
  {
    name: 'the second page of a list',
    over: ALL,
    async begin({ client, sees }, options) {
      const pages = client.paginate('/page', options);
      await pages.next();
      const error = rejected(pages.next());
      await sees('/never');
      return { errors: [error] };
    },
  },
  {
    name: 'the delay before the second page of a list',
    over: ALL,
    async begin({ client }, options) {
      const pages = client.paginate('/page', { ...options, delay: 3_600_000 });
      await pages.next();
      const error = rejected(pages.next());
      await turn();
      return { errors: [error] };
    },
  },
];

const sockets: readonly Wait[] = [
  {
    name: 'the handshake of a WebSocket',
    over: ONE,
    async begin({ client, sees }, options) {
      const error = rejected(client.upgrade('/silent', options));
      await sees('/silent');
      return { errors: [error] };
    },
  },
  {
    name: 'the next message of an open WebSocket',
    over: ONE,
    async begin({ client }, options) {
      const socket = await client.upgrade('/socket', options);
      return { errors: [rejected(socket.receive())] };
    },
  },
];

const beacons: readonly Wait[] = [
  {
    name: 'the answer to a beacon',
    over: ALL,
    async begin({ client, sees }, options) {
      const onError = vi.fn();
      const { done } = client.beacon('/never', { ...options, onError });
      await sees('/never');
      return { errors: [() => done.then(() => onError.mock.calls[0]?.[0])] };
    },
  },
  {
    name: 'the turn of a beacon',
    over: ALL,
    settings: () => ({ maxInFlight: 1 }),
    async begin({ client, sees }, options) {
      const onError = vi.fn();
      const sent = [client.beacon('/never', { ...options, onError }), client.beacon('/text', { ...options, onError })];
      await sees('/never');
      return {
        errors: sent.map(
          ({ done }, i) =>
            () =>
              done.then(() => onError.mock.calls[i]?.[0]),
        ),
      };
    },
  },
];

const refreshes: readonly Wait[] = ([false, { limit: 3, delay: () => 1 }] as const).map((retry) => ({
  name: `the answer to a refresh in the background${retry ? ', with retries left' : ''}`,
  over: ALL,
  takesNoSignal: true,
  settings: () => ({ cache: memoryCache(), retry }),
  async begin({ client, asked }): Promise<Waiting> {
    await client.get('/stale');
    expect((await client.get('/stale')).cache?.status).toBe('stale');
    await vi.waitFor(() => expect(asked.length).toBe(2), { timeout: 10_000 });
    return { errors: [], after: () => client.drain() };
  },
}));

const others: readonly Wait[] = [
  {
    name: 'a sink that takes nothing more',
    over: ALL,
    async begin({ client }, options) {
      const write = vi.fn();
      const sink = new Writable({ highWaterMark: 1, write });
      const written = vi.waitFor(() => expect(write).toHaveBeenCalled(), { timeout: 10_000 });
      const waiting = await calling(client.get('/trickle', { ...options, sink }), written);
      return { ...waiting, after: () => vi.waitFor(() => expect(sink.destroyed).toBe(true)) };
    },
  },
  {
    name: 'the rest of a body for a file',
    over: SOCKETS,
    async begin({ client }, options) {
      const { path } = await folder();
      const made = vi.waitFor(async () => expect(await readdir(path)).not.toEqual([]), { timeout: 10_000 });
      const waiting = await calling(client.get('/trickle', { ...options, sink: join(path, 'file') }), made);
      return { ...waiting, after: () => rm(path, { recursive: true }) };
    },
  },
  {
    name: 'the trailers of an upload',
    over: ['node', 'stream', 'http2'],
    async begin({ client, sees }, options) {
      const { called, when, after } = stuck();
      const waits = Promise.all([sees('/upload'), when()]);
      const waiting = await calling(client.post('/upload', { ...options, body: 'text', trailers: called }), waits);
      return { ...waiting, after };
    },
  },
  ...(['get', 'set'] as const).map(
    (method): Wait => ({
      name: `${method} of the store of a cache`,
      over: ALL,
      async begin({ client }, options) {
        const { called, when, after } = stuck();
        const store = { get: () => undefined, set: () => undefined, delete: () => undefined, keys: () => [] };
        const cache = makeCache({ ...store, [method]: called } as never, { storeTimeout: '1h' });
        const waiting = await calling(client.get('/fresh', { ...options, cache }), when());
        return { ...waiting, after };
      },
    }),
  ),
  {
    name: 'the same miss of a cache, which another call fetches',
    over: ALL,
    settings: () => ({ cache: memoryCache() }),
    async begin({ client, sees }, options) {
      const first = rejected(client.get('/never', options));
      await sees('/never');
      const second = client.get('/never', options);
      const error = rejected(second);
      await turn();
      return { errors: [first, error] };
    },
  },
  ...(['before', 'behind'] as const).map(
    (when): Wait => ({
      name: `a middleware of the caller's own, ${when} a streamed head`,
      over: ALL,
      async begin({ client }, options) {
        const { called, when: waits, after } = stuck();
        (client.stack as HandlerStack).push((next) => async (request, given) => {
          if (when === 'before') await called();
          const response = await next(request, given);
          await called();
          return response;
        });
        return { ...(await calling(client.get('/trickle', { ...options, stream: true }), waits())), after };
      },
    }),
  ),
];

export const featureWaits: readonly Wait[] = [
  ...fetches,
  ...downloads,
  ...many,
  ...sockets,
  ...beacons,
  ...refreshes,
  ...others,
];
