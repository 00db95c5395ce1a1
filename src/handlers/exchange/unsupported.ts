/** How a handler rejects a request that it cannot send: with the words that its `supports` has for it. */
import { RequestError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';

/** @param reason what `supports` said */
export function refuse(request: HttpRequest, reason: string): Promise<never> {
  return Promise.reject(new RequestError(reason, { request, code: 'ERR_UNSUPPORTED', attempts: 0 }));
}
