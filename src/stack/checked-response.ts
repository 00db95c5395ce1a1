/** What a handler or a layer of the user's gave, as far as it is a response. */

import { HttpResponse } from '../message/response.ts';
import { kindOf } from '../runtime/kind-of.ts';

/** @throws TypeError for what is no response: a handler or a layer of the user's forgot to return one */
export function checkedResponse(given: unknown): HttpResponse {
  if (given instanceof HttpResponse) return given;
  const found = kindOf(given);
  throw new TypeError(
    `a handler must return a promise of an HttpResponse, got ${found}; does a layer forget to return?`,
  );
}
