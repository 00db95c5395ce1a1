/** Undoes content codings of a body that is pulled: the source rests while nobody reads, and errors travel both ways. */

import type { Readable, ReadableOptions } from 'node:stream';
import type { NodeStream } from '../../message/content.ts';
import { runtimeOptions } from '../../message/runtime-options.ts';
import { needBuiltin } from '../../runtime/platform.ts';
import { type Coding, createDecoder } from '../../semantics/codings.ts';

/** Makes the errors that the decoded stream ends with. */
export interface DecodingErrors {
  /** A decoder gave up. */
  undecodable(coding: Coding, cause: unknown): Error;
  /** More bytes came out than may. */
  tooLarge(): Error;
  /** The source closed before its end. */
  closed(): Error;
}

export interface DecoderSettings {
  /** In the order in which they were applied; the last one is undone first. */
  readonly codings: readonly Coding[];
  /** Bytes that may come out. */
  readonly limit: number;
  /** Bytes that may come out of a decoder before the last. */
  readonly innerLimit: number;
  readonly errors: DecodingErrors;
  /** A source that nobody has begun to read is read to its end rather than closed: its rest is short. */
  readonly drains: boolean;
}

/**
 * A chain of `source`, one decoder for each coding, and `readable`. Nothing is read from the source before `readable`
 * is: its first `_read` builds the chain.
 */
export class StreamDecoder {
  /** The decoded bytes. */
  readonly readable: Readable;
  readonly #source: Readable;
  readonly #settings: DecoderSettings;
  readonly #decoders: Readable[] = [];
  /** The last of the chain, which pauses while nobody reads. */
  #last: Readable | undefined;
  #started = false;
  #sourceEnded = false;
  /** Bytes that came out. */
  #size = 0;

  constructor(source: NodeStream, settings: DecoderSettings) {
    const { Readable } = needBuiltin<typeof import('node:stream')>('node:stream', 'decoding a stream');
    this.#source = source as unknown as Readable;
    this.#settings = settings;
    const options: ReadableOptions = {
      highWaterMark: 65_536,
      read: () => this.#read(),
      destroy: (error, callback) => {
        this.#release();
        callback(error);
      },
    };
    this.readable = new Readable(runtimeOptions('stream', options));
    // A body that fails while nobody listens was dropped; without a listener its error would end the process.
    this.readable.on('error', () => undefined);
    this.#follow();
  }

  /** The source's failure is the reader's, as it is. */
  #follow(): void {
    const source = this.#source;
    source.on('error', (error: Error) => this.readable.destroy(error));
    source.once('end', () => {
      this.#sourceEnded = true;
    });
    source.once('close', () => {
      if (!this.#sourceEnded) this.readable.destroy(this.#settings.errors.closed());
    });
    if (source.destroyed && !source.readableEnded)
      this.readable.destroy(source.errored ?? this.#settings.errors.closed());
  }

  /** The reader wants more: the chain is built, or goes on. */
  #read(): void {
    if (this.#started) this.#last?.resume();
    else {
      this.#started = true;
      this.#undo(this.#source, this.#settings.codings.length);
    }
  }

  /** Puts a decoder behind `stream` for each of the first `left` codings, as soon as its first byte is there. */
  #undo(stream: Readable, left: number): void {
    if (left === 0) {
      this.#deliver(stream);
      return;
    }
    const coding = this.#settings.codings[left - 1]!;
    whenFirst(stream, (first) => {
      if (this.readable.destroyed) return;
      // An empty body was not encoded, whatever its headers say.
      if (first === undefined) {
        this.readable.push(null);
        return;
      }
      const decoder = createDecoder(coding, first[0]!);
      this.#decoders.push(decoder);
      decoder.on('error', (cause) => this.readable.destroy(this.#settings.errors.undecodable(coding, cause)));
      if (stream !== this.#source) this.#count(stream, first);
      this.#undo(decoder, left - 1);
      decoder.write(first);
      stream.pipe(decoder);
    });
  }

  /** Counts what a decoder before the last gives, which may be huge although little or nothing comes out in the end. */
  #count(inner: Readable, first: Uint8Array): void {
    let size = first.byteLength;
    inner.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength;
      if (size > this.#settings.innerLimit) this.readable.destroy(this.#settings.errors.tooLarge());
    });
  }

  /** Hands on what the last decoder gives, and stops when the reader is full or the limit is passed. */
  #deliver(last: Readable): void {
    this.#last = last;
    last.on('data', (chunk: Uint8Array) => {
      this.#size += chunk.byteLength;
      if (this.#size > this.#settings.limit) this.readable.destroy(this.#settings.errors.tooLarge());
      else if (!this.readable.push(chunk)) last.pause();
    });
    last.once('end', () => this.readable.push(null));
  }

  /** The reader is done. zlib's memory goes back, and so does the connection, by its end or by its close. */
  #release(): void {
    for (const decoder of this.#decoders) decoder.destroy();
    if (this.#sourceEnded) return;
    if (this.#settings.drains && !this.#started) this.#source.resume();
    else this.#source.destroy();
  }
}

/** Waits for the first chunk that is not empty and takes it; `undefined` when the stream ends without one. */
function whenFirst(stream: Readable, then: (chunk: Uint8Array | undefined) => void): void {
  const onReadable = (): void => {
    let chunk: Uint8Array | null = stream.read();
    while (chunk !== null && chunk.length === 0) chunk = stream.read();
    if (chunk === null) return;
    stream.removeListener('readable', onReadable);
    stream.removeListener('end', onEnd);
    then(chunk);
  };
  const onEnd = (): void => {
    stream.removeListener('readable', onReadable);
    then(undefined);
  };
  stream.on('readable', onReadable);
  stream.once('end', onEnd);
}
