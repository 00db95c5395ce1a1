/** Makes a cache over any store: its layer, and what a program does to it by hand. `memoryCache` and its like call this. */

import type { CacheFacts } from '../message/cache-facts.ts';
import type { CacheLayer } from '../options/cache-option.ts';
import { settingsOf } from '../options/settings-of.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { DeclaringMiddleware } from '../stack/handler.ts';
import { systemClock } from '../time/clock.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { CacheCore } from './cache.ts';
import { keyUrl } from './cache-key.ts';
import { checkStore } from './check-store.ts';
import type { CacheStore } from './entry.ts';
import { GuardedStore } from './guarded-store.ts';
import { StoredAnswers } from './stored-answers.ts';

/** Options of every maker. */
export interface CacheSettings {
  /** One cache for many users, as a proxy's: `private` is not stored, `s-maxage` counts. Default `false`. */
  shared?: boolean | undefined;
  /** Bytes of a body that is stored; a longer one is not. Default 5 MiB. */
  maxEntrySize?: number | undefined;
  /** How long a store may take for an answer before the call goes on without it. Default `'2s'`; `0` is no limit. */
  storeTimeout?: Duration | undefined;
}

/** How calls were answered, since the cache was made. */
export interface CacheStats {
  /** Answered from the store, fresh. */
  readonly hits: number;
  /** Answered by the server: nothing was stored. */
  readonly misses: number;
  /** Answered from the store although it was stale. */
  readonly stale: number;
  /** Answered from the store, after the server said that it still holds. */
  readonly revalidated: number;
  /** Sent past the cache. */
  readonly bypassed: number;
  /** Answers that went into the store. */
  readonly stored: number;
}

/** A cache: give it to a client as `cache`, or put its layer into a stack. */
export interface HttpCache extends CacheLayer {
  /** For a stack of one's own: `stack.after('cookies', cache.layer, 'cache')`. */
  readonly layer: DeclaringMiddleware;
  /** Where its entries are. */
  readonly store: CacheStore;
  /** Takes out all that is stored of a URL. @throws TypeError for one that is not absolute; what the store throws */
  purge(uri: string | URL): Promise<void>;
  /** Takes out everything. @throws what the store throws */
  clear(): Promise<void>;
  /**
   * Takes out the answers of a group (RFC 9875), of all origins or of one. Gives their number. @throws what the store
   * throws
   */
  invalidate(what: { group: string; origin?: string }): Promise<number>;
  /** How calls were answered, since the cache was made. */
  stats(): CacheStats;
  /** Resolves when no refresh of a stale answer is under way any more. */
  drain(): Promise<void>;
}

const MAX_ENTRY = 5_242_880;

/** Names of the settings of every maker. */
export const SETTINGS = ['shared', 'maxEntrySize', 'storeTimeout'] as const satisfies readonly (keyof CacheSettings)[];

/** A cache over a store of yours. @throws TypeError for anything but a store, and for unknown or invalid settings */
export function makeCache(store: CacheStore, settings: CacheSettings = {}): HttpCache {
  checkStore(store);
  const { shared = false, maxEntrySize = MAX_ENTRY, storeTimeout = '2s' } = settingsOf('a cache', settings, SETTINGS);
  if (typeof shared !== 'boolean') throw new TypeError(`shared must be a boolean, got ${kindOf(shared)}`);
  checkBytes('maxEntrySize', maxEntrySize);
  const answers = new StoredAnswers(new GuardedStore(store, milliseconds(storeTimeout, 'storeTimeout')), maxEntrySize);
  const counts = { hit: 0, miss: 0, stale: 0, revalidated: 0, bypass: 0, stored: 0 };
  const count = (what: CacheFacts['status'] | 'stored'): void => {
    counts[what] += 1;
  };
  const core = new CacheCore({ answers, shared, maxEntrySize, count });
  const layer: DeclaringMiddleware = Object.assign(
    (next: Parameters<DeclaringMiddleware>[0]) =>
      function cache(...[request, options]: Parameters<typeof next>) {
        return core.handle(request, options, next);
      },
    { below: 'redirect' },
  );
  /** Whoever asks for it wants to know that it failed. */
  const strict = async <T>(run: (tell: (error: unknown) => void) => Promise<T>): Promise<T> => {
    const errors: unknown[] = [];
    const result = await run((error) => errors.push(error));
    if (errors.length > 0) throw errors[0];
    return result;
  };
  return {
    layer,
    store,
    purge: async (uri) => strict((tell) => answers.purge(keyUrl(new URL(uri).href), systemClock, tell)),
    clear: () => strict((tell) => answers.clear('', systemClock, tell)),
    invalidate: async (what) => {
      const { group, origin = '' } = settingsOf('invalidate', what, ['group', 'origin']);
      if (typeof group !== 'string') throw new TypeError(`invalidate needs the name of a group, got ${kindOf(group)}`);
      return strict((tell) => answers.invalidate([group], origin && new URL(origin).origin, systemClock, tell));
    },
    stats: () => ({
      hits: counts.hit,
      misses: counts.miss,
      stale: counts.stale,
      revalidated: counts.revalidated,
      bypassed: counts.bypass,
      stored: counts.stored,
    }),
    drain: () => core.drain(),
  };
}

/** @throws RangeError */
export function checkBytes(name: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) > 0) return;
  if (value === Number.POSITIVE_INFINITY) return;
  throw new RangeError(`${name} must be a whole number of bytes above 0, got ${String(value)}`);
}
