/**
 * Turns an answer of 400 and above into an error (RFC 9110 sections 15.5 and 15.6), so that nobody takes an error page
 * for a result. Outermost of the layers: it judges the answer of the whole call.
 */
import { ClientError, ServerError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { Middleware } from '../../stack/handler.ts';
import { type Held, holdBody } from './error-body.ts';
import { hiderOf, statusLine, summaryOf } from './http-errors-policy.ts';

export interface HttpErrorsOptions {
  /** Says what the body holds, instead of its beginning; nothing for no summary. The request's secrets are masked in it. */
  summarize?(response: HttpResponse): string | null | undefined | Promise<string | null | undefined>;
  /** Characters of the body in the message, 0 for none. Default 1000. */
  summaryLength?: number;
}

/**
 * Reads `httpErrors`. Rejects with a `ClientError` for 400 to 499 and a `ServerError` for 500 and above; its `response`
 * is readable, of a streamed one the first 64 KiB, for which it waits no longer than `readTimeout`.
 * @throws TypeError for options of another kind
 */
export function httpErrors(settings: HttpErrorsOptions = {}): Middleware {
  const { summarize, summaryLength = 1000 } = settings;
  if (summarize !== undefined && typeof summarize !== 'function') {
    throw new TypeError(`httpErrors: summarize must be a function, got ${typeof summarize}`);
  }
  if (!(Number.isInteger(summaryLength) && summaryLength >= 0)) {
    throw new TypeError(`httpErrors: summaryLength must be a whole number of characters, got ${String(summaryLength)}`);
  }
  return (next) =>
    function httpErrors(request, options) {
      if (options.httpErrors === false || options.httpErrors === null) return next(request, options);
      return next(request, options).then((response) =>
        response.status < 400 ? response : reject(response, request, options, summarize, summaryLength),
      );
    };
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
  const { response, complete } = held;
  // As it was sent last: after redirects, and with what inner layers have added, so that an echo of it is masked.
  const request = response.request ?? asked;
  const hider = hiderOf([request, asked], options);
  const summary =
    summarize === undefined
      ? summaryOf(response, summaryLength, hider, complete)
      : hider.hide((await summarize(response)) ?? '');
  const line = hider.hide(statusLine(response));
  const Kind = response.status < 500 ? ClientError : ServerError;
  const fact = summary ? `${line}: ${summary}` : line;
  const { note } = response.facts;
  throw new Kind(note ? `${fact}; ${note}` : fact, { request, response, attempts: response.attempts });
}
