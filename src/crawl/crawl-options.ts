/** What `crawl` is given, and what it gives back. What of it is refused stands in `crawl-settings.ts`. */
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import type { PerHostOptions, PoolConcurrency, PoolStats } from '../pool/pool-options.ts';
import type { Clock } from '../time/clock.ts';
import type { Duration } from '../time/duration.ts';
import type { Outcome, Visit } from './frontier.ts';

type Said = Outcome | undefined | void;

/** What a crawl asks, how it visits a page, and how polite it is. */
export interface CrawlOptions {
  /**
   * Called with every answer, whatever its status; what it returns settles the visit in one step. One that throws counts
   * as a failure: `failed` says what becomes of it.
   */
  visit(response: HttpResponse, visit: Visit): Said | PromiseLike<Said>;
  /**
   * Called when there is no answer, `visit` threw, or robots.txt forbids it. Default: again, `retries` times, then a line
   * `{ url, error, message }`.
   */
  failed?(error: unknown, visit: Visit): Said | PromiseLike<Said>;
  /** Requests at once, of all hosts. Default 25. */
  readonly concurrency?: PoolConcurrency | undefined;
  /** Politeness to each host. Default `{ concurrency: 1 }`; a longer `Crawl-delay` of a robots.txt wins. */
  readonly perHost?: Pick<PerHostOptions, 'concurrency' | 'interval'> | undefined;
  /** Hosts at once. Default 10 000; twice the concurrency where other workers may take them. */
  readonly hosts?: number | undefined;
  /** Links from a start that are followed. Default no limit. */
  readonly depth?: number | undefined;
  /** Visits of this call. Default no limit. */
  readonly limit?: number | undefined;
  /**
   * Whether the target of a redirect is queued as a page of its own: from a start wherever it leads, and otherwise on the
   * same host name. Default `true`.
   */
  readonly followRedirects?: boolean | undefined;
  /** How often a visit that failed, or was answered with 429 or 503, is tried again. Default 2. */
  readonly retries?: number | undefined;
  /** Longest that `visit` may take. Default `'5m'`. */
  readonly visitTimeout?: Duration | undefined;
  /** Whether robots.txt is asked for and obeyed. Default `true`; `{ agent }` is the name that is looked up in it. */
  readonly robots?: boolean | { readonly agent: string } | undefined;
  /** Options of every request, those for a robots.txt too. */
  readonly options?: RequestOptions | undefined;
  /** Options of the requests for one URL; of a robots.txt it is asked for those too. */
  request?(url: string): RequestOptions | undefined;
  /** Ends everything at once; what was under way goes back. */
  readonly signal?: AbortSignal | undefined;
  /** Default the system's. */
  readonly clock?: Clock | undefined;
}

/** How a crawl ended. */
export interface CrawlEnd {
  /** Visits that this call settled. */
  readonly done: number;
  /** Those of them that failed. */
  readonly failed: number;
  /** Whether it was stopped, by `stop()` or its limit, before its end. */
  readonly stopped: boolean;
  /** Milliseconds. */
  readonly elapsed: number;
}

/** A crawl that runs: a promise of its end. */
export interface RunningCrawl extends Promise<CrawlEnd> {
  /** Lets what was sent come to its end, and starts nothing more. */
  stop(): void;
  /** Starts nothing more until `resume`; what was sent comes to its end. */
  pause(): void;
  /** Goes on after `pause`. */
  resume(): void;
  /** Live figures of its pool. */
  readonly stats: PoolStats;
  /** Sent, and not settled. */
  readonly running: number;
  /** Milliseconds from an answer of a host until its next request: as asked for, or as its robots.txt says. */
  intervalOf(host: string): number;
}
