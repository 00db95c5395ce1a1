/** Looks at calls without touching them. */

import { lateFailure } from '../call/callbacks.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import { isThenable, kindOf } from '../runtime/kind-of.ts';
import type { Middleware } from '../stack/handler.ts';
import { send } from '../stack/next.ts';

/** Called before the layer below. What it returns is ignored, unless it is a promise. */
export type TapBefore = (request: HttpRequest, options: RequestOptions) => unknown;
/**
 * Called as soon as the layer below has returned its promise, which is not settled yet. What it returns is ignored,
 * unless it is a promise.
 */
export type TapAfter = (request: HttpRequest, options: RequestOptions, promise: Promise<HttpResponse>) => unknown;

/**
 * Calls `before(request, options)`, the layer below, and right after it `after(request, options, promise)`. What they
 * throw ends the call as it is; a response that is on its way then is let go of. A promise that they return is waited for,
 * and its rejection ends the call with `ERR_CALLBACK`.
 * @throws TypeError when one is given and is no function
 */
export function tap(before?: TapBefore | null, after?: TapAfter | null): Middleware {
  for (const [name, fn] of Object.entries({ before, after })) {
    if (fn !== undefined && fn !== null && typeof fn !== 'function') {
      throw new TypeError(`tap: ${name} must be a function, got ${kindOf(fn)}`);
    }
  }
  return (next) =>
    function tap(request, options) {
      let promise: Promise<HttpResponse> | undefined;
      try {
        const told = [before?.(request, options)];
        promise = send(next, request, options);
        told.push(after?.(request, options, promise));
        const late = told.filter(isThenable);
        return late.length === 0 ? promise : whenTold(promise, late, request);
      } catch (error) {
        promise?.then((response) => response.discard()).catch(() => undefined);
        return Promise.reject(error);
      }
    };
}

/** The answer, once every promise of the callbacks has settled. */
async function whenTold(
  promise: Promise<HttpResponse>,
  late: readonly PromiseLike<unknown>[],
  request: HttpRequest,
): Promise<HttpResponse> {
  const told = Promise.all(late.map((given) => lateFailure('tap', given, request, undefined)));
  // It may reject before the answer is there.
  told.catch(() => undefined);
  const response = await promise;
  try {
    await told;
  } catch (error) {
    await response.discard();
    throw error;
  }
  return response;
}
