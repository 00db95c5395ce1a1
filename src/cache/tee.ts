/** A streamed body that is also kept, while it is small enough, for the time when it was read to its end. */
import { concatBytes, copyOf, toBytes } from '../message/bytes.ts';
import { Content, chunksOf } from '../message/content.ts';
import type { HttpResponse } from '../message/response.ts';
import { alreadyRead } from './exact-bytes.ts';

/** How a body that is kept came to its end; one of them is called, once, with bytes of the cache's own. */
export interface Ends {
  /** All of it, before the reader learns that it was the end. */
  complete(bytes: Uint8Array): Promise<void>;
  /** What came of it before it broke off or was left. */
  broken(bytes: Uint8Array): Promise<void>;
  /** It is longer than what is kept. */
  dropped(): Promise<void>;
}

/** @param limit bytes; of a longer body nothing is kept */
export function teed(response: HttpResponse, limit: number, ends: Ends): HttpResponse {
  const source = response.content.take(alreadyRead);
  let chunks: AsyncIterator<Uint8Array> | undefined;
  let kept: Uint8Array[] | undefined = [];
  let size = 0;
  const end = async (how: 'complete' | 'broken' | 'dropped'): Promise<void> => {
    const before = kept;
    kept = undefined;
    if (before === undefined) return;
    if (how === 'dropped') await ends.dropped();
    else await ends[how](concatBytes(before, size));
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
          await end('complete');
          return { done: true, value: undefined };
        }
        const chunk = toBytes(step.value);
        size += chunk.byteLength;
        if (size > limit) await end('dropped');
        // The reader may change what it is given.
        kept?.push(copyOf(chunk));
        return { done: false, value: chunk };
      } catch (error) {
        await end('broken');
        throw error;
      }
    },
    async return() {
      if (chunks === undefined) new Content(undefined, source).discard(false);
      else await chunks.return?.();
      await end('broken');
      return { done: true, value: undefined };
    },
  };
  return response.with({ body: new Content(undefined, body) });
}
