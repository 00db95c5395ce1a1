/** Brings the beginning of a streamed error body into memory, so that it can be read and its connection is free. */

import { followCaller, throwIfStopped, unfollowCaller } from '../../call/caller-stop.ts';
import { Pieces } from '../../message/bytes.ts';
import { Content, isNodeStream, type StreamSource } from '../../message/content.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { isWebSource } from '../../message/source.ts';
import type { RequestOptions } from '../../options/options.ts';
import { startTimer, systemClock } from '../../time/clock.ts';
import { milliseconds } from '../../time/duration.ts';
import { faultOf, guarded } from '../../time/guarded-clock.ts';
import type { Abortable } from '../../time/stop.ts';
import { ERROR_BODY_BYTES } from './http-errors-policy.ts';

/** Waits for an error body no longer than this, in milliseconds, where `readTimeout` is off. */
const LONGEST_WAIT = 300_000;

/** A response whose body is in memory, as far as it will ever be. */
export interface Held {
  readonly response: HttpResponse;
  /** Whether the whole body is there; absent when nobody had to read it. */
  readonly complete?: boolean;
}

/**
 * The response with the beginning of its body in memory. Whatever ends the reading early (a failure, a limit, the end of
 * our patience), what came until then stays: the status says more than the missing rest. Only an abort ends the call.
 */
export async function holdBody(response: HttpResponse, request: HttpRequest, options: RequestOptions): Promise<Held> {
  const wait = milliseconds(options.readTimeout, 'readTimeout') || LONGEST_WAIT;
  const source = response.content.take(() => new TypeError('the body was read before'));
  const start = new BodyStart(readerOf(source));
  followCaller(start, request, options);
  const clock = guarded(options.clock ?? systemClock, start);
  const stopTimer = startTimer(clock, wait, () => start.abort());
  await start.read();
  stopTimer();
  unfollowCaller(start, request, options);
  throwIfStopped(request, options);
  const fault = faultOf(clock);
  if (fault !== undefined) throw fault.error;
  return { response: response.with({ body: new Content(start.bytes) }), complete: start.complete };
}

/** Reads the first 64 KiB of a stream, until it is told to stop. */
class BodyStart implements Abortable {
  /** Whether the end of the body came. */
  complete = false;
  readonly waitsFor = 'the body of a bad response';
  readonly #reader: ChunkReader;
  readonly #pieces = new Pieces();
  /** Resolves when reading is to stop, and wins over a read that waits. */
  readonly #stopped: Promise<undefined>;
  #stop!: () => void;

  constructor(reader: ChunkReader) {
    this.#reader = reader;
    this.#stopped = new Promise((resolve) => {
      this.#stop = () => resolve(undefined);
    });
  }

  get bytes(): Uint8Array {
    return this.#pieces.bytes();
  }

  abort(): void {
    this.#stop();
  }

  async read(): Promise<void> {
    try {
      this.complete = await this.#fill();
    } catch {
      // The transfer failed: what came until then stays.
    }
    if (!this.complete) this.#reader.release();
  }

  /** Whether the stream ended before the bound and before it was told to stop. */
  async #fill(): Promise<boolean> {
    for (let left = ERROR_BODY_BYTES; ; ) {
      const step = await Promise.race([this.#reader.next(), this.#stopped]);
      if (step === undefined) return false;
      if (step.done) return true;
      const { byteLength } = step.value;
      // A copy of a part, because a view would hold the whole.
      this.#pieces.add(byteLength > left ? step.value.slice(0, left) : step.value);
      if (byteLength > left) return false;
      left -= byteLength;
    }
  }
}

/** A reader that can be released while it waits: a generator's `return` would wait for the chunk. */
interface ChunkReader {
  next(): Promise<IteratorResult<Uint8Array, unknown>>;
  /** Lets go of the stream, also while a `next` is waiting. */
  release(): void;
}

/** The reader of any kind of stream. */
function readerOf(source: StreamSource): ChunkReader {
  if (isWebSource(source)) {
    const reader = source.getReader();
    return {
      next: () => reader.read() as Promise<IteratorResult<Uint8Array, unknown>>,
      release: () => void reader.cancel().catch(() => undefined),
    };
  }
  const iterator = source[Symbol.asyncIterator]();
  const next = () => iterator.next();
  if (isNodeStream(source)) {
    const release = () => {
      source.once('error', () => undefined);
      source.destroy();
    };
    return { next, release };
  }
  return { next, release: () => void iterator.return?.().catch(() => undefined) };
}
