/**
 * What is worth another attempt, and when, as pure functions. `retry.ts` carries it out.
 */

import { classifyCode, codeOf } from '../../message/error-codes.ts';
import {
  isBadResponseError,
  isBodyError,
  isNetworkError,
  isRequestError,
  isTimeoutError,
  isTransferError,
} from '../../message/errors.ts';
import { isUnasked } from '../../message/not-cached.ts';
import { own } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RetryRules } from '../../options/retry-rules.ts';
import type { ServerHint } from './retry-hints.ts';

/** What an attempt came to: one of the two. */
export interface Outcome {
  readonly response?: HttpResponse | undefined;
  readonly error?: unknown;
}

/** Upper bound of the first wait, in milliseconds; it doubles with each attempt. ky's base, between undici's and AWS's. */
const BASE_DELAY = 300;
/** Longest computed wait, in milliseconds, where `retry.maxDelay` is not given. */
const MAX_DELAY = 30_000;

/**
 * Network errors that are the same however often one asks: certificates, blocked addresses, our own settings, an open
 * circuit.
 */
const LASTING =
  /^ERR_(?:CLIENT_CLOSED|CIRCUIT_OPEN|TLS_|ADDRESS_BLOCKED|LOCAL_ADDRESS|SOCKET_PATH|PROTOCOL$|HEADERS_TOO_LARGE|PROXY_AUTH)/;

/** The answer of an attempt, also when a layer below has made an error of it. */
export function answerOf(outcome: Outcome): HttpResponse | undefined {
  const error = own(outcome, 'error');
  return own(outcome, 'response') ?? (isBadResponseError(error) ? error.response : undefined);
}

/** What no `decider` is asked about: mistakes in the request or its options, aborts, and the end of all time. */
export function isFinal(outcome: Outcome): boolean {
  const error = own(outcome, 'error');
  if (error instanceof TypeError || isRequestError(error)) return true;
  if (isTimeoutError(error)) return error.phase === 'total';
  // The end of a client is the end of its calls.
  if (isTransferError(error) && error.code === 'ERR_CLIENT_CLOSED') return true;
  return (error as Error | undefined | null)?.name === 'AbortError';
}

/** Whether the rules ask for another attempt, where no `decider` does. */
export function isRetryable(rules: RetryRules, request: HttpRequest, outcome: Outcome): boolean {
  return rules.methods.has(request.method) && mayPass(rules, outcome);
}

/** Why an outcome that may pass is not tried again, when that is the method's doing; words that end a message. */
export function methodRefusal(rules: RetryRules, request: HttpRequest, outcome: Outcome): string | undefined {
  // RFC 9110 section 9.2.2: what is not idempotent is repeated only by who knows that it may be.
  const isOfMethod = !rules.methods.has(request.method) && mayPass(rules, outcome);
  return isOfMethod ? `not retried: ${request.method} is not among retry.methods` : undefined;
}

/** Whether the outcome may be another one the next time. */
function mayPass(rules: RetryRules, outcome: Outcome): boolean {
  const answer = answerOf(outcome);
  if (answer === undefined) return isTransient(own(outcome, 'error'));
  // What a cache gave without asking, it gives again.
  return rules.statuses.has(answer.status) && !isUnasked(answer);
}

/** Whether the network failed in a way that may pass. */
export function isTransient(error: unknown): boolean {
  if (isNetworkError(error)) return !LASTING.test(error.code);
  // The head came and the connection broke after it: as much the network's failure as one before the head.
  if (isBodyError(error)) return error.code === 'ERR_BODY_TRUNCATED';
  if (isTransferError(error)) return false;
  // A handler of the user's own rejects with what Node gave it.
  const known = classifyCode(codeOf(error) ?? '');
  return known !== undefined && ['network', 'connect', 'timeout'].includes(known.kind) && !LASTING.test(known.code);
}

/**
 * Milliseconds to wait after an attempt: exponential backoff with full jitter, `random x min(cap, base x 2^(n-1))`, so
 * that clients that failed together do not come back together (Brooker, "Exponential Backoff And Jitter", 2015).
 * @param random from 0 up to 1
 */
export function backoff(attempt: number, maxDelay: number | undefined, random: number): number {
  return Math.floor(random * Math.min(maxDelay ?? MAX_DELAY, BASE_DELAY * 2 ** (attempt - 1)));
}

/** Why the request cannot be sent again, in words that end an error message. */
export function bodyRefusal({ body }: HttpRequest): string | undefined {
  if (body === null || body.replayable) return undefined;
  return 'not retried: the body is a stream that can be read once; give body as a function that returns a fresh one, or as bytes';
}

/**
 * Why nobody waits for the next attempt, in words that end an error message.
 * @param wait milliseconds until then
 * @param hint the server's word, when the wait is that
 * @param left milliseconds until the total timeout
 */
export function waitRefusal(
  rules: RetryRules,
  wait: number,
  hint: ServerHint | undefined,
  left: number,
): string | undefined {
  const who = (words: string) =>
    hint === undefined ? `the next attempt is due in ${words}` : `the server asks to wait ${words} (${hint.header})`;
  if (hint !== undefined && wait > rules.maxRetryAfter) {
    return `not retried: ${who(inWords(wait))}, and retry.maxRetryAfter allows ${inWords(rules.maxRetryAfter)}`;
  }
  if (wait < left) return undefined;
  const rest = Math.max(0, left);
  if (wait === rest) return `not retried: ${who(inWords(wait))}, and the timeout option leaves no more than that`;
  // Rounded to the same words, the two would not say why.
  const shown = inWords(wait) === inWords(rest) ? exactly : inWords;
  return `not retried: ${who(shown(wait))}, and the timeout option leaves ${shown(rest)}`;
}

/** Milliseconds as they are, where rounded words would make two times look equal. */
function exactly(ms: number): string {
  return `${ms} ms`;
}

/** Milliseconds below a second, seconds with one digit above. */
function inWords(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
