/**
 * Sends the cookies a jar has for the request's URL and stores those that come back (RFC 6265 sections 5.3 and 5.4), for
 * every hop and whatever the status. The jars are in `src/cookies/`, how fields are merged in `cookies-policy.ts`.
 */

import { isStopReason, raceCaller } from '../../call/caller-stop.ts';
import { type OnAnswer, onAnswerOf } from '../../call/on-answer.ts';
import { RequestError, ResponseError } from '../../message/errors.ts';
import { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { type CookieStore, jarOf, sentBeside } from '../../options/cookie-option.ts';
import { pairsOf } from '../../options/cookie-pairs.ts';
import type { RequestOptions } from '../../options/options.ts';
import { refuseSurplus } from '../../runtime/arguments.ts';
import type { Handler, Middleware } from '../../stack/handler.ts';
import { mergeCookieLines } from './cookies-policy.ts';

/**
 * Reads `cookies`. A jar's cookies go before those of a record, and both before a `Cookie` field of the request; of the
 * same name, the later counts.
 *
 * Rejects with a `TypeError` for a record that cannot be sent, with a `RequestError` when the jar fails to answer, and
 * with a `ResponseError` when it fails to store.
 */
export function cookies(): Middleware {
  refuseSurplus(arguments, 0, 'the layer cookies takes nothing, it reads option cookies');
  return (next) => {
    const inside: Inside = { next, onAnswer: onAnswerOf(next), withLine: rememberedLine() };
    return function cookies(request, options) {
      const option = options.cookies;
      if (typeof option !== 'object' || option === null) return next(request, options);
      const jar = jarOf(option);
      const record = sentBeside(option);
      try {
        const pairs = record === undefined ? NONE : pairsOf(record);
        if (jar === undefined) return next(withCookies(request, '', pairs), options);
        return throughJar(inside, jar, pairs, request, options);
      } catch (error) {
        return Promise.reject(error);
      }
    };
  };
}

const NONE: readonly string[] = [];
/** The request with what the jar says, and with the pairs of a record. */
type WithLine = (request: HttpRequest, line: string, pairs: readonly string[]) => HttpRequest;

/** What a layer is made of: the same for all its calls. */
interface Inside {
  readonly next: Handler;
  readonly onAnswer: OnAnswer;
  readonly withLine: WithLine;
}

/** Most calls have the same headers and get the same cookies: what came of them last is kept, for the layers inside too. */
function rememberedLine(): WithLine {
  let headers: HttpHeaders | undefined;
  let line: string | undefined;
  let made = HttpHeaders.empty;
  return (request, found, pairs) => {
    if (found === '' || pairs.length > 0) return withCookies(request, found, pairs);
    if (request.headers !== headers || found !== line) {
      made = withCookies(request, found, NONE).headers;
      headers = request.headers;
      line = found;
    }
    return request.headed(made);
  };
}

/**
 * Asks the jar, sends, and gives it what comes back. A jar that answers at once costs the call no promise of its own.
 */
function throughJar(
  { next, onAnswer, withLine }: Inside,
  jar: CookieStore,
  pairs: readonly string[],
  request: HttpRequest,
  options: RequestOptions,
): Promise<HttpResponse> {
  const line = ask(jar, request);
  const answer =
    typeof line === 'string'
      ? next(withLine(request, line, pairs), options)
      : raceCaller(line, request, options, 'the cookie jar').then(
          (found) => next(withLine(request, found, pairs), options),
          (error: unknown) => {
            throw isStopReason(error, request, options) ? error : unanswered(request, error);
          },
        );
  return onAnswer(answer, request, options, storedOf, jar);
}

function storedOf(
  response: HttpResponse,
  request: HttpRequest,
  options: RequestOptions,
  jar: CookieStore,
): HttpResponse | Promise<HttpResponse> {
  const lines = response.headers.getSetCookie();
  return lines.length === 0 ? response : stored(jar, lines, request, response, options);
}

/** A jar of the caller's may throw instead of rejecting; either is a failure of the call. */
function ask(jar: CookieStore, request: HttpRequest): string | Promise<string> {
  try {
    return jar.getCookieHeader(request.url);
  } catch (error) {
    throw unanswered(request, error);
  }
}

/** One `Cookie` line of all sources, in the order of their precedence. */
function withCookies(request: HttpRequest, line: string, pairs: readonly string[]): HttpRequest {
  if (line === '' && pairs.length === 0) return request;
  const own = request.headers.getAll('cookie');
  return request.withHeader('Cookie', mergeCookieLines(line, pairs, own));
}

/**
 * Waits until the jar has the cookies: the next call of the caller is to send them. A jar that fails fails the call.
 */
async function stored(
  jar: CookieStore,
  lines: readonly string[],
  request: HttpRequest,
  response: HttpResponse,
  options: RequestOptions,
): Promise<HttpResponse> {
  try {
    const storing = jar.store(request.url, lines);
    // A jar of the caller's may be far away: an abort does not wait for it.
    if (storing !== undefined) await raceCaller(storing, request, options, 'the cookie jar');
    return response;
  } catch (cause) {
    await response.discard();
    if (isStopReason(cause, request, options)) throw cause;
    throw new ResponseError('its cookies could not be stored', { request, response, cause, code: 'ERR_COOKIES' });
  }
}

function unanswered(request: HttpRequest, cause: unknown): RequestError {
  return new RequestError('the cookie jar could not say what to send', {
    request,
    cause,
    code: 'ERR_COOKIES',
    attempts: 0,
  });
}
