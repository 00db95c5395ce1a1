/** The store in memory: when it is full, the answers that were not used for longest go first. */

import { settingsOf } from '../../options/settings-of.ts';
import type { CacheEntry, CacheStore } from '../entry.ts';
import { type CacheSettings, checkBytes, type HttpCache, makeCache, SETTINGS } from '../make-cache.ts';

/** How much `memoryCache` may hold, beside what every cache is told. */
export interface MemoryCacheSettings extends CacheSettings {
  /** Bytes of all entries, their heads and what holds them included. Default 50 000 000. */
  maxBytes?: number | undefined;
}

/** What an entry costs beside its text and its bytes. */
const OVERHEAD = 600;
/** What a string costs beside its characters. */
const STRING = 24;

export class MemoryStore implements CacheStore {
  readonly #entries = new Map<string, { readonly entry: CacheEntry; readonly size: number }>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = 50_000_000) {
    checkBytes('maxBytes', maxBytes);
    this.#maxBytes = maxBytes;
  }

  /** What is stored, as it is counted against `maxBytes`. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): CacheEntry | undefined {
    const held = this.#entries.get(key);
    if (held === undefined) return undefined;
    // A map keeps the order of insertion: what was used last stands last.
    this.#entries.delete(key);
    this.#entries.set(key, held);
    return held.entry;
  }

  set(key: string, entry: CacheEntry): void {
    this.delete(key);
    const size = sizeOf(key, entry);
    // It would push out everything else, and not fit after all.
    if (size > this.#maxBytes) return;
    this.#entries.set(key, { entry, size });
    this.#bytes += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const held = this.#entries.get(key);
    if (held === undefined) return;
    this.#bytes -= held.size;
    this.#entries.delete(key);
  }

  /** Every key has a URL in front, so that none is missed while entries go. */
  keys(prefix: string): string[] {
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
  }
}

function sizeOf(key: string, { url, statusText, headers, body, variants = [] }: CacheEntry): number {
  const texts = headers.reduce((sum, text) => sum + text.length + STRING, 0);
  const listed = variants.reduce((sum, { key: own }) => sum + own.length + OVERHEAD / 4, 0);
  return OVERHEAD + key.length + url.length + statusText.length + texts + listed + body.byteLength;
}

/**
 * A cache in memory, for `new Client({ cache: memoryCache() })`.
 * @throws RangeError for an invalid number of bytes; TypeError for unknown settings
 */
export function memoryCache(settings: MemoryCacheSettings = {}): HttpCache {
  const { maxBytes, ...common } = settingsOf('memoryCache', settings, ['maxBytes', ...SETTINGS]);
  return makeCache(new MemoryStore(maxBytes), common);
}
