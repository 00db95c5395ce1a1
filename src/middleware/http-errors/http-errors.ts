/**
 * Turns an answer of 400 and above into an error (RFC 9110 sections 15.5 and 15.6), so that nobody takes an error page
 * for a result. Outermost of the layers: it judges the answer of the whole call.
 */

import type { Failure } from '../../call/answer-steps.ts';
import { onAnswerOf } from '../../call/on-answer.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { settingsOf } from '../../options/settings-of.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import type { Middleware } from '../../stack/handler.ts';
import { failureOf, type HttpErrorsOptions } from './bad-response.ts';

export type { HttpErrorsOptions } from './bad-response.ts';

/**
 * Reads `httpErrors`, which may be a function of the status that says whether it is an error. Rejects with a `ClientError`
 * for 400 to 499, a `ServerError` for 500 and above, and a `BadResponseError` for a lower one; its `response`
 * is readable, of a streamed one the first 64 KiB, for which it waits no longer than `readTimeout`.
 * @throws TypeError for options of another kind
 */
export function httpErrors(settings: HttpErrorsOptions = {}): Middleware {
  const { summarize, summaryLength = 1000 } = settingsOf('httpErrors', settings, ['summarize', 'summaryLength']);
  if (summarize !== undefined && typeof summarize !== 'function') {
    throw new TypeError(`httpErrors: summarize must be a function, got ${kindOf(summarize)}`);
  }
  if (!(Number.isInteger(summaryLength) && summaryLength >= 0)) {
    throw new TypeError(`httpErrors: summaryLength must be a whole number of characters, got ${String(summaryLength)}`);
  }
  const read: HttpErrorsOptions = { summarize, summaryLength };
  return (next) => {
    const onAnswer = onAnswerOf(next);
    return function httpErrors(request, options) {
      const { httpErrors: wanted } = options;
      if (wanted === false || wanted === null) return next(request, options);
      return onAnswer(next(request, options), request, options, judged, read);
    };
  };
}

function judged(
  response: HttpResponse,
  request: HttpRequest,
  options: RequestOptions,
  settings: HttpErrorsOptions,
): HttpResponse | Promise<never> | Failure {
  const { httpErrors: wanted } = options;
  const isBad = typeof wanted === 'function' ? isError(wanted, response) : response.status >= 400;
  if (!isBad) return response;
  const failure = failureOf(response, request, options, settings);
  return failure instanceof Promise ? failure.then(thrown) : failure;
}

function thrown({ Kind, fact, init }: Failure): never {
  throw new Kind(fact, init);
}

/** @throws what the caller's function throws, TypeError when it says neither yes nor no */
function isError(judge: (status: number) => unknown, response: HttpResponse): boolean {
  let answer: unknown;
  try {
    answer = judge(response.status);
    if (typeof answer === 'boolean') return answer;
  } catch (error) {
    void response.discard();
    throw error;
  }
  void response.discard();
  throw new TypeError(
    `option httpErrors must return true for a status that is an error, or false; got ${kindOf(answer)}`,
  );
}
