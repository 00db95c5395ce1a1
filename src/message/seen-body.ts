/**
 * Watches a streamed body while its reader reads it: its size, its bytes up to a limit, and how it ended. HAR files,
 * recordings, traces and the circuit breaker learn from that what became of a body.
 */
import { concatBytes, copyOf, toBytes } from './bytes.ts';
import { Content, chunksOf, type StreamSource } from './content.ts';
import type { HttpResponse } from './response.ts';

/** How a body ended. */
export interface SeenBody {
  /** Bytes of all chunks, also of those that were not kept. */
  readonly size: number;
  /** `undefined` when it is longer than what may be kept. */
  readonly bytes: Uint8Array | undefined;
  /** It was read to its end, by its reader or by whoever looks on. */
  readonly isWhole: boolean;
  readonly error: unknown;
}

/** A rest of at most so many bytes is read when its reader leaves. */
const DRAIN_BYTES = 65_536;

/**
 * @param limit bytes that are kept
 * @param drains a short rest is read after its reader has left, so that the body is known
 * @param ended called once, and waited for before the reader learns that it was the end
 */
export function seenBody(
  response: HttpResponse,
  limit: number,
  drains: boolean,
  ended: (seen: SeenBody) => Promise<void> | void,
): HttpResponse {
  const source = response.content.take(() => new TypeError('the body was read before it could be looked at'));
  return response.with({ body: new Content(undefined, new Looker(source, limit, drains, ended)) });
}

/** No generator: one that is dropped before it is read would not release its source. */
class Looker implements AsyncIterableIterator<Uint8Array, void, undefined> {
  readonly #source: StreamSource;
  readonly #limit: number;
  readonly #drains: boolean;
  readonly #ended: (seen: SeenBody) => Promise<void> | void;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  /** `undefined` once the body is longer than what may be kept. */
  #kept: Uint8Array[] | undefined = [];
  #size = 0;
  #isOver = false;

  constructor(source: StreamSource, limit: number, drains: boolean, ended: (seen: SeenBody) => Promise<void> | void) {
    this.#source = source;
    this.#limit = limit;
    this.#drains = drains;
    this.#ended = ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, void>> {
    let step: IteratorResult<Uint8Array, unknown>;
    try {
      this.#chunks ??= chunksOf(this.#source)[Symbol.asyncIterator]();
      step = await this.#chunks.next();
    } catch (error) {
      await this.#over(false, error);
      throw error;
    }
    if (step.done) {
      await this.#over(true, undefined);
      return { done: true, value: undefined };
    }
    const chunk = toBytes(step.value);
    this.#size += chunk.byteLength;
    if (this.#size > this.#limit) this.#kept = undefined;
    // A copy: whoever reads may change what is handed out.
    this.#kept?.push(copyOf(chunk));
    return { done: false, value: chunk };
  }

  /** The reader leaves early: a short rest is read where that was asked for, otherwise the source is let go of. */
  async return(): Promise<IteratorResult<Uint8Array, void>> {
    if (this.#drains && (await this.#isDrained())) return { done: true, value: undefined };
    if (this.#chunks === undefined) new Content(undefined, this.#source).discard(false);
    else await this.#chunks.return?.();
    await this.#over(false, undefined);
    return { done: true, value: undefined };
  }

  /** Whether the rest was short, and is read. */
  async #isDrained(): Promise<boolean> {
    const most = this.#size + DRAIN_BYTES;
    try {
      while (!this.#isOver && this.#size <= most) await this.next();
    } catch {
      // It was told, and nobody else wants to know.
    }
    return this.#isOver;
  }

  /** Tells how it ended, once. The reader waits for it, so that what is recorded is there before the call ends. */
  async #over(isWhole: boolean, error: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const bytes = this.#kept === undefined ? undefined : concatBytes(this.#kept, this.#size);
    this.#kept = undefined;
    await this.#ended({ size: this.#size, bytes, isWhole, error });
  }
}
