/** Whether a request may be sent again after its connection died without an answer (RFC 9112 section 9.3.1). */

import { IDEMPOTENT } from '../message/methods.ts';
import type { HttpRequest } from '../message/request.ts';

/** @param nothingSent no byte of it has left, so that no method can have had an effect */
export function canReplay(request: HttpRequest, nothingSent: boolean): boolean {
  const { method, body } = request;
  if (!IDEMPOTENT.has(method) && !nothingSent) return false;
  return body === null || body.replayable || !body.used;
}
