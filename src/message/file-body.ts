/**
 * A file on disk as a body, streamed in pieces. Its length is sent before its bytes, so that a file which changes meanwhile
 * is an error, and never a body of two versions.
 */

import { needBuiltin } from '../runtime/platform.ts';
import { RequestBody } from './body.ts';
import { RequestError } from './errors.ts';

type FileSystem = typeof import('node:fs');

/** What must be the same from the first look until the last byte was read. */
interface Identity {
  readonly size: number;
  readonly mtimeMs: number;
}

/** Bytes that are in memory at a time. */
const PIECE = 65_536;

/**
 * `length` bytes of a file from `offset`, by default all of it. Can be sent again as long as the file stays as it is.
 * @throws TypeError for an invalid offset or length; RequestError (`ERR_BODY_FILE`) for a file that is
 * missing, no regular file, not readable, too short, or empty while no `length` says that it may be. The same error, while
 * it is sent, for a file that has changed.
 */
export function fileBody(path: string, offset = 0, length?: number): RequestBody {
  const fs = needBuiltin<FileSystem>('node:fs', `the file "${path}" as a body`);
  checkCount('offset', offset, path);
  if (length !== undefined) checkCount('length', length, path);
  const found = look(fs, path);
  if (!found.isFile()) {
    throw unusable(path, found.isDirectory() ? 'it is a directory' : 'it is not a regular file');
  }
  // Mostly a file that nobody has filled yet.
  if (found.size === 0 && length === undefined) throw unusable(path, 'it is empty; length: 0 sends it all the same');
  const end = length === undefined ? found.size : offset + length;
  if (offset > found.size || end > found.size) {
    const wanted = length === undefined ? `offset ${offset} is` : `offset ${offset} and length ${length} are`;
    throw unusable(path, `${wanted} beyond its end, it has ${found.size} bytes`);
  }
  return RequestBody.fromFactory(() => pieces(fs, path, offset, end, found), end - offset);
}

/**
 * Whether the file is there and may be read.
 * @throws RequestError saying why not
 */
function look(fs: FileSystem, path: string): import('node:fs').Stats {
  try {
    fs.accessSync(path, fs.constants.R_OK);
    return fs.statSync(path);
  } catch (cause) {
    throw unusable(path, reasonOf(cause), cause);
  }
}

/** Opens the file for one sending and reads the range. A request that is sent twice opens it twice. */
async function* pieces(
  fs: FileSystem,
  path: string,
  start: number,
  end: number,
  expected: Identity,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await fs.promises.open(path, 'r').catch((cause: unknown) => {
    throw unusable(path, reasonOf(cause), cause);
  });
  try {
    checkSame(path, expected, await file.stat());
    for (let at = start; at < end; ) {
      const piece = new Uint8Array(Math.min(PIECE, end - at));
      const { bytesRead } = await file.read(piece, 0, piece.byteLength, at);
      at += bytesRead;
      // Before the last piece leaves: a receiver must not take a body of two versions for complete.
      if (bytesRead === 0 || at === end) checkSame(path, expected, await file.stat());
      if (bytesRead === 0) throw unusable(path, `it ended at ${at} of ${end} bytes`);
      yield bytesRead === piece.byteLength ? piece : piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Size and time of the last write, by which most changes show. */
function checkSame(path: string, expected: Identity, found: Identity): void {
  if (found.size === expected.size && found.mtimeMs === expected.mtimeMs) return;
  const how = found.size === expected.size ? 'it was written to' : `from ${expected.size} to ${found.size} bytes`;
  throw unusable(path, `it changed while it was sent: ${how}`);
}

function checkCount(name: string, value: unknown, path: string): void {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return;
  throw new TypeError(`${name} of the file "${path}" must be a whole number of bytes from 0, got ${String(value)}`);
}

function unusable(path: string, why: string, cause?: unknown): RequestError {
  return new RequestError(`the file "${path}" cannot be sent: ${why}`, { code: 'ERR_BODY_FILE', cause });
}

/** The system's codes in words that end the error message. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  EISDIR: 'it is a directory',
  EMFILE: 'too many files are open',
};

function reasonOf(cause: unknown): string {
  const code = String((cause as { code?: unknown } | null)?.code ?? 'unknown');
  return Object.hasOwn(REASONS, code) ? REASONS[code]! : `the system says ${code}`;
}
