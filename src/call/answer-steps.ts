/**
 * What layers do with an answer, as the steps of one promise: most calls pass several layers that only look at the answer, and
 * a promise for each of them would be a good part of what a call costs.
 */

import type { HttpResponse } from '../message/response.ts';

/** Gives the answer on, another one, or a promise of one; what it throws is what the layers around it get. */
export type AnswerStep = (response: HttpResponse) => HttpResponse | Promise<HttpResponse>;

interface Link {
  readonly step: AnswerStep;
  next: Link | undefined;
}

/** The steps behind one promise, from the inside out. They are open until it is settled, or until a seam has seen it. */
export class AnswerSteps implements Link {
  next: Link | undefined;
  /** What the layers around get: the answer after all steps. */
  promise: Promise<HttpResponse> | undefined;
  #last: Link = this;

  constructor(readonly step: AnswerStep) {}

  add(step: AnswerStep): void {
    const link = { step, next: undefined };
    this.#last.next = link;
    this.#last = link;
  }
}

/** Does what is left of the steps: now, as far as they answer now. */
export function runSteps(first: Link | undefined, response: HttpResponse): HttpResponse | Promise<HttpResponse> {
  let answer = response;
  for (let link = first; link !== undefined; link = link.next) {
    const given = link.step(answer);
    if (given instanceof Promise) {
      const { next } = link;
      return next === undefined ? given : given.then((later) => runSteps(next, later));
    }
    answer = given;
  }
  return answer;
}
