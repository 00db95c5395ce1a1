/** One wait for something the server may send: a promise with a time limit and a signal, which cleans up after itself. */

import { kindOf } from '../runtime/kind-of.ts';
import { type Clock, startTimer } from '../time/clock.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { guarded } from '../time/guarded-clock.ts';
import { type Abortable, isSignal, unwatch, watch } from '../time/stop.ts';

/** How long `receive` and `ping` wait. */
export interface WaitOptions {
  /** Rejects with a `TimeoutError` of the phase `'read'`, and leaves the connection as it is. Default: no limit. */
  timeout?: Duration | null | undefined;
  /** Rejects with the signal's reason, and leaves the connection as it is. */
  signal?: AbortSignal | null | undefined;
}

/** Ends in one of four ways, whichever comes first: `resolve`, the time limit, the signal, or `abort` by its owner. */
export class Wait<T> implements Abortable {
  readonly promise: Promise<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #onEnd: (wait: Wait<T>) => void;
  #resolve!: (value: T) => void;
  #reject!: (reason: unknown) => void;
  #stopTimer: (() => void) | undefined;
  #isOver = false;

  /**
   * @param timedOut makes the error for a limit in milliseconds
   * @param onEnd called once, whatever ends the wait
   * @throws TypeError for an invalid duration, and for what is no signal
   */
  constructor(clock: Clock, options: WaitOptions, timedOut: (limit: number) => Error, onEnd: (wait: Wait<T>) => void) {
    const limit = milliseconds(options.timeout, 'timeout');
    this.#signal = options.signal ?? undefined;
    if (this.#signal !== undefined && !isSignal(this.#signal)) {
      throw new TypeError(`signal must be an AbortSignal, got ${kindOf(this.#signal)}`);
    }
    this.#onEnd = onEnd;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (limit > 0) this.#stopTimer = startTimer(guarded(clock, this), limit, () => this.abort(timedOut(limit)));
    if (this.#signal !== undefined) watch(this.#signal, this);
  }

  /** May be called after the end; a promise settles once. */
  resolve(value: T): void {
    this.#end();
    this.#resolve(value);
  }

  abort(reason: unknown): void {
    this.#end();
    this.#reject(reason);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer?.();
    if (this.#signal !== undefined) unwatch(this.#signal, this);
    this.#onEnd(this);
  }
}
