/**
 * A clock of the caller's, which may throw. Time is read in the middle of much that has to be brought to its end: a slot that
 * was taken, a listener of a socket. So whoever reads a guarded clock is never thrown at: the time stands still, and the
 * owner is ended with the error, in a turn of its own.
 */
import { type Clock, systemClock } from './clock.ts';
import type { Abortable } from './stop.ts';

/** Every error that a clock has thrown: it is the caller's own, and given as it is. */
const faults = new WeakSet<object>();

class GuardedClock implements Clock {
  readonly source: Clock;
  readonly #owner: Abortable;
  #last = 0;
  fault: { readonly error: unknown } | undefined;

  constructor(source: Clock, owner: Abortable) {
    this.source = source;
    this.#owner = owner;
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
      this.#last = this.source.now();
    } catch (error) {
      this.#broke(error);
    }
    return this.#last;
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

/** What a guarded clock has thrown first. */
export function faultOf(clock: Clock): { readonly error: unknown } | undefined {
  return clock instanceof GuardedClock ? clock.fault : undefined;
}

/** Whether it was thrown by a clock. */
export function isClockFault(error: unknown): boolean {
  return typeof error === 'object' && error !== null && faults.has(error);
}
