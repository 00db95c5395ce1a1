/**
 * Visits what waits in a frontier, through a pool: hosts are leased, and each has its own pace. `CrawlRun` is one call of
 * `crawl`: it takes visits from its hosts, lets them pass robots.txt, gives them to the pool, and settles what came of
 * them. What a visit comes to is decided in `visiting.ts`.
 */
import { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { bareRecord, extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { Pool } from '../pool/pool.ts';
import type { PoolClient, PoolItem, PoolKey } from '../pool/pool-options.ts';
import { allowListeners } from '../runtime/platform.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import { milliseconds } from '../time/duration.ts';
import { epochTime } from '../time/epoch-time.ts';
import { checkedMost } from './checks.ts';
import { CrawlJobs, type Job } from './crawl-jobs.ts';
import type { CrawlEnd, CrawlOptions, RunningCrawl } from './crawl-options.ts';
import { type CrawlSettings, checkedCrawl } from './crawl-settings.ts';
import { CrawlTally } from './crawl-tally.ts';
import type { Frontier, HostLease, Outcome } from './frontier.ts';
import { HeldRequest } from './held-request.ts';
import { HostWork } from './host-work.ts';
import { withinDepth } from './page-found.ts';
import { productToken } from './robots.ts';
import { RobotsGate } from './robots-gate.ts';
import { Visiting } from './visiting.ts';

/** What a crawl needs of its frontier. */
export type CrawlSource = Pick<Frontier, 'leases' | 'shared'>;

const CONCURRENCY = 25;
const HOSTS = 10_000;
/** Visits of one host that are taken at a time, at the most. */
const WINDOW = 100;
const SMALLEST_WINDOW = 10;
const FIXED: RequestOptions = { httpErrors: false, allowRedirects: false };

class CrawlRun {
  readonly pool: Pool;
  readonly jobs = new CrawlJobs();
  readonly #client: PoolClient;
  readonly #frontier: CrawlSource;
  readonly #options: CrawlSettings;
  readonly #clock: Clock;
  readonly #tally: CrawlTally;
  readonly #visiting: Visiting;
  readonly #gate: RobotsGate | undefined;
  /** Hosts that want to be left alone until a time, in milliseconds since 1970. */
  readonly #hostAt = new Map<string, number>();
  readonly #works = new Set<HostWork>();
  readonly #serving = new Set<Promise<void>>();
  /** Ends the leasing, at a stop, the limit or the end. */
  readonly #noMore = new AbortController();
  readonly #isOver = new AbortController();
  readonly #stopReason = new Error('the crawl was stopped');
  #close = () => {};
  #isStopped = false;

  constructor(client: PoolClient, frontier: CrawlSource, options: CrawlSettings) {
    this.#client = client;
    this.#frontier = frontier;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#tally = new CrawlTally(checkedMost(options.limit, 'limit'));
    this.#visiting = new Visiting(options, this.#clock);
    allowListeners(this.#isOver.signal);
    this.pool = this.#newPool();
    if (options.robots !== false) this.#gate = this.#newGate();
  }

  async run(): Promise<CrawlEnd> {
    const started = this.#clock.now();
    const leading = this.#lead();
    leading.then(
      () => this.#close(),
      (error) => this.pool.cancel(error),
    );
    try {
      await this.pool.promise();
    } catch (error) {
      if (error !== this.#stopReason) throw error;
    } finally {
      this.#noMore.abort();
      this.#isOver.abort();
      for (const work of this.#works) work.change();
      await leading.catch(() => undefined);
      await Promise.allSettled(this.#serving);
    }
    const { done, failed, room } = this.#tally;
    return { done, failed, stopped: this.#isStopped || room <= 0, elapsed: this.#clock.now() - started };
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.pool.pause();
    this.#noMore.abort();
    // What is sent comes to its end; the others go back.
    for (const { lease, sent } of this.#works) if (sent === 0) void lease[Symbol.asyncDispose]();
    if (this.jobs.running === 0) this.pool.cancel(this.#stopReason);
  }

  /** Milliseconds from an answer of the host until its next request. */
  intervalOf(host: string): number {
    const { interval = 0 } = this.#options.perHost;
    const own = milliseconds(typeof interval === 'function' ? interval(host) : interval, 'perHost.interval');
    return Math.max(own, this.#gate?.delayOf(host) ?? 0);
  }

  #newPool(): Pool {
    const { concurrency = CONCURRENCY, options = {}, signal } = this.#options;
    const { concurrency: ofHost } = this.#options.perHost;
    const client: PoolClient = {
      request: (method, uri, more) => this.#client.request(method, uri, more),
      send: (request, more) => this.#send(request, more),
    };
    const open = new Promise<void>((resolve) => {
      this.#close = resolve;
    });
    return new Pool(client, openUntil(open), {
      concurrency,
      perHost: {
        concurrency: ofHost,
        interval: (host) => Math.max(this.intervalOf(host), (this.#hostAt.get(host) ?? 0) - this.#now),
        // The leases bound what waits.
        maxWaiting: Number.POSITIVE_INFINITY,
      },
      options: extendOptions(FIXED, options),
      fulfilled: (response, key) => this.#answered(response, key),
      rejected: (error, key) => this.#rejected(error, key),
      signal: signal ?? null,
      clock: this.#clock,
    });
  }

  #newGate(): RobotsGate {
    const { robots, options = {}, request } = this.#options;
    return new RobotsGate({
      client: this.#client,
      agent: typeof robots === 'object' ? robots.agent : productToken(null),
      add: (item) => void this.#put(item),
      options: (url) => extendOptions(options, request?.(url) ?? {}),
      shared: this.#frontier.shared,
      signal: AbortSignal.any([this.#noMore.signal, this.#isOver.signal]),
    });
  }

  /** Leases hosts until there is nothing more to do. */
  async #lead(): Promise<void> {
    const { concurrency } = this.#options;
    const many = typeof concurrency === 'number' ? concurrency : CONCURRENCY;
    const hosts = this.#options.hosts ?? (this.#frontier.shared === undefined ? HOSTS : 2 * many);
    for await (const lease of this.#frontier.leases({ signal: this.#noMore.signal, hosts })) {
      const serving = this.#serve(lease).catch((error) => this.pool.cancel(error));
      this.#serving.add(serving);
      void serving.finally(() => this.#serving.delete(serving));
    }
    await Promise.all(this.#serving);
  }

  async #serve(lease: HostLease): Promise<void> {
    const work = new HostWork(lease);
    this.#works.add(work);
    try {
      while (!this.#isDone(work)) {
        const room = Math.min(this.#window - work.underWay, this.#tally.room);
        if (room > 0 && (work.underWay === 0 || room >= this.#window / 2)) {
          this.#tally.reserve(room);
          const visits = await lease.take(room);
          this.#tally.giveBack(room - visits.length);
          if (this.#tally.room <= 0) this.#noMore.abort();
          for (const visit of visits) this.#begin({ visit, work, isSent: false });
          if (visits.length > 0) continue;
        }
        if (work.underWay === 0) return;
        await work.changed();
      }
    } finally {
      this.#works.delete(work);
      this.#hostAt.delete(lease.host);
      await lease[Symbol.asyncDispose]();
    }
  }

  /** Whether nothing more of the host is to be done. */
  #isDone({ lease, sent }: HostWork): boolean {
    if (this.#isOver.signal.aborted) return true;
    return (this.#isStopped || lease.signal.aborted) && sent === 0;
  }

  get #window(): number {
    const { concurrency } = this.#options.perHost;
    const most = typeof concurrency === 'number' ? 2 * concurrency : WINDOW;
    return Math.min(WINDOW, Math.max(SMALLEST_WINDOW, most));
  }

  /** A page goes to the pool when the rules of its origin are there; before, it takes no slot and no host's turn. */
  #begin(job: Job): void {
    job.work.underWay += 1;
    const request = new HttpRequest('GET', job.visit.url);
    if (this.#gate === undefined) return void this.#put(request, job);
    this.#gate.pass(request, (refusal) =>
      // Settles in the pool's own time as any other: a site may forbid a million pages.
      this.#put(refusal === undefined ? request : () => Promise.reject(refusal), job),
    );
  }

  #put(item: PoolItem, job?: Job): void {
    if (this.#isOver.signal.aborted) return;
    this.jobs.enter(job, item instanceof HttpRequest ? item : undefined);
    this.pool.add(item);
  }

  async #send(request: HttpRequest, options: RequestOptions | undefined): Promise<HttpResponse> {
    const job = this.jobs.ofRequest(request);
    // Somebody else has the host by now.
    job.work.lease.signal.throwIfAborted();
    this.jobs.sent(job);
    const more = this.#options.request?.(job.visit.url);
    const own = more === undefined ? options : extendOptions(options ?? {}, more);
    // Nobody else can have the host of a frontier that is not shared.
    if (this.#frontier.shared === undefined) return this.#client.send(request, own);
    job.held = new HeldRequest(job.work.lease, own ?? {});
    return this.#client.send(request, job.held.options);
  }

  async #answered(response: HttpResponse, key: PoolKey): Promise<void> {
    const job = this.jobs.ofKey(key);
    let outcome: Outcome;
    try {
      outcome = await this.#visiting.answered(response, job.visit);
    } catch (error) {
      if (job.work.lease.signal.aborted) return this.#leave(key, job);
      outcome = await this.#visiting.failed(error, job.visit);
    } finally {
      await response.discard();
    }
    try {
      await this.#settle(key, job, outcome);
    } catch (error) {
      // A line or a URL of the visit's that cannot be written: nothing of it was.
      if (!(error instanceof TypeError)) throw error;
      await this.#settle(key, job, await this.#visiting.failed(error, job.visit));
    }
  }

  async #rejected(error: unknown, key: PoolKey): Promise<void> {
    const job = this.jobs.ofKey(key);
    // Whatever became of it is for whoever has the host by now.
    if (job.work.lease.signal.aborted) return this.#leave(key, job);
    await this.#settle(key, job, await this.#visiting.failed(error, job.visit));
  }

  async #settle(key: PoolKey, job: Job, given: Outcome): Promise<void> {
    const { visit, work } = job;
    const { depth = Number.POSITIVE_INFINITY } = this.#options;
    const outcome = bareRecord({ ...given, found: withinDepth(given.found, visit, depth) });
    const interval = this.intervalOf(visit.host);
    if (outcome.hostAt !== undefined) this.#hostAt.set(visit.host, outcome.hostAt);
    const hostAt = Math.max(outcome.hostAt ?? 0, interval > 0 ? this.#now + interval : 0);
    const isOurs = await work.lease.settle(visit, hostAt > 0 ? { ...outcome, hostAt } : outcome);
    if (isOurs) this.#tally.settled(outcome);
    this.#leave(key, job);
  }

  #leave(key: PoolKey, job: Job): void {
    this.jobs.leave(key, job);
    if (this.#isStopped && this.jobs.running === 0) this.pool.cancel(this.#stopReason);
  }

  get #now(): number {
    return epochTime(this.#clock);
  }
}

/** A source that gives nothing and stays open: what the pool sends is added. */
function openUntil(closed: Promise<void>): AsyncIterable<PoolItem> {
  const next = () => closed.then(() => ({ done: true, value: undefined }) as const);
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

/**
 * Visits what waits in the frontier until nothing does, and resolves to how it ended. Any number of these may share one
 * frontier.
 *
 *     const frontier = memoryFrontier();
 *     await frontier.add([{ url: 'https://example.com/' }]);
 *     await crawl(client, frontier, {
 *       perHost: { concurrency: 1, interval: '1s' },
 *       visit: async (response, visit) => ({
 *         line: { url: visit.url, status: response.status },
 *         found: (await linksOf(response)).filter((link) => new URL(link.url).host === visit.host),
 *       }),
 *     });
 *
 * Everything in `found` is visited, on whatever site it is: the filter keeps the crawl on the host.
 *
 * A redirect is an answer as any other, and where it leads is a page of its own.
 * @throws TypeError or RangeError for a mistake in options; as a rejection, the reason of `signal`, or what the frontier
 *   fails with
 */
export function crawl(client: PoolClient, frontier: CrawlSource, options: CrawlOptions): RunningCrawl {
  const run = new CrawlRun(client, frontier, checkedCrawl(options));
  const ended = run.run();
  return Object.defineProperties(ended, {
    stop: { value: () => run.stop() },
    pause: { value: () => void run.pool.pause() },
    resume: { value: () => void run.pool.resume() },
    stats: { value: run.pool.stats },
    running: { get: () => run.jobs.running },
    intervalOf: { value: (host: string) => run.intervalOf(host) },
  }) as RunningCrawl;
}
