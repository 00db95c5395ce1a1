/**
 * A request's body: it knows its length and whether it can be sent again, which is what redirects, retries and
 * authentication ask before they send twice.
 */

import { ofThisCopy } from '../runtime/kind-of.ts';
import { BodyReader } from './body-reader.ts';
import { Pieces } from './bytes.ts';
import { own } from './own.ts';
import type { Scope } from './scope.ts';
import { type BodySource, letGoOf } from './source.ts';

export { concatBytes, toBytes } from './bytes.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The body of a request: it knows its length, and whether it can be sent again. The client makes it from the option `body`.
 * Reading a stream that was read already is a rejection, a `TypeError`.
 */
export class RequestBody {
  /** The whole body, when it is in memory. */
  readonly bytes: Uint8Array | undefined;
  /** Bytes, or `undefined` when only the end will tell. */
  readonly length: number | undefined;
  /** Whether `open()` may be called again. */
  readonly replayable: boolean;
  /** The `Content-Type` that the source implies, used when the request has none. */
  readonly contentType: string | undefined;
  readonly #make: (() => BodySource | Promise<BodySource>) | undefined;
  /** The whole body, when the runtime has it as a `Blob`: what sends no streams takes it as it is. @internal */
  get blob(): Blob | undefined {
    return this.#blob?.();
  }

  readonly #blob: (() => Blob) | undefined;
  /** What can be read once. */
  readonly #source: BodySource | undefined;
  #opened = false;
  /** While all of it is read into memory. */
  #whole: BodyReader | undefined;

  private constructor(
    bytes: Uint8Array | undefined,
    length: number | undefined,
    replayable: boolean,
    contentType: string | undefined,
    source: { make?(): BodySource | Promise<BodySource>; once?: BodySource; blob?(): Blob } = {},
  ) {
    this.bytes = bytes;
    this.length = length;
    this.replayable = replayable;
    this.contentType = contentType;
    this.#make = own(source, 'make');
    this.#source = own(source, 'once');
    this.#blob = own(source, 'blob');
  }

  /** A body of these bytes. */
  static fromBytes(bytes: Uint8Array, contentType?: string): RequestBody {
    return new RequestBody(bytes, bytes.byteLength, true, contentType);
  }

  /** A body of this text, in UTF-8. */
  static fromText(text: string, contentType?: string): RequestBody {
    return RequestBody.fromBytes(encoder.encode(text), contentType);
  }

  /** A body that can be opened as often as it is asked for: `open` gives a fresh source each time. */
  static fromFactory(open: () => BodySource | Promise<BodySource>, length?: number, contentType?: string): RequestBody {
    return new RequestBody(undefined, length, true, contentType, { make: open });
  }

  /** The content of a blob, or of what can be put together as one. @internal */
  static fromBlob(
    blob: () => Blob,
    open: () => BodySource | Promise<BodySource>,
    length: number,
    contentType?: string,
  ): RequestBody {
    return new RequestBody(undefined, length, true, contentType, { make: open, blob });
  }

  /** A body that can be read once. */
  static once(source: BodySource, length?: number, contentType?: string): RequestBody {
    return new RequestBody(undefined, length, false, contentType, { once: source });
  }

  /** Whether a body that can be read only once has been. */
  get used(): boolean {
    return this.#opened && !this.replayable;
  }

  /**
   * The bytes, piece by piece. A body that can be read once, and is opened again, fails with a `TypeError` at the first
   * read.
   * @param scope the context in which a caller's function or generator runs
   */
  open(scope?: Scope): BodyReader {
    return new BodyReader({ open: () => this.#take(), scope });
  }

  /** The same for a reader who is the last: leaving it lets go of the source, begun or not. @internal */
  openLast(): BodyReader {
    return new BodyReader({ open: () => this.#take(), unread: () => this.release() });
  }

  /**
   * Lets go of the source of a body that can be read once and was not: its call is over. One that is being read is its
   * reader's to leave, unless that is `bytes()` or `text()`, which then fails.
   */
  release(): void {
    if (this.replayable) return;
    this.#whole?.release();
    if (this.#opened) return;
    this.#opened = true;
    letGoOf(this.#source);
  }

  #take(): BodySource | Promise<BodySource> {
    if (this.bytes !== undefined) return this.bytes.byteLength > 0 ? [this.bytes] : [];
    if (this.used) {
      throw new TypeError(
        'The body is a stream that was already read; give a function that returns a fresh one to send it again',
      );
    }
    this.#opened = true;
    return this.#source ?? this.#make!();
  }

  /** The whole body as bytes. Reads a stream to its end. */
  async toBytes(): Promise<Uint8Array> {
    if (this.bytes !== undefined) return this.bytes;
    const pieces = new Pieces();
    const reader = this.open();
    this.#whole ??= reader;
    try {
      for await (const chunk of reader) pieces.add(chunk);
    } finally {
      if (this.#whole === reader) this.#whole = undefined;
    }
    return pieces.bytes();
  }

  /** The whole body as UTF-8 text. Reads a stream to its end. */
  async text(): Promise<string> {
    return decoder.decode(await this.toBytes());
  }

  /** UTF-8 text of a body in memory; what stands in its place otherwise. */
  toString(): string {
    return this.bytes === undefined ? '[stream]' : decoder.decode(this.bytes);
  }

  /** Never the content: it may hold secrets. */
  toJSON(): { length: number | undefined; replayable: boolean } {
    return { length: this.length, replayable: this.replayable };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `RequestBody { length: ${this.length}, replayable: ${this.replayable} }`;
  }
}

ofThisCopy(RequestBody.prototype);
