/** What becomes of a handler's answer: a promise, checked, completed, and stopped by the caller's signal. */

import type { Call } from '../call/call.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import { checkedResponse } from '../stack/checked-response.ts';
import type { Handler } from '../stack/handler.ts';
import { unwatch, watch } from '../time/stop.ts';

/** A call that the caller's signal may stop, until `unfollow`. */
export function underSignal(
  handler: Handler,
  request: HttpRequest,
  options: RequestOptions,
  call: Call,
  signal: AbortSignal,
): Promise<HttpResponse> {
  watch(signal, call);
  if (call.aborted) throw call.reason;
  call.followed = signal;
  try {
    return promised(handler(request, options));
  } catch (error) {
    unfollow(call);
    throw error;
  }
}

/** Also in the field: what a layer does after the call is stopped by the signal alone. */
export function unfollow(call: Call): void {
  const { followed } = call;
  if (followed === undefined) return;
  unwatch(followed, call);
  call.followed = undefined;
}

/** What a handler gave, as a promise. */
export function promised(given: HttpResponse | Promise<HttpResponse>): Promise<HttpResponse> {
  return given instanceof Promise ? given : Promise.resolve(given);
}

/** What a handler gave, checked and with what it left out. @throws TypeError when it is no response */
export function completed(response: HttpResponse, request: HttpRequest): HttpResponse {
  if (checkedResponse(response).url !== '') return response;
  return response.with({ url: request.url, request: response.request ?? request });
}
