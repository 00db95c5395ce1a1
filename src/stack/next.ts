/** What layers that stand around `next` have in common: a call that always gives a promise. */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Handler } from './handler.ts';

/** Calls `next`. A user's handler may throw, or return a bare response: both come as a promise. */
export function send(next: Handler, request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
  try {
    return Promise.resolve(next(request, options));
  } catch (error) {
    return Promise.reject(error);
  }
}
