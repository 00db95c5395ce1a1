/**
 * Runs an authentication flow: sends what its generator yields, hands it each response, and gives the last one to the
 * caller. Every response that is left behind is released, whoever ends the flow.
 */

import { type Asker, isLeftBy, mayBeLeftBy } from '../../call/asker.ts';
import { callOf } from '../../call/call.ts';
import { announce } from '../../call/callbacks.ts';
import { raceCaller, throwIfStopped } from '../../call/caller-stop.ts';
import type { RequestBody } from '../../message/body.ts';
import { RequestError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import { HttpResponse } from '../../message/response.ts';
import { originOf } from '../../message/uri.ts';
import { crossOriginOptions } from '../../options/cross-origin-options.ts';
import { extendOptions } from '../../options/option-record.ts';
import type { AuthFlow, RequestOptions } from '../../options/options.ts';
import { isThenable, kindOf } from '../../runtime/kind-of.ts';
import { wholeAnswer } from '../../semantics/whole-answer.ts';
import { adoptRequest } from '../../stack/adopt-request.ts';
import type { Handler } from '../../stack/handler.ts';
import { answersOf } from './answered-challenges.ts';

/** The running generator: takes responses, gives requests. */
type Conversation = ReturnType<AuthFlow>;
/** The next request to send, or the end of the flow. */
type Step = Awaited<ReturnType<Conversation['next']>>;

/**
 * A failure of the transfer is thrown into the generator, which may catch it and go on; the caller's abort is not.
 * A request to another origin, such as a token server's, goes without what the options hold for the first one alone.
 *
 * `onHeaders` is told of the final response only: at its head when that can be known, which is for an answer other than
 * 401 from the URL that was asked; else once the flow has ended with it.
 */
export async function converse(
  flow: AuthFlow,
  next: Handler,
  request: HttpRequest,
  options: RequestOptions,
): Promise<HttpResponse> {
  const conversation = started(flow, request, options);
  const sent = new Set<RequestBody>();
  const wait = (step: Step | Promise<Step>) =>
    isThenable(step) ? raceCaller(step, request, options, 'the auth option') : step;
  const call = callOf(request);
  const outer = call?.asker;
  let response: HttpResponse | undefined;
  // 401s so far, by which a flow tells a first challenge from a refusal of its answer.
  let challenges = 0;
  // The head of the last answer came, and `onHeaders` was not told of it.
  let withheld = false;
  try {
    let step = await wait(conversation.next(undefined as never));
    while (!step.done) {
      const leg = sendable(step.value, request, sent);
      await response?.discard();
      response = undefined;
      withheld = false;
      const legOptions = optionsFor(leg, request, options, () => {
        withheld = true;
      });
      if (call !== undefined) call.asker = askerOf(flow, request, challenges, outer);
      try {
        response = await next(leg, legOptions);
      } catch (error) {
        throwIfStopped(request, options);
        step = await wait(conversation.throw(error));
        continue;
      }
      if (response.status === 401) challenges += 1;
      throwIfStopped(request, options);
      step = await wait(conversation.next(response));
    }
    const given = answerOf(step.value ?? response);
    if (given !== response) await response?.discard();
    response = given;
    const answer = await wholeAnswer(given, request, options, outer);
    response = answer;
    if (withheld) await announce(answer, request, options);
    return answer;
  } catch (error) {
    await response?.discard();
    close(conversation);
    throw error;
  } finally {
    if (call !== undefined) call.asker = outer;
  }
}

/**
 * What is known of the next answer: a challenge that the flow will answer is left by it; any other answer is that of the
 * whole flow, which those around may leave. An answer from elsewhere, such as a token server, is always read by the flow.
 */
function askerOf(flow: AuthFlow, request: HttpRequest, challenges: number, outer: Asker | undefined): Asker {
  const answers = answersOf(flow);
  return {
    outer: undefined,
    mayLeave: (status) => (status === 401 ? answers !== undefined : mayBeLeftBy(outer, status)),
    leaves(answer, status, options) {
      if (answer.request.url !== request.url) return false;
      if (status !== 401) return isLeftBy(outer, answer, status, options);
      const response = answer.headOnly();
      return response !== undefined && answers!(response, request, challenges);
    },
  };
}

/**
 * Calls the flow's function.
 * @throws TypeError when it is no generator, most often a plain async function
 */
function started(flow: AuthFlow, request: HttpRequest, options: RequestOptions): Conversation {
  const conversation: unknown = flow(request, options);
  const isGenerator = ['next', 'throw', 'return'].every(
    (name) => typeof (conversation as Record<string, unknown> | null | undefined)?.[name] === 'function',
  );
  if (isGenerator) return conversation as Conversation;
  throw new TypeError(
    `auth as a function must be a generator (function* or async function*) that yields requests, got one that ` +
      `returns ${kindOf(conversation)}`,
  );
}

/** @throws RequestError when its body was sent before and can be read only once */
function sendable(given: unknown, request: HttpRequest, sent: Set<RequestBody>): HttpRequest {
  const leg = adoptRequest(given, request, 'the auth generator');
  const { body } = leg;
  if (body === null || body.replayable) return leg;
  if (body.used || sent.has(body)) {
    const fact =
      'authentication asks to send the body again, and it is a stream that can be read once; ' +
      'give body as a function that returns a fresh one, or as bytes';
    throw new RequestError(fact, { request: leg, code: 'ERR_BODY_NOT_REPLAYABLE' });
  }
  sent.add(body);
  return leg;
}

/**
 * Options for one request of the flow.
 * @param withhold called in place of `onHeaders` for an answer that may not be the final one
 */
function optionsFor(
  leg: HttpRequest,
  request: HttpRequest,
  options: RequestOptions,
  withhold: () => void,
): RequestOptions {
  const isOwn = leg.url === request.url;
  const own = isOwn || originOf(leg.url) === originOf(request.url) ? options : crossOriginOptions(options);
  const { onHeaders } = options;
  if (!onHeaders) return own;
  return extendOptions(own, {
    onHeaders: (response) => {
      if (isOwn && response.status !== 401) return onHeaders(response);
      return withhold();
    },
  });
}

/** The response that the flow ended with: what it returned, else the last one it was given. */
function answerOf(given: unknown): HttpResponse {
  if (given instanceof HttpResponse) return given;
  const found = given === undefined ? 'neither' : kindOf(given);
  throw new TypeError(`the auth generator must yield a request or return an HttpResponse, got ${found}`);
}

/** Lets the generator clean up. An asynchronous one may be in the middle of a wait, which nobody waits for. */
function close(conversation: Conversation): void {
  try {
    const closing: unknown = conversation.return(undefined);
    if (isThenable(closing)) closing.then(undefined, () => undefined);
  } catch {
    // The call ends with what ended the flow.
  }
}
