/** The error of a bad answer: which class, its words, and the body that goes with it. */

import { maskerOf } from '../../call/masker.ts';
import { withoutFrames } from '../../message/frames.ts';
import { own } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
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

/**
 * Rejects with the error of an answer.
 * @param isLast whether the client is the next to see it, and will give it the caller's frames
 */
export async function reject(
  answer: HttpResponse,
  asked: HttpRequest,
  options: RequestOptions,
  { summarize, summaryLength = 1000 }: HttpErrorsOptions,
  isLast: boolean,
): Promise<never> {
  const held: Held =
    answer.streamed && !answer.bodyUsed ? await holdBody(answer, asked, options) : { response: answer };
  const { response } = held;
  // As it was sent last: after redirects, and with what inner layers have added, so that an echo of it is masked.
  const request = response.request ?? asked;
  const masker = maskerOf([request, asked], options);
  const summary =
    summarize === undefined
      ? summaryOf(response, summaryLength, masker, own(held, 'complete'))
      : masker.mask((await summarize(response)) ?? '');
  const line = masker.mask(statusLine(response));
  const Kind = errorClass(response.status);
  const fact = summary ? `${line}: ${summary}` : line;
  const notes = [methodHint(request.method, response.status), own(response.facts, 'note')];
  const words = [fact, ...notes.filter(Boolean)].join('; ');
  const init = { request, response, attempts: response.attempts };
  throw isLast ? withoutFrames(() => new Kind(words, init)) : new Kind(words, init);
}
