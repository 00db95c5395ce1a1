/**
 * A file that is not complete yet: `<path>.part` with the bytes, and `<path>.part.json` with what it is a part of. Neither
 * exists before the first byte, and what stands under the final name is complete. A process may end at any point: bytes
 * are on disk before the record counts them, and a record without its bytes counts for nothing.
 */
import { constants, copyFile, type FileHandle, open, rename, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RequestError, ResponseError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { bareRecord } from '../options/option-record.ts';
import { isStrong } from '../semantics/content-range.ts';
import { PathInUseError, PathLock } from './path-lock.ts';
import { isSameResource, type Range, type Validators } from './range-policy.ts';
import { checkFolder, createFile, isSameFile, reasonOf, reopenFile, type TargetFile, targetOf } from './target-file.ts';

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

/** Shares the bytes where the file system can, and fails where something stands already. */
const COPY_WITHOUT_REPLACING = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;

/** Those that this process is writing, by their absolute path. */
const busy = new Map<string, PartialFile>();
/** Paths are looked up one after the other, so that of two calls for one the first has it. */
let resolving: Promise<unknown> = Promise.resolve();

export class PartialFile {
  /** As it was given; a symbolic link is followed. */
  readonly path: string;
  readonly #target: TargetFile;
  /** `<path>.part`, the bytes. */
  readonly #part: string;
  /** `<path>.part.json`, what they are a part of. */
  readonly #record: string;
  readonly #request: HttpRequest;
  /** Of the part, while it is open for writing. */
  #handle: FileHandle | undefined;
  #state: PartState | undefined;
  /** Against other processes; within this one `busy` decides. */
  #locking: Promise<PathLock> | undefined;
  /** Shared by the segments, all of which want the file at once. */
  #opening: Promise<FileHandle> | undefined;
  /** Awaited before the lock is released. */
  #publishing: Promise<void> | undefined;
  #isEnded = false;
  #shutting: Promise<void> | undefined;
  /** Set until the first byte of a new file has come. */
  #stale = false;
  /** Bytes on disk since the record was last written. */
  #unrecorded = 0;
  /** The last writing of the record; the next one waits for it. */
  #recording: Promise<void> = Promise.resolve();

  #released: () => void = () => undefined;
  /** Resolves once the path is free for the next call of this process. */
  readonly #end = new Promise<void>((done) => {
    this.#released = done;
  });
  /** Whether the caller has aborted this download, which then makes room for another one of the same path. */
  readonly #isStopped: () => boolean;

  private constructor(path: string, target: TargetFile, request: HttpRequest, isStopped: () => boolean) {
    this.path = path;
    this.#target = target;
    this.#part = `${target.path}.part`;
    this.#record = `${target.path}.part.json`;
    this.#request = request;
    this.#isStopped = isStopped;
  }

  /**
   * Takes the path for this download, once one that its caller has stopped has let go of it.
   * @throws RequestError (`ERR_SINK`) when this process is downloading to it, or it leads nowhere
   */
  static async open(path: string, request: HttpRequest, isStopped: () => boolean): Promise<PartialFile> {
    const found = resolving.then(() => targetOf(path));
    resolving = found.catch(() => undefined);
    const target = await found.catch((cause: unknown) => {
      throw failureOf(path, cause, request);
    });
    const file = new PartialFile(path, target, request, isStopped);
    const key = target.path;
    for (let other = busy.get(key); other !== undefined; other = busy.get(key)) {
      if (!other.#isStopped()) throw file.#refusal('another download to it is under way');
      await other.#end;
    }
    busy.set(key, file);
    return file;
  }

  /** Finds out before anything is sent. @throws RequestError (`ERR_SINK`) when no file can be made there */
  async check(): Promise<void> {
    const { path, kind } = this.#target;
    if (kind === 'directory') throw this.#refusal('it is a directory');
    if (kind === 'other') throw this.#refusal('it is not a regular file');
    try {
      await checkFolder(path);
      this.#goOn();
      this.#locking = PathLock.take(`${this.#part}.lock`, this.#part);
      await this.#locking;
      this.#goOn();
    } catch (cause) {
      throw cause instanceof PathInUseError ? this.#refusal(cause.message) : this.#failure(cause);
    }
  }

  /** What an earlier call has left of this URL; `undefined` when it is nothing that can be gone on from. */
  async load(url: string): Promise<PartState | undefined> {
    const state = await this.#left();
    if (state === undefined || !isSameResource(state, url) || this.#isEnded) return undefined;
    if ((await this.#locking)?.isInherited) await this.#makeOwn();
    this.#handle = await reopenFile(this.#part, 'write');
    if (this.#handle === undefined) return undefined;
    this.#state = state;
    return state;
  }

  /**
   * The record and the part agree, and are regular files: what `readRecord` finds. Anything else counts as nothing
   * there.
   */
  async #left(): Promise<PartState | undefined> {
    const part = await reopenFile(this.#part, 'read');
    const record = part && (await reopenFile(this.#record, 'read'));
    try {
      if (part === undefined || record === undefined) return undefined;
      const { size } = await part.stat();
      return size === 0 ? undefined : readRecord(await record.readFile('utf8'), size);
    } catch {
      return undefined;
    } finally {
      await part?.close();
      await record?.close();
    }
  }

  /** Whoever wrote it before may still be writing: a copy is ours alone. */
  async #makeOwn(): Promise<void> {
    const copy = `${this.#part}.new`;
    await rm(copy, { force: true });
    await copyFile(this.#part, copy, COPY_WITHOUT_REPLACING);
    await rename(copy, this.#part);
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
    const { path, mode } = this.#target;
    const isOurs = (await (await this.#locking)?.isHeld()) && (await isSameFile(this.#handle!, this.#part));
    if (!isOurs) throw new PathInUseError('another process has taken it over');
    if (mode !== undefined) await this.#handle!.chmod(mode);
    await this.#closeHandle();
    this.#goOn();
    await rename(this.#part, path);
    await rm(this.#record, { force: true });
    await syncFolder(dirname(path));
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
    await this.#shutting;
    // What was just being opened when the call was stopped goes too.
    await this.#shut();
    busy.delete(this.#target.path);
    this.#released();
  }

  /**
   * Waits for whatever is under way, records the ranges, closes the file and releases the lock, in this order. Can run
   * twice; the second time it finds what the first one was too early for.
   */
  async #shut(): Promise<void> {
    const [lock] = await Promise.allSettled([this.#locking, this.#opening, this.#publishing]);
    try {
      if (this.#handle !== undefined && this.#isSegmented()) await this.#write(this.#state!);
    } catch {
      // The call has its error already; what could not be recorded is fetched again.
    }
    await this.#recording.catch(() => undefined);
    await this.#closeHandle().catch(() => undefined);
    if (lock.status === 'fulfilled') await lock.value?.release().catch(() => undefined);
  }

  /** @throws Error once the caller has its answer */
  #goOn(): void {
    if (this.#isEnded) throw new Error('the download has ended');
  }

  /** Several ranges need a record of what is missing; with one, the size of the file says it. */
  #isSegmented(): boolean {
    return this.#state !== undefined && this.#state.ranges.length > 1;
  }

  /** The open part, made anew when its bytes belong to another version. */
  async #opened(): Promise<FileHandle> {
    this.#goOn();
    if (this.#handle !== undefined && !this.#stale) return this.#handle;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<FileHandle> {
    await this.#closeHandle();
    this.#goOn();
    // The old bytes go before the new record comes, so that it never speaks of them; a link that somebody has put there
    // goes, and what it leads to stays.
    await removed(this.#part);
    this.#handle = await createFile(this.#part, this.#target.mode);
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
          await removed(fresh);
          const file = await createFile(fresh, this.#target.mode);
          await file.writeFile(text).finally(() => file.close());
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
    return failureOf(this.path, cause, this.#request, response);
  }
}

/** Before the response it is a `RequestError`, afterwards a `ResponseError`, both `ERR_SINK`. */
function failureOf(path: string, cause: unknown, request: HttpRequest, response?: HttpResponse): Error {
  const reason = cause instanceof PathInUseError ? cause.message : reasonOf(cause);
  const fact = `cannot download to "${path}": ${reason}`;
  const init = { request, cause, code: 'ERR_SINK' };
  return response === undefined ? new RequestError(fact, init) : new ResponseError(fact, { ...init, response });
}

/** Takes the name away, and never what a link leads to. */
async function removed(path: string): Promise<void> {
  await unlink(path).catch((cause: { code?: unknown }) => {
    if (cause.code !== 'ENOENT') throw cause;
  });
}

/** The record of a state, without members that are `undefined`. */
function recordOf(state: PartState): PartRecord {
  const { url, etag, lastModified, total, ranges } = bareRecord(state);
  const record: PartRecord = { url };
  if (etag !== undefined) record.etag = etag;
  if (lastModified !== undefined) record.lastModified = lastModified;
  if (total !== undefined) record.total = total;
  if (ranges.length > 1) record.missing = ranges.map(({ at, end }) => [at, end ?? at] as const);
  return record;
}

/**
 * Checks all that the record says, since anybody may have written the file. `undefined` when it cannot be gone on from.
 */
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

/** A pair within the file, its end not before its beginning. */
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
