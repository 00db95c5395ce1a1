/**
 * Reads the file of a Node stream in larger pieces, into buffers that are used again. A stream of Node's reads 64 KiB at a
 * time into memory of its own for each, which the garbage collector finds only by looking through the whole heap: that was
 * half of what an upload cost.
 *
 * The stream stays what it is: it opens and closes the file, counts, and tells its events. Only how it reads is replaced, in
 * the place that its option `fs` has for that; any stream that is not just as `fs.createReadStream(path)` made it reads as
 * before.
 */
import fs, { ReadStream } from 'node:fs';
import { PIECE } from './body-pieces.ts';

/** Bytes of one read of a file that is long. */
const LONG_PIECE = 262_144;
/** Bytes after which a file counts as long: many short ones under way at once take no more than before. */
const LONG = 1_048_576;

/** Gives back a piece whose bytes have gone out. */
export type GiveBack = (piece: Uint8Array) => void;

/** What `fs.read` is called with behind the descriptor: memory, where in it, how much, from where in the file, and who is told. */
type Reads = [
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number | null,
  told: (error: Error | null, bytesRead: number, bytes: Uint8Array) => void,
];

/** What a `ReadStream` of Node reads from, and where it stands; `undefined` for `pos` is where the file stands. */
interface Reading {
  readonly bytesRead: number;
  readonly pos?: number;
  readonly end?: number;
  _read(size: number): void;
}

/**
 * @param isWatched somebody follows the progress: the pieces stay as small as they are
 * @returns undefined for a stream that reads as before
 */
export function readInto(stream: object, isWatched: boolean): GiveBack | undefined {
  const place = placeOfReads(stream);
  if (place === undefined) return undefined;
  const reading = stream as Reading;
  const free: Uint8Array[] = [];
  /** The buffers of pieces that are on their way; one that is not given back is forgotten. */
  const buffers = new WeakMap<Uint8Array, Uint8Array>();
  const read = (fd: number, ...[, , , position, told]: Reads): void => {
    const { bytesRead, pos, end = Number.POSITIVE_INFINITY } = reading;
    const size = isWatched || bytesRead < LONG ? PIECE : LONG_PIECE;
    let buffer = free.pop();
    if (buffer === undefined || buffer.byteLength !== size) buffer = Buffer.allocUnsafeSlow(size);
    const bytes = buffer;
    const left = end - (pos ?? bytesRead) + 1;
    fs.read(fd, bytes, 0, Math.min(size, left), position, (error, count) => {
      const piece = count === size ? bytes : bytes.subarray(0, count);
      if (!error && count > 0) buffers.set(piece, bytes);
      told(error, count, piece);
    });
  };
  (stream as Record<symbol, unknown>)[place] = { __proto__: null, open: fs.open, close: fs.close, read };
  const { _read } = reading;
  // Node allocates as much as it is asked for before it calls `read`, which brings its own.
  reading._read = () => _read.call(reading, 1);
  return (piece) => {
    const buffer = buffers.get(piece);
    buffers.delete(piece);
    if (buffer !== undefined) free.push(buffer);
  };
}

/** The key under which a stream has the functions it reads with, for a stream that is as Node made it and unread. */
function placeOfReads(stream: object): symbol | undefined {
  if (Object.getPrototypeOf(stream) !== ReadStream.prototype || Object.hasOwn(stream, '_read')) return undefined;
  const { bytesRead, readableHighWaterMark, readableEncoding, readableDidRead } = stream as ReadStream;
  // Whoever has chosen the size of its pieces gets that.
  if (readableHighWaterMark !== PIECE || readableEncoding !== null || readableDidRead || bytesRead > 0)
    return undefined;
  const place = Object.getOwnPropertySymbols(stream).find(({ description }) => description === 'kFs');
  return place !== undefined && (stream as Record<symbol, unknown>)[place] === fs ? place : undefined;
}
