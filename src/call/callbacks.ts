/**
 * Calls the caller's callbacks while a transfer goes on: `onHeaders`, `progress`, `onInformation`, `onStats`. What one
 * throws, or the promise that it returns rejects with, ends the call with an error: nobody else could catch it, and an
 * unhandled rejection would end the process. Such promises are not waited for one by one: the transfer goes on, and only
 * its end waits for all of them.
 */

import { RequestError, ResponseError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { type Scope, within } from '../message/scope.ts';
import type { RequestOptions } from '../options/options.ts';
import { isThenable } from '../runtime/kind-of.ts';

/** The transfer for which callbacks are called. */
export interface CallbackHost {
  readonly request: HttpRequest;
  /** Resolves with the last pending promise of a callback; `undefined` while none is pending. Kept by `tell`. */
  promised: Promise<unknown> | undefined;
  /** The asynchronous context of the call: events of a shared connection come in that of another call. */
  readonly scope?: Scope | undefined;
  /** The response without its body, once its head has come. */
  headOnly(): HttpResponse | undefined;
  /** Ends the transfer with an error. */
  abort(reason: unknown): void;
}

/**
 * Calls the function that was given as `option`, in the context of its call. A failure of it ends the transfer, now or when
 * its promise rejects.
 */
export function tell<T>(host: CallbackHost, option: string, callback: (told: T) => unknown, told: T): void {
  try {
    const given = within(host.scope, () => callback(told));
    if (isThenable(given)) keep(host, lateFailure(option, given, host.request, host.headOnly()));
  } catch (cause) {
    host.abort(callbackFailure(option, cause, host.request, host.headOnly()));
  }
}

/** The response, once every promise of a callback has resolved: a call whose callback failed has failed. */
export function whenTold(
  { promised }: CallbackHost,
  response: HttpResponse | Promise<HttpResponse>,
): HttpResponse | Promise<HttpResponse> {
  return promised === undefined ? response : promised.then(() => response);
}

/** Calls `end` once every promise of a callback has resolved, at once where there is none; `fail` when one rejects. */
export function afterTold({ promised }: CallbackHost, end: () => void, fail: (reason: unknown) => void): void {
  if (promised === undefined) end();
  else promised.then(end, fail);
}

/** Adds to the pending promises. The field is cleared once all have resolved, so that an end without any waits for none. */
function keep(host: CallbackHost, late: Promise<void>): void {
  const promised = host.promised === undefined ? late : Promise.all([host.promised, late]);
  host.promised = promised;
  promised.then(
    () => {
      if (host.promised === promised) host.promised = undefined;
    },
    (reason: unknown) => host.abort(reason),
  );
}

/** Resolves when the promise of a callback does. @throws the error of a callback that failed */
export async function lateFailure(
  option: string,
  given: PromiseLike<unknown>,
  request: HttpRequest,
  response: HttpResponse | undefined,
): Promise<void> {
  try {
    await given;
  } catch (cause) {
    const fact = `the promise of ${option} rejected, and the transfer was stopped`;
    throw failureOf(fact, 'ERR_CALLBACK', cause, request, response);
  }
}

/**
 * Calls `onHeaders` later than a handler would, for a layer that asks again: once it is known that this response is final.
 * @throws ResponseError (`ERR_ON_HEADERS`, `ERR_CALLBACK`) when it throws, or its promise rejects
 */
export async function announce(
  response: HttpResponse,
  asked: HttpRequest,
  { onHeaders }: RequestOptions,
): Promise<void> {
  if (!onHeaders) return;
  const request = response.request ?? asked;
  let given: unknown;
  try {
    given = onHeaders(response);
  } catch (cause) {
    throw callbackFailure('onHeaders', cause, request, response);
  }
  if (isThenable(given)) await lateFailure('onHeaders', given, request, response);
}

/** The error of a callback that threw, with that as its cause. */
export function callbackFailure(
  option: string,
  cause: unknown,
  request: HttpRequest,
  response: HttpResponse | undefined,
): Error {
  const code = option === 'onHeaders' ? 'ERR_ON_HEADERS' : 'ERR_CALLBACK';
  return failureOf(`${option} threw, and the transfer was stopped`, code, cause, request, response);
}

function failureOf(
  fact: string,
  code: string,
  cause: unknown,
  request: HttpRequest,
  response: HttpResponse | undefined,
): Error {
  if (response === undefined) return new RequestError(fact, { request, cause, code });
  return new ResponseError(fact, { request, response, cause, code });
}
