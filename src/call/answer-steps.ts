/**
 * What layers do with an answer, as the steps of one promise: most calls pass several layers that only look at the answer, and
 * a promise for each of them would be a good part of what a call costs.
 */

import type { BadResponseError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';

/**
 * An error that is not made yet: whoever gets it is its place. Of an answer that is an error, the frames of the layer that judged
 * it tell nobody anything, and to capture them as well would cost more than all else that such an error needs.
 */
export class Failure {
  constructor(
    readonly Kind: typeof BadResponseError,
    readonly fact: string,
    readonly init: ConstructorParameters<typeof BadResponseError>[1],
  ) {}
}

/**
 * What a layer does with an answer: gives it on, another one, or a promise of one; what it throws is what the layers around it get.
 * @param options those that the layer has handed on
 * @param own what the layer knows beside them; a call that waits holds it, so mostly one for all calls
 */
export type AnswerStep<Own> = (
  response: HttpResponse,
  request: HttpRequest,
  options: RequestOptions,
  own: Own,
) => HttpResponse | Promise<HttpResponse> | Failure;

/** Whoever is last, behind all layers. */
export interface AnswerEnd {
  /** @returns what the promise is fulfilled with; what is thrown is what it is rejected with */
  answered(response: HttpResponse): HttpResponse;
  /**
   * @param isPlaced it has the frames of who waits
   * @returns what the promise is rejected with
   */
  failed(error: unknown, isPlaced?: boolean): unknown;
}

/** A step of one call. An object with what it needs, as a closure and its context are twice as large. */
export class Link<Own = unknown> {
  next: Link | undefined;

  constructor(
    readonly step: AnswerStep<Own>,
    readonly request: HttpRequest,
    readonly options: RequestOptions,
    readonly own: Own,
  ) {}
}

/** The steps behind one promise, from the inside out. */
export class AnswerSteps {
  /** What the layers around get: the answer after all steps. */
  promise: Promise<HttpResponse> | undefined;
  end: AnswerEnd | undefined;
  readonly #first: Link;
  #last: Link;

  constructor(first: Link) {
    this.#first = first;
    this.#last = first;
  }

  add(link: Link): void {
    this.#last.next = link;
    this.#last = link;
  }

  /** Does them all: now, as far as they answer now. */
  run(response: HttpResponse): HttpResponse | Promise<HttpResponse> {
    const { end } = this;
    if (end === undefined) return unfailed(runFrom(this.#first, response));
    let answer: HttpResponse | Promise<HttpResponse> | Failure;
    try {
      answer = runFrom(this.#first, response);
    } catch (error) {
      return endedBy(end, rejection(error));
    }
    if (answer instanceof Failure) return failedBy(end, answer);
    return answer instanceof Promise ? endedBy(end, answer) : end.answered(answer);
  }
}

function runFrom(first: Link | undefined, response: HttpResponse): HttpResponse | Promise<HttpResponse> | Failure {
  let answer = response;
  for (let link = first; link !== undefined; link = link.next) {
    const given = link.step(answer, link.request, link.options, link.own);
    if (given instanceof Failure) return given;
    if (given instanceof Promise) {
      const { next } = link;
      return next === undefined ? given : given.then((later) => unfailed(runFrom(next, later)));
    }
    answer = given;
  }
  return answer;
}

const NEXT_TURN = Promise.resolve();

/** In the next turn, when somebody listens: so that Node need not look who will. */
function rejection(error: unknown): Promise<never> {
  return NEXT_TURN.then((): never => {
    throw error;
  });
}

/** What a step gave, for whoever knows of no failures. */
export function unfailed(given: HttpResponse | Promise<HttpResponse> | Failure): HttpResponse | Promise<HttpResponse> {
  return given instanceof Failure ? rejection(new given.Kind(given.fact, given.init)) : given;
}

/** The error behind all layers, made one turn later: by then the engine finds who waits for what is returned here. */
function failedBy(end: AnswerEnd, { Kind, fact, init }: Failure): Promise<never> {
  return NEXT_TURN.then().then((): never => {
    // Here and not in a function of its own: one that always throws is never compiled, and the engine reads its frame far
    // sooner than that of a compiled one.
    throw end.failed(new Kind(fact, init), true);
  });
}

/** The promise, with `end` behind it. */
export function endedBy(end: AnswerEnd, given: Promise<HttpResponse>): Promise<HttpResponse> {
  return given.then(
    (response) => end.answered(response),
    (error: unknown) => {
      throw end.failed(error);
    },
  );
}
