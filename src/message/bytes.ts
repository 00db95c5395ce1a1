/** Bytes of every kind as a `Uint8Array`, and the pieces of a body collected into one. */
import { IN_PAGE } from '../runtime/in-page.ts';
import { kindOf } from '../runtime/kind-of.ts';

const encoder = new TextEncoder();
export const NOTHING = new Uint8Array(0);
const byteLengthOf = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')!.get!;

/** Whether it is an ArrayBuffer, of this realm or another (a `vm` context, a frame, jsdom). */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== 'object' || value === null) return false;
  try {
    byteLengthOf.call(value);
    return true;
  } catch {
    return false;
  }
}

/** @throws TypeError for a chunk that is neither bytes nor text. */
export function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return encoder.encode(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (isArrayBuffer(chunk)) return new Uint8Array(chunk);
  throw new TypeError(`a body's chunks must be bytes or strings, got ${kindOf(chunk)}`);
}

/** A copy that shares no memory. Not by `slice`: that of a `Buffer`, which transports give, copies nothing. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
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

/** A piece of at least this many bytes is kept as it came; smaller ones are copied together. */
const KEPT_AS_IS = 8192;
/**
 * Bytes of a block for small pieces; it grows with the body, so that short bodies take little and long ones few blocks.
 */
const SMALLEST_BLOCK = 1024;
const LARGEST_BLOCK = 65_536;
/** Bytes that are allocated on a promise alone: 1 MiB. */
const MOST_AT_ONCE = 1_048_576;

/** Node's `Buffer`, as far as it gives memory without clearing it; another global may have that name. */
interface Unclearing {
  allocUnsafeSlow?(size: number): Uint8Array<ArrayBuffer>;
}

/**
 * Memory to be written over. Where the runtime has it, what is in it is whatever was there before: to clear it takes as long
 * as to fill it, so that nobody may see more of it than was written.
 */
function roomFor(size: number): Uint8Array<ArrayBuffer> {
  if (IN_PAGE) return new Uint8Array(size);
  const { Buffer } = globalThis as { Buffer?: Unclearing };
  const room = Buffer?.allocUnsafeSlow?.(size).buffer;
  return room?.byteLength === size ? new Uint8Array(room) : new Uint8Array(size);
}

/**
 * A body that is collected. However small its pieces are, it takes a small multiple of its bytes: a view of one byte
 * takes a hundred, and pins all that was read from the socket with it.
 */
export class Pieces {
  /** Bytes so far. */
  size = 0;
  /** Most bodies are one piece, and are not copied. */
  #first: Uint8Array | undefined;
  #done: Uint8Array[] | undefined;
  /** Room for all of it, once it is known how much that is. */
  #whole: Uint8Array | undefined;
  #block = NOTHING;
  /** What of the block is in `#done` already, and what of it is written. */
  #flushed = 0;
  #filled = 0;

  /** Whether there is one piece so far: the time to say how much there will be. */
  get isOne(): boolean {
    return this.#first !== undefined;
  }

  /**
   * Makes room for all of it at once, so that each piece is copied once and nothing else is allocated. One who promises a
   * lot gets no more than that: it is gathered like a body of unknown length.
   */
  expect(total: number | undefined): void {
    if (total === undefined || total > MOST_AT_ONCE || total < this.size || this.#first === undefined) return;
    this.#whole = roomFor(total);
    this.#whole.set(this.#first);
    this.#first = undefined;
  }

  /** Keeps the piece, which must not be changed afterwards. */
  add(piece: Uint8Array): void {
    // A stream may have empty chunks: they are no first piece.
    if (piece.byteLength === 0) return;
    if (this.size === 0) this.#first = piece;
    else if (this.#whole !== undefined && this.size + piece.byteLength <= this.#whole.byteLength) {
      this.#whole.set(piece, this.size);
    } else {
      this.#begin();
      this.#append(piece);
    }
    this.size += piece.byteLength;
  }

  /** All of it; what is added later is not in it. */
  bytes(): Uint8Array {
    if (this.#whole?.byteLength === this.size) return this.#whole;
    // A copy: behind a view stands the memory that was not written.
    if (this.#whole !== undefined) return copyOf(this.#whole.subarray(0, this.size));
    if (this.#done === undefined) return this.#first ?? NOTHING;
    this.#flush();
    return concatBytes(this.#done, this.size);
  }

  /** Forgets what was collected. */
  clear(): void {
    this.#first = this.#whole = this.#done = undefined;
    this.#block = NOTHING;
    this.size = this.#filled = this.#flushed = 0;
  }

  /** From one piece, or from what was promised and was too little, to a list. */
  #begin(): void {
    if (this.#done !== undefined) return;
    this.#done = [];
    this.#append(this.#whole === undefined ? this.#first! : copyOf(this.#whole.subarray(0, this.size)));
    this.#first = this.#whole = undefined;
  }

  /** Large pieces are kept as they came, small ones copied into the block. */
  #append(piece: Uint8Array): void {
    if (piece.byteLength >= KEPT_AS_IS) {
      this.#flush();
      this.#done!.push(piece);
      return;
    }
    if (piece.byteLength > this.#block.byteLength - this.#filled) {
      this.#flush();
      const wanted = Math.min(Math.max(this.size, SMALLEST_BLOCK), LARGEST_BLOCK);
      this.#block = new Uint8Array(Math.max(wanted, piece.byteLength));
      this.#filled = this.#flushed = 0;
    }
    this.#block.set(piece, this.#filled);
    this.#filled += piece.byteLength;
  }

  /** Moves what was written into the block since the last flush to the list, before anything that comes behind it. */
  #flush(): void {
    if (this.#filled === this.#flushed) return;
    this.#done!.push(this.#block.subarray(this.#flushed, this.#filled));
    this.#flushed = this.#filled;
  }
}
