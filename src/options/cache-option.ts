/** What the `cache` option may be: the contract between the client, its place in the stack and `sluice/cache`. */

/** How a call uses the cache, in fetch's words. */
export type CacheMode = 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached';

export const CACHE_MODES: readonly CacheMode[] = [
  'default',
  'no-store',
  'reload',
  'no-cache',
  'force-cache',
  'only-if-cached',
];

/** A cache as the stack sees it; `sluice/cache` makes them. */
export interface CacheLayer {
  /** A middleware; its type is above this floor. */
  layer(next: never): unknown;
  /** Resolves when no refresh is under way any more. */
  drain?(): Promise<void>;
}

/** A cache, and how one call uses it. */
export interface CacheWithMode {
  readonly use: CacheLayer;
  readonly mode: CacheMode;
}

/** What the option `cache` takes: a cache, how to use it, both, or nothing. */
export type CacheOption = CacheLayer | CacheMode | CacheWithMode | false | null;

/** Told by its shape: a cache of another copy of the package is one too. */
export function isCacheLayer(value: unknown): value is CacheLayer {
  return typeof value === 'object' && value !== null && typeof (value as Partial<CacheLayer>).layer === 'function';
}

/** The cache in the option, whatever its form. */
export function cacheOf(option: CacheOption | undefined): CacheLayer | undefined {
  if (typeof option !== 'object' || option === null) return undefined;
  return isCacheLayer(option) ? option : option.use;
}

/** How the cache is to be used; `false` is not at all. */
export function cacheModeOf(option: CacheOption | undefined): CacheMode | false {
  if (option === undefined || isCacheLayer(option)) return 'default';
  if (option === false || option === null) return false;
  return typeof option === 'string' ? option : option.mode;
}

/** A call's option over the client's: a word is about the client's cache. */
export function mergeCache(client: CacheOption | undefined, call: CacheOption | undefined): CacheOption | undefined {
  if (call === undefined) return client;
  const use = cacheOf(client);
  return typeof call === 'string' && use !== undefined ? { use, mode: call } : call;
}

/** Whether the value may be given as the option. */
export function isCacheOption(value: unknown): boolean {
  return isCacheLayer(value) || CACHE_MODES.includes(value as CacheMode) || isCacheLayer((value as CacheWithMode)?.use);
}
