/**
 * What layers do with an answer, as the steps of one promise: most calls pass several layers that only look at the answer, and
 * a promise for each of them would be a good part of what a call costs.
 */

import type { HttpResponse } from '../message/response.ts';

/** Gives the answer on, another one, or a promise of one; what it throws is what the layers around it get. */
export type AnswerStep = (response: HttpResponse) => HttpResponse | Promise<HttpResponse>;

/** Whoever is last, behind all layers. */
export interface AnswerEnd {
  /** @returns what the promise is fulfilled with; what is thrown is what it is rejected with */
  answered(response: HttpResponse): HttpResponse;
  /** @returns what the promise is rejected with */
  failed(error: unknown): unknown;
}

interface Link {
  readonly step: AnswerStep;
  next: Link | undefined;
}

/** The steps behind one promise, from the inside out. */
export class AnswerSteps implements Link {
  next: Link | undefined;
  /** What the layers around get: the answer after all steps. */
  promise: Promise<HttpResponse> | undefined;
  end: AnswerEnd | undefined;
  #last: Link = this;

  constructor(readonly step: AnswerStep) {}

  add(step: AnswerStep): void {
    const link = { step, next: undefined };
    this.#last.next = link;
    this.#last = link;
  }

  /** Does them all: now, as far as they answer now. */
  run(response: HttpResponse): HttpResponse | Promise<HttpResponse> {
    const { end } = this;
    let answer: HttpResponse | Promise<HttpResponse>;
    try {
      answer = runFrom(this, response);
    } catch (error) {
      throw end === undefined ? error : end.failed(error);
    }
    if (end === undefined) return answer;
    return answer instanceof Promise ? endedBy(end, answer) : end.answered(answer);
  }
}

function runFrom(first: Link | undefined, response: HttpResponse): HttpResponse | Promise<HttpResponse> {
  let answer = response;
  for (let link = first; link !== undefined; link = link.next) {
    const given = link.step(answer);
    if (given instanceof Promise) {
      const { next } = link;
      return next === undefined ? given : given.then((later) => runFrom(next, later));
    }
    answer = given;
  }
  return answer;
}

/** The same for a promise by itself. */
export function endedBy(end: AnswerEnd, given: Promise<HttpResponse>): Promise<HttpResponse> {
  return given.then(
    (response) => end.answered(response),
    (error: unknown) => {
      throw end.failed(error);
    },
  );
}
