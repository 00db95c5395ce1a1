/**
 * Reads a web stream by its reader, because not every runtime lets it be iterated. Leaving the loop early cancels it at
 * once, also while a read waits: the `return()` of a generator would wait for that read.
 */
import { runtimeOptions } from './runtime-options.ts';

export function iterate(stream: ReadableStream<Uint8Array>): WebStreamReader {
  return new WebStreamReader(stream);
}

type Step = IteratorResult<Uint8Array, void>;

/** Takes the stream's lock with the first read, so that a stream that is never read stays the caller's. */
export class WebStreamReader implements AsyncIterableIterator<Uint8Array, void, undefined> {
  readonly #stream: ReadableStream<Uint8Array>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #isOver = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#stream = stream;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Step> {
    if (this.#isOver) return { done: true, value: undefined };
    this.#reader ??= this.#stream.getReader();
    const reader = this.#reader;
    try {
      const step = await reader.read();
      if (!step.done) return { done: false, value: step.value };
    } catch (error) {
      this.#end(reader);
      throw error;
    }
    this.#end(reader);
    return { done: true, value: undefined };
  }

  /** Calls back when the stream fails, also while nobody waits for a chunk. */
  onceFailed(told: (error: unknown) => void): void {
    this.#reader ??= this.#stream.getReader();
    this.#reader.closed.catch((error: unknown) => {
      if (!this.#isOver) told(error);
    });
  }

  async return(): Promise<Step> {
    if (!this.#isOver) {
      this.#isOver = true;
      await (this.#reader ?? this.#stream).cancel().catch(() => undefined);
      this.#reader?.releaseLock();
    }
    return { done: true, value: undefined };
  }

  /** The stream has ended by itself: the lock goes back, and nothing is left to cancel. */
  #end(reader: ReadableStreamDefaultReader<Uint8Array>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    reader.releaseLock();
  }
}

/** A fresh stream of bytes that are in memory. */
export function streamOfBytes(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    if (bytes.byteLength > 0) controller.enqueue(bytes);
    controller.close();
  };
  return new ReadableStream<Uint8Array>(runtimeOptions('webStream', { start }));
}
