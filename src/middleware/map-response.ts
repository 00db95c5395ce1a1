/** Changes each response on its way up. */

import { raceCaller } from '../call/caller-stop.ts';
import { HttpResponse } from '../message/response.ts';
import { isThenable, kindOf } from '../runtime/kind-of.ts';
import type { Middleware } from '../stack/handler.ts';
import { send } from '../stack/next.ts';

/**
 * Gives what `fn` makes of the response: pushed, of each hop and attempt; unshifted, of the call. Failures pass. What it
 * throws ends the call as it is, and the response is let go of; of a response that it replaces, it lets go itself.
 *
 *     stack.push(mapResponse((response) => response.withoutHeader('Server')), 'anonymous');
 *
 * @throws TypeError when `fn` is no function; a call rejects with one when `fn` gives no `HttpResponse`
 */
export function mapResponse(fn: (response: HttpResponse) => HttpResponse | Promise<HttpResponse>): Middleware {
  if (typeof fn !== 'function') throw new TypeError(`mapResponse takes a function, got ${kindOf(fn)}`);
  return (next) =>
    function mapResponse(request, options) {
      return send(next, request, options).then((response) => {
        try {
          const given = fn(response);
          if (!isThenable(given)) return checked(given);
          return raceCaller(given, request, options, 'a function of mapResponse()')
            .then(checked)
            .catch(lettingGo(response));
        } catch (error) {
          return lettingGo(response)(error);
        }
      });
    };
}

function checked(given: unknown): HttpResponse {
  if (given instanceof HttpResponse) return given;
  throw new TypeError(`the function of mapResponse must give an HttpResponse, got ${kindOf(given)}`);
}

function lettingGo(response: HttpResponse): (error: unknown) => Promise<never> {
  return async (error) => {
    await response.discard();
    throw error;
  };
}
