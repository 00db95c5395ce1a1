/** Everything that one call can wait for, from the queue to the last byte of a streamed body. */
import { Readable, Writable } from 'node:stream';
import { expect, vi } from 'vitest';
import type { Client, ClientOptions } from '../../../src/client/client.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { blackHole } from './black-hole.ts';
import type { Rig, TransportName } from './rig.ts';

/** Something that waits, and how the caller learns of its end. */
export interface Waiting {
  /** The errors that the caller gets, each once it is ended. */
  readonly errors: readonly (() => Promise<unknown>)[];
  /** Ends it from the caller's side, without a signal. */
  readonly cancel?: ((reason: unknown) => void) | undefined;
  /** What else must be so when it has ended. */
  readonly after?: (() => unknown) | undefined;
}

export interface Wait {
  readonly name: string;
  readonly over: readonly TransportName[];
  readonly settings?: () => ClientOptions;
  /** No call is under way, or one that waits for its reader alone: `close` ends it by itself. */
  readonly endsWithClose?: boolean;
  /** The caller's own signal is not asked: nobody can give one, or it is no wait of the call any more. */
  readonly takesNoSignal?: boolean;
  /** Resolves when it waits. */
  begin(rig: Rig, options: RequestOptions): Promise<Waiting>;
}

export const ONE: readonly TransportName[] = ['undici', 'node', 'stream'];
export const DIALLED: readonly TransportName[] = [...ONE, 'http2'];
export const SOCKETS: readonly TransportName[] = [...DIALLED, 'fetch'];
export const ALL: readonly TransportName[] = [...SOCKETS, 'mock'];

/** What was rejected with; to be called at once, so that it is not unhandled. */
export function rejected(promise: PromiseLike<unknown>): () => Promise<unknown> {
  const outcome = Promise.resolve(promise).then(
    (value) => new Error(`it resolved with ${String(value)}`),
    (error: unknown) => error,
  );
  return () => outcome;
}

/** A call that waits, once `when` has resolved. */
export async function calling(call: ReturnType<Client['get']>, when: Promise<unknown>): Promise<Waiting> {
  const error = rejected(call);
  await when;
  return { errors: [error], cancel: (reason) => call.cancel(reason) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
export const never = <T>() => new Promise<T>(() => undefined);

/** A function of the caller's that does not settle before the end, and what it is to do behind it. */
export function stuck() {
  const settle: ((value: never) => void)[] = [];
  const called = vi.fn(() => new Promise<never>((resolve) => settle.push(resolve)));
  return {
    called,
    when: () => vi.waitFor(() => expect(called).toHaveBeenCalled(), { timeout: 10_000, interval: 5 }),
    /** It settles after all, which must send nothing any more. */
    async after() {
      for (const resolve of settle) resolve(undefined as never);
      for (let i = 0; i < 5; i += 1) await turn();
    },
  };
}

const beforeTheHead: readonly Wait[] = [
  {
    name: 'the answer of a DNS lookup',
    over: DIALLED,
    begin: (rig, options) => {
      const lookup = vi.fn();
      const called = vi.waitFor(() => expect(lookup).toHaveBeenCalled());
      return calling(rig.client.get('http://name.test/', { ...options, lookup }), called);
    },
  },
  {
    name: 'a TCP connection',
    over: DIALLED,
    async begin(rig, options) {
      const port = await blackHole();
      const lookup = vi.fn((_: string, __: unknown, done: (...found: never[]) => void) =>
        (done as (...found: unknown[]) => void)(null, [{ address: '127.0.0.1', family: 4 }]),
      );
      const called = vi.waitFor(() => expect(lookup).toHaveBeenCalled()).then(turn);
      return calling(rig.client.get(`http://name.test:${port}/`, { ...options, lookup: lookup as never }), called);
    },
  },
  ...(['the handshake of TLS', 'the answer of a proxy to CONNECT', 'the answer of a SOCKS proxy'] as const).map(
    (name, i): Wait => ({
      name,
      over: DIALLED,
      begin(rig, options) {
        const at = `127.0.0.1:${rig.silence.port}`;
        const proxy = [undefined, `http://${at}`, `socks5://${at}`][i];
        const connected = vi.waitFor(() => expect(rig.silence.sockets.size).toBe(1), { timeout: 10_000 }).then(turn);
        return calling(rig.client.get(`https://${at}/`, { ...options, ...(proxy && { proxy }) }), connected);
      },
    }),
  ),
  {
    name: 'a place on a connection',
    over: DIALLED,
    settings: () => ({ connections: 1 }),
    async begin(rig, options) {
      const first = await calling(rig.client.get('/never', options), rig.sees('/never'));
      const second = await calling(rig.client.get('/text', options), turn());
      expect(rig.client.stats().waiting).toBe(1);
      const cancel = (reason: unknown) => {
        second.cancel?.(reason);
        first.cancel?.(reason);
      };
      return { errors: [...first.errors, ...second.errors], cancel };
    },
  },
  {
    name: 'the head',
    over: ALL,
    begin: (rig, options) => calling(rig.client.get('/never', options), rig.sees('/never')),
  },
  {
    name: 'the head of a streamed answer',
    over: ALL,
    begin: (rig, options) => calling(rig.client.get('/never', { ...options, stream: true }), rig.sees('/never')),
  },
  {
    name: 'the head, with retries left',
    over: ALL,
    begin: (rig, options) =>
      calling(rig.client.get('/never', { ...options, retry: { limit: 3, delay: () => 1 } }), rig.sees('/never')),
  },
  {
    name: 'the head, under a deadline',
    over: ALL,
    begin: (rig, options) => calling(rig.client.get('/never', { ...options, timeout: '1h' }), rig.sees('/never')),
  },
];

const uploads: readonly (readonly [string, () => { body: RequestOptions['body']; isLetGo: () => boolean }])[] = [
  [
    'a web stream',
    () => {
      let isLetGo = false;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel: () => void (isLetGo = true),
      });
      return { body, isLetGo: () => isLetGo };
    },
  ],
  [
    'a Node stream',
    () => {
      const body = new Readable({ read: () => undefined });
      body.push('begun');
      return { body, isLetGo: () => body.destroyed };
    },
  ],
  [
    'an iterator',
    () => {
      let isLetGo = false;
      let step = 0;
      const iterator: AsyncIterableIterator<Uint8Array> = {
        [Symbol.asyncIterator]: () => iterator,
        next: () => (step++ === 0 ? Promise.resolve({ done: false, value: new Uint8Array(10) }) : never()),
        return: async () => {
          isLetGo = true;
          return { done: true, value: undefined };
        },
      };
      return { body: iterator, isLetGo: () => isLetGo };
    },
  ],
];

const whileSending: readonly Wait[] = uploads.map(([name, make]) => ({
  name: `the next piece of an upload from ${name}`,
  over: SOCKETS,
  async begin(rig, options) {
    const { body, isLetGo } = make();
    const waiting = await calling(rig.client.post('/upload', { ...options, body }), rig.sees('/upload'));
    return { ...waiting, after: () => vi.waitFor(() => expect(isLetGo(), 'the source is let go').toBe(true)) };
  },
}));

const inTheBody: readonly Wait[] = [
  {
    name: 'the rest of a body that is collected',
    over: ALL,
    async begin(rig, options) {
      const onHeaders = vi.fn();
      const head = vi.waitFor(() => expect(onHeaders).toHaveBeenCalled(), { timeout: 10_000 }).then(turn);
      return calling(rig.client.get('/trickle', { ...options, onHeaders }), head);
    },
  },
  ...(['iterator', 'web stream', 'Node stream', 'bytes()'] as const).map(
    (kind): Wait => ({
      name: `the next chunk of a streamed body, read by ${kind}`,
      over: ALL,
      async begin(rig, options) {
        const response = await rig.client.get('/trickle', { ...options, stream: true });
        if (kind === 'bytes()') return { errors: [rejected(response.bytes())] };
        if (kind === 'web stream') {
          const reader = response.body!.getReader();
          await reader.read();
          return { errors: [rejected(reader.read())] };
        }
        const chunks = (kind === 'iterator' ? response : response.stream())[Symbol.asyncIterator]();
        await chunks.next();
        return { errors: [rejected(chunks.next() as Promise<unknown>)] };
      },
    }),
  ),
  {
    name: 'the target that a Node stream is piped into',
    over: SOCKETS,
    async begin(rig, options) {
      const stream = (await rig.client.get('/trickle', { ...options, stream: true })).stream();
      const error = rejected(new Promise((_, reject) => stream.once('error', reject)));
      const write = vi.fn();
      stream.pipe(new Writable({ highWaterMark: 1, write }));
      await vi.waitFor(() => expect(write).toHaveBeenCalled(), { timeout: 10_000 });
      return { errors: [error] };
    },
  },
  ...([true, false] as const).map(
    (stream): Wait => ({
      name: `the rest of a compressed body that is ${stream ? 'streamed' : 'collected'}`,
      over: ALL,
      async begin(rig, options) {
        const reading = rig.client.get('/gzip', { ...options, stream }).then((response) => response.bytes());
        const error = rejected(reading);
        await rig.sees('/gzip');
        for (let i = 0; i < 10; i += 1) await turn();
        return { errors: [error] };
      },
    }),
  ),
  {
    name: 'the reader of a streamed body',
    over: ALL,
    endsWithClose: true,
    async begin(rig, options) {
      const response = await rig.client.get('/trickle', { ...options, stream: true });
      return { errors: [() => rejected(response.bytes())()] };
    },
  },
  {
    name: 'the reader of a streamed body, under a deadline and a limit of its size',
    over: ALL,
    endsWithClose: true,
    async begin(rig, options) {
      const given = { ...options, stream: true, timeout: '1h', maxResponseSize: 1_000_000 };
      const response = await rig.client.get('/trickle', given);
      return { errors: [() => rejected(response.bytes())()] };
    },
  },
  ...(['web', 'Node'] as const).map(
    (kind): Wait => ({
      name: `the reader of a ${kind} stream that was taken`,
      over: ALL,
      endsWithClose: true,
      async begin(rig, options) {
        const response = await rig.client.get('/trickle', { ...options, stream: true });
        const stream = kind === 'web' ? response.toWeb() : response.stream();
        const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<unknown>;
        return { errors: [() => rejected(readAll(chunks))()] };
      },
    }),
  ),
  ...(['discard', 'break', 'cancel', 'destroy'] as const).map(
    (how): Wait => ({
      name: `nothing, its streamed body being left by ${how}`,
      over: ALL,
      takesNoSignal: true,
      async begin(rig, options) {
        const response = await rig.client.get('/trickle', { ...options, stream: true });
        if (how === 'discard') await response.discard();
        else if (how === 'cancel') await response.body!.cancel();
        else if (how === 'destroy') response.stream().destroy();
        else for await (const _ of response) break;
        await rig.isQuiet();
        return { errors: [] };
      },
    }),
  ),
];

async function readAll(chunks: AsyncIterator<unknown>): Promise<void> {
  while (!(await chunks.next()).done);
}

const betweenAttempts: readonly Wait[] = [
  {
    name: 'the delay before it is sent',
    over: ALL,
    begin(rig, options) {
      const clock = new FakeClock();
      const waits = vi.waitFor(() => expect(clock.pending).toBeGreaterThan(0));
      return calling(rig.client.get('/text', { ...options, delay: '1h', clock }), waits);
    },
  },
  {
    name: 'the next attempt',
    over: ALL,
    begin(rig, options) {
      const delay = vi.fn(() => 3_600_000);
      const waits = vi.waitFor(() => expect(delay).toHaveBeenCalled(), { timeout: 10_000 }).then(turn);
      return calling(rig.client.get('/busy', { ...options, retry: { limit: 3, delay } }), waits);
    },
  },
  {
    name: 'the next hop of a redirect',
    over: ALL,
    begin: (rig, options) => calling(rig.client.get('/redirect', options), rig.sees('/never')),
  },
];

const askedOfTheCaller: readonly (readonly [string, string, (stuck: () => Promise<never>) => RequestOptions])[] = [
  ['onHeaders', '/text', (onHeaders) => ({ onHeaders })],
  ['onHeaders of a streamed answer', '/trickle', (onHeaders) => ({ onHeaders, stream: true })],
  ['progress', '/text', (progress) => ({ progress })],
  ['onStats', '/text', (onStats) => ({ onStats })],
  ['onRedirect', '/redirect', (onRedirect) => ({ allowRedirects: { onRedirect } })],
  ['retry.decider', '/busy', (decider) => ({ retry: { limit: 3, decider } })],
  ['retry.delay', '/busy', (delay) => ({ retry: { limit: 3, delay } })],
  [
    'auth, before it asks',
    '/text',
    (ask) => ({
      auth: async function* (request) {
        await ask();
        yield request;
      },
    }),
  ],
  [
    'auth, after a challenge',
    '/login',
    (ask) => ({
      auth: async function* (request) {
        yield request;
        await ask();
        yield request;
      },
    }),
  ],
  ['cookies, which are asked for', '/text', (getCookieHeader) => ({ cookies: { getCookieHeader, store() {} } })],
  ['cookies, which are stored', '/cookie', (store) => ({ cookies: { getCookieHeader: () => '', store } })],
];

const functions: readonly Wait[] = askedOfTheCaller.map(([name, path, make]) => ({
  name: `the promise of ${name}`,
  over: ALL,
  async begin(rig, options) {
    const { called, when, after } = stuck();
    return { ...(await calling(rig.client.get(path, { ...options, ...make(called) }), when())), after };
  },
}));

export const callWaits: readonly Wait[] = [
  ...beforeTheHead,
  ...whileSending,
  ...inTheBody,
  ...betweenAttempts,
  ...functions,
];
