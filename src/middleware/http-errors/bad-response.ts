/** The error of a bad answer: which class, its words, and the body that goes with it. */

import { Failure } from '../../call/answer-steps.ts';
import { maskerOf } from '../../call/masker.ts';
import { own } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { type Held, holdBody } from './error-body.ts';
import { errorClass } from './error-class.ts';
import { methodHint, statusLine, summaryOf } from './http-errors-policy.ts';

/** Settings of the layer `httpErrors`. */
export interface HttpErrorsOptions {
  /** Says what the body holds, instead of its beginning; nothing for no summary. The request's secrets are masked in it. */
  summarize?: ((response: HttpResponse) => string | null | undefined | Promise<string | null | undefined>) | undefined;
  /** Characters of the body in the message, 0 for none. Default 1000. */
  summaryLength?: number | undefined;
}

/** The error of an answer that is one, at once where nothing has to be waited for. */
export function failureOf(
  answer: HttpResponse,
  asked: HttpRequest,
  options: RequestOptions,
  settings: HttpErrorsOptions,
): Failure | Promise<Failure> {
  const { summarize, summaryLength = 1000 } = settings;
  const isOpen = answer.streamed && !answer.bodyUsed;
  if (!isOpen && summarize === undefined) return failure({ response: answer }, asked, options, summaryLength);
  return heldFirst(answer, asked, options, settings);
}

/** The same, once the body is in memory and `summarize` has spoken. */
async function heldFirst(
  answer: HttpResponse,
  asked: HttpRequest,
  options: RequestOptions,
  { summarize, summaryLength = 1000 }: HttpErrorsOptions,
): Promise<Failure> {
  const isOpen = answer.streamed && !answer.bodyUsed;
  const held: Held = isOpen ? await holdBody(answer, asked, options) : { response: answer };
  const summary = summarize === undefined ? summaryLength : checkedText(await summarize(held.response));
  return failure(held, asked, options, summary);
}

/** @throws TypeError for what the caller's function gave in place of a text: a number would be read as a length */
function checkedText(given: unknown): string {
  if (given === undefined || given === null) return '';
  if (typeof given === 'string') return given;
  throw new TypeError(`httpErrors: summarize must give a text, got ${kindOf(given)}`);
}

/** @param summary what the body holds, or how many characters of its beginning are shown */
function failure(held: Held, asked: HttpRequest, options: RequestOptions, summary: string | number): Failure {
  const { response } = held;
  // As it was sent last: after redirects, and with what inner layers have added, so that an echo of it is masked.
  const request = response.request ?? asked;
  const masker = maskerOf([request, asked], options);
  const words =
    typeof summary === 'string' ? masker.mask(summary) : summaryOf(response, summary, masker, own(held, 'complete'));
  const line = masker.mask(statusLine(response));
  const fact = words ? `${line}: ${words}` : line;
  const notes = [methodHint(request.method, response.status), own(response.facts, 'note')].filter(Boolean);
  const init = { request, response, attempts: response.attempts };
  return new Failure(errorClass(response.status), notes.length === 0 ? fact : [fact, ...notes].join('; '), init);
}
