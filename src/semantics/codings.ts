/**
 * Content codings (RFC 9110 section 8.4.1): their names, which of them this runtime can undo, and the decoders of
 * `node:zlib`. What stands around them is in `middleware/decode-content/`.
 */
import type { Transform } from 'node:stream';
import { runtimeOptions } from '../message/runtime-options.ts';
import { builtin } from '../runtime/platform.ts';

export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** What a decoder met. */
export type DecodingFault = 'truncated' | 'too large' | 'corrupt';

interface ZlibOptions {
  readonly maxOutputLength?: number;
  readonly chunkSize?: number;
}
type Decode = (bytes: Uint8Array, options: ZlibOptions) => Uint8Array;
type Create = (options: ZlibOptions) => Transform;

/** The part of `node:zlib` that is used here; zstd came with Node 22.15. */
interface Zlib {
  readonly gunzipSync: Decode;
  readonly inflateSync: Decode;
  readonly inflateRawSync: Decode;
  readonly brotliDecompressSync: Decode;
  readonly zstdDecompressSync?: Decode;
  readonly createGunzip: Create;
  readonly createInflate: Create;
  readonly createInflateRaw: Create;
  readonly createBrotliDecompress: Create;
  readonly createZstdDecompress?: Create;
}

/** More than any server has reason for; each one costs a decoder. */
export const MOST_CODINGS = 5;

/** Bytes that a streaming decoder gives at a time. */
const CHUNK = 65_536;

const NAMES: ReadonlyMap<string, Coding> = new Map([
  ['gzip', 'gzip'],
  // RFC 9110 section 8.4.1.3: to be taken as gzip
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
]);

interface Runtime {
  readonly zlib: Zlib | undefined;
  readonly names: readonly Coding[];
  readonly accepted: string;
}

let cached: Runtime | undefined;

function runtime(): Runtime {
  if (cached !== undefined) return cached;
  const zlib = builtin<Zlib>('node:zlib');
  const names: Coding[] = zlib !== undefined || typeof DecompressionStream === 'function' ? ['gzip', 'deflate'] : [];
  if (zlib !== undefined) names.push('br');
  if (zlib?.zstdDecompressSync !== undefined && zlib.createZstdDecompress !== undefined) names.push('zstd');
  cached = { zlib, names, accepted: names.join(', ') };
  return cached;
}

/** Whether `decodeNow` and `createDecoder` work here. */
export function hasZlib(): boolean {
  return runtime().zlib !== undefined;
}

/** The `Accept-Encoding` that says what can be undone here; `''` when nothing can. */
export function acceptEncoding(): string {
  return runtime().accepted;
}

/**
 * The codings of a `Content-Encoding`, in the order in which they were applied; `undefined` when one of them is unknown
 * here or there are none (`identity`). Stops reading after one more than `MOST_CODINGS`.
 */
export function codingsOf(contentEncoding: string): readonly Coding[] | undefined {
  const codings: Coding[] = [];
  for (const item of contentEncoding.split(',', MOST_CODINGS + 1)) {
    const name = item.trim().toLowerCase();
    if (name === '' || name === 'identity') continue;
    const coding = NAMES.get(name);
    if (coding === undefined || !runtime().names.includes(coding)) return undefined;
    codings.push(coding);
  }
  return codings.length === 0 ? undefined : codings;
}

/**
 * Undoes one coding at once.
 * @param most bytes that may come out
 * @throws what `faultOf` tells apart
 */
export function decodeNow(bytes: Uint8Array, coding: Coding, most: number): Uint8Array {
  const zlib = runtime().zlib!;
  const options = runtimeOptions('zlib', { maxOutputLength: Math.max(1, most) });
  if (coding === 'gzip') return zlib.gunzipSync(bytes, options);
  if (coding === 'br') return zlib.brotliDecompressSync(bytes, options);
  if (coding === 'zstd') return zlib.zstdDecompressSync!(bytes, options);
  return isZlibFormat(bytes[0]) ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options);
}

/** A decoder for one coding. @param first the first byte that it will be given, which tells apart the kinds of deflate */
export function createDecoder(coding: Coding, first: number): Transform {
  const zlib = runtime().zlib!;
  const options = runtimeOptions('zlib', { chunkSize: CHUNK });
  if (coding === 'gzip') return zlib.createGunzip(options);
  if (coding === 'br') return zlib.createBrotliDecompress(options);
  if (coding === 'zstd') return zlib.createZstdDecompress!(options);
  return isZlibFormat(first) ? zlib.createInflate(options) : zlib.createInflateRaw(options);
}

/**
 * Whether "deflate" is in the zlib format (RFC 1950), as RFC 9110 section 8.4.1.2 has it, and not raw (RFC 1951) as some
 * servers send it. No raw stream begins like this: it would be a stored block with a bit of its padding set.
 */
export function isZlibFormat(first: number | undefined): boolean {
  return first !== undefined && (first & 0x0f) === 8;
}

/** The codes of `node:zlib`, by which a fetch of Node tells that it could not decode. `Z_BUF_ERROR` is the end of what was cut. */
const DECODER_CODES = /^(?:Z_(?!BUF_ERROR)|ERR__ERROR_FORMAT_|ERR_BROTLI_|ZSTD_)/;

/** Whether a decoder within a transport has met what it cannot read: it is the error, or one of its causes. */
export function isDecoderFault(failure: unknown): boolean {
  for (let at = failure, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (DECODER_CODES.test(String((at as { code?: unknown }).code))) return true;
  }
  return false;
}

/** What an error of a decoder means. */
export function faultOf(error: unknown): DecodingFault {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'ERR_BUFFER_TOO_LARGE') return 'too large';
  if (code === 'Z_BUF_ERROR' || /unexpected end|incomplete|truncated/i.test(String(message))) return 'truncated';
  return 'corrupt';
}
