/**
 * The condition that asks whether a stored answer still holds, and what a 304 changes in it (RFC 9111 section 4.3). Pure.
 */

import { HttpHeaders } from '../message/headers.ts';
import { parseHttpDate } from '../message/http-date.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { splitList } from './cache-control.ts';
import { type CacheEntry, fieldOf, linesOf, type Variant } from './entry.ts';
import { termsOf } from './freshness.ts';
import { storedFields } from './storing.ts';

/** RFC 9111 section 3.2: these are about the stored bytes, which a confirmation does not bring. */
const KEPT: ReadonlySet<string> = new Set(['content-length', 'content-encoding', 'content-range']);

const CONDITIONS = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since'];

/** Whether the caller's own condition stands in the request. */
export function isConditional({ headers }: HttpRequest): boolean {
  return CONDITIONS.some((name) => headers.has(name));
}

/** Conditions that only the origin can judge (RFC 9111 section 4.3.2). */
export function isForOrigin({ headers }: HttpRequest): boolean {
  return headers.has('if-match') || headers.has('if-unmodified-since');
}

/** Entity tags are the same apart from their weakness (RFC 9110 section 8.8.3.2). */
export function sameTag(a: string, b: string): boolean {
  return a.replace(/^W\//, '') === b.replace(/^W\//, '');
}

/** What is stored for a request: its answer, or those to other variants. */
interface Stored {
  readonly entry: CacheEntry | undefined;
  readonly variants: readonly Variant[];
}

/** Tags that are asked about at once, those of the newest answers. */
const MOST_TAGS = 16;

/**
 * The request with conditions for what is stored; as it is when nothing can be asked about, or when the caller asks about
 * something of its own: a 304 would not say which of the two it means.
 */
export function conditionalRequest(request: HttpRequest, found: Stored | undefined, shared: boolean): HttpRequest {
  if (found === undefined || isConditional(request)) return request;
  if (found.entry === undefined) {
    // RFC 9111 section 4.3.1: of other answers to the URL, one may be right for this request too.
    const tags = found.variants.flatMap(({ etag }) => (etag === null ? [] : [etag]));
    const asked = [...new Set(tags)].slice(0, MOST_TAGS);
    return asked.length === 0 ? request : request.withHeader('If-None-Match', asked.join(', '));
  }
  const { etag, lastModified } = termsOf(found.entry, shared);
  if (etag !== null) return request.withHeader('If-None-Match', etag);
  return lastModified === null ? request : request.withHeader('If-Modified-Since', lastModified);
}

/**
 * Whether a 304 is about this entry (RFC 9111 section 4.3.4).
 * @param isOnly nothing else was asked about
 */
export function isAbout(response: HttpResponse, entry: CacheEntry, isOnly: boolean): boolean {
  for (const name of ['etag', 'last-modified']) {
    const [now, then] = [response.headers.get(name), fieldOf(entry, name)];
    if (now !== null && then !== null) return name === 'etag' ? sameTag(now, then) : isOnly || now === then;
  }
  return isOnly;
}

/** The entry with the fields of its confirmation (RFC 9111 section 3.2), and its time. */
export function confirmed(
  entry: CacheEntry,
  response: HttpResponse,
  times: { readonly requestedAt: number; readonly receivedAt: number },
  shared: boolean,
): CacheEntry {
  return { ...entry, ...times, headers: updatedFields(entry.headers, storedFields(response.headers, shared)) };
}

/** Stored fields with those of a newer answer of the same content (RFC 9111 section 3.2). */
export function updatedFields(stored: readonly string[], newer: readonly string[]): string[] {
  const fresh = HttpHeaders.fromRaw(newer).filter((name) => !KEPT.has(name));
  // The age and the date are those of the new answer, or none.
  return HttpHeaders.fromRaw(stored).without('Age', 'Date').merge(fresh).toRaw().slice();
}

/** Whether the head of an answer to HEAD is that of the stored one (RFC 9111 section 4.3.5). */
export function isSameHead(response: HttpResponse, entry: CacheEntry): boolean {
  if (response.status !== entry.status) return false;
  return ['etag', 'last-modified', 'content-length'].every((name) => {
    const [now, then] = [response.headers.get(name), fieldOf(entry, name)];
    return now === null || then === null ? name === 'content-length' || now === null : now === then;
  });
}

/** Whether the caller has this answer already, by the caller's own conditions (RFC 9110 section 13.2.2). */
export function isNotModified({ headers }: HttpRequest, entry: CacheEntry): boolean {
  if (entry.status !== 200) return false;
  const tags = headers.getAll('if-none-match').flatMap(splitList);
  if (tags.length > 0) {
    const own = fieldOf(entry, 'etag');
    return tags.includes('*') || (own !== null && tags.some((tag) => sameTag(tag, own)));
  }
  const since = parseHttpDate(headers.get('if-modified-since') ?? '', entry.receivedAt);
  if (since === undefined) return false;
  // RFC 9111 section 4.3.2: without Last-Modified its date, and without that the time at which it came.
  const [changed] = [...linesOf(entry, 'last-modified'), ...linesOf(entry, 'date')];
  const at = changed === undefined ? entry.receivedAt : parseHttpDate(changed, entry.receivedAt);
  return at !== undefined && at <= since;
}
