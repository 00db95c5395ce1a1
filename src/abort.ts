/**
 * Being stopped, cheaply. However many requests share one `AbortSignal`, it carries one listener of ours, and none once
 * they have settled: a long-lived signal pins nothing.
 */

/** Something under way that can be told to stop. */
export interface Abortable {
  abort(reason: unknown): void;
}

const watched = new WeakMap<AbortSignal, Set<Abortable>>();

/** Calls `target.abort(signal.reason)` when the signal aborts, until `unwatch`. An aborted signal calls at once. */
export function watch(signal: AbortSignal, target: Abortable): void {
  if (signal.aborted) {
    target.abort(signal.reason);
    return;
  }
  let targets = watched.get(signal);
  if (targets === undefined) {
    targets = new Set();
    watched.set(signal, targets);
  }
  if (targets.size === 0) signal.addEventListener('abort', onAbort);
  targets.add(target);
}

/** Forgets the target. The last one takes the listener along. */
export function unwatch(signal: AbortSignal, target: Abortable): void {
  const targets = watched.get(signal);
  if (targets?.delete(target) && targets.size === 0) signal.removeEventListener('abort', onAbort);
}

function onAbort(this: AbortSignal): void {
  this.removeEventListener('abort', onAbort);
  const targets = watched.get(this);
  if (targets === undefined) return;
  watched.delete(this);
  for (const target of targets) target.abort(this.reason);
}

/** The reason of an abort for which the caller gave none, as `AbortController.abort()` makes it. */
export function abortError(message = 'The request was cancelled'): DOMException {
  return new DOMException(message, 'AbortError');
}

/**
 * Follows `signal` for as long as `promise` takes: rejects with the signal's reason as soon as it aborts, whatever the
 * promise does. The promise's own late rejection is not unhandled.
 */
export function raceAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const target: Abortable = { abort: reject };
    watch(signal, target);
    promise.then(resolve, reject).finally(() => unwatch(signal, target));
  });
}
