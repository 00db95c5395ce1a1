/** What a pool is made from, and what it tells. */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Clock } from '../time/clock.ts';
import type { Duration } from '../time/duration.ts';

/** Who sends a pool's requests: a `Client`, or anything with these two methods. */
export interface PoolClient {
  /** Sends a URI. */
  request(method: string, uri: string | URL, options?: RequestOptions): PromiseLike<HttpResponse>;
  /** Sends a request that was made. */
  send(request: HttpRequest, options?: RequestOptions): PromiseLike<HttpResponse>;
}

/** A URI (asked with GET), a request, or a function that sends one itself with the pool's options. */
export type PoolItem =
  | string
  | URL
  | HttpRequest
  | ((options: RequestOptions) => HttpResponse | PromiseLike<HttpResponse>);

/** What a pool sends: any iterable of items, also an endless one, or a record of names to items. */
export type PoolRequests = Iterable<PoolItem> | AsyncIterable<PoolItem> | { readonly [name: string]: PoolItem };

/** An index from 0, or the record's name. */
export type PoolKey = number | string;

/** How many at once: a number, a function of how many slots are taken, or `'auto'`. */
export type PoolConcurrency = number | 'auto' | ((pending: number) => number);

/** What a pool asks of one host at a time, and how often. */
export interface PerHostOptions {
  /** Requests of one host in flight at once. Default no limit but the pool's; 1 for a host with an `interval`. */
  concurrency?: number | 'auto' | undefined;
  /**
   * From the end of an answer of a host until the start of its next request; where several may be in flight, also from
   * start to start. The end of a streamed answer is when its callback is done, or its result was taken. A function is
   * asked after each answer and its callback, with the host and its port unless that is the scheme's. Default 0.
   */
  interval?: Duration | ((host: string) => Duration) | undefined;
  /**
   * How many requests of busy hosts may be taken from the source and wait, so that the pool finds work for the others.
   * When so many wait, nothing more is pulled. Default 1000.
   */
  maxWaiting?: number | undefined;
}

/** `P` is the pool, so that this file need not know the class. */
export interface PoolSettings<P> {
  /**
   * Requests at once. A function gets how many slots are taken and says how many there may be; 0 is none for now, and
   * it is asked again when something settles. `'auto'` finds the number from latency and errors. Default 25.
   */
  concurrency?: PoolConcurrency | undefined;
  /** Politeness to each host, over the pool's own limit. Default none. */
  perHost?: PerHostOptions | null | undefined;
  /** Options of every request; a function among the items gets them too, with the pool's `signal` in them. */
  options?: RequestOptions | undefined;
  /** Called with each response; its slot is free again when what it returns has settled. A throw stops the pool. */
  fulfilled?: ((response: HttpResponse, key: PoolKey, pool: P) => unknown) | undefined;
  /** Called with each failure; its slot is free again when what it returns has settled. A throw stops the pool. */
  rejected?: ((error: unknown, key: PoolKey, pool: P) => unknown) | undefined;
  /** Cancels the pool with the signal's reason. Aborted before the start, nothing is pulled. */
  signal?: AbortSignal | null | undefined;
  /** Where time comes from. Default the system's. */
  clock?: Clock | undefined;
}

/** One request that settled: `response` or `error` is there. */
export type PoolResult = {
  readonly key: PoolKey;
  /** The very item: a URI, a request, a function, or what was given in place of one. */
  readonly item: unknown;
  /**
   * What was asked, whatever redirects made of it; `undefined` for a function that failed without telling, and for what
   * is no item.
   */
  readonly request: HttpRequest | undefined;
} & (
  | { readonly response: HttpResponse; readonly error: undefined }
  | { readonly response: undefined; readonly error: NonNullable<unknown> }
);

/** The figures of one host. */
export interface HostStats {
  /** Taken from the source and waiting for the host. */
  readonly waiting: number;
  /** Under way now. */
  readonly running: number;
  /** Settled, failed ones included. */
  readonly done: number;
  /** Settled without an answer of use. */
  readonly failed: number;
  /** Bytes of bodies that came. */
  readonly bytes: number;
  /** How many may run at once now. */
  readonly concurrency: number;
}

/** Live figures: the same object tells the newest ones whenever it is read. */
export interface PoolStats {
  /** Known and not yet started: added ones, those of busy hosts, and the rest of an array, a set or a record. */
  readonly waiting: number;
  /** Sent and not yet answered. */
  readonly running: number;
  /** All that settled. */
  readonly done: number;
  /** Those of `done` that failed. */
  readonly failed: number;
  /** Bytes of the bodies that were received. */
  readonly bytes: number;
  /** How many may run at once now. */
  readonly concurrency: number;
  /** By host and port, the port only when it is not the scheme's; at most the 10 000 newest. */
  readonly hosts: { readonly [host: string]: HostStats };
}
