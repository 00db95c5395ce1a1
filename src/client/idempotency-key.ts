/** The `Idempotency-Key` of a call (draft-ietf-httpapi-idempotency-key-header): a server does once what it gets twice. */

import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import { kindOf } from '../runtime/kind-of.ts';

/** Methods that need a key: the others are idempotent, or are the caller's own. */
const NEEDS_KEY: ReadonlySet<string> = new Set(['POST', 'PATCH']);

/**
 * The request with its key, one for all attempts of the call; the same one when it has a key, or needs none.
 * @throws TypeError for a key that is no text, empty, or cannot stand in a header
 */
export function withIdempotencyKey(request: HttpRequest, option: RequestOptions['idempotencyKey']): HttpRequest {
  if (!option || request.headers.has('idempotency-key')) return request;
  if (option === 'auto') {
    return NEEDS_KEY.has(request.method) ? request.withHeader('Idempotency-Key', crypto.randomUUID()) : request;
  }
  const key: unknown = typeof option === 'function' ? option(request) : option;
  if (typeof key === 'string' && key.trim() !== '') return request.withHeader('Idempotency-Key', key);
  const found = typeof key === 'string' ? 'empty text' : kindOf(key);
  throw new TypeError(`option idempotencyKey must be or return a text that is not empty, got ${found}`);
}
