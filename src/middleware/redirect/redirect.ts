/**
 * Follows redirects (RFC 9110 section 15.4): each hop is a request of its own through all that stands inside this
 * layer, so that cookies, credentials and framing are made anew for the URL that is asked. The rules are in
 * `redirect-policy.ts`.
 */

import type { Asker } from '../../call/asker.ts';
import { type Call, callOf } from '../../call/call.ts';
import { raceCaller, throwIfStopped } from '../../call/caller-stop.ts';
import { onAnswerOf } from '../../call/on-answer.ts';
import { withoutSecretsOf } from '../../message/echoes.ts';
import { RedirectError, ResponseError, TooManyRedirectsError, withAnswer } from '../../message/errors.ts';
import { has } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import { HttpResponse } from '../../message/response.ts';
import type { RedirectHop } from '../../message/response-facts.ts';
import { crossOriginOptions } from '../../options/cross-origin-options.ts';
import { extendOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { type RedirectPolicy, redirectPolicy } from '../../options/redirect-policy.ts';
import { refuseSurplus } from '../../runtime/arguments.ts';
import { isRedirect, isRedirectStatus } from '../../semantics/redirects.ts';
import { wholeAnswer } from '../../semantics/whole-answer.ts';
import type { Handler, Middleware } from '../../stack/handler.ts';
import { planHop } from './redirect-policy.ts';

/**
 * Reads `allowRedirects`, and `allowAbsoluteUrls` with `baseUri`.
 *
 * Rejects with a `TooManyRedirectsError` after `max` hops, and with a `RedirectError` for a target that may not be
 * followed or a body that cannot be sent again. What `onRedirect` throws ends the call as it is.
 */
export function redirect(): Middleware {
  refuseSurplus(arguments, 0, 'the layer redirect takes nothing, it reads option allowRedirects');
  return (next) => {
    const onAnswer = onAnswerOf(next);
    // For most calls, which follow by the default policy with nobody around who asks again.
    const usual: Following = { next, policy: redirectPolicy(undefined)!, asker: FOLLOWER };
    return function redirect(request, options) {
      const policy = redirectPolicy(options.allowRedirects);
      if (policy === undefined) return next(request, options);
      // The layers inside see a body only of the answer that the caller gets; see `call/asker.ts`.
      const inner = options.onHeaders ? announcingFinal(options, options.onHeaders) : options;
      const call = callOf(request);
      const asker = call === undefined ? FOLLOWER : enter(call);
      const following = policy === usual.policy && asker === usual.asker ? usual : { next, policy, asker };
      return onAnswer(next(request, inner), request, inner, followed, following);
    };
  };
}

function followed(
  response: HttpResponse,
  request: HttpRequest,
  options: RequestOptions,
  following: Following,
): HttpResponse | Promise<HttpResponse> {
  if (isRedirect(response)) return follow(following, request, options, response);
  return callOf(request)?.hasOpenBody ? wholeAnswer(response, request, options, following.asker.outer) : response;
}

/** Leaves the body of each answer that it will follow. One for all calls, which mostly have no layer of the kind around. */
const FOLLOWER: Asker = {
  outer: undefined,
  mayLeave: isRedirectStatus,
  leaves(answer, _status, options) {
    const { request } = answer;
    const policy = redirectPolicy(options.allowRedirects);
    const response = answer.headOnly();
    if (policy === undefined || response === undefined || !isRedirect(response)) return false;
    if ((callOf(request)?.hop ?? 0) >= policy.max) return false;
    return !has(planHop(policy, request, options, response), 'fact');
  },
};

/** Takes the layer's place in the call. */
function enter(call: Call): Asker {
  const outer = call.asker;
  if (outer === undefined || outer === FOLLOWER) call.asker = FOLLOWER;
  else call.asker = { ...FOLLOWER, outer };
  return call.asker;
}

/** What follows. */
interface Following {
  readonly next: Handler;
  readonly policy: RedirectPolicy;
  readonly asker: Asker;
}

/**
 * Follows until an answer is no redirect. Each round plans the hop, tells the caller, lets go of the answer, and sends
 * the next request. From the first hop to another origin on, `options` are without what is for the first origin alone.
 */
async function follow(
  { next, policy, asker }: Following,
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
    await leave(policy, request, options, at(response, request.url), hop.url);
    const { url, method, headers } = hop;
    request = request.with({ url, method, headers, ...(hop.keepsBody ? undefined : { body: null }) });
    // Not undone when a later hop leads back: that hop was chosen by the other origin.
    if (hop.crossOrigin) options = crossOriginOptions(options);
    const call = callOf(request);
    if (call !== undefined) {
      call.hop += 1;
      call.asker = asker;
    }
    try {
      response = await next(request, options);
    } catch (error) {
      throw withHistory(error, request, hops);
    }
  }
  const whole = await wholeAnswer(response, request, options, asker.outer);
  return whole.with({ redirects: hops, url: request.url });
}

/** A handler of the user's may not say where its answer came from. */
function at(response: HttpResponse, url: string): HttpResponse {
  return response.url === url ? response : response.with({ url });
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
    if (told !== undefined) await raceCaller(Promise.resolve(told), request, options, 'allowRedirects.onRedirect');
  } finally {
    await response.discard();
  }
  throwIfStopped(request, options);
}

/** The error after `max` hops; it carries the last answer, so that its `Location` can be read. */
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

/**
 * The error for a hop that may not be taken. Its fact may quote the `Location`, in which the server may repeat a
 * secret.
 */
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
