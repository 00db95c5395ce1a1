/** One request with all that the cache wants to know of it, read once: its keys, the caller's wishes, the clock. */
import { clockOfCall } from '../call/call-clock.ts';
import type { HttpRequest } from '../message/request.ts';
import type { CacheMode } from '../options/cache-option.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Handler } from '../stack/handler.ts';
import { type Clock, wallClockBy } from '../time/clock.ts';
import type { RequestKeys } from './cache-key.ts';
import { type Wishes, wishesOf } from './cache-policy.ts';
import type { Tell } from './guarded-store.ts';

export class Inquiry {
  readonly request: HttpRequest;
  readonly options: RequestOptions;
  readonly next: Handler;
  /** The keys of its answer: one for all users, one for this one. */
  readonly keys: RequestKeys;
  /** What the request's own `Cache-Control` and the option `cache` allow. */
  readonly wishes: Wishes;
  readonly clock: Clock;
  /** Tells the caller of a store's failure, which never fails the call. */
  readonly tell: Tell;

  constructor(request: HttpRequest, options: RequestOptions, next: Handler, keys: RequestKeys, mode: CacheMode) {
    this.request = request;
    this.options = options;
    this.next = next;
    this.keys = keys;
    this.wishes = wishesOf(request.headers, mode);
    this.clock = clockOfCall(request, options);
    this.tell = tellOf(options);
  }

  /** Milliseconds since 1970. */
  now(): number {
    return wallClockBy(this.clock);
  }
}

/** Calls the caller's `onError`, and ignores what that throws. */
export function tellOf({ onError }: RequestOptions): Tell {
  return (error) => {
    try {
      if (onError) onError(error);
    } catch {
      // There is nobody left to tell.
    }
  };
}
