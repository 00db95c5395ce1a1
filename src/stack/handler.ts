/**
 * The two types that the library is built of, `Handler` and `Middleware`, and what a handler may have beside its function.
 */
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';

/**
 * The one type everything else is made of: a request and its options go in, a promise of the response comes out.
 *
 * A handler never mutates its input. It settles exactly once. It rejects only with an error of `errors.ts`, or with
 * `options.signal.reason` when the caller aborted. It resolves when the head has arrived if `options.stream` is set,
 * otherwise when the body is complete. It follows no redirect, keeps no cookie and throws for no status: what every
 * handler would have to do is a layer.
 */
export type Handler = (request: HttpRequest, options: RequestOptions) => Promise<HttpResponse>;

/** A layer: takes the handler below it and returns the handler that the layer above sees. */
export type Middleware = (next: Handler) => Handler;

/** Numbers of the connections to one origin, or to all. */
export interface OriginStats {
  /** Connections: being made, in use, idle. */
  readonly connections: number;
  /** Connections that carry nothing, and are kept for the next request. */
  readonly idle: number;
  /** Requests that have a connection, or whose connection is being made. */
  readonly running: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
}

/** What `client.stats()` gives: all origins together, and each by its name. */
export interface ConnectionStats extends OriginStats {
  /** Each origin's own. */
  readonly origins: Readonly<Record<string, OriginStats>>;
}

/** What a handler at the bottom of the stack may carry beside being called. */
export interface Transport extends Handler {
  /** The name `String(stack)` prints and `onStats` reports. Defaults to the function's name. */
  readonly handlerName?: string;
  /** Why this request cannot be served here, in words for an error message; `undefined` when it can. */
  supports?(request: HttpRequest, options: RequestOptions): string | undefined;
  /** Lets running requests finish, then releases every connection. */
  close?(): Promise<void>;
  /** Ends running requests with an error and releases every connection. */
  destroy?(reason?: unknown): Promise<void>;
  /** Its connections and requests at this moment. */
  stats?(): ConnectionStats;
}

/** A middleware may declare the options it reads, so that "did you mean" leaves their names alone. */
export interface DeclaringMiddleware extends Middleware {
  /** Names of options that this layer reads: calls may have them. */
  readonly options?: readonly string[];
  /** The name of a layer that must not stand below this one: a stack in which it would refuses the edit. */
  readonly below?: string | undefined;
}
