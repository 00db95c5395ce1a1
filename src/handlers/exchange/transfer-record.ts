/** What one exchange cost so far: marks in time and counts of bytes, and the numbers that are made of them. */

import type { DialTimings } from '../../connect/dial.ts';
import type { Timings } from '../../message/response-facts.ts';
import type { Clock } from '../../time/clock.ts';

export class TransferRecord {
  readonly #clock: Clock;
  readonly #started: number;
  /** What the connection took, when it was made for this exchange. */
  dialled: DialTimings | undefined;
  received = 0;
  #queued: number | undefined;
  #connected: number | undefined;
  #flushed: number | undefined;
  #head: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#started = clock.now();
  }

  /** The wait for a place is over. A dial begins, or a connection was there. */
  placed(): void {
    this.#queued ??= this.#clock.now();
  }

  connected(): void {
    this.placed();
    this.#connected = this.#clock.now();
  }

  /** The last byte of the request went out. */
  flushed(): void {
    this.#flushed = this.#clock.now();
  }

  head(): void {
    this.#head = this.#clock.now();
  }

  /** A phase that did not happen is absent. */
  timings(): Timings {
    const total = this.#clock.now() - this.#started;
    const timings: { -readonly [K in keyof Timings]: Timings[K] } = { ...this.dialled };
    if (this.#queued !== undefined) timings.queue = this.#queued - this.#started;
    if (this.#flushed !== undefined && this.#connected !== undefined) timings.send = this.#flushed - this.#connected;
    if (this.#head !== undefined) {
      timings.firstByte = this.#head - this.#started;
      timings.end = total;
    }
    timings.total = total;
    return timings;
  }
}
