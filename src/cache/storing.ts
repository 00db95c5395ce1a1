/** What may be stored of an answer, and for whom (RFC 9111 section 3). Pure. */

import type { HttpHeaders } from '../message/headers.ts';
import { isSecretHeader } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { parseContentRange } from '../semantics/content-range.ts';
import { type Directives, isUnqualified, parseDirectives, qualifiedFields } from './cache-control.ts';
import { type CacheEntry, linesOf } from './entry.ts';
import { directivesOf, termsOf } from './freshness.ts';

/** RFC 9111 section 3.1, and `Set-Cookie`: a stored cookie would be set again, for whoever asks. */
const NOT_STORED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'set-cookie',
  'set-cookie2',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Statuses whose caching rules are known here, for `must-understand` (RFC 9111 section 5.2.2.3). */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 307, 308, 400, 403, 404, 405, 406, 408, 409, 410, 411, 412,
  413, 414, 415, 416, 417, 421, 422, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505,
]);

/** The fields of an answer that are stored, flat. */
export function storedFields(headers: HttpHeaders, shared: boolean): string[] {
  const directives = parseDirectives(headers.getAll('cache-control'));
  const dropped = new Set([
    ...headers.getAll('connection').flatMap((line) => line.split(',').map((name) => name.trim().toLowerCase())),
    // RFC 9111 section 5.2.2.4: these may not be used without asking; they come again with each confirmation.
    ...qualifiedFields(directives, 'no-cache'),
    // RFC 9111 section 5.2.2.7: these are for one user alone.
    ...(shared ? qualifiedFields(directives, 'private') : []),
  ]);
  return headers
    .filter((name) => !NOT_STORED.has(name) && !dropped.has(name))
    .toRaw()
    .slice();
}

/**
 * Whether the answer may be stored, and is of any use then.
 * @param entry the answer as it would be stored
 */
export function mayStore(request: HttpRequest, response: HttpResponse, entry: CacheEntry, shared: boolean): boolean {
  const { status } = entry;
  // A 304 has nothing to store, and a challenge depends on the credentials that were sent.
  if (status < 200 || status === 304 || status === 401 || status === 407) return false;
  // RFC 9111 section 3.3: what cannot be told apart from the whole is not stored.
  if (status === 206 ? !isStorablePart(request, response) : response.headers.has('content-range')) return false;
  const directives = directivesOf(entry, shared);
  if (directives.has('must-understand') ? !UNDERSTOOD.has(status) : directives.has('no-store')) return false;
  if (shared && isUnqualified(directives, 'private')) return false;
  if (shared && request.headers.has('authorization') && !isForSharing(directives)) return false;
  if (varyNames(entry).includes('*')) return false;
  const { isExplicit, lifetime, etag, lastModified } = termsOf(entry, shared);
  if (isExplicit || lifetime > 0) return true;
  return (etag !== null || lastModified !== null) && (status === 200 || status === 206 || directives.has('public'));
}

/** Whether this 206 brings one part of one whole, as it is. One that is encoded is a part of what is never stored. */
function isStorablePart({ method }: HttpRequest, { headers }: HttpResponse): boolean {
  if (method !== 'GET' || headers.has('content-encoding')) return false;
  return parseContentRange(headers.get('content-range'))?.start !== undefined;
}

/** Whether a shared cache may store the answer to a request with `Authorization` (RFC 9111 section 3.5). */
function isForSharing(directives: Directives): boolean {
  return directives.has('public') || directives.has('must-revalidate') || directives.has('s-maxage');
}

/** Whether the answer is for everybody, whoever asked. */
export function isForAll(request: HttpRequest, entry: CacheEntry, shared: boolean): boolean {
  const directives = directivesOf(entry, shared);
  if (directives.has('private')) return false;
  if (directives.has('public')) return true;
  if (!shared) return false;
  if (directives.has('s-maxage')) return true;
  // RFC 9111 section 5.2.2.2: this speaks of `Authorization`, and of no other credential.
  const onlyAuthorization = [...request.headers.keys()].every(
    (name) => !isSecretHeader(name) || name.toLowerCase() === 'authorization',
  );
  return directives.has('must-revalidate') && onlyAuthorization;
}

/** The names in `Vary`, in lower case, sorted and each once. */
export function varyNames(entry: CacheEntry): string[] {
  const names = linesOf(entry, 'vary').flatMap((line) => line.split(','));
  return [...new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))].sort();
}
