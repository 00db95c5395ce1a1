/** The store over a Keyv, and so over Redis, Postgres and whatever else has an adapter for it. */
import type { CacheEntry, CacheStore } from '../entry.ts';
import { type CacheSettings, type HttpCache, makeCache } from '../make-cache.ts';
import { decodeParts, encodeParts } from './entry-codec.ts';

/** The part of a Keyv that is used: versions 4 to 6 have it. */
export interface KeyvLike {
  /** The value of a key. */
  get(key: string): Promise<unknown>;
  /** Keeps a value. */
  set(key: string, value: unknown): Promise<unknown>;
  /** Forgets a key. */
  delete(key: string): Promise<unknown>;
}

/**
 * Keyv cannot list keys, so that lists are kept in it: of the keys of each URL, and of the URLs. Two processes that add to
 * one list at the same moment may lose one of the two names; so each looks again whether its own is there.
 */
export class KeyvStore implements CacheStore {
  readonly #keyv: KeyvLike;
  /** Lists are read and written again: one after the other. */
  #listing: Promise<unknown> = Promise.resolve();

  constructor(keyv: KeyvLike) {
    if (typeof keyv?.get !== 'function' || typeof keyv.set !== 'function' || typeof keyv.delete !== 'function') {
      throw new TypeError(
        'a Keyv cache needs a Keyv, such as keyvCache(new Keyv()), or what has its get, set and delete',
      );
    }
    this.#keyv = keyv;
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    const value = await this.#keyv.get(`entry:${key}`);
    if (value === undefined || value === null) return undefined;
    try {
      const { head, body } = value as { head: string; body: string };
      return decodeParts(key, { head, body: fromBase64(body) });
    } catch (cause) {
      await this.#keyv.delete(`entry:${key}`);
      throw new Error(`an entry of the Keyv cache was damaged and is gone: ${(cause as Error).message}`, { cause });
    }
  }

  async set(key: string, entry: CacheEntry): Promise<void> {
    const { head, body } = encodeParts(key, entry);
    const url = urlOf(key);
    // Listed first: what is stored can be found again to be taken out.
    await this.#inTurn(async () => {
      await this.#add(`keys:${url}`, key);
      await this.#add('urls', url);
    });
    await this.#keyv.set(`entry:${key}`, { head, body: toBase64(body) });
  }

  /** The entry first: when this stops half way, a list names one that is not there, which harms nobody. */
  async delete(key: string): Promise<void> {
    await this.#keyv.delete(`entry:${key}`);
    const url = urlOf(key);
    await this.#inTurn(async () => {
      const left = (await this.#list(`keys:${url}`)).filter((one) => one !== key);
      if (left.length > 0) {
        await this.#keyv.set(`keys:${url}`, left);
        return;
      }
      await this.#keyv.delete(`keys:${url}`);
      const urls = await this.#list('urls');
      await this.#keyv.set(
        'urls',
        urls.filter((one) => one !== url),
      );
    });
  }

  async keys(prefix: string): Promise<string[]> {
    const urls = prefix.includes(' ') ? [urlOf(prefix)] : await this.#list('urls');
    const found: string[] = [];
    for (const url of urls) {
      if (!prefix.includes(' ') && !url.startsWith(prefix)) continue;
      found.push(...(await this.#list(`keys:${url}`)).filter((key) => key.startsWith(prefix)));
    }
    return found;
  }

  /** The members of a list; none when it is missing or was damaged. */
  async #list(name: string): Promise<string[]> {
    const value = await this.#keyv.get(name);
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  }

  /** Adds a member and looks again: another process may have written the list in between. */
  async #add(name: string, member: string): Promise<void> {
    for (let tries = 0; tries < 5; tries++) {
      const list = await this.#list(name);
      if (list.includes(member)) return;
      await this.#keyv.set(name, [...list, member]);
    }
  }

  /** One change of lists after the other, within this process. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#listing.then(work);
    this.#listing = turn.catch(() => undefined);
    return turn;
  }
}

/** A key begins with its URL, which has no space. */
function urlOf(key: string): string {
  return key.slice(0, key.indexOf(' '));
}

/** Keyv stores JSON. In pieces, because a call has a limit of arguments. */
function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.byteLength; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/**
 * A cache over a Keyv.
 * @throws TypeError for what is no Keyv
 */
export function keyvCache(keyv: KeyvLike, settings?: CacheSettings): HttpCache {
  return makeCache(new KeyvStore(keyv), settings);
}
