/** A wait in the delay queue that ends early when the call is stopped. `retry`, `delay` and downloads wait so. */

import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import { followCaller, unfollowCaller } from './caller-stop.ts';
import type { WaitingRoom } from './shared-delay-queue.ts';

/**
 * Waits `ms` milliseconds in the queue.
 * @param waitsFor in words that follow "waiting for", for the message of a timeout
 * @throws the caller's reason, at once, when the call is stopped meanwhile
 */
export async function waitInQueue(
  queue: WaitingRoom,
  ms: number,
  request: HttpRequest,
  options: RequestOptions,
  waitsFor: string,
): Promise<void> {
  const wait = new AbortController();
  const target = { abort: (reason: unknown) => wait.abort(reason), waitsFor };
  followCaller(target, request, options);
  try {
    await queue.add(ms, () => undefined, { signal: wait.signal });
  } finally {
    unfollowCaller(target, request, options);
  }
}
