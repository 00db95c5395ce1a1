/** Which challenges a flow answers without a look at their bodies: a flow of the user's own does not say. */

import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { AuthFlow } from '../../options/options.ts';

/**
 * Whether the flow will answer this 401.
 * @param before challenges of the same request so far
 */
export type Answers = (head: HttpResponse, request: HttpRequest, before: number) => boolean;

const known = new WeakMap<AuthFlow, Answers>();

/** Declares it. @returns the flow */
export function answering(flow: AuthFlow, answers: Answers): AuthFlow {
  known.set(flow, answers);
  return flow;
}

export function answersOf(flow: AuthFlow): Answers | undefined {
  return known.get(flow);
}
