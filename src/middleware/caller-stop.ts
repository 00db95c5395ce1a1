/** The two ways a caller stops a call, its `signal` and `cancel()`, as one, for the layers that wait. */
import { type Abortable, unwatch, watch } from '../abort.ts';
import type { DelayQueue } from '../delay-queue.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options.ts';

/** Calls `target.abort` when the caller stops the call, perhaps at once and perhaps twice, until what it returns is called. */
export function followCaller(target: Abortable, { call }: HttpRequest, options: RequestOptions): () => void {
  const signal = options.signal || undefined;
  if (signal !== undefined) watch(signal, target);
  call?.watch(target);
  return () => {
    if (signal !== undefined) unwatch(signal, target);
    call?.unwatch(target);
  };
}

/** Whether the caller has stopped the call. */
export function stoppedByCaller({ call }: HttpRequest, options: RequestOptions): boolean {
  return call?.aborted === true || (options.signal || undefined)?.aborted === true;
}

/** Waits `ms` milliseconds in the queue. @throws the caller's reason, at once, when the call is stopped meanwhile */
export async function waitInQueue(
  queue: DelayQueue,
  ms: number,
  request: HttpRequest,
  options: RequestOptions,
): Promise<void> {
  const wait = new AbortController();
  const unfollow = followCaller(wait, request, options);
  try {
    await queue.add(ms, () => undefined, { signal: wait.signal });
  } finally {
    unfollow();
  }
}
