/** What a store keeps, and the contract of a store. */

/** The answers to one URL that differ by the request's headers. */
export interface Variant {
  /** The field names that `Vary` gave, in lower case and sorted. */
  readonly names: readonly string[];
  /** Where the answer is. */
  readonly key: string;
  /** Its `ETag`, to be asked about; `null` without one. */
  readonly etag: string | null;
}

/** One stored answer; or, with `variants`, the list of those that are stored for a URL. */
export interface CacheEntry {
  /** What was asked. */
  readonly url: string;
  /** The answer's status. */
  readonly status: number;
  /** The answer's reason phrase. */
  readonly statusText: string;
  /** name, value, name, value, ... without what may not be stored. */
  readonly headers: readonly string[];
  /** Milliseconds since 1970 at which the request went out. */
  readonly requestedAt: number;
  /** Milliseconds since 1970 at which the answer, or the last confirmation of it, came. */
  readonly receivedAt: number;
  /** Decoded. */
  readonly body: Uint8Array;
  /** What is stored for this URL, one for each selection of `Vary`. */
  readonly variants?: readonly Variant[] | undefined;
}

type Maybe<T> = T | Promise<T>;

/**
 * Where entries live. A key begins with the URL and a space, so that all entries of a URL have a prefix. Methods may
 * answer at once or by a promise; one that fails is told to `onError`, and the call goes on without the store.
 */
export interface CacheStore {
  /** The entry of a key, if there is one. */
  get(key: string): Maybe<CacheEntry | undefined>;
  /** Puts an entry in the place of an older one. */
  set(key: string, entry: CacheEntry): Maybe<void>;
  /** Harmless for a key that is not there. */
  delete(key: string): Maybe<void>;
  /** Every key that begins with `prefix`; all for `''`. */
  keys(prefix: string): Maybe<Iterable<string>>;
}

/** A store throws it when another process holds it just now: it is left alone for a moment. */
export class StoreBusyError extends Error {}

/** The store took too long for an answer. What it does may never end. */
export class StoreSlowError extends Error {}

/** Whether what a store gave can be used: it may be of an older program, or not this cache's at all. */
export function isEntry(value: unknown): value is CacheEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { url, status, statusText, headers, requestedAt, receivedAt, body, variants } = value as Partial<CacheEntry>;
  return (
    typeof url === 'string' &&
    typeof statusText === 'string' &&
    Number.isInteger(status) &&
    status! >= 200 &&
    status! <= 999 &&
    isTexts(headers) &&
    headers.length % 2 === 0 &&
    Number.isFinite(requestedAt) &&
    Number.isFinite(receivedAt) &&
    isBytes(body) &&
    (variants === undefined || (Array.isArray(variants) && variants.every(isVariant)))
  );
}

function isVariant(value: unknown): value is Variant {
  if (typeof value !== 'object' || value === null) return false;
  const { key, names, etag } = value as Partial<Variant>;
  return typeof key === 'string' && isTexts(names) && (etag === null || typeof etag === 'string');
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** Of this realm or another. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/** The value of a stored field, several lines joined with `, `, or `null`. @param name in lower case */
export function fieldOf(entry: CacheEntry, name: string): string | null {
  const lines = linesOf(entry, name);
  return lines.length === 0 ? null : lines.join(', ');
}

/** Every line of a stored field. @param name in lower case */
export function linesOf({ headers }: CacheEntry, name: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const own = headers[at]!;
    if (own.length === name.length && own.toLowerCase() === name) lines.push(headers[at + 1]!);
  }
  return lines;
}
