/** The answer to a request that only a cache may answer, where none can (RFC 9111 section 5.2.1.7). */

import type { CacheFacts } from './cache-facts.ts';
import type { HttpRequest } from './request.ts';
import { HttpResponse } from './response.ts';

const NOTE = 'nothing that may be used is stored, and only-if-cached asks nobody else';
const NOTE_WITHOUT = 'the client has no cache for it, and only-if-cached asks nobody else';

/** @param cache what the cache says of it; absent where there is no cache */
export function notCached(request: HttpRequest, cache?: CacheFacts): HttpResponse {
  const note = cache === undefined ? NOTE_WITHOUT : NOTE;
  const facts = { url: request.url, request, handler: 'cache', note, ...(cache && { cache }) };
  return new HttpResponse(504, { 'Content-Length': '0' }, null, '1.1', undefined, facts);
}

/** Whether the response was made here by `notCached`, and not by a server. */
export function isNotCached({ status, cache, facts }: HttpResponse): boolean {
  return status === 504 && facts.handler === 'cache' && (cache === undefined || cache.status === 'miss');
}

/** Whether nobody was asked for this answer: asking again at once gives the same. */
export function isUnasked(response: HttpResponse): boolean {
  const status = response.cache?.status;
  return status === 'hit' || status === 'stale' || isNotCached(response);
}
