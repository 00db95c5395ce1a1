/** The clock of tests: time stands still until a test moves it, so that no test sleeps. */

import { kindOf } from '../runtime/kind-of.ts';
import type { Clock } from '../time/clock.ts';
import { type Due, DueHeap } from '../time/due-heap.ts';
import { type Abortable, unwatch, watch } from '../time/stop.ts';

interface Sleep extends Due {
  wake(): void;
}

/** Kept from the start: a test that replaces the timers of the runtime must not stop this clock too. */
const nextTurn = globalThis.setImmediate;

/** Turns of the event loop after each wake: promise chains settle in one, streams that hand over in the next. */
const TURNS = 2;

/**
 * A clock for tests. Give it as the `clock` option of a client, queue or pool, and turn it with `advance`.
 *
 *     const clock = new FakeClock();
 *     const response = client.get(uri, { timeout: '10s', clock });
 *     await clock.advance(10_000);
 */
export class FakeClock implements Clock {
  readonly #sleeps = new DueHeap<Sleep>();
  #now: number;
  /** The end of the last `advance`; the next one waits for it. */
  #advancing: Promise<void> = Promise.resolve();
  /** Time is being moved: whoever calls `sleep` now was woken by that. */
  #isAdvancing = false;

  /** @param start what `now()` gives first, in milliseconds. Default 0. @throws TypeError for what is no number */
  constructor(start = 0) {
    if (!Number.isFinite(start))
      throw new TypeError(`a clock starts at a number of milliseconds, got ${kindOf(start)}`);
    this.#now = start;
  }

  /** How many sleeps wait. A test that ends with 0 left no timer behind. */
  get pending(): number {
    return this.#sleeps.size;
  }

  now(): number {
    return this.#now;
  }

  /**
   * Resolves when the clock was advanced by `ms`; a sleep of 0 also waits for the next `advance`. One that begins within an
   * `advance` takes a millisecond at least, as the shortest timer of a runtime does: otherwise code that sleeps 0 again and
   * again would keep the time from going on.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const sleep: Sleep & Abortable = {
        at: this.#now + Math.max(this.#isAdvancing ? 1 : 0, ms),
        wake() {
          if (signal !== undefined) unwatch(signal, sleep);
          resolve();
        },
        abort: (reason) => {
          this.#sleeps.remove(sleep);
          reject(reason);
        },
      };
      this.#sleeps.push(sleep);
      if (signal !== undefined) watch(signal, sleep);
    });
  }

  /**
   * Moves the time on by `ms` milliseconds and wakes the sleeps that fall due, one by one in order of due time. After
   * each the code that waited for it runs, and what that code sleeps falls due within the same call. Resolves once
   * everything has settled at the new time; calls wait for each other.
   * @throws TypeError for anything but a number of 0 or more
   */
  advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      return Promise.reject(new TypeError(`advance() takes milliseconds, 0 or more; got ${String(ms)}`));
    }
    this.#advancing = this.#advancing.then(() => this.#advance(ms));
    return this.#advancing;
  }

  /** Wakes one sleep after the other. `settle` lets the woken code run before the next one, as it may sleep again. */
  async #advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    this.#isAdvancing = true;
    for (let next = this.#sleeps.peek(); next !== undefined && next.at <= end; next = this.#sleeps.peek()) {
      this.#sleeps.pop();
      this.#now = next.at;
      next.wake();
      await settle();
    }
    this.#isAdvancing = false;
    this.#now = end;
  }
}

/** Waits until all promise chains have run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise<void>((resolve) => void nextTurn(resolve));
}
