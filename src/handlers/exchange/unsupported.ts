/** How a handler answers what it cannot send. */
import { RequestError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';

/** @param reason what `supports` said */
export function refuse(request: HttpRequest, reason: string): Promise<never> {
  return Promise.reject(new RequestError(reason, { request, code: 'ERR_UNSUPPORTED' }));
}
