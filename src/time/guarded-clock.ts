/**
 * A clock of the caller's, which may throw. Time is read in the middle of much that has to be brought to its end: a slot that
 * was taken, a listener of a socket. So whoever reads a guarded clock is never thrown at: the time stands still, and the
 * owner is ended with the error, in a turn of its own.
 */
import { type Clock, systemClock } from './clock.ts';
import type { Abortable } from './stop.ts';

/** Every error that a clock has thrown: it is the caller's own, and given as it is. */
const faults = new WeakSet<object>();

/** What a clock has shown last, to whomever: the time stands still there for all of them. */
interface Shown {
  last: number;
}

const shown = new WeakMap<Clock, Shown>();

function shownBy(clock: Clock): Shown {
  let known = shown.get(clock);
  if (known === undefined) {
    known = { last: 0 };
    shown.set(clock, known);
  }
  return known;
}

class GuardedClock implements Clock {
  readonly source: Clock;
  readonly #owner: Abortable;
  readonly #shown: Shown;
  fault: { readonly error: unknown } | undefined;

  constructor(source: Clock, owner: Abortable) {
    this.source = source;
    this.#owner = owner;
    this.#shown = shownBy(source);
  }

  /** For one more: whoever has it already hears of a fault first. */
  sharedBy(owner: Abortable): GuardedClock {
    const both: Abortable = {
      abort: (error) => {
        this.#owner.abort(error);
        owner.abort(error);
      },
    };
    return new GuardedClock(this.source, both);
  }

  now(): number {
    try {
      this.#shown.last = this.source.now();
    } catch (error) {
      this.#broke(error);
    }
    return this.#shown.last;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    try {
      const wait = this.source.sleep(ms, signal);
      wait.catch((error: unknown) => {
        if (!signal?.aborted) this.#broke(error);
      });
      return wait;
    } catch (error) {
      this.#broke(error);
      return Promise.reject(error);
    }
  }

  #broke(error: unknown): void {
    if (typeof error === 'object' && error !== null) faults.add(error);
    this.fault ??= { error };
    queueMicrotask(() => this.#owner.abort(error));
  }
}

/** The clock for `owner`, which ends with what the clock throws. The system's own is given as it is: it never does. */
export function guarded(clock: Clock, owner: Abortable): Clock {
  if (clock === systemClock) return clock;
  return clock instanceof GuardedClock ? clock.sharedBy(owner) : new GuardedClock(clock, owner);
}

/** The clock that a guarded one reads: the same for all its owners. */
export function sourceOf(clock: Clock): Clock {
  return clock instanceof GuardedClock ? clock.source : clock;
}

/** The time for whoever holds nothing yet, whose call can fail by itself. @throws what the clock does */
export function timeOrThrow(clock: Clock): number {
  if (clock === systemClock) return clock.now();
  const source = sourceOf(clock);
  const now = source.now();
  shownBy(source).last = now;
  return now;
}

/** What a guarded clock has thrown first. */
export function faultOf(clock: Clock): { readonly error: unknown } | undefined {
  return clock instanceof GuardedClock ? clock.fault : undefined;
}

/** Whether it was thrown by a clock. */
export function isClockFault(error: unknown): boolean {
  return typeof error === 'object' && error !== null && faults.has(error);
}
