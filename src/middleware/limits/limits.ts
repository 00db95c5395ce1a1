/**
 * Stops a body that is too large, whatever handler it comes from and whatever its status: error pages and redirects
 * count too. Inside of `decodeContent`, which counts what it decodes; an encoded body gets some more room here, so that
 * it cannot grow without end either. Numbers and rules are in `semantics/response-limit.ts`.
 */

import { onAnswerOf } from '../../call/on-answer.ts';
import { Content } from '../../message/content.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { refuseSurplus } from '../../runtime/arguments.ts';
import { IN_PAGE } from '../../runtime/in-page.ts';
import { codingsOf } from '../../semantics/codings.ts';
import { encodedLimit, hasNoContent, responseLimit, tooLarge } from '../../semantics/response-limit.ts';
import { isOpen } from '../../semantics/whole-answer.ts';
import { checkedResponse } from '../../stack/checked-response.ts';
import type { Middleware } from '../../stack/handler.ts';
import { countedStream } from './counted-stream.ts';

/**
 * Reads `maxResponseSize`: 100 MiB for buffered bodies unless it says otherwise, streams only when it is set. Rejects, or
 * ends a streamed body, with a `BodyError` (`ERR_BODY_TOO_LARGE`).
 */
export function limits(): Middleware {
  refuseSurplus(arguments, 0, 'the layer limits takes nothing, it reads option maxResponseSize');
  return (next) => {
    const onAnswer = onAnswerOf(next);
    return function limits(request, options) {
      if (responseLimit(options, false) === Number.POSITIVE_INFINITY) return next(request, options);
      return onAnswer(next(request, options), request, options, within, undefined);
    };
  };
}

function within(given: HttpResponse, request: HttpRequest, options: RequestOptions): HttpResponse | Promise<never> {
  // The first that looks at what a handler of the user's gave.
  const response = checkedResponse(given);
  const { bytes } = response.content;
  const limit = responseLimit(options, bytes === undefined);
  if (bytes !== undefined ? bytes.byteLength <= limit : limit === Number.POSITIVE_INFINITY) return response;
  return limited(response, limit, request, options);
}

function limited(
  response: HttpResponse,
  limit: number,
  request: HttpRequest,
  options: RequestOptions,
): HttpResponse | Promise<never> {
  const { content } = response;
  const most = isDecodedLater(response, options) ? encodedLimit(limit) : limit;
  if (content.bytes !== undefined) {
    if (content.bytes.byteLength <= most) return response;
    throw tooLarge(limit, request, response.with({ body: null }));
  }
  // Whoever reads on counts.
  if (isOpen(response, request, options)) return response;
  if (content.used || response.sink !== undefined || hasNoContent(request.method, response.status)) return response;
  if (Number(response.headers.get('content-length')) > most) return refuse(response, limit, request);
  const head = response.with({ body: null });
  const counted = countedStream(content, most, () => tooLarge(limit, request, head));
  return response.with({ body: new Content(undefined, counted) });
}

function isDecodedLater(response: HttpResponse, { decodeContent }: RequestOptions): boolean {
  // A browser has decoded already.
  if (IN_PAGE || decodeContent === false || decodeContent === null) return false;
  const encoding = response.headers.get('content-encoding');
  return encoding !== null && codingsOf(encoding) !== undefined;
}

/** What is announced as too large is not begun. */
async function refuse(response: HttpResponse, limit: number, request: HttpRequest): Promise<never> {
  await response.discard();
  throw tooLarge(limit, request, response.with({ body: null }));
}
