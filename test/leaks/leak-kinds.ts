/** Four ways to use a client many times. Each call must end as it says, and leave nothing. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Client } from '../../src/client/client.ts';
import { TimeoutError } from '../../src/message/errors.ts';
import type { RequestOptions } from '../../src/options/options.ts';

/** One call, the `i`th; `shared` is a signal that never aborts and that all calls are given. */
export type Kind = (client: Client, origin: string, i: number, shared: AbortSignal) => Promise<void>;

const LARGE = '/bytes/300000';
/** Long enough for a head to be there, on most calls. */
const SHORT = 20;
/** Milliseconds after which a body that was left alone is given up. */
export const LEFT_ALONE = 300;

async function request(client: Client, origin: string, i: number, signal: AbortSignal): Promise<void> {
  if (i % 10 === 0) await client.post(`${origin}/echo`, { json: { i }, signal }).json();
  else await client.get(`${origin}/bytes/1000`, { signal }).bytes();
}

/** The four moments of an abort: before the call, before the head, by `cancel`, and within a streamed body. */
async function abort(client: Client, origin: string, i: number, shared: AbortSignal): Promise<void> {
  const caller = new AbortController();
  const reason = new Error('the caller changed its mind');
  const options: RequestOptions = { signal: i % 4 === 2 ? shared : caller.signal };
  if (i % 4 === 0) caller.abort(reason);
  const path = i % 4 === 3 ? '/stall-in-body' : '/stall';
  const call = client.get(origin + path, { ...options, stream: i % 4 === 3 });
  const failed = call.then(async (response) => {
    caller.abort(reason);
    for await (const _ of response) void _;
  });
  const outcome = failed.then(
    () => 'no error',
    (error: unknown) => error,
  );
  for (let left = i % 7; left > 0; left -= 1) await turn();
  if (i % 4 === 1) caller.abort(reason);
  if (i % 4 === 2) call.cancel(reason);
  const error = await outcome;
  if (error !== reason) throw new Error(`an abort ended in ${String(error)}`, { cause: error });
}

const timeouts: readonly (readonly [path: string, phase: string, options: RequestOptions])[] = [
  ['/stall', 'headers', { headersTimeout: SHORT }],
  ['/stall', 'total', { timeout: SHORT }],
  ['/stall-in-body', 'read', { readTimeout: SHORT }],
  ['/stall-in-body', 'read', { readTimeout: SHORT, stream: true }],
  ['/stall-in-body', 'total', { timeout: SHORT, stream: true }],
];

async function timeout(client: Client, origin: string, i: number, signal: AbortSignal): Promise<void> {
  const [path, phase, options] = timeouts[i % timeouts.length]!;
  const error = await client.get(origin + path, { ...options, signal }).then(
    (response) => response.bytes().catch((reason: unknown) => reason),
    (reason: unknown) => reason,
  );
  if (!(error instanceof TimeoutError) || error.phase !== phase) {
    throw new Error(`${path} with a ${phase} timeout ended in ${String(error)}`, { cause: error });
  }
}

/** A body that nobody reads to its end: dropped in each way there is, or left alone until its deadline. */
async function unread(client: Client, origin: string, i: number, signal: AbortSignal): Promise<void> {
  const isLeft = i % 5 === 4;
  const call = client.get(origin + LARGE, { stream: true, signal, timeout: isLeft ? LEFT_ALONE : 0 });
  const response = await call.catch((error: unknown) => {
    if (!isLeft || !(error instanceof TimeoutError)) throw error;
  });
  if (response === undefined) return;
  if (i % 5 === 0) await response.discard();
  if (i % 5 === 1) for await (const _ of response) break;
  if (i % 5 === 2) response.stream().destroy();
  if (i % 5 === 3) await response.toWeb().cancel();
}

export const kinds: Readonly<Record<string, Kind>> = { requests: request, aborts: abort, timeouts: timeout, unread };
