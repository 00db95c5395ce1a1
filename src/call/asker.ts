/**
 * An asker is a layer that, for some answers, sends another request and leaves the body of the answer unread: `redirect`,
 * `retry` and `auth`. It can say so at the head, so that the transport does not wait for a body that nobody wants: it may be
 * huge, slow or endless. What is said at the head is a forecast. If the layer gives the answer to its caller after all,
 * `wholeAnswer` (`semantics/whole-answer.ts`) reads the rest of the body first.
 */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';

/** An exchange whose answer is asked about when its head has come. */
export interface Headed {
  readonly request: HttpRequest;
  headOnly(): HttpResponse | undefined;
}

/** A layer that asks again. It is in `Call.asker` while the layers inside it are at work. */
export interface Asker {
  /** The next one outwards, which may ask again as well. */
  readonly outer: Asker | undefined;
  /** Whether answers of this status may be left. A cheap question, as it is asked of every answer. */
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
