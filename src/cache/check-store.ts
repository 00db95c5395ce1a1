/** Checks the store that a caller gives `makeCache`. */
import { kindOf } from '../runtime/kind-of.ts';
import type { CacheStore } from './entry.ts';

const METHODS = ['get', 'set', 'delete', 'keys'] as const satisfies readonly (keyof CacheStore)[];

/** @throws TypeError for what is no store */
export function checkStore(store: CacheStore): void {
  const found: unknown = store;
  const isRecord = typeof found === 'object' && found !== null;
  const missing = isRecord ? METHODS.filter((name) => typeof store[name] !== 'function') : METHODS;
  if (missing.length === 0) return;
  const what = isRecord ? `there is no ${missing.join(', ')}` : `got ${kindOf(found)}`;
  throw new TypeError(`makeCache takes a store with ${METHODS.join(', ')}; ${what}`);
}
