/** Messages on their way to the reader: a bounded queue, and the calls of `receive` that wait for the next message. */
import type { Clock } from '../time/clock.ts';
import { Wait, type WaitOptions } from './wait.ts';

/** A whole message, however many frames it came in. */
export type WebSocketMessage =
  | { readonly type: 'text'; readonly data: string }
  | { readonly type: 'binary'; readonly data: Uint8Array };

/** The bounds of what is received and not read yet. What one chunk of the socket brings may go beyond them. */
const FULL_BYTES = 1_048_576;
const FULL_MESSAGES = 1024;

type Reader = Wait<WebSocketMessage | undefined>;

export class Inbox {
  readonly #clock: Clock;
  readonly #room: () => void;
  readonly #timedOut: (limit: number) => Error;
  #messages: WebSocketMessage[] = [];
  /** Bytes of each message in `#messages`, in the same order; text is counted by its bytes on the wire. */
  #sizes: number[] = [];
  #bytes = 0;
  /** The call of `take` that found nothing, and waits longest. There is none while there are messages. */
  #reader: Reader | undefined;
  /** Those behind it, in their order. Mostly there are none, and a set that is filled for each message costs too much. */
  readonly #others = new Set<Reader>();
  #isEnded = false;
  /** Set by `fail`: from then on every `take` rejects with this reason. */
  #failure: { readonly reason: unknown } | undefined;

  /** @param room called when the reader has made room in a queue that was full */
  constructor(clock: Clock, room: () => void, timedOut: (limit: number) => Error) {
    this.#clock = clock;
    this.#room = room;
    this.#timedOut = timedOut;
  }

  /** Whether the socket should be read no further for now. */
  get isFull(): boolean {
    return this.#bytes >= FULL_BYTES || this.#messages.length >= FULL_MESSAGES;
  }

  /** Hands the message to the reader that waits longest, or keeps it. */
  put(message: WebSocketMessage, bytes: number): void {
    if (this.#isEnded) return;
    if (this.#reader !== undefined) {
      this.#reader.resolve(message);
      return;
    }
    this.#messages.push(message);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** The next message; `undefined` when there will be none. */
  take(options: WaitOptions): Promise<WebSocketMessage | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    if (options.signal?.aborted) return Promise.reject(options.signal.reason);
    const message = this.#messages.shift();
    if (message !== undefined) {
      this.#bytes -= this.#sizes.shift()!;
      // When it is half empty, not when it is one below full: the socket would be paused and resumed for every message.
      if (this.#bytes <= FULL_BYTES / 2 && this.#messages.length <= FULL_MESSAGES / 2) this.#room();
      return Promise.resolve(message);
    }
    if (this.#isEnded) return Promise.resolve(undefined);
    try {
      const wait: Reader = new Wait(this.#clock, options, this.#timedOut, this.#left);
      if (this.#reader === undefined) this.#reader = wait;
      else this.#others.add(wait);
      return wait.promise;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** No more will come. What is there can still be read. */
  end(): void {
    this.#isEnded = true;
    for (const reader of this.#readers()) reader.resolve(undefined);
  }

  /** The caller has ended the connection with a reason: messages that were not read are dropped. */
  fail(reason: unknown): void {
    this.#isEnded = true;
    this.#failure = { reason };
    this.#messages = [];
    this.#sizes = [];
    for (const reader of this.#readers()) reader.abort(reason);
  }

  /** A copy: each leaves when it is told. */
  #readers(): readonly Reader[] {
    return this.#reader === undefined ? [] : [this.#reader, ...this.#others];
  }

  /** A reader waits no more. */
  readonly #left = (reader: Reader): void => {
    if (reader !== this.#reader) {
      this.#others.delete(reader);
      return;
    }
    this.#reader = undefined;
    for (const next of this.#others) {
      this.#others.delete(next);
      this.#reader = next;
      return;
    }
  };
}
