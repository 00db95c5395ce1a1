/** The one error of a call that ended because its client did, or that came after that. */
import { NetworkError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';

/**
 * Of a call that came too late.
 * @param destroyed with the reason, when it was `destroy` that it came after
 */
export function neverBegan(request: HttpRequest | undefined, destroyed?: { readonly reason: unknown }): NetworkError {
  const why =
    destroyed === undefined
      ? 'the call came after close(), which still waits for others,'
      : 'the call came after destroy()';
  const fact = `the client is closed; ${why} and never began`;
  return new NetworkError(fact, { request, code: 'ERR_CLIENT_CLOSED', cause: destroyed?.reason });
}

/** @param reason what the client was destroyed with, which is the cause */
export function clientClosed(request?: HttpRequest, reason?: unknown): NetworkError {
  const fact = 'the client was closed or destroyed before the call was over';
  return new NetworkError(fact, { request, code: 'ERR_CLIENT_CLOSED', cause: reason });
}
