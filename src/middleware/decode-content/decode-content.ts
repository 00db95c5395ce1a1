/**
 * Content codings (RFC 9110 sections 8.4 and 12.5.3): says which ones are understood, and undoes those that come. Above
 * the handler, so that every transport decodes by the same rules and limits: what comes out is counted, not what goes in.
 */

import { onAnswerOf } from '../../call/on-answer.ts';
import { Content } from '../../message/content.ts';
import { BodyError } from '../../message/errors.ts';
import type { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { rememberLast } from '../../options/remember-last.ts';
import { refuseSurplus } from '../../runtime/arguments.ts';
import { acceptEncoding, codingsOf, MOST_CODINGS } from '../../semantics/codings.ts';
import { hasNoContent, responseLimit } from '../../semantics/response-limit.ts';
import type { Middleware } from '../../stack/handler.ts';
import { Decoding } from './decoding.ts';

/** What does not hold of the decoded body. */
const GONE: readonly string[] = ['content-encoding', 'content-length'];

/**
 * Reads `decodeContent` and `maxResponseSize`. `Content-Encoding` and `Content-Length` leave the response with the
 * coding. A body stays as it is, and so do its headers, when it is of a coding unknown here, or a part (206), which is a
 * part of the encoded bytes. No coding is asked for with `Range`.
 *
 * Rejects, or ends a streamed body, with a `BodyError`: `ERR_BODY_TRUNCATED`, `ERR_BODY_ENCODING` for corrupt data and
 * for more than 5 codings, `ERR_BODY_TOO_LARGE`.
 */
export function decodeContent(): Middleware {
  refuseSurplus(arguments, 0, 'the layer decodeContent takes nothing, it reads option decodeContent');
  return (next) => {
    const onAnswer = onAnswerOf(next);
    // Most requests of a client have the same headers: the ones with the line added are remembered.
    const asking = rememberLast(withAcceptEncoding);
    return function decodeContent(request, options) {
      const wanted = options.decodeContent;
      if (wanted === false || wanted === null) return next(request, options);
      let asked: HttpRequest;
      try {
        const { headers } = request;
        const lines = typeof wanted === 'string' ? headers.with('Accept-Encoding', wanted) : asking(headers);
        asked = lines === headers ? request : request.headed(lines);
      } catch (error) {
        return Promise.reject(error);
      }
      return onAnswer(next(asked, options), asked, options, decodedAnswer, undefined);
    };
  };
}

function decodedAnswer(
  response: HttpResponse,
  request: HttpRequest,
  options: RequestOptions,
): HttpResponse | Promise<HttpResponse> {
  const encoding = response.headers.get('content-encoding');
  return encoding === null ? response : decoded(response, encoding, request, options);
}

/** The headers with the codings that are understood here, unless the caller has chosen. */
function withAcceptEncoding(headers: HttpHeaders): HttpHeaders {
  if (headers.has('accept-encoding')) return headers;
  // RFC 9110 section 14.2: a range counts the encoded bytes, so a part of them could not be decoded.
  const codings = headers.has('range') ? 'identity' : acceptEncoding();
  return codings === '' ? headers : headers.plus(['Accept-Encoding', codings]);
}

/** The response without its codings, as quickly as its body allows: at once, in the background, or as it is read. */
function decoded(
  response: HttpResponse,
  encoding: string,
  request: HttpRequest,
  options: RequestOptions,
): HttpResponse | Promise<HttpResponse> {
  const { content, status } = response;
  const { bytes } = content;
  if (hasNoContent(request.method, status) || status === 206) return response;
  if (response.sink !== undefined || content.used || bytes?.byteLength === 0) return response;
  const codings = codingsOf(encoding);
  if (codings === undefined) return response;
  if (codings.length > MOST_CODINGS) return refuseMany(response, request);
  const headers = response.headers.without(...GONE);
  const decoding = new Decoding(request, response, codings, responseLimit(options, bytes === undefined));
  if (bytes === undefined) return response.with({ headers, body: decoding.stream() });
  const now = decoding.now(bytes);
  if (now !== undefined) return response.with({ headers, body: new Content(now) });
  return decoding.later(bytes, options).then((whole) => response.with({ headers, body: new Content(whole) }));
}

/** RFC 9110 sets no bound on codings; a long list costs a decoder each, and only an attacker sends one. */
async function refuseMany(response: HttpResponse, request: HttpRequest): Promise<never> {
  await response.discard();
  const fact = `the body has more than ${MOST_CODINGS} content codings, which no server has reason for`;
  throw new BodyError(fact, { request, response, code: 'ERR_BODY_ENCODING' });
}
