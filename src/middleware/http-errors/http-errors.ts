/**
 * Turns an answer of 400 and above into an error (RFC 9110 sections 15.5 and 15.6), so that nobody takes an error page
 * for a result. Outermost of the layers: it judges the answer of the whole call.
 */

import { hiderOf } from '../../call/hider.ts';
import { BadResponseError, ClientError, ServerError } from '../../message/errors.ts';
import { own } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { bareRecord } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import type { Middleware } from '../../stack/handler.ts';
import { type Held, holdBody } from './error-body.ts';
import { statusLine, summaryOf } from './http-errors-policy.ts';

export interface HttpErrorsOptions {
  /** Says what the body holds, instead of its beginning; nothing for no summary. The request's secrets are masked in it. */
  summarize?(response: HttpResponse): string | null | undefined | Promise<string | null | undefined>;
  /** Characters of the body in the message, 0 for none. Default 1000. */
  summaryLength?: number;
}

/**
 * Reads `httpErrors`, which may be a function of the status that says whether it is an error. Rejects with a `ClientError`
 * for 400 to 499, a `ServerError` for 500 and above, and a `BadResponseError` for a lower one; its `response`
 * is readable, of a streamed one the first 64 KiB, for which it waits no longer than `readTimeout`.
 * @throws TypeError for options of another kind
 */
export function httpErrors(settings: HttpErrorsOptions = {}): Middleware {
  const { summarize, summaryLength = 1000 } = bareRecord(settings);
  if (summarize !== undefined && typeof summarize !== 'function') {
    throw new TypeError(`httpErrors: summarize must be a function, got ${kindOf(summarize)}`);
  }
  if (!(Number.isInteger(summaryLength) && summaryLength >= 0)) {
    throw new TypeError(`httpErrors: summaryLength must be a whole number of characters, got ${String(summaryLength)}`);
  }
  return (next) =>
    function httpErrors(request, options) {
      const { httpErrors: wanted } = options;
      if (wanted === false || wanted === null) return next(request, options);
      return next(request, options).then((response) =>
        (typeof wanted === 'function' ? isError(wanted, response) : response.status >= 400)
          ? reject(response, request, options, summarize, summaryLength)
          : response,
      );
    };
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

/** A status that only the caller's own function calls an error has no class of its own. */
function classOf(status: number): typeof BadResponseError {
  if (status < 400) return BadResponseError;
  return status < 500 ? ClientError : ServerError;
}

async function reject(
  answer: HttpResponse,
  asked: HttpRequest,
  options: RequestOptions,
  summarize: HttpErrorsOptions['summarize'],
  summaryLength: number,
): Promise<never> {
  const held: Held =
    answer.streamed && !answer.bodyUsed ? await holdBody(answer, asked, options) : { response: answer };
  const { response } = held;
  // As it was sent last: after redirects, and with what inner layers have added, so that an echo of it is masked.
  const request = response.request ?? asked;
  const hider = hiderOf([request, asked], options);
  const summary =
    summarize === undefined
      ? summaryOf(response, summaryLength, hider, own(held, 'complete'))
      : hider.hide((await summarize(response)) ?? '');
  const line = hider.hide(statusLine(response));
  const Kind = classOf(response.status);
  const fact = summary ? `${line}: ${summary}` : line;
  const note = own(response.facts, 'note');
  throw new Kind(note ? `${fact}; ${note}` : fact, { request, response, attempts: response.attempts });
}
