/** How layers take part in the steps of an answer, and who ends them. */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import { type AnswerEnd, type AnswerStep, AnswerSteps, endedBy, Link, unfailed } from './answer-steps.ts';
import { type Call, callOf } from './call.ts';

/** Handlers that a stack gave to one layer, and to nobody else. */
const givenAlone = new WeakSet<object>();

/** Says of a handler that it is one layer's alone: nobody else sees what it gives before that layer does. */
export function forOneLayer(next: object): void {
  givenAlone.add(next);
}

/**
 * The same as `given.then((response) => step(response, request, options, own))`, for a layer that returns what it gets from here and
 * looks at nothing else.
 */
export type OnAnswer = <Own>(
  given: Promise<HttpResponse>,
  request: HttpRequest,
  options: RequestOptions,
  step: AnswerStep<Own>,
  own: Own,
) => Promise<HttpResponse>;

/**
 * How a layer around `next` takes part. Who composes layers by hand may put between two of them what looks at the promise,
 * or calls in another context: there each has a promise of its own.
 */
export function onAnswerOf(next: object): OnAnswer {
  return givenAlone.has(next) ? sharing : apart;
}

const apart: OnAnswer = (given, request, options, step, own) =>
  given.then((response) => unfailed(step(response, request, options, own)));

/** A step that follows others at once shares their promise. */
const sharing: OnAnswer = (given, request, options, step, own) => {
  const call = callOf(request);
  if (call === undefined) return apart(given, request, options, step, own);
  const link = new Link<unknown>(step as AnswerStep<unknown>, request, options, own);
  const { steps } = call;
  if (steps?.promise !== given) return begun(given, call, link);
  steps.add(link);
  return given;
};

function begun(given: Promise<HttpResponse>, call: Call, first: Link): Promise<HttpResponse> {
  const steps = new AnswerSteps(first);
  call.steps = steps;
  const promise = given.then(
    (response) => {
      over(call, steps);
      return steps.run(response);
    },
    (error: unknown) => {
      over(call, steps);
      throw steps.end === undefined ? error : steps.end.failed(error);
    },
  );
  steps.promise = promise;
  return promise;
}

/** From here on a step would come too late, and an answer or an error knows its call for as long as somebody has it. */
function over(call: Call, steps: AnswerSteps): void {
  if (call.steps === steps) call.steps = undefined;
}

/** Whoever has seen the promise of the steps may wait for it: no step comes between it and them any more. */
export function closeSteps(request: HttpRequest): void {
  const call = callOf(request);
  if (call?.steps !== undefined) call.steps = undefined;
}

/** What the outermost layer gave, with `end` behind it. */
export function endAnswer(given: Promise<HttpResponse>, call: Call, end: AnswerEnd): Promise<HttpResponse> {
  const { steps } = call;
  if (steps?.promise !== given) return endedBy(end, given);
  call.steps = undefined;
  steps.end = end;
  return given;
}
