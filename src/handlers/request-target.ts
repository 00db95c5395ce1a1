/** Where a request goes, checked again here: a handler may be called without the client. */
import { RequestError } from '../errors.ts';
import type { HttpRequest } from '../message/request.ts';
import { canonicalUrl, type Target, targetOf, UriError } from '../message/uri.ts';

/** @throws RequestError (`ERR_URI`) for a URL that is relative, of another scheme, or ambiguous */
export function requestTarget(request: HttpRequest): Target {
  try {
    return targetOf(canonicalUrl(request.url));
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    throw new RequestError(error.message, { request, code: 'ERR_URI' });
  }
}
