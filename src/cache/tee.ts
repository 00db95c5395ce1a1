/** A streamed body that is also kept, while it is small enough, for the time when it was read to its end. */
import { concatBytes, copyOf, toBytes } from '../message/bytes.ts';
import { Content, chunksOf } from '../message/content.ts';
import type { HttpResponse } from '../message/response.ts';

/**
 * @param limit bytes; of a longer body nothing is kept
 * @param complete called with all bytes, a copy, before the reader learns that it was the end
 */
export function teed(
  response: HttpResponse,
  limit: number,
  complete: (bytes: Uint8Array) => Promise<void>,
  dropped: () => void,
): HttpResponse {
  const source = response.content.take(() => new TypeError('the body was read before it came to the cache'));
  let chunks: AsyncIterator<Uint8Array> | undefined;
  let kept: Uint8Array[] | undefined = [];
  let size = 0;
  const drop = (): void => {
    if (kept === undefined) return;
    kept = undefined;
    dropped();
  };
  // No generator: one that is dropped before it is read would not release its source.
  const body: AsyncIterableIterator<Uint8Array, void, undefined> = {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        chunks ??= chunksOf(source)[Symbol.asyncIterator]();
        const step = await chunks.next();
        if (step.done) {
          const whole = kept;
          kept = undefined;
          if (whole !== undefined) await complete(concatBytes(whole, size));
          return { done: true, value: undefined };
        }
        const chunk = toBytes(step.value);
        size += chunk.byteLength;
        if (size > limit) drop();
        // The reader may change what it is given.
        kept?.push(copyOf(chunk));
        return { done: false, value: chunk };
      } catch (error) {
        drop();
        throw error;
      }
    },
    async return() {
      drop();
      if (chunks === undefined) new Content(undefined, source).discard(false);
      else await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
  return response.with({ body: new Content(undefined, body) });
}
