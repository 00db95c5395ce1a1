/** The last step before a handler: a request that only a cache may answer goes no further. */

import { announce } from '../call/callbacks.ts';
import { notCached } from '../message/not-cached.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { cacheModeOf } from '../options/cache-option.ts';
import type { RequestOptions } from '../options/options.ts';

/** Whether no cache above has answered a request that none but a cache may. One that is there hands no such request on. */
export function isForCacheAlone({ cache }: RequestOptions): boolean {
  return cache !== undefined && cache !== null && cacheModeOf(cache) === 'only-if-cached';
}

/** A 504 in place of the network's answer. */
export async function unanswered(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
  const response = notCached(request);
  await announce(response, request, options);
  return response;
}
