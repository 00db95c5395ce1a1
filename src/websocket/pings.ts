/** Pings that wait for their pong (RFC 6455 sections 5.5.2 and 5.5.3). */
import type { Clock } from '../time/clock.ts';
import { Wait, type WaitOptions } from './wait.ts';

/** A ping that was sent, and the caller who waits for its pong. */
interface Asked {
  readonly payload: Buffer;
  readonly wait: Wait<Uint8Array>;
}

export class Pings {
  readonly #clock: Clock;
  readonly #timedOut: (limit: number) => Error;
  /** In the order in which they were sent. */
  #asked: Asked[] = [];

  constructor(clock: Clock, timedOut: (limit: number) => Error) {
    this.#clock = clock;
    this.#timedOut = timedOut;
  }

  /** A wait for the pong with this payload. @throws the signal's reason when it has aborted already */
  add(payload: Buffer, options: WaitOptions): Wait<Uint8Array> {
    options.signal?.throwIfAborted();
    const wait = new Wait<Uint8Array>(this.#clock, options, this.#timedOut, (ended) => {
      this.#asked = this.#asked.filter((one) => one.wait !== ended);
    });
    this.#asked.push({ payload, wait });
    return wait;
  }

  /** A server may answer the latest of several pings only: that answers those before it. Others were never asked for. */
  answered(payload: Buffer): void {
    const at = this.#asked.findIndex((one) => one.payload.equals(payload));
    for (const { wait } of this.#asked.slice(0, at + 1)) wait.resolve(new Uint8Array(payload));
  }

  /** The connection is gone: every ping that waits rejects with the reason. */
  fail(reason: unknown): void {
    for (const { wait } of this.#asked.slice()) wait.abort(reason);
  }
}
