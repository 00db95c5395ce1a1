/** How layers take part in the steps of an answer, and who ends them. */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { type AnswerEnd, type AnswerStep, AnswerSteps, endedBy } from './answer-steps.ts';
import { type Call, callOf } from './call.ts';

/**
 * The same as `given.then(step)`, for a layer that returns what it gets from here and has not looked at `given` itself. A step
 * that follows others at once shares their promise.
 */
export function onAnswer(given: Promise<HttpResponse>, request: HttpRequest, step: AnswerStep): Promise<HttpResponse> {
  const call = callOf(request);
  if (call === undefined) return given.then(step);
  const { steps } = call;
  if (steps?.promise !== given) return begun(given, call, step);
  steps.add(step);
  return given;
}

function begun(given: Promise<HttpResponse>, call: Call, step: AnswerStep): Promise<HttpResponse> {
  const steps = new AnswerSteps(step);
  call.steps = steps;
  const promise = given.then(
    (response) => {
      // From here on a step would come too late, and the response knows its call for as long as somebody has it.
      if (call.steps === steps) call.steps = undefined;
      return steps.run(response);
    },
    (error: unknown) => {
      throw steps.end === undefined ? error : steps.end.failed(error);
    },
  );
  steps.promise = promise;
  return promise;
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
