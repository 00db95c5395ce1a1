/**
 * A request's body: it knows its length and whether it can be sent again, which is what redirects, retries and
 * authentication ask before they send twice.
 */

/** What a body can be read from, once. */
export type BodySource = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class RequestBody {
  /** The whole body, when it is in memory. */
  readonly bytes: Uint8Array | undefined;
  /** Bytes, or `undefined` when only the end will tell. */
  readonly length: number | undefined;
  /** Whether `open()` may be called again. */
  readonly replayable: boolean;
  /** The `Content-Type` that the source implies, used when the request has none. */
  readonly contentType: string | undefined;
  readonly #open: (() => BodySource | Promise<BodySource>) | undefined;
  #opened = false;

  private constructor(
    bytes: Uint8Array | undefined,
    length: number | undefined,
    replayable: boolean,
    contentType: string | undefined,
    open?: () => BodySource | Promise<BodySource>,
  ) {
    this.bytes = bytes;
    this.length = length;
    this.replayable = replayable;
    this.contentType = contentType;
    this.#open = open;
  }

  static fromBytes(bytes: Uint8Array, contentType?: string): RequestBody {
    return new RequestBody(bytes, bytes.byteLength, true, contentType);
  }

  static fromText(text: string, contentType?: string): RequestBody {
    return RequestBody.fromBytes(encoder.encode(text), contentType);
  }

  /** A body that can be opened as often as it is asked for: `open` gives a fresh source each time. */
  static fromFactory(open: () => BodySource | Promise<BodySource>, length?: number, contentType?: string): RequestBody {
    return new RequestBody(undefined, length, true, contentType, open);
  }

  /** A body that can be read once. */
  static once(source: BodySource, length?: number, contentType?: string): RequestBody {
    return new RequestBody(undefined, length, false, contentType, () => source);
  }

  /** Whether a body that can be read only once has been. */
  get used(): boolean {
    return this.#opened && !this.replayable;
  }

  /**
   * The bytes, piece by piece.
   * @throws TypeError when a body that can be read once is opened again.
   */
  async *open(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.bytes !== undefined) {
      if (this.bytes.byteLength > 0) yield this.bytes;
      return;
    }
    if (this.used) {
      throw new TypeError(
        'The body is a stream that was already read; give a function that returns a fresh one to send it again',
      );
    }
    this.#opened = true;
    for await (const chunk of await this.#open!()) yield toBytes(chunk);
  }

  /** The whole body as bytes. Reads a stream to its end. */
  async toBytes(): Promise<Uint8Array> {
    if (this.bytes !== undefined) return this.bytes;
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.open()) chunks.push(chunk);
    return concatBytes(chunks);
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

/** @throws TypeError for a chunk that is neither bytes nor text. */
export function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return encoder.encode(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError(`a body's chunks must be bytes or strings, got ${chunk === null ? 'null' : typeof chunk}`);
}

/** One array of all; no copy when there is just one chunk. */
export function concatBytes(chunks: readonly Uint8Array[], length?: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(length ?? chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
