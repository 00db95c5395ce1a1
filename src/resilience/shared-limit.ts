/**
 * A limit that several processes share, in the store of `rate-limiter-flexible`. A store that fails or hangs fails no
 * call: that is told, and the limit of this process alone holds meanwhile.
 */
import { type Clock, startTimer } from '../time/clock.ts';
import { guarded, isClockFault, sourceOf } from '../time/guarded-clock.ts';

/** A limiter of `rate-limiter-flexible`, of which only this is used. */
export interface SharedLimiter {
  /** Resolves when a point was left; rejects with `msBeforeNext` when none was, with an error when the store failed. */
  consume(key: string, points?: number): Promise<unknown>;
}

/** Milliseconds that a store may take for an answer, and for which one that did not is left alone. */
const PATIENCE = 2000;
const REST = 30_000;

/** Asks for a point before each request. It knows no order: `RateLane` does. */
export class SharedLimit {
  readonly #store: SharedLimiter;
  readonly #restsUntil = new WeakMap<Clock, number>();

  constructor(store: SharedLimiter) {
    this.#store = store;
  }

  /** Milliseconds until there may be a point; 0 when one was taken, or when nobody knows. */
  async take(key: string, clock: Clock, tell: (error: unknown) => void): Promise<number> {
    if (clock.now() < (this.#restsUntil.get(sourceOf(clock)) ?? Number.NEGATIVE_INFINITY)) return 0;
    try {
      await this.#inTime(key, clock);
      return 0;
    } catch (refusal) {
      const wait = (refusal as { msBeforeNext?: unknown } | null | undefined)?.msBeforeNext;
      // Less than a millisecond, or none: at least a turn of the clock.
      if (!(refusal instanceof Error) && typeof wait === 'number' && wait >= 0) return Math.max(1, Math.ceil(wait));
      // A clock's fault is told to the calls that wait by it.
      if (!isClockFault(refusal)) tell(refusal);
      return 0;
    }
  }

  /** The answer of the store, or an error when it takes longer than `PATIENCE`. */
  #inTime(key: string, clock: Clock): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const time = guarded(clock, { abort: reject });
      const stop = startTimer(time, PATIENCE, () => {
        this.#restsUntil.set(sourceOf(clock), time.now() + REST);
        const fact =
          `the store of rateLimit did not answer within ${PATIENCE} ms; ` +
          `the limit of this process alone holds, and the store is not asked for ${REST / 1000} s`;
        reject(new Error(fact));
      });
      // A store may throw in place of a rejection.
      Promise.resolve()
        .then(() => this.#store.consume(key, 1))
        .finally(stop)
        .then(resolve, reject);
    });
  }
}
