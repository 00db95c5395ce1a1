/** `--limit-rate`: bodies that come no faster than they may, all of a client together. */

import type { HttpResponse } from '../message/response.ts';
import { mapResponse } from '../middleware/map-response.ts';
import type { Middleware } from '../stack/handler.ts';
import { type Clock, startTimer } from '../time/clock.ts';

/** Pieces of a second: what is read at once is no more than one of them brings. */
const PIECES = 10;
const SECOND = 1000;

/** A layer for the outside of the stack. What is not read yet waits at the server, by the flow control of TCP. */
export function limitRate(bytesPerSecond: number, clock: Clock): Middleware {
  // Small pieces: the bytes come evenly, and not a second's worth at once.
  const most = Math.max(1, Math.ceil(bytesPerSecond / PIECES));
  // When the bytes that were handed on are paid for.
  let due = clock.now();
  const pay = (bytes: number): Promise<void> => {
    due = Math.max(due, clock.now()) + (SECOND * bytes) / bytesPerSecond;
    const wait = due - clock.now();
    return new Promise((resolve) => {
      startTimer(clock, wait, resolve);
    });
  };
  return mapResponse((response) => (response.ok ? response.with({ body: slowed(response, most, pay) }) : response));
}

/** No generator: one that was never started would not let go of the body. */
function slowed(
  response: HttpResponse,
  most: number,
  pay: (bytes: number) => Promise<void>,
): AsyncIterable<Uint8Array> & AsyncIterator<Uint8Array> {
  const source = response[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    async next() {
      if (rest.byteLength === 0) {
        const found = await source.next();
        if (found.done) return { done: true, value: undefined };
        rest = found.value;
      }
      const value = rest.subarray(0, most);
      rest = rest.subarray(most);
      await pay(value.byteLength);
      return { done: false, value };
    },
    async return() {
      await response.discard();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
