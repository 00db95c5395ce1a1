/** A body whose reading can be made to fail from outside, whatever the one who sends it does. */
import {
  isNodeStream,
  isTelling,
  isUntouched,
  type StreamSource,
  type TellingSource,
  whenEnded,
} from '../../message/content.ts';
import { streamError } from '../../message/stream-reason.ts';
import { IN_PAGE } from '../../runtime/in-page.ts';

export interface FailableStream {
  readonly source: StreamSource;
  /** Whether nobody has begun to read. */
  readonly isUnread: boolean;
  /** Every read, also one that waits, rejects with this from now on; the stream below is released. */
  fail(reason: unknown): void;
}

/** @param ended called once the stream can give nothing more: read to its end, failed or dropped */
export function failable(source: StreamSource, ended: () => void): FailableStream {
  if (IN_PAGE || !isNodeStream(source)) {
    const reads = new FailableReads(whenEnded(source, ended));
    return {
      source: reads,
      get isUnread() {
        return reads.isUnread;
      },
      fail: (reason) => reads.fail(reason),
    };
  }
  whenEnded(source, ended);
  const fail = (reason: unknown): void => {
    // Nobody may be reading yet: an `error` without a listener would end the process. Whoever reads later is told.
    source.once('error', () => undefined);
    source.destroy(streamError(reason));
  };
  return {
    source,
    get isUnread() {
      return isUntouched(source);
    },
    fail,
  };
}

/**
 * Chunks of a stream that is no Node stream. Each read is a promise of ours, which `fail` can reject while the source
 * still waits.
 */
class FailableReads implements AsyncIterableIterator<Uint8Array, void, undefined>, TellingSource {
  readonly #chunks: AsyncIterator<Uint8Array, unknown>;
  /** Whether `next` was never called. */
  isUnread = true;
  #failure: { readonly reason: unknown } | undefined;
  /** Rejects the read that waits, if one does. */
  #rejectRead: ((reason: unknown) => void) | undefined;
  #told: ((reason: unknown) => void) | undefined;

  constructor(source: StreamSource) {
    this.#chunks = (source as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, void>> {
    this.isUnread = false;
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure.reason);
        return;
      }
      this.#rejectRead = reject;
      this.#chunks.next().then(resolve as (step: IteratorResult<Uint8Array, unknown>) => void, reject);
    });
  }

  async return(): Promise<IteratorResult<Uint8Array, void>> {
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }

  /** Calls back when `fail` is called or the source fails, also while nobody waits for a chunk. */
  onceFailed(told: (reason: unknown) => void): void {
    this.#told = told;
    if (!IN_PAGE && isTelling(this.#chunks)) this.#chunks.onceFailed(told);
  }

  fail(reason: unknown): void {
    this.#failure = { reason };
    this.#rejectRead?.(reason);
    this.#told?.(reason);
    this.#chunks.return?.().catch(() => undefined);
  }
}
