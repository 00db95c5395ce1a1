/**
 * The file that is read, as one that can be read from its beginning more than once: a pipe, a FIFO or standard input is put
 * into a file of this user alone, which is removed at the end.
 */
import { createReadStream, createWriteStream, type Stats } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runtimeOptions } from '../../message/runtime-options.ts';

/** Bytes by which a file is known. */
const HEAD = 65_536;
/** Other names of standard input. A socket, which it may be, cannot be opened by them. */
const STDIN = /^\/dev\/stdin$|^\/(?:dev|proc\/self)\/fd\/0$/;

export interface InputOptions {
  /** Standard input of the command. */
  readonly stdin?: Readable;
  /** Ends the reading of a pipe. */
  readonly signal?: AbortSignal;
}

export interface ReportInput extends AsyncDisposable {
  /** Where it can be read. */
  readonly path: string;
  /** For messages. */
  readonly name: string;
  /** The text at its beginning, without a byte order mark. */
  readonly head: string;
}

/** @throws TypeError that says why it cannot be read, or what it is instead of UTF-8 text */
export async function openInput(given: string, options: InputOptions = {}): Promise<ReportInput> {
  const name = basename(given);
  let folder: string | undefined;
  const remove = async () => {
    if (folder !== undefined) await rm(folder, runtimeOptions('file', { recursive: true, force: true }));
  };
  try {
    const found = await stat(given);
    let path = given;
    if (!found.isFile() && !found.isDirectory()) {
      folder = await mkdtemp(join(tmpdir(), 'sluice-report-'));
      path = join(folder, 'input');
      await copyInto(path, given, found, options);
    }
    const head = textOf(await headOf(path), name);
    return { path, name, head, [Symbol.asyncDispose]: remove };
  } catch (cause) {
    await remove();
    if (cause instanceof TypeError || options.signal?.aborted) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const why = (code !== undefined && REASONS[code]) || String(code ?? cause);
    throw new TypeError(`${given} cannot be read: ${why}; expected FILE.har or FILE.jsonl`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  ENXIO: 'it is a socket',
  ENOSPC: 'there is no room for a copy in the folder of temporary files',
});

async function copyInto(path: string, given: string, found: Stats, { stdin, signal }: InputOptions): Promise<void> {
  const from = stdin !== undefined && found.isSocket() && STDIN.test(given) ? stdin : createReadStream(given);
  const to = createWriteStream(path, runtimeOptions('file', { flags: 'wx', mode: 0o600 }));
  await pipeline([from, to], runtimeOptions('file', { ...(signal && { signal }) }));
}

async function headOf(path: string): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file?.close();
  }
}

/** How files of other kinds begin, and what unpacks them. */
const PACKED: readonly (readonly [beginning: string, kind: string, unpack: string])[] = [
  ['1f8b', 'gzip', 'zcat'],
  ['28b52ffd', 'zstd', 'zstdcat'],
  ['425a68', 'bzip2', 'bzcat'],
  ['fd377a585a00', 'xz', 'xzcat'],
  ['504b0304', 'zip', 'unzip -p'],
];

function textOf(bytes: Buffer, name: string): string {
  const beginning = bytes.toString('hex', 0, 6);
  const [, kind, unpack] = PACKED.find(([one]) => beginning.startsWith(one)) ?? [];
  if (kind !== undefined) {
    throw new TypeError(
      `${name} is packed with ${kind}: expected it unpacked, as by "${unpack} ${name} | sluice report /dev/stdin -o page.html"`,
    );
  }
  // Either file begins with a sign of ASCII, whose other byte is 0 in UTF-16.
  if (/^(?:fffe|feff|00[^0]|[^0].00)/.test(beginning)) {
    throw new TypeError(`${name} is UTF-16 text: expected UTF-8, as by "iconv -f UTF-16 -t UTF-8 ${name}"`);
  }
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
