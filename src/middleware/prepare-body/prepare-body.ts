/**
 * Announces the body: its type, its length or that it comes in chunks, and `Expect` (RFC 9110 sections 8 and 10.1.1).
 * Below everything that may change the body, so that a redirect or a retry is framed anew. The rules are in
 * `prepare-body-policy.ts`.
 */

import { rememberedLine } from '../../message/remembered-line.ts';
import type { HttpRequest } from '../../message/request.ts';
import { framedForTrailers } from '../../message/trailers.ts';
import type { RequestOptions } from '../../options/options.ts';
import { refuseSurplus } from '../../runtime/arguments.ts';
import { IN_PAGE } from '../../runtime/in-page.ts';
import type { Middleware } from '../../stack/handler.ts';
import { completedType, linesForContent, linesWithoutContent } from './prepare-body-policy.ts';
import { mayDropExpectation, sendExpecting } from './refused-expectation.ts';

/**
 * Reads `expect` and `trailers`. What the caller's headers say already is left as it is; a POST, PUT or PATCH without
 * content says `Content-Length: 0`. A 417 to `Expect: 100-continue` is answered by the same request without it, once, when
 * the body can be sent again. Rejects with a `RequestError` (`ERR_BODY_LENGTH`) when they contradict the body.
 */
export function prepareBody(): Middleware {
  refuseSurplus(arguments, 0, 'the layer prepareBody takes nothing, it reads options expect and trailers');
  return (next) => {
    const withLength = rememberedLine('Content-Length');
    return function prepareBody(request, options) {
      let prepared: HttpRequest;
      try {
        // A browser's fetch takes neither trailers nor `Expect`: the handler says so.
        const framed = IN_PAGE ? request : framedForTrailers(request, options.trailers);
        prepared = announced(framed, options.expect, withLength);
      } catch (error) {
        return Promise.reject(error);
      }
      return !IN_PAGE && mayDropExpectation(prepared)
        ? sendExpecting(next, prepared, options)
        : next(prepared, options);
    };
  };
}

function announced(
  request: HttpRequest,
  expect: RequestOptions['expect'],
  withLength: ReturnType<typeof rememberedLine>,
): HttpRequest {
  const { body, headers } = request;
  if (body === null || body.length === 0) {
    const lines = linesWithoutContent(request);
    return lines.length === 0 ? request : request.headed(headers.plus(lines));
  }
  const lines = linesForContent(request, body, expect);
  const type = completedType(headers, body);
  if (type === undefined && lines.length === 0) return request;
  const typed = type === undefined ? headers : headers.with('Content-Type', type);
  if (lines.length === 2 && lines[0] === 'Content-Length') return request.headed(withLength(typed, lines[1]!));
  return request.headed(lines.length === 0 ? typed : typed.plus(lines));
}
