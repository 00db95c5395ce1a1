/**
 * Sources and sinks that end, fail, wait or are dropped, at every moment of a call, over every handler: the call settles,
 * each source was let go of, and descriptors, sockets, timers and listeners are as many as before.
 */
import { getEventListeners } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { matrixHandlers } from '../security/fault-cells.ts';
import { startHttp2Site } from '../support/http2-site.ts';
import { runs } from './runs.ts';

const SOURCES = ['none', 'file', 'missing file', 'stream', 'web stream', 'generator', 'function'] as const;
const SINKS = [
  'none',
  'path',
  'path in no folder',
  'file',
  'missing folder',
  'stream',
  'web stream',
  'streamed',
] as const;
const WAYS = ['ends', 'fails', 'waits'] as const;
const STOPS = ['never', 'before', 'at once', 'soon', 'midway', 'late', 'timeout'] as const;
const PATHS = [
  '/post',
  '/bytes/30000',
  '/status/404',
  '/delay/40',
  '/drip?bytes=4&delay=0',
  '/nowhere',
  'refused',
] as const;

interface Draw {
  readonly source: (typeof SOURCES)[number];
  readonly part: boolean;
  readonly sourceWay: (typeof WAYS)[number];
  readonly sink: (typeof SINKS)[number];
  readonly sinkWay: (typeof WAYS)[number];
  readonly stop: (typeof STOPS)[number];
  readonly path: (typeof PATHS)[number];
  readonly isWrong: boolean;
}

const draws: fc.Arbitrary<Draw> = fc.record({
  source: fc.constantFrom(...SOURCES),
  part: fc.boolean(),
  sourceWay: fc.constantFrom(...WAYS),
  sink: fc.constantFrom(...SINKS),
  sinkWay: fc.constantFrom(...WAYS),
  stop: fc.constantFrom(...STOPS),
  path: fc.constantFrom(...PATHS),
  isWrong: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

/** Milliseconds until the caller stops: in the first turn, while it connects, at the head, within the body, after it. */
const AFTER: Readonly<Partial<Record<Draw['stop'], number>>> = { 'at once': 0, soon: 2, midway: 8, late: 30 };

let site: TestServer;
let http2Site: TestServer;
let folder: string;
beforeAll(async () => {
  site = await startServer();
  http2Site = await startHttp2Site();
  folder = mkdtempSync(join(tmpdir(), 'fuzz-sources-'));
  writeFileSync(join(folder, 'given'), 'x'.repeat(100_000));
});
afterAll(async () => {
  await site.close();
  await http2Site.close();
  rmSync(folder, { recursive: true, force: true });
});

class Ledger {
  opened = 0;
  released = 0;

  async *chunks(way: Draw['sourceWay'], stop: Promise<unknown>): AsyncGenerator<string, void, undefined> {
    this.opened += 1;
    try {
      yield 'one';
      if (way === 'fails') throw new Error('the source fails');
      // A generator is asked to end behind its own wait, which the test ends.
      if (way === 'waits') await stop;
      yield 'two';
    } finally {
      this.released += 1;
    }
  }

  /** A stream that counts how it ends, however that is. */
  stream(way: Draw['sourceWay']): Readable {
    this.opened += 1;
    let step = 0;
    const ledger = this;
    return new Readable({
      read() {
        step += 1;
        if (step === 1) this.push('one');
        else if (way === 'ends') this.push(null);
        else if (way === 'fails') this.destroy(new Error('the source fails'));
      },
      destroy(error, callback) {
        ledger.released += 1;
        callback(error);
      },
    });
  }

  web(way: Draw['sourceWay']): ReadableStream<Uint8Array> {
    this.opened += 1;
    let step = 0;
    return new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          step += 1;
          if (step === 1) controller.enqueue(Buffer.from('one'));
          else if (way === 'waits') return new Promise(() => undefined);
          else {
            this.released += 1;
            if (way === 'fails') controller.error(new Error('the source fails'));
            else controller.close();
          }
          return undefined;
        },
        cancel: () => {
          this.released += 1;
        },
      },
      { highWaterMark: 0 },
    );
  }
}

function sourceOf({ source, sourceWay }: Draw, ledger: Ledger, stop: Promise<unknown>): RequestOptions['body'] {
  if (source === 'file') return createReadStream(join(folder, 'given'));
  if (source === 'missing file') return createReadStream(join(folder, 'none'));
  if (source === 'stream') return ledger.stream(sourceWay);
  if (source === 'web stream') return ledger.web(sourceWay);
  if (source === 'generator') return ledger.chunks(sourceWay, stop);
  if (source === 'function') return () => ledger.chunks(sourceWay, stop);
  return undefined;
}

function sinkOf({ sink, sinkWay }: Draw): RequestOptions['sink'] {
  if (sink === 'path') return join(folder, 'out');
  if (sink === 'path in no folder') return join(folder, 'none', 'out');
  if (sink === 'file') return createWriteStream(join(folder, 'out'));
  if (sink === 'missing folder') return createWriteStream(join(folder, 'none', 'out'));
  const fails = sinkWay === 'fails' ? new Error('the sink fails') : null;
  if (sink === 'stream') {
    return new Writable({ write: (_chunk, _encoding, done) => (sinkWay === 'waits' ? undefined : done(fails)) });
  }
  if (sink !== 'web stream') return undefined;
  return new WritableStream<Uint8Array>({
    write: () => (sinkWay === 'waits' ? new Promise(() => undefined) : fails ? Promise.reject(fails) : undefined),
  });
}

async function play(client: Client, server: TestServer, draw: Draw): Promise<Ledger> {
  const ledger = new Ledger();
  const stop = new AbortController();
  const over = withResolvers();
  const body = sourceOf(draw, ledger, over.promise);
  const sink = sinkOf(draw);
  if (draw.stop === 'before') stop.abort();
  const after = AFTER[draw.stop];
  const timer = after === undefined ? undefined : setTimeout(() => stop.abort('the caller stops'), after);
  const given: RequestOptions = draw.part && body ? { multipart: [{ name: 'a', contents: body as never }] } : { body };
  const url = draw.path === 'refused' ? 'http://127.0.0.1:1/' : server.url(draw.path);
  const isWaiting = draw.sourceWay === 'waits' || draw.sinkWay === 'waits' || draw.stop === 'timeout';
  const options: RequestOptions = { ...given, sink, signal: stop.signal, stream: draw.sink === 'streamed' };
  if (isWaiting) options.timeout = 60;
  if (draw.isWrong) options.connectTimeout = 'soon' as never;
  try {
    const response = await client.request(draw.source === 'none' ? 'GET' : 'POST', url, options);
    if (draw.sinkWay === 'ends') await response.discard();
    else if (response.streamed) await response.bytes();
  } catch {
    // How each ends is for other tests; here it is what is left behind.
  }
  clearTimeout(timer);
  over.resolve();
  // A sink that nothing was written to is the caller's to end.
  if (sink instanceof Writable) sink.on('error', () => undefined).destroy();
  const isReleased = () => expect(ledger.released, JSON.stringify(draw)).toBe(ledger.opened);
  await vi.waitFor(isReleased);
  // A sink that fails ends the call before its connection is done with it.
  const isQuiet = () => expect(getEventListeners(stop.signal, 'abort'), JSON.stringify(draw)).toHaveLength(0);
  await vi.waitFor(isQuiet);
  return ledger;
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Timers that hold the process, of the calls and of what is beneath them. */
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

const handlers: Readonly<Record<string, () => Transport>> = { ...matrixHandlers, http2: () => http2Handler() };

const files = () => readdirSync('/proc/self/fd').length;

describe.runIf(process.platform === 'linux')('sources and sinks that end, fail, wait or are dropped', () => {
  it.each(Object.keys(handlers))('leave nothing open over %s', { timeout: 120_000 }, async (handler) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const server = handler === 'http2' ? http2Site : site;
    const client = new Client({ handler: HandlerStack.create(handlers[handler]!()) });
    await client.get(server.url('/bytes/1'));
    const before = { files: files(), sockets: server.connections, timers: timers() };
    let cases = 0;
    let opened = 0;
    await fc.assert(
      fc.asyncProperty(draws, async (draw) => {
        cases += 1;
        opened += (await play(client, server, draw)).opened;
      }),
      runs(60),
    );
    await client.destroy();
    // fetch keeps connections of its own, which the system gives a few seconds.
    const spare = handler === 'fetch' ? 8 : 0;
    await vi.waitFor(() => expect(files()).toBeLessThanOrEqual(before.files + 2 * spare));
    if (spare === 0) await vi.waitFor(() => expect(server.connections).toBe(0));
    await vi.waitFor(() => expect(timers()).toBeLessThanOrEqual(before.timers));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    const after = { files: files(), sockets: server.connections, timers: timers() };
    console.log(
      `${handler}: ${cases} cases, ${opened} sources; before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`,
    );
  });
});
