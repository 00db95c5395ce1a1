/**
 * Whether the layers of a call will leave the body of an answer unread (`asker.ts`). Transports ask this when the head has
 * come, and then do not wait for a long body (`handlers/exchange/briefly.ts`).
 */

import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import { type Headed, isLeftBy, mayBeLeftBy } from './asker.ts';
import { callOf } from './call.ts';

/** Whether some layer of the call may leave the body of an answer of this status. */
export function mayBeLeft(request: HttpRequest, status: number): boolean {
  return mayBeLeftBy(callOf(request)?.asker, status);
}

/** Whether some layer of the call will leave the body of this answer, as far as its head tells. */
export function willBeLeft(answer: Headed, status: number, options: RequestOptions): boolean {
  const call = callOf(answer.request);
  if (call === undefined || !isLeftBy(call.asker, answer, status, options)) return false;
  call.hasOpenBody = true;
  return true;
}
