/** Makes a response to the request at hand of a stored answer: whole, a part of it, its head, a 304 or a 416. Pure. */

import { copyOf } from '../message/bytes.ts';
import type { CacheFacts } from '../message/cache-facts.ts';
import { HttpHeaders } from '../message/headers.ts';
import type { HttpRequest } from '../message/request.ts';
import { HttpResponse } from '../message/response.ts';
import type { CacheEntry } from './entry.ts';
import { heldOf } from './parts.ts';
import { partOf } from './ranges.ts';
import { isNotModified } from './validation.ts';

/** Heads of entries that were used as answers, without their `Age`: each hit adds its own. */
const heads = new WeakMap<CacheEntry, HttpHeaders>();

/** The head of an entry without its `Age`, made once for each entry. */
function ageless(entry: CacheEntry): HttpHeaders {
  let head = heads.get(entry);
  if (head === undefined) heads.set(entry, (head = HttpHeaders.fromRaw(entry.headers).without('Age')));
  return head;
}

/** What of a head a 304 repeats (RFC 9110 section 15.4.5), and no more of what describes the content. */
const NOT_IN_304 = ['Content-Length', 'Content-Encoding', 'Content-Type', 'Content-Range', 'Content-Language'];

/** @param isAged whether it is given without having asked: then it says how old it is (RFC 9111 section 5.1) */
export function answerFrom(request: HttpRequest, entry: CacheEntry, cache: CacheFacts, isAged: boolean): HttpResponse {
  const headers = isAged ? ageless(entry).plus(['Age', String(cache.age)]) : HttpHeaders.fromRaw(entry.headers);
  const facts = { url: request.url, request, handler: 'cache', cache };
  const made = (status: number, lines: HttpHeaders, body: Uint8Array | null, reason?: string) =>
    new HttpResponse(status, lines, body, '1.1', reason, facts);
  if (isNotModified(request, entry)) return made(304, headers.without(...NOT_IN_304), null);
  if (request.method === 'HEAD') return made(entry.status, headers, null, entry.statusText);
  const part = partOf(request.headers, entry);
  const { start = 0, total } = heldOf(entry) ?? {};
  if (part === 'unsatisfiable') {
    const lines = headers.without('Content-Length').with('Content-Range', `bytes */${total}`);
    return made(416, lines.with('Content-Length', '0'), null);
  }
  // A copy: whoever gets it may change it.
  if (typeof part === 'string') return made(entry.status, headers, copyOf(entry.body), entry.statusText);
  const { first, last } = part;
  const lines = headers
    .with('Content-Range', `bytes ${first}-${last}/${total ?? '*'}`)
    .with('Content-Length', String(last - first + 1));
  return made(206, lines, copyOf(entry.body.subarray(first - start, last + 1 - start)));
}
