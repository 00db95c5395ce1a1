/**
 * Marks in time and counts of bytes of one exchange, and the timings that `onStats` and `response.timings` make of them. The
 * clock is read as rarely as can be: this is on the way of every request.
 */

import type { DialTimings } from '../../connect/dial.ts';
import type { Timings } from '../../message/response-facts.ts';
import type { Clock } from '../../time/clock.ts';

export class TransferRecord {
  readonly #clock: Clock;
  #started: number;
  /** What the connection took, when it was made for this exchange. */
  dialled: DialTimings | undefined;
  sent = 0;
  received = 0;
  #queued: number | undefined;
  #connected: number | undefined;
  #flushed: number | undefined;
  #head: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#started = clock.now();
  }

  /** @param at when it began, earlier than this record was made */
  began(at: number): void {
    this.#started = at;
  }

  /** The wait in the queue is over: a dial begins, or there is a connection. */
  placed(): void {
    this.#queued ??= this.#clock.now();
  }

  /**
   * @param dialled what it took to make the connection for this exchange; `undefined` for one that is used again
   * @param at when that was, if it is known without a look at the clock
   */
  connected(dialled: DialTimings | undefined, at = 0): void {
    this.dialled = dialled;
    this.#connected = at || this.#clock.now();
  }

  /** The last byte of the request went out. */
  flushed(): void {
    this.#flushed = this.#clock.now();
  }

  /** @param at when the head came, if that is known without a look at the clock */
  head(at = 0): void {
    this.#head = at || this.#clock.now();
  }

  /** A phase that did not happen is absent. */
  timings(): Timings {
    const total = this.#clock.now() - this.#started;
    const firstByte = this.#head === undefined ? undefined : this.#head - this.#started;
    const placed = this.#queued ?? (this.dialled === undefined ? this.#connected : undefined);
    const queue = placed === undefined ? undefined : placed - this.#started;
    // Those of most requests: one object literal costs a fraction of an object that grows property by property.
    const isUsual = this.dialled === undefined && this.#flushed === undefined;
    if (isUsual && queue !== undefined && firstByte !== undefined) return { queue, firstByte, end: total, total };
    const timings: { -readonly [K in keyof Timings]: Timings[K] } = { ...this.dialled };
    if (queue !== undefined) timings.queue = queue;
    if (this.#flushed !== undefined && this.#connected !== undefined) timings.send = this.#flushed - this.#connected;
    if (firstByte !== undefined) {
      timings.firstByte = firstByte;
      timings.end = total;
    }
    timings.total = total;
    return timings;
  }
}
