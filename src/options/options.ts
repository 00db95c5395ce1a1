/**
 * Every request option, documented once: the cards of docs/request-options.md are made of these docstrings
 * (`npm run docs:cards`). Options are plain data: a call's are merged over the client's, key by key; `undefined`
 * inherits, `null` or `false` switches off. `@takes` says what the value may be, `@readBy` which layer minds it.
 */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { AnswerOptions } from './answer-options.ts';
import type { WireOptions } from './connection-options.ts';
import type { ContentOptions } from './content-options.ts';
import type { Off } from './off.ts';
import type { TimeOptions } from './time-options.ts';
import type { TrustOptions } from './tls-options.ts';
import type { WatchOptions } from './watch-options.ts';
import type { WhereOptions } from './where-options.ts';

export type { RedirectOptions, RetryContext, RetryOptions, Sink } from './answer-options.ts';
export type { ConnectionBounds, Lookup, PrivateNetworkOptions, ProxyOptions } from './connection-options.ts';
export type { Pem, TlsOptions } from './tls-options.ts';
export type { Progress, TransferStats } from './watch-options.ts';

/** Yields the request to send and receives its response; what it returns is the answer of the call. */
export type AuthFlow = (
  request: HttpRequest,
  options: RequestOptions,
) =>
  | Generator<HttpRequest, HttpResponse | undefined | void, HttpResponse>
  | AsyncGenerator<HttpRequest, HttpResponse | undefined | void, HttpResponse>;

/** What the option `auth` takes: a user with a password, a bearer's token, or a flow that answers challenges. */
export type AuthOption =
  | readonly [user: string, password: string, scheme?: 'basic' | 'digest']
  | { readonly bearer: string }
  | AuthFlow;

/**
 * What a call may be given, and a client for all of its calls. A layer of yours adds its own options by declaration
 * merging.
 */
export interface RequestOptions
  extends WhereOptions,
    ContentOptions,
    AnswerOptions,
    TimeOptions,
    WatchOptions,
    WireOptions,
    TrustOptions {
  /**
   * Credentials: `[user, password]` for Basic (RFC 7617), `[user, password, 'digest']` (RFC 7616), `{ bearer }` (RFC
   * 6750), or a generator function that yields requests and receives their responses, such as `oauth2` makes for access
   * tokens that end. It replaces an `Authorization` header, and does not follow a redirect to another origin. No error
   * shows any part of it.
   *
   * @takes list, record or generator function
   * @default none; userinfo in the URI counts as Basic for its origin
   * @readBy `auth`
   */
  auth?: AuthOption | Off | undefined;
}
