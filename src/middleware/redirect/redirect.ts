/**
 * Follows redirects (RFC 9110 section 15.4): each hop is a request of its own through all that stands inside this
 * layer, so that cookies, credentials and framing are made anew for the URL that is asked. The rules are in
 * `redirect-policy.ts`.
 */

import { raceCaller, throwIfStopped } from '../../call/caller-stop.ts';
import { withoutSecretsOf } from '../../message/echoes.ts';
import { RedirectError, ResponseError, TooManyRedirectsError, withAnswer } from '../../message/errors.ts';
import { has } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import { HttpResponse } from '../../message/response.ts';
import type { RedirectHop } from '../../message/response-facts.ts';
import { crossOriginOptions } from '../../options/cross-origin-options.ts';
import { extendOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { isRedirect } from '../../semantics/redirects.ts';
import type { Handler, Middleware } from '../../stack/handler.ts';
import { type RedirectPolicy, redirectPolicy } from './redirect-options.ts';
import { planHop } from './redirect-policy.ts';

/**
 * Reads `allowRedirects`, and `allowAbsoluteUrls` with `baseUri`.
 *
 * Rejects with a `TooManyRedirectsError` after `max` hops, and with a `RedirectError` for a target that may not be
 * followed or a body that cannot be sent again. What `onRedirect` throws ends the call as it is.
 */
export function redirect(): Middleware {
  return (next) =>
    function redirect(request, options) {
      const policy = redirectPolicy(options.allowRedirects);
      if (policy === undefined) return next(request, options);
      const inner = options.onHeaders ? announcingFinal(options, options.onHeaders) : options;
      return next(request, inner).then((response) =>
        isRedirect(response) ? follow(next, policy, request, inner, response) : response,
      );
    };
}

async function follow(
  next: Handler,
  policy: RedirectPolicy,
  first: HttpRequest,
  given: RequestOptions,
  answer: HttpResponse,
): Promise<HttpResponse> {
  const hops: RedirectHop[] = [];
  let request = first;
  let options = given;
  let response = answer;
  while (isRedirect(response)) {
    if (hops.length >= policy.max) throw await tooMany(policy, request, response, hops);
    const hop = planHop(policy, request, options, response);
    if (has(hop, 'fact')) throw await refused(hop, request, response, hops);
    hops.push({ status: response.status, method: request.method, url: request.url });
    await leave(policy, request, options, response.with({ url: request.url }), hop.url);
    const { url, method, headers } = hop;
    request = request.with({ url, method, headers, ...(hop.keepsBody ? undefined : { body: null }) });
    if (hop.crossOrigin) options = crossOriginOptions(options);
    if (request.call !== undefined) request.call.hop += 1;
    try {
      response = await next(request, options);
    } catch (error) {
      throw withHistory(error, request, hops);
    }
  }
  return response.with({ redirects: hops, url: request.url });
}

/** Tells the caller about the hop, and lets go of the response that led to it. */
async function leave(
  policy: RedirectPolicy,
  request: HttpRequest,
  options: RequestOptions,
  response: HttpResponse,
  url: string,
): Promise<void> {
  try {
    const told = policy.onRedirect?.(request, response, url);
    if (told !== undefined) await raceCaller(Promise.resolve(told), request, options);
  } finally {
    await response.discard();
  }
  throwIfStopped(request, options);
}

async function tooMany(
  policy: RedirectPolicy,
  request: HttpRequest,
  response: HttpResponse,
  hops: readonly RedirectHop[],
): Promise<TooManyRedirectsError> {
  await response.discard();
  const fact = `${response.status} after ${hops.length} redirects, and allowRedirects.max allows ${policy.max}; is it a loop?`;
  const last = response.with({ redirects: hops, url: request.url });
  return new TooManyRedirectsError(fact, { request, response: last, redirects: hops });
}

async function refused(
  { code, fact }: { code: string; fact: string },
  request: HttpRequest,
  response: HttpResponse,
  hops: readonly RedirectHop[],
): Promise<RedirectError> {
  await response.discard();
  const last = response.with({ redirects: hops, url: request.url });
  return new RedirectError(withoutSecretsOf(request, fact), { request, response: last, code });
}

/** An error that carries a response says how it got there, as the response itself would. */
function withHistory(error: unknown, request: HttpRequest, hops: readonly RedirectHop[]): unknown {
  if (
    error instanceof ResponseError &&
    error.response instanceof HttpResponse &&
    error.response.redirects.length === 0
  ) {
    withAnswer(error, error.response.with({ redirects: hops, url: request.url }));
  }
  return error;
}

/** `onHeaders` is for the final response: not for one that is about to be left. */
function announcingFinal(options: RequestOptions, onHeaders: (response: HttpResponse) => void): RequestOptions {
  return extendOptions(options, {
    onHeaders: (response) => (isRedirect(response) ? undefined : onHeaders(response)),
  });
}
