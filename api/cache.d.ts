// CacheEntry
interface CacheEntry {
    readonly url: string;
    readonly status: number;
    readonly statusText: string;
    readonly headers: readonly string[];
    readonly requestedAt: number;
    readonly receivedAt: number;
    readonly body: Uint8Array;
    readonly variants?: readonly Variant[] | undefined;
}
// CacheFacts
interface CacheFacts {
    readonly status: 'hit' | 'miss' | 'stale' | 'revalidated' | 'bypass';
    readonly age: number;
    readonly ttl: number;
    readonly key: string;
}
// CacheMode
type CacheMode = 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached';
// CacheOption
type CacheOption = CacheLayer | CacheMode | CacheWithMode | false | null;
// CacheSettings
interface CacheSettings {
    shared?: boolean | undefined;
    maxEntrySize?: number | undefined;
    storeTimeout?: Duration | undefined;
}
// CacheStats
interface CacheStats {
    readonly hits: number;
    readonly misses: number;
    readonly stale: number;
    readonly revalidated: number;
    readonly bypassed: number;
    readonly stored: number;
}
// CacheStore
interface CacheStore {
    get(key: string): Maybe<CacheEntry | undefined>;
    set(key: string, entry: CacheEntry): Maybe<void>;
    delete(key: string): Maybe<void>;
    keys(prefix: string): Maybe<Iterable<string>>;
}
// HttpCache
interface HttpCache extends CacheLayer {
    readonly layer: DeclaringMiddleware;
    readonly store: CacheStore;
    purge(uri: string | URL): Promise<void>;
    clear(): Promise<void>;
    invalidate(what: {
        group: string;
        origin?: string;
    }): Promise<number>;
    stats(): CacheStats;
    drain(): Promise<void>;
}
// KeyvLike
interface KeyvLike {
    get(key: string): Promise<unknown>;
    set(key: string, value: unknown): Promise<unknown>;
    delete(key: string): Promise<unknown>;
}
// MemoryCacheSettings
interface MemoryCacheSettings extends CacheSettings {
    maxBytes?: number | undefined;
}
// Variant
interface Variant {
    readonly names: readonly string[];
    readonly key: string;
    readonly etag: string | null;
}
// fileCache
declare function fileCache(directory: string, settings?: CacheSettings): HttpCache;
// keyvCache
declare function keyvCache(keyv: KeyvLike, settings?: CacheSettings): HttpCache;
// makeCache
declare function makeCache(store: CacheStore, settings?: CacheSettings): HttpCache;
// memoryCache
declare function memoryCache(settings?: MemoryCacheSettings): HttpCache;
// sqliteCache
declare function sqliteCache(path: string, settings?: CacheSettings): HttpCache;
// Mentioned above, and not exported by a name
interface CacheWithMode {
    readonly use: CacheLayer;
    readonly mode: CacheMode;
}
type Maybe<T> = T | Promise<T>;
