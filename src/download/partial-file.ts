/**
 * A file that is not complete yet: `<path>.part` with the bytes, and `<path>.part.json` with what it is a part of. Neither
 * exists before the first byte, and what stands under the final name is complete. A process may end at any point: bytes
 * are on disk before the record counts them, and a record without its bytes counts for nothing.
 */
import { access, constants, type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { RequestError, ResponseError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { isStrong, type Range, type Validators } from './range-policy.ts';

/** What a partial file is a part of, and what is missing. */
export interface PartState extends Validators {
  /** Secrets masked: a URL with a fresh token is the same resource. */
  readonly url: string;
  /** Bytes of the whole file, when they are known. */
  readonly total: number | undefined;
  readonly ranges: readonly Range[];
}

/** As it is written. Without `missing` the bytes are there from the start, as many as the file has. */
interface PartRecord {
  url: string;
  etag?: string;
  lastModified?: string;
  total?: number;
  missing?: (readonly [at: number, end: number])[];
}

/** Bytes between two records of ranges that are fetched at the same time: at most these are fetched twice. */
const RECORD_EVERY = 8_388_608;

/** Those that this process is writing, by their absolute path. */
const busy = new Map<string, PartialFile>();

export class PartialFile {
  readonly path: string;
  readonly #part: string;
  readonly #record: string;
  readonly #request: HttpRequest;
  #handle: FileHandle | undefined;
  #state: PartState | undefined;
  #opening: Promise<FileHandle> | undefined;
  #publishing: Promise<void> | undefined;
  #isEnded = false;
  #shutting: Promise<void> | undefined;
  /** Set until the first byte of a new file has come. */
  #stale = false;
  #unrecorded = 0;
  #recording: Promise<void> = Promise.resolve();

  #released: () => void = () => undefined;
  readonly #end = new Promise<void>((done) => {
    this.#released = done;
  });
  readonly #isStopped: () => boolean;

  private constructor(path: string, request: HttpRequest, isStopped: () => boolean) {
    this.path = path;
    this.#part = `${path}.part`;
    this.#record = `${path}.part.json`;
    this.#request = request;
    this.#isStopped = isStopped;
  }

  /**
   * Takes the path for this download, once one that its caller has stopped has let go of it.
   * @throws RequestError (`ERR_SINK`) when this process is downloading to it
   */
  static async open(path: string, request: HttpRequest, isStopped: () => boolean): Promise<PartialFile> {
    const file = new PartialFile(path, request, isStopped);
    const key = resolve(path);
    for (let other = busy.get(key); other !== undefined; other = busy.get(key)) {
      if (!other.#isStopped()) throw file.#refusal('another download to it is under way');
      await other.#end;
    }
    busy.set(key, file);
    return file;
  }

  /** Finds out before anything is sent. @throws RequestError (`ERR_SINK`) when no file can be made there */
  async check(): Promise<void> {
    const found = await stat(this.path).catch((cause: { code?: unknown }) => {
      if (cause.code === 'ENOENT') return undefined;
      throw this.#failure(cause);
    });
    if (found?.isDirectory()) throw this.#refusal('it is a directory');
    if (found !== undefined && !found.isFile()) throw this.#refusal('it is not a regular file');
    await access(dirname(resolve(this.path)), constants.W_OK).catch((cause: unknown) => {
      throw this.#failure(cause);
    });
  }

  /** What an earlier call has left of this URL; `undefined` when it is nothing that can be gone on from. */
  async load(url: string): Promise<PartState | undefined> {
    const size = await stat(this.#part).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    );
    if (size === 0) return undefined;
    const text = await readFile(this.#record, 'utf8').catch(() => '');
    const state = readRecord(text, size);
    if (state === undefined || state.url !== url) return undefined;
    this.#state = state;
    return state;
  }

  /** From here on the bytes are of this file; nothing that was there counts any more. */
  begin(state: PartState): void {
    this.#state = state;
    this.#unrecorded = 0;
    this.#stale = true;
  }

  /** @throws ResponseError (`ERR_SINK`) for a disk that is full or cannot be written */
  async write(chunk: Uint8Array, at: number, response: HttpResponse): Promise<void> {
    try {
      const handle = await this.#opened();
      for (let done = 0; done < chunk.byteLength; ) {
        const { bytesWritten } = await handle.write(chunk, done, chunk.byteLength - done, at + done);
        done += bytesWritten;
      }
    } catch (cause) {
      throw this.#failure(cause, response);
    }
  }

  /** The bytes up to each range's `at` are on disk. */
  async wrote(bytes: number, response: HttpResponse): Promise<void> {
    this.#unrecorded += bytes;
    if (!this.#isSegmented() || this.#unrecorded < RECORD_EVERY) return;
    this.#unrecorded = 0;
    await this.#write(this.#state!).catch((cause: unknown) => {
      throw this.#failure(cause, response);
    });
  }

  /** Opens what was written for reading; makes the file that has no bytes. */
  async complete(response: HttpResponse): Promise<FileHandle> {
    try {
      const handle = await this.#opened();
      await handle.sync();
      return handle;
    } catch (cause) {
      throw this.#failure(cause, response);
    }
  }

  /** Gives the complete file its name. */
  async publish(response: HttpResponse): Promise<void> {
    this.#publishing = this.#publish();
    await this.#publishing.catch((cause: unknown) => {
      throw this.#failure(cause, response);
    });
  }

  async #publish(): Promise<void> {
    await this.#closeHandle();
    if (this.#isEnded) throw new Error('the download has ended');
    await rename(this.#part, this.path);
    await rm(this.#record, { force: true });
    await syncFolder(dirname(resolve(this.path)));
  }

  /** Takes away what is of no use. */
  async remove(): Promise<void> {
    await this.#closeHandle().catch(() => undefined);
    await rm(this.#part, { force: true }).catch(() => undefined);
    await rm(this.#record, { force: true }).catch(() => undefined);
    this.#state = undefined;
  }

  /** The caller has its answer: whatever is still under way makes and writes nothing from here on. */
  async stop(): Promise<void> {
    this.#isEnded = true;
    await (this.#shutting ??= this.#shut());
  }

  /** Ends the writing, and keeps for the next call what is there. */
  async release(): Promise<void> {
    this.#isEnded = true;
    await (this.#shutting ??= this.#shut());
    busy.delete(resolve(this.path));
    this.#released();
  }

  async #shut(): Promise<void> {
    await Promise.allSettled([this.#opening, this.#publishing]);
    try {
      if (this.#handle !== undefined && this.#isSegmented()) await this.#write(this.#state!);
    } catch {
      // The call has its error already; what could not be recorded is fetched again.
    }
    await this.#recording.catch(() => undefined);
    await this.#closeHandle().catch(() => undefined);
  }

  #isSegmented(): boolean {
    return this.#state !== undefined && this.#state.ranges.length > 1;
  }

  async #opened(): Promise<FileHandle> {
    if (this.#isEnded) throw new Error('the download has ended');
    if (this.#handle !== undefined && !this.#stale) return this.#handle;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<FileHandle> {
    await this.#closeHandle();
    if (this.#isEnded) throw new Error('the download has ended');
    // The old bytes go before the new record comes, so that it never speaks of them.
    this.#handle = await open(this.#part, this.#stale ? 'w+' : 'r+');
    if (this.#stale && this.#state !== undefined) await this.#write(this.#state);
    this.#stale = false;
    return this.#handle;
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** One after the other, each whole or not at all. */
  #write(state: PartState): Promise<void> {
    const text = JSON.stringify(recordOf(state));
    this.#recording = this.#recording
      .catch(() => undefined)
      .then(async () => {
        const fresh = `${this.#record}.new`;
        try {
          await writeFile(fresh, text);
          await rename(fresh, this.#record);
        } catch (cause) {
          await rm(fresh, { force: true }).catch(() => undefined);
          throw cause;
        }
      });
    return this.#recording;
  }

  #refusal(why: string): RequestError {
    return new RequestError(`cannot download to "${this.path}": ${why}`, { request: this.#request, code: 'ERR_SINK' });
  }

  #failure(cause: unknown, response?: HttpResponse): Error {
    const fact = `cannot download to "${this.path}": ${reasonOf(cause)}`;
    const init = { request: this.#request, cause, code: 'ERR_SINK' };
    return response === undefined ? new RequestError(fact, init) : new ResponseError(fact, { ...init, response });
  }
}

function recordOf({ url, etag, lastModified, total, ranges }: PartState): PartRecord {
  const record: PartRecord = { url };
  if (etag !== undefined) record.etag = etag;
  if (lastModified !== undefined) record.lastModified = lastModified;
  if (total !== undefined) record.total = total;
  if (ranges.length > 1) record.missing = ranges.map(({ at, end }) => [at, end ?? at] as const);
  return record;
}

function readRecord(text: string, size: number): PartState | undefined {
  let record: Partial<PartRecord>;
  try {
    record = Object.assign(Object.create(null), JSON.parse(text));
  } catch {
    return undefined;
  }
  const { url, etag, lastModified, total, missing } = record;
  if (typeof url !== 'string' || (total !== undefined && !isCount(total, Number.MAX_SAFE_INTEGER))) return undefined;
  const validators = typeof etag === 'string' && isStrong(etag) ? { etag } : { lastModified };
  if (validators.etag === undefined && typeof lastModified !== 'string') return undefined;
  if (missing === undefined) {
    if (total !== undefined && size > total) return undefined;
    return { url, ...validators, total, ranges: [{ at: size, end: total }] };
  }
  if (total === undefined || !Array.isArray(missing) || !missing.every((one) => isRange(one, total))) return undefined;
  return { url, ...validators, total, ranges: missing.map(([at, end]) => ({ at, end })) };
}

function isRange(value: unknown, total: number): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [at, end] = value as unknown[];
  return isCount(end, total) && isCount(at, end as number);
}

function isCount(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** The new name is on disk too. Not every system can do that. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the system allows',
  EROFS: 'the disk is read-only',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EISDIR: 'it is a directory',
  EMFILE: 'too many files are open',
};

function reasonOf(cause: unknown): string {
  const code = String((cause as { code?: unknown } | null)?.code ?? 'unknown');
  return Object.hasOwn(REASONS, code) ? REASONS[code]! : `the system says ${code}`;
}
