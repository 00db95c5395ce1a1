/** Changes each request on its way down. */

import { raceCaller } from '../call/caller-stop.ts';
import type { HttpRequest } from '../message/request.ts';
import { isThenable, kindOf } from '../runtime/kind-of.ts';
import { adoptRequest } from '../stack/adopt-request.ts';
import type { Middleware } from '../stack/handler.ts';

/**
 * Sends what `fn` makes of the request: pushed, of each hop and attempt; unshifted, of the call. What it throws ends the
 * call as it is. While it is synchronous, the layer costs no promise; an abort reaches an asynchronous one.
 *
 *     stack.push(mapRequest((request) => request.withHeader('X-Request-Id', randomUUID())), 'requestId');
 *
 * @throws TypeError when `fn` is no function; a call rejects with one when `fn` gives no `HttpRequest`
 */
export function mapRequest(fn: (request: HttpRequest) => HttpRequest | Promise<HttpRequest>): Middleware {
  if (typeof fn !== 'function') throw new TypeError(`mapRequest takes a function, got ${kindOf(fn)}`);
  return (next) =>
    function mapRequest(request, options) {
      let mapped: HttpRequest;
      try {
        const given = fn(request);
        if (isThenable(given)) {
          const ready = raceCaller(given, request, options, 'a function of mapRequest()');
          return ready.then((late) => next(adoptRequest(late, request, 'the function of mapRequest'), options));
        }
        mapped = adoptRequest(given, request, 'the function of mapRequest');
      } catch (error) {
        return Promise.reject(error);
      }
      return next(mapped, options);
    };
}
