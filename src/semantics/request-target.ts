/** Where a request goes, checked again here: a handler may be called without the client. */
import { RequestError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import { canonicalUrl, type Target, targetOf, UriError } from '../message/uri.ts';

/** @throws RequestError (`ERR_URI`) for a URL that is relative, of another scheme, ambiguous, or with userinfo */
export function requestTarget(request: HttpRequest): Target {
  try {
    const target = targetOf(canonicalUrl(request.url));
    // Its colon and its dots would be taken for those of the host.
    if (target.host.includes('@')) throw new UriError('a handler takes no userinfo in the URL; use option auth');
    return target;
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    throw new RequestError(error.message, { request, code: 'ERR_URI', attempts: 0 });
  }
}
