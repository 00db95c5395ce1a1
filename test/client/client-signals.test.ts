/** The caller's signal, of every shape: asked before a call begins, shared by many, of time, of another realm or class. */
import { getEventListeners } from 'node:events';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../src/client/client.ts';
import { Pool } from '../../src/pool/pool.ts';
import { type Rig, rigOf, type TransportName } from './ends/rig.ts';
import { ONE, rejected } from './ends/waits.ts';

const names: readonly TransportName[] = ['undici', 'node', 'stream', 'http2', 'fetch', 'mock'];
const reason = new Error('enough');

/** The first piece of a body, and no end. */
function begun(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) });
}

type Begin = (client: Client, signal: AbortSignal, origin: string) => PromiseLike<unknown>;

/** All that takes a signal, on its way to an answer that never comes. */
const asks: readonly (readonly [string, Begin])[] = [
  ['get', (client, signal) => client.get('/never', { signal })],
  ['a streamed get', (client, signal) => client.get('/never', { signal, stream: true })],
  ['get with retries', (client, signal) => client.get('/never', { signal, retry: 3 })],
  ['get under a deadline', (client, signal) => client.get('/never', { signal, timeout: '1h' })],
  ['post of a stream', (client, signal) => client.post('/never', { signal, body: begun() })],
  ['client.fetch', (client, signal, origin) => client.fetch(`${origin}/never`, { signal })],
  ['client.fetch of a Request', (client, signal, origin) => client.fetch(new Request(`${origin}/never`, { signal }))],
  ['a pool', (client, signal) => new Pool(client, ['/never'], { signal }).promise()],
  ['a list of pages', (client, signal) => client.paginate('/never', { signal }).next()],
  ['a download', (client, signal) => client.download('/never', '/nowhere/to/be/found', { signal })],
  [
    'a beacon',
    (client, signal) =>
      new Promise((_, reject) => {
        client.beacon('/never', { signal, onError: reject });
      }),
  ],
];

const upgrade: readonly [string, Begin] = ['a WebSocket', (client, signal) => client.upgrade('/never', { signal })];

/** A signal of another realm, whose class and errors are none of ours: npm's `abort-controller` is as far away. */
const FOREIGN = `
  const listeners = new Set();
  const signal = {
    aborted: false,
    reason: undefined,
    listeners,
    addEventListener: (type, listener) => void listeners.add(listener),
    removeEventListener: (type, listener) => void listeners.delete(listener),
    abort(reason = new Error('from elsewhere')) {
      signal.aborted = true;
      signal.reason = reason;
      for (const listener of [...listeners]) listener.call(signal, { type: 'abort', target: signal });
    },
  };
  signal;
`;

interface ForeignSignal extends AbortSignal {
  readonly listeners: ReadonlySet<unknown>;
  abort(reason?: unknown): void;
}

async function idle({ client, isQuiet, isDisconnected }: Rig): Promise<void> {
  await isQuiet();
  await client.destroy();
  await isDisconnected();
}

describe.each(names)('over %s', (name) => {
  const offered = ONE.includes(name) ? [...asks, upgrade] : asks;

  it.each(offered)('%s with a signal that has aborted rejects with its reason, and asks nobody', async (_, begin) => {
    await using rig = await rigOf(name, {});
    for (const given of [reason, null, 0, 'words']) {
      const signal = AbortSignal.abort(given);
      expect(await rejected(begin(rig.client, signal, rig.origin))()).toBe(given);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
    expect(rig.asked).toEqual([]);
    await idle(rig);
  });

  const waiting = offered.filter(([what]) => what !== 'a download');

  it.each(waiting)('%s that waits ends with the reason, and leaves no listener', async (_, begin) => {
    await using rig = await rigOf(name, {});
    const stop = new AbortController();
    const error = rejected(begin(rig.client, stop.signal, rig.origin));
    await rig.sees('/never');
    stop.abort(reason);
    expect(await error()).toBe(reason);
    await idle(rig);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it.each(waiting.filter(([what]) => !what.endsWith('Request')))(
    '%s takes a signal of another realm',
    async (_, begin) => {
      await using rig = await rigOf(name, {});
      const signal = runInNewContext(FOREIGN) as ForeignSignal;
      const error = rejected(begin(rig.client, signal, rig.origin));
      await rig.sees('/never');
      signal.abort();
      expect(await error()).toBe(signal.reason);
      await idle(rig);
      expect(signal.listeners.size).toBe(0);
    },
  );

  it.each(waiting)('%s takes AbortSignal.timeout and AbortSignal.any', async (_, begin) => {
    await using rig = await rigOf(name, {});
    const signal = AbortSignal.any([AbortSignal.timeout(100), new AbortController().signal]);
    const error = (await rejected(begin(rig.client, signal, rig.origin))()) as DOMException;
    expect(error).toBe(signal.reason);
    expect(error.name).toBe('TimeoutError');
    await idle(rig);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each(['done', 'aborted'] as const)(
    'one signal of 100 calls has one listener, none once they are %s',
    async (how) => {
      await using rig = await rigOf(name, {});
      const stop = new AbortController();
      const { signal } = stop;
      const path = how === 'done' ? '/text' : '/never';
      const calls = Array.from({ length: name === 'mock' ? 10 : 100 }, (_, i) => {
        return rig.client.get(path, { signal, stream: i % 2 === 0 }).then((response) => response.text());
      });
      const errors = calls.map(rejected);
      await new Promise((resolve) => setImmediate(resolve));
      // The mock has answered by now.
      expect(getEventListeners(signal, 'abort').length).toBe(name === 'mock' && how === 'done' ? 0 : 1);
      if (how === 'done') expect(new Set(await Promise.all(calls))).toEqual(new Set(['text']));
      else {
        await rig.sees('/never');
        stop.abort(reason);
        for (const error of errors) expect(await error()).toBe(reason);
      }
      expect(getEventListeners(signal, 'abort')).toEqual([]);
      await idle(rig);
    },
  );
});
