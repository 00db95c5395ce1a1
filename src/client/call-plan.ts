/**
 * What a call of the client is asked to do, before its options are read: every verb makes one, and nothing else begins
 * a call.
 */

import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Handler } from '../stack/handler.ts';

export interface CallPlan {
  readonly method: string;
  readonly uri: string | URL;
  readonly options: RequestOptions | undefined;
  /** A request that was made earlier, whose headers and body count unless the options say otherwise. */
  readonly prepared: HttpRequest | undefined;
  /** What answers in the place of the client's own stack. */
  readonly handler: Handler | undefined;
  /** Whether it belongs to work that began before `close`, such as a download: then it may begin while the client closes. */
  readonly isPart: boolean;
}

/** The plan of an ordinary call. */
export function planOf(method: string, uri: string | URL, options: RequestOptions | undefined): CallPlan {
  return { method, uri, options, prepared: undefined, handler: undefined, isPart: false };
}

/** One call of a longer work: a WebSocket's handshake, a part of a download, a beacon. */
export function partOf(
  method: string,
  uri: string | URL,
  options: RequestOptions | undefined,
  handler: Handler | undefined,
): CallPlan {
  return { method, uri, options, prepared: undefined, handler, isPart: true };
}
