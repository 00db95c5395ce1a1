/**
 * Being stopped, cheaply. However many requests share one `AbortSignal`, it carries one listener of ours, and none once
 * they have settled: a long-lived signal pins nothing.
 */

import { type Member, MemberSet } from './member-set.ts';

/** Something under way that can be told to stop. */
export interface Abortable {
  abort(reason: unknown): void;
  /** The signal it follows, of which there is one at a time. Kept by `watch`. */
  watching?: Watching | undefined;
  /** It waits only for the reader of a body, who never came. */
  readonly isForgotten?: boolean;
  /** It waits for a place that another one has. */
  readonly isWaiting?: boolean;
  /** What it waits for, in words that follow "waiting for". */
  readonly waitsFor?: string | undefined;
}

/** Ends all, those that wait first: the end of another would give them its place, and what is to end would be sent. */
export function abortAll<T extends Abortable>(targets: readonly T[], reasonFor: (target: T) => unknown): void {
  if (targets.length < 2) {
    for (const target of targets) target.abort(reasonFor(target));
    return;
  }
  const waiting = new Set(targets.filter(({ isWaiting }) => isWaiting === true));
  for (const target of waiting) target.abort(reasonFor(target));
  for (const target of targets) if (!waiting.has(target)) target.abort(reasonFor(target));
}

/**
 * A stop of our own: what an `AbortSignal` is to the outside, for a hundredth of its cost.
 */
export class StopSource implements Abortable {
  watching: Watching | undefined;
  aborted = false;
  reason: unknown;
  /** Most have one that waits; others are in `#more`. */
  #target: Abortable | undefined;
  #more: Set<Abortable> | undefined;
  #controller: AbortController | undefined;

  /** A real signal, made when somebody first asks: most requests need none. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  /**
   * Calls `target.abort` when this is stopped, at once if it is already. It may be called twice, and must bear that.
   */
  watch(target: Abortable): void {
    if (this.aborted) target.abort(this.reason);
    else if (this.#target === undefined && this.#more === undefined) this.#target = target;
    else (this.#more ??= new Set()).add(target);
  }

  /** Forgets the target; without effect for one that is not known. */
  unwatch(target: Abortable): void {
    if (this.#target === target) this.#target = undefined;
    else this.#more?.delete(target);
    if (this.#target === undefined && !this.#more?.size) this.emptied();
  }

  /** Whether anything would be stopped. */
  get isWatched(): boolean {
    return this.#target !== undefined || Boolean(this.#more?.size);
  }

  /** All that would be stopped waits only for readers that never came. */
  get isForgotten(): boolean {
    const targets = this.#targets();
    return targets.length > 0 && targets.every((target) => target.isForgotten === true);
  }

  /** Something that would be stopped waits for a place. */
  get isWaiting(): boolean {
    return this.#targets().some((target) => target.isWaiting === true);
  }

  /** What the first waits for that would be stopped and can tell. */
  get waitsFor(): string | undefined {
    for (const { waitsFor } of this.#targets()) if (waitsFor !== undefined) return waitsFor;
    return undefined;
  }

  #targets(): Abortable[] {
    return [this.#target, ...(this.#more ?? [])].filter((target) => target !== undefined);
  }

  /** Nothing is left that would be stopped. */
  protected emptied(): void {}

  /** Stops everything that watches, once. The signal goes first: whoever asks it in `abort` finds it aborted. */
  abort(reason: unknown = abortError()): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#controller?.abort(reason);
    const targets = this.#targets();
    this.#target = undefined;
    this.#more = undefined;
    abortAll(targets, () => reason);
  }
}

const watched = new WeakMap<AbortSignal, MemberSet<Watching>>();

/** A target among those that follow one signal. */
class Watching implements Member {
  index = -1;

  constructor(
    readonly signal: AbortSignal,
    readonly target: Abortable,
  ) {}
}

/** Calls `target.abort(signal.reason)` when the signal aborts, until `unwatch`. An aborted signal calls at once. */
export function watch(signal: AbortSignal, target: Abortable): void {
  if (signal.aborted) {
    target.abort(signal.reason);
    return;
  }
  if (Object.hasOwn(target, 'watching') && target.watching?.signal === signal) return;
  let followers = watched.get(signal);
  if (followers === undefined) {
    followers = new MemberSet();
    watched.set(signal, followers);
  }
  if (followers.size === 0) signal.addEventListener('abort', onAbort);
  target.watching = new Watching(signal, target);
  followers.add(target.watching);
}

/** Forgets the target. The last one takes the listener along. */
export function unwatch(signal: AbortSignal, target: Abortable): void {
  const { watching } = target;
  if (watching?.signal !== signal) return;
  target.watching = undefined;
  const followers = watched.get(signal);
  followers?.delete(watching);
  if (followers?.size === 0) signal.removeEventListener('abort', onAbort);
}

function onAbort(this: AbortSignal): void {
  this.removeEventListener('abort', onAbort);
  const followers = watched.get(this);
  if (followers === undefined) return;
  watched.delete(this);
  const targets = followers.members().map(({ target }) => target);
  for (const target of targets) target.watching = undefined;
  abortAll(targets, () => this.reason);
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

/** Why a signal aborted; one of another class may not say. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason === undefined ? abortError() : signal.reason;
}

/** By shape: a signal of another class or realm, such as npm's `abort-controller`, is as good. */
export function isSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
}
