/** Remembers what was asked and answered, for tests and for looking back. */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { Middleware } from '../stack/handler.ts';
import { send } from '../stack/next.ts';

/** One transfer that has settled. */
export interface HistoryEntry {
  /** What was sent. */
  readonly request: HttpRequest;
  /** `undefined` when the transfer failed. */
  readonly response: HttpResponse | undefined;
  /** `undefined` when there is a response. */
  readonly error: unknown;
  /** As they were for the layer: merged and checked. */
  readonly options: RequestOptions;
}

/**
 * Pushes an entry onto `entries` when a transfer settles, in that order: pushed onto the stack, one for each hop and
 * attempt; unshifted, one for each call. The array is the caller's: nothing here takes an entry out.
 * @throws TypeError when `entries` is no array
 */
export function history(entries: HistoryEntry[]): Middleware {
  if (!Array.isArray(entries)) throw new TypeError(`history takes the array to fill, got ${kindOf(entries)}`);
  return (next) =>
    function history(request, options) {
      return send(next, request, options).then(
        (response) => {
          entries.push({ request, response, error: undefined, options });
          return response;
        },
        (error: unknown) => {
          entries.push({ request, response: undefined, error, options });
          throw error;
        },
      );
    };
}
