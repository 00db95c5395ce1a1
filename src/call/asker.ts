/**
 * Who asks again: a layer that, for some answers, sends another request and leaves the body of the answer unread
 * (`redirect`, `retry`, `auth`). It can say so at the head, so that nobody waits for a body that nobody wants: it may be
 * huge, slow or endless. What is said at the head is a forecast. An answer that the layer gives to its caller after all
 * is made whole by `wholeAnswer`.
 */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';

/** An answer whose head has come. */
export interface Headed {
  readonly request: HttpRequest;
  headOnly(): HttpResponse | undefined;
}

/** A layer that asks again. It stands in its call while what is inside it is under way. */
export interface Asker {
  /** The next one outwards. */
  readonly outer: Asker | undefined;
  /** Whether answers of this status may be left: asked of each answer, so that the others cost no more than this. */
  mayLeave(status: number): boolean;
  /** Whether the body of this answer will be left unread, as far as the head tells. */
  leaves(answer: Headed, status: number, options: RequestOptions): boolean;
}

/** Whether this layer, or one around it, may leave the body of an answer of this status. */
export function mayBeLeftBy(asker: Asker | undefined, status: number): boolean {
  for (let at = asker; at !== undefined; at = at.outer) if (at.mayLeave(status)) return true;
  return false;
}

/** Whether this layer, or one around it, will leave the body of this answer, as far as its head tells. */
export function isLeftBy(asker: Asker | undefined, answer: Headed, status: number, options: RequestOptions): boolean {
  for (let at = asker; at !== undefined; at = at.outer) {
    if (at.mayLeave(status) && at.leaves(answer, status, options)) return true;
  }
  return false;
}
