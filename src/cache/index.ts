/** `sluice/cache`: an HTTP cache (RFC 9111) for the `cache` option, and the stores it can be over. */

export type { CacheFacts } from '../message/cache-facts.ts';
export type { CacheMode, CacheOption } from '../options/cache-option.ts';
export type { CacheEntry, CacheStore, Variant } from './entry.ts';
export { type CacheSettings, type CacheStats, type HttpCache, makeCache } from './make-cache.ts';
export { fileCache } from './stores/file.ts';
export { type KeyvLike, keyvCache } from './stores/keyv.ts';
export { type MemoryCacheSettings, memoryCache } from './stores/memory.ts';
export { sqliteCache } from './stores/sqlite.ts';
