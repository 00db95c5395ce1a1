/** The errors of calls whose client was closed or destroyed: `ERR_CLIENT_CLOSED`, whichever part of the library finds it. */
import { NetworkError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';

/**
 * The error of a call that was made after the end of its client.
 * @param destroyed the reason of `destroy`, when that was the end
 */
export function neverBegan(request: HttpRequest | undefined, destroyed?: { readonly reason: unknown }): NetworkError {
  const why =
    destroyed === undefined
      ? 'the call came after close(), which still waits for others,'
      : 'the call came after destroy()';
  const fact = `the client is closed; ${why} and never began`;
  return new NetworkError(fact, { request, code: 'ERR_CLIENT_CLOSED', cause: destroyed?.reason, attempts: 0 });
}

/** The error of a call that was under way. @param reason what `destroy` was given; it becomes the cause */
export function clientClosed(request?: HttpRequest, reason?: unknown): NetworkError {
  const fact = 'the client was closed or destroyed before the call was over';
  return new NetworkError(fact, { request, code: 'ERR_CLIENT_CLOSED', cause: reason });
}
