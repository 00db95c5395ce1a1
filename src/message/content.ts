/**
 * What a response's body is read from: bytes in memory, a stream that can be read once, or nothing because it went to a
 * sink. Copies of a response share it, so that reading one copy is reading all.
 */

import { IN_PAGE } from '../runtime/in-page.ts';
import { ofThisCopy } from '../runtime/kind-of.ts';
import { needBuiltin } from '../runtime/platform.ts';
import { Pieces, toBytes } from './bytes.ts';
import { forget, releaseWhenCollected, type Unread } from './dropped.ts';
import { runtimeOptions } from './runtime-options.ts';
import { hasMethod, ignore, isWebSource } from './source.ts';
import { reasonOf, streamError } from './stream-reason.ts';
import { iterate, type WebStreamReader } from './web-stream.ts';

/** The part of Node's `Readable` that is used here. */
export interface NodeStream extends AsyncIterable<Uint8Array> {
  pipe(target: NodeJS.WritableStream): unknown;
  resume(): unknown;
  destroy(error?: Error): unknown;
  once(event: string, listener: (...args: never[]) => void): unknown;
  readonly destroyed: boolean;
  readonly closed: boolean;
  readonly readableFlowing?: boolean | null;
  readonly readableDidRead?: boolean;
}

/** A body that arrives piece by piece. Each chunk is bytes; a failure is an error of `errors.ts`. */
export type StreamSource = NodeStream | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A source of chunks that tells when it fails, also while nobody waits for a chunk. */
export interface TellingSource {
  onceFailed(told: (reason: unknown) => void): void;
}

export class Content {
  bytes: Uint8Array | undefined;
  source: StreamSource | undefined;
  /** A stream was handed out or read; bytes never count as used. */
  used = false;
  /** Somebody has read the bytes, and so whoever is shown the message may see them. */
  wasRead = false;
  /** The bytes, when somebody has read them. */
  get read(): Uint8Array | undefined {
    return this.wasRead ? this.bytes : undefined;
  }

  /** What lets go of the stream once nobody can read it any more. */
  #unread: UnreadSource | undefined;

  constructor(bytes: Uint8Array | undefined, source?: StreamSource) {
    this.bytes = bytes;
    this.source = source;
  }

  /** The stream, which is now the caller's. @throws whatever `refuse` makes when it was taken before. */
  take(refuse: () => Error): StreamSource {
    if (this.used || this.source === undefined) throw refuse();
    this.used = true;
    if (this.#unread !== undefined) forget(this);
    return this.source;
  }

  /** The same as a web stream. What is released when it is dropped unread is so too when the stream is dropped. */
  takeWeb(refuse: () => Error): ReadableStream<Uint8Array> {
    const source = this.take(refuse);
    if (this.#unread === undefined) return toWebStream(source);
    const stream = pulledStream(this.#unread);
    releaseWhenCollected(stream, this.#unread);
    return stream;
  }

  /** The same as a Node stream, and as `takeWeb` says. */
  takeNode(refuse: () => Error): NodeStream {
    const source = this.take(refuse);
    if (IN_PAGE || this.#unread === undefined) return toNodeStream(source);
    const stream = pulledNodeStream(this.#unread);
    releaseWhenCollected(stream, this.#unread);
    return stream;
  }

  /**
   * Lets go of a stream that is dropped before it is read, as the platform's fetch does.
   * @param drain a short rest, which is read so that its connection can be used again
   */
  releaseWhenDropped(drain: boolean): void {
    if (this.source === undefined || this.used || this.#unread !== undefined) return;
    this.#unread = new UnreadSource(this.source, drain);
    releaseWhenCollected(this, this.#unread);
  }

  /** Reads a stream to its end, once. Bytes are there as often as they are asked for. */
  async buffer(refuse: () => Error): Promise<Uint8Array> {
    if (this.bytes !== undefined) return this.bytes;
    const pieces = new Pieces();
    for await (const chunk of chunksOf(this.take(refuse))) pieces.add(toBytes(chunk));
    return pieces.bytes();
  }

  /** Lets go of a stream nobody will read. A short rest is drained, so that its connection can be used again. */
  discard(drain: boolean): void {
    const source = this.source;
    if (source === undefined || this.used) return;
    this.used = true;
    if (this.#unread !== undefined) forget(this);
    letGo(source, drain);
  }
}

ofThisCopy(Content.prototype);

/** A stream, and how far it was read. */
export class UnreadSource implements Unread {
  readonly source: StreamSource;
  readonly #drain: boolean;
  /** Made with the first read; until then the source is as it came. */
  #iterator: AsyncIterator<Uint8Array, unknown> | undefined;

  constructor(source: StreamSource, drain: boolean) {
    this.source = source;
    this.#drain = drain;
  }

  next(): Promise<IteratorResult<Uint8Array, unknown>> {
    this.#iterator ??= chunksOf(this.source)[Symbol.asyncIterator]();
    return this.#iterator.next();
  }

  /** Destroys the reader when the source fails while nobody waits for a chunk; does not keep it from being collected. */
  onceFailed(reader: WeakRef<NodeStream>): void {
    if (IN_PAGE) return;
    const told = (error: unknown): void => void reader.deref()?.destroy(streamError(error));
    if (isNodeStream(this.source)) this.source.once('error', told);
    else this.#iterator = toldOfFailure(this.source, told);
  }

  /** Reads a Node stream of which nothing was read for the sake of its connection alone. @returns whether it is one */
  drainTo(end: () => void): boolean {
    if (IN_PAGE || this.#iterator !== undefined || !isNodeStream(this.source)) return false;
    this.source.once('end', end);
    this.source.resume();
    return true;
  }

  /** The reader was collected: the stream is let go of, read or not. */
  release(): void {
    if (this.#iterator === undefined || (!IN_PAGE && isNodeStream(this.source))) letGo(this.source, this.#drain);
    else this.#iterator.return?.().catch(() => undefined);
  }

  async cancel(): Promise<void> {
    // The iterator of a Node stream would first wait for the chunk that is being read, however long that takes.
    if (this.#iterator === undefined || (!IN_PAGE && isNodeStream(this.source))) letGo(this.source, false);
    else await this.#iterator.return?.();
  }
}

/** Releases a stream that nobody reads; a Node stream is read to its end when `drain` says so. */
function letGo(source: StreamSource, drain: boolean): void {
  if (!IN_PAGE && isNodeStream(source)) {
    source.once('error', () => undefined);
    if (drain) source.resume();
    else source.destroy();
  } else if (isWebSource(source)) {
    source.cancel().catch(() => undefined);
  } else {
    const iterator = source[Symbol.asyncIterator]();
    iterator.return?.().catch(() => undefined);
  }
}

/** @returns the chunks of the source, where it has to be locked to be heard */
function toldOfFailure(source: StreamSource, told: (reason: unknown) => void): WebStreamReader | undefined {
  if (!isWebSource(source)) {
    if (isTelling(source)) source.onceFailed(told);
    return undefined;
  }
  const chunks = iterate(source);
  chunks.onceFailed(told);
  return chunks;
}

export function isTelling(source: unknown): source is TellingSource {
  return hasMethod(source, 'onceFailed');
}

export function isNodeStream(source: unknown): source is NodeStream {
  return typeof source === 'object' && source !== null && 'pipe' in source && typeof source.pipe === 'function';
}

/** The chunks of any kind of stream. Leaving the loop early releases the stream. */
export function chunksOf(source: StreamSource): AsyncIterable<Uint8Array> {
  if (isWebSource(source)) return iterate(source);
  return !IN_PAGE && isNodeStream(source) ? nodeChunks(source) : source;
}

/**
 * Node reports a stream that was destroyed in words of its own; the reason it was destroyed for is what callers get.
 */
async function* nodeChunks(source: NodeStream): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* source;
  } catch (error) {
    throw reasonOf(error);
  }
}

/** The stream as the web knows it. */
export function toWebStream(source: StreamSource): ReadableStream<Uint8Array> {
  return isWebSource(source) ? source : pulledStream(new UnreadSource(source, false));
}

/**
 * A web stream that reads the source only when it is read itself (a mark of 0), so that backpressure reaches the
 * server.
 */
function pulledStream(source: UnreadSource): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    runtimeOptions<UnderlyingDefaultSource<Uint8Array>>('webStream', {
      async pull(controller) {
        const { done, value } = await source.next();
        if (done) controller.close();
        else controller.enqueue(toBytes(value));
      },
      cancel: () => source.cancel(),
    }),
    runtimeOptions('webStream', { highWaterMark: 0 }),
  );
}

/**
 * A Node stream in front of the one that the transport fills. The transport refers to its own, so that this one can be
 * collected when it is dropped unread, and releases the connection then. While a chunk is awaited it is referred to as well.
 */
function pulledNodeStream(source: UnreadSource): NodeStream {
  const { Readable } = needBuiltin<typeof import('node:stream')>('node:stream', 'response.stream()');
  const stream = new Readable(
    runtimeOptions('stream', {
      read() {
        // `resume()` without a listener: nobody wants the bytes, and the transport reads them within its own limit.
        const isDrained = stream.readableFlowing === true && stream.listenerCount('data') === 0;
        if (isDrained && source.drainTo(() => stream.push(null))) return;
        source.next().then(
          ({ done, value }) => void stream.push(done ? null : toBytes(value)),
          (error: unknown) => void stream.destroy(streamError(error)),
        );
      },
      destroy(error: Error | null, callback: (error?: Error | null) => void) {
        source.cancel().catch(ignore);
        callback(error);
      },
    }),
  );
  source.onceFailed(new WeakRef(stream));
  // A body that fails while nobody listens was dropped; without a listener its error would end the process.
  return stream.on('error', ignore);
}

/** Whether nobody has begun to read: a Node stream fills its buffer by itself, so that a pull says nothing of a reader. */
export function isUntouched(stream: NodeStream): boolean {
  return stream.readableFlowing === null && !stream.readableDidRead;
}

/** The stream as Node knows it. */
export function toNodeStream(source: StreamSource | Uint8Array): NodeStream {
  if (IN_PAGE) return needBuiltin('node:stream', 'response.stream()');
  if (isNodeStream(source)) return source;
  const { Readable } = needBuiltin<typeof import('node:stream')>('node:stream', 'response.stream()');
  if (source instanceof Uint8Array) {
    return Readable.from(source.byteLength === 0 ? [] : [source], runtimeOptions('stream', { objectMode: false }));
  }
  // A web stream not by its chunks: destroying the Node stream must cancel it, also while a read waits.
  const stream = isWebSource(source)
    ? Readable.fromWeb(source as never)
    : Readable.from(source, runtimeOptions('stream', { objectMode: false }));
  // A body that fails while nobody listens was dropped; without a listener its error would end the process.
  return stream.on('error', ignore);
}

/** Calls `ended` once the stream can give nothing more: read to its end, failed or dropped. */
export function whenEnded(source: StreamSource, ended: () => void): StreamSource {
  if (!IN_PAGE && isNodeStream(source)) {
    if (source.closed) ended();
    else source.once('close', ended);
    return source;
  }
  return watched(source, ended);
}

/** No generator: dropped before it is read, one would run neither its `finally` nor the stream's own end. */
function watched(
  source: StreamSource,
  ended: () => void,
): AsyncIterableIterator<Uint8Array, void, undefined> & TellingSource {
  let iterator: AsyncIterator<Uint8Array, unknown> | undefined;
  let live = true;
  const end = (): void => {
    if (live) ended();
    live = false;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    onceFailed(told) {
      if (!IN_PAGE) iterator ??= toldOfFailure(source, told);
    },
    async next() {
      if (!live) return { done: true, value: undefined };
      iterator ??= chunksOf(source)[Symbol.asyncIterator]();
      try {
        const step = await iterator.next();
        if (!step.done) return step;
      } catch (error) {
        end();
        throw error;
      }
      end();
      return { done: true, value: undefined };
    },
    async return() {
      const unread = live && iterator === undefined;
      end();
      if (unread) letGo(source, false);
      else await iterator?.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** Shared, since decoding in one piece leaves no state behind. */
const utf8 = new TextDecoder();

/** Bytes as text. `charset` is a label of the WHATWG Encoding standard; an unknown one counts as UTF-8. */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return utf8.decode(bytes);
  const decoder = textDecoder(charset);
  // In one piece, Node 20 reads windows-1252 as latin1: its euro sign would be a control character.
  return decoder.decode(bytes, { stream: true }) + decoder.decode();
}

/** A decoder of its own for a `charset`; an unknown one counts as UTF-8. */
export function textDecoder(charset = 'utf-8'): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** The `charset` parameter of a `Content-Type` (RFC 9110 section 8.3.2), in lower case. */
export function charsetOf(contentType: string | null): string | undefined {
  if (contentType === null || !contentType.includes(';')) return undefined;
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1]?.toLowerCase();
}
