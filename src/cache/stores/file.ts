/**
 * The store in a directory, with a file for each answer: written beside its place and renamed into it, so that any number of
 * processes may read and write, and none meets half a file. Only the owner may read them.
 */
import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '../../message/make-folder.ts';
import type { CacheEntry, CacheStore } from '../entry.ts';
import { type CacheSettings, type HttpCache, makeCache } from '../make-cache.ts';
import { decodeEntry, encodeEntry, keyIn } from './entry-codec.ts';

/** Bytes of the digest in front of an entry. */
const DIGEST = 32;
/** Bytes of a file in which the head of an entry is looked for. */
const HEAD = 65_536;
const NAME = /^[0-9a-f]{40}-[0-9a-f]{40}$/;

/**
 * A file is `<2 digits>/<digest of the URL>-<digest of the key>`, so that all answers of one URL stand in one folder
 * and `purge` need not read others. Its content begins with a digest of the rest.
 */
export class FileStore implements CacheStore {
  readonly #directory: string;

  constructor(directory: string) {
    if (typeof directory !== 'string' || directory === '') {
      throw new TypeError('a file cache needs the path of its directory, such as fileCache("./cache")');
    }
    this.#directory = resolve(directory);
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    const { path } = this.#place(key);
    const bytes = await readIfThere(path);
    if (bytes === undefined) return undefined;
    try {
      const content = bytes.subarray(DIGEST);
      if (!sha256(content).equals(bytes.subarray(0, DIGEST)))
        throw new Error('its bytes are not those that were written');
      return decodeEntry(key, content);
    } catch (cause) {
      // The next answer takes its place.
      await rm(path, { force: true }).catch(() => undefined);
      throw new Error(`the cache file ${path} was damaged and is gone: ${(cause as Error).message}`, { cause });
    }
  }

  /** The digest in front shows a file that was damaged. `rename` replaces an older file in one step. */
  async set(key: string, entry: CacheEntry): Promise<void> {
    const { folder, path } = this.#place(key);
    const content = encodeEntry(key, entry);
    const temporary = join(folder, `.${randomBytes(9).toString('hex')}.tmp`);
    try {
      await makeFolder(folder, 0o700, 'a file cache');
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(sha256(content));
        await file.writeFile(content);
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new Error(`the cache file ${path} could not be written: ${(cause as Error).message}`, { cause });
    }
  }

  async delete(key: string): Promise<void> {
    await rm(this.#place(key).path, { force: true });
  }

  async keys(prefix: string): Promise<string[]> {
    const space = prefix.indexOf(' ');
    // With a whole URL in front, all is in one folder, and the names tell.
    const url = space === -1 ? undefined : urlDigest(prefix);
    const folders = url === undefined ? await this.#folders() : [url.slice(0, 2)];
    const found: string[] = [];
    for (const folder of folders) {
      for (const name of await namesIn(join(this.#directory, folder))) {
        if (!NAME.test(name) || (url !== undefined && !name.startsWith(url))) continue;
        const key = await keyOf(join(this.#directory, folder, name));
        if (key?.startsWith(prefix)) found.push(key);
      }
    }
    return found;
  }

  async #folders(): Promise<string[]> {
    return (await namesIn(this.#directory)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  }

  /** Folder and path of a key. */
  #place(key: string): { folder: string; path: string } {
    const url = urlDigest(key);
    const folder = join(this.#directory, url.slice(0, 2));
    return { folder, path: join(folder, `${url}-${hex(key)}`) };
  }
}

/** The same for all keys of one URL. */
function urlDigest(key: string): string {
  return hex(key.slice(0, key.indexOf(' ')));
}

/** 160 bits of SHA-256, in hexadecimal digits, which any file system takes as a name. */
function hex(text: string): string {
  return sha256(text).subarray(0, 20).toString('hex');
}

function sha256(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

/** `undefined` for a file that is not there; other failures are the store's. */
async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Names in a folder; none when it does not exist yet. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The key in the head of a file; `undefined` for a file that was removed meanwhile, or that is not an entry. */
async function keyOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, DIGEST);
      const head = buffer.subarray(0, bytesRead);
      return head.includes(10) ? keyIn(head) : keyIn((await readFile(path)).subarray(DIGEST));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ENOENT';
}

/**
 * A cache in a directory, which is made when the first answer is stored. Several processes may share it. It has no limit:
 * `clear()` it, or delete the directory.
 * @throws TypeError without a path
 */
export function fileCache(directory: string, settings?: CacheSettings): HttpCache {
  return makeCache(new FileStore(directory), settings);
}
