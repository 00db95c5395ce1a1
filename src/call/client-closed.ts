/** The one error of a call that ended because its client did, or that came after that. */
import { NetworkError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';

/** @param reason what the client was destroyed with, which is the cause */
export function clientClosed(request?: HttpRequest, reason?: unknown): NetworkError {
  const fact = 'the client was closed or destroyed before the call was over';
  return new NetworkError(fact, { request, code: 'ERR_CLIENT_CLOSED', cause: reason });
}
