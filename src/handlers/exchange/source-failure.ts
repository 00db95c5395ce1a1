/**
 * The error of a body, or of its trailers, that failed while it was sent. Its source is code of the caller's: this is no
 * failure of the network, and `retry` does not repeat it.
 */
import { safeCause, safeText } from '../../call/redacted-cause.ts';
import { RequestError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';

/** @param fact what failed; the words of the cause are put behind it */
export function sourceFailure(
  request: HttpRequest,
  cause: unknown,
  fact = 'the body failed while it was sent',
): RequestError {
  const safe = safeCause(cause, request, request.call?.redact, true);
  const words = safe === undefined ? String(cause) : safeText(safe);
  return new RequestError(`${fact}: ${words}`, { request, cause: safe, code: 'ERR_BODY_SOURCE' });
}
