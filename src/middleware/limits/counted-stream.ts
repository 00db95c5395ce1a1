/** A stream that ends with an error once it has given too many bytes, and takes its source along. */
import type { TransformCallback } from 'node:stream';
import { type Content, isNodeStream, type NodeStream, type StreamSource, toWebStream } from '../../message/content.ts';
import { runtimeOptions } from '../../message/runtime-options.ts';
import { ignore, isWebSource } from '../../message/source.ts';
import { iterate } from '../../message/web-stream.ts';
import { needBuiltin } from '../../runtime/platform.ts';

/**
 * The same bytes, of the same kind of stream.
 * @param content whose stream is taken
 * @param most bytes that may come
 * @param fail makes the error for one more
 */
export function countedStream(content: Content, most: number, fail: () => Error): StreamSource {
  const source = content.take(() => new TypeError('the body was read before'));
  let size = 0;
  const check = (chunk: Uint8Array): Uint8Array => {
    size += chunk.byteLength;
    if (size > most) throw fail();
    return chunk;
  };
  if (isNodeStream(source)) return countedNode(source, check);
  if (isWebSource(source)) return toWebStream(new CountedChunks(iterate(source), check));
  return new CountedChunks(source, check);
}

/** Nothing flows before somebody reads: the source is to know whether anybody does. */
function countedNode(source: NodeStream, check: (chunk: Uint8Array) => Uint8Array): StreamSource {
  const { pipeline, Transform } = needBuiltin<typeof import('node:stream')>('node:stream', 'a Node stream as body');
  let isFlowing = false;
  // `pipeline` starts with the first read and not here, because it makes the source flow.
  class Counter extends Transform {
    override _read(size: number): void {
      if (!isFlowing) {
        isFlowing = true;
        pipeline(source as unknown as NodeJS.ReadableStream, this, () => undefined);
      }
      super._read(size);
    }

    override _transform(chunk: Uint8Array, _encoding: string, callback: TransformCallback): void {
      try {
        callback(null, check(chunk));
      } catch (error) {
        callback(error as Error);
      }
    }

    override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
      if (!isFlowing) source.destroy(error ?? undefined);
      super._destroy(error, callback);
    }
  }
  const counter = new Counter(runtimeOptions('stream', {}));
  // A body that fails while nobody listens was dropped; without a listener its error would end the process.
  counter.on('error', ignore);
  // What ends before it is read tells whoever reads later why.
  source.once('error', (error: Error) => isFlowing || counter.destroy(error));
  return counter;
}

/** No generator: dropped before it is read, one would not release its source. */
class CountedChunks implements AsyncIterableIterator<Uint8Array, void, undefined> {
  readonly #chunks: AsyncIterator<Uint8Array, unknown>;
  readonly #check: (chunk: Uint8Array) => Uint8Array;

  constructor(source: AsyncIterable<Uint8Array>, check: (chunk: Uint8Array) => Uint8Array) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#check = check;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, void>> {
    const step = await this.#chunks.next();
    if (step.done) return { done: true, value: undefined };
    try {
      return { done: false, value: this.#check(step.value) };
    } catch (error) {
      await this.#chunks.return?.().catch(() => undefined);
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, void>> {
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }
}
