/** Makes a request that a user's function gave in the place of another one part of the same call. */

import { HttpRequest } from '../message/request.ts';
import { resolveUri } from '../message/uri.ts';
import { kindOf } from '../runtime/kind-of.ts';

/**
 * The request with a canonical URL, which handlers rely on, and with the call that it belongs to, without which an
 * abort would not reach it. A relative URL counts from the one that `of` asks.
 * @param giver who gave it, for the message
 * @throws TypeError for anything but an `HttpRequest`, and for a URL that cannot be requested
 */
export function adoptRequest(given: unknown, of: HttpRequest, giver: string): HttpRequest {
  if (!(given instanceof HttpRequest)) throw new TypeError(`${giver} must give an HttpRequest, got ${kindOf(given)}`);
  const url = given.url === of.url ? given.url : resolveUri(given.url, of.url);
  if (url === given.url && given.call === of.call) return given;
  // A copy: the user may give one request to several calls.
  const copy = new HttpRequest(given.method, url, given.headers, given.body, given.protocolVersion);
  copy.call = of.call;
  return copy;
}
