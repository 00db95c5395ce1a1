/**
 * Many requests, so many at once. A pool runs workers: tasks of `p-limit`, which bounds how many there are, each sending one
 * request after the other. A worker pulls its next request when it has nothing to do, and not before: memory is constant.
 */

import pLimit, { type LimitFunction } from 'p-limit';
import { isEndOf } from '../call/calls.ts';
import { HttpRequest } from '../message/request.ts';
import { HttpResponse } from '../message/response.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { refuseSurplus } from '../options/plain-options.ts';
import { isThenable } from '../runtime/kind-of.ts';
import { systemClock } from '../time/clock.ts';
import { guarded } from '../time/guarded-clock.ts';
import { abortError } from '../time/stop.ts';
import { Aside } from './aside.ts';
import { type BatchResults, batchOf } from './batch.ts';
import { checkedSettings, unsendable } from './checks.ts';
import { claimOf, settleClaim } from './claims.ts';
import { ConcurrencyLimit, nothingStarts } from './concurrency-limit.ts';
import { PoolEnding } from './ending.ts';
import { type Entry, requestOf, uriOf } from './entry.ts';
import { EventLoopShare } from './event-loop-share.ts';
import { Hosts } from './hosts.ts';
import { Intake, PULL } from './intake.ts';
import { Failure, release } from './outcome.ts';
import { liveStats, PoolCounters } from './pool-counters.ts';
import type { PoolClient, PoolItem, PoolRequests, PoolResult, PoolSettings, PoolStats } from './pool-options.ts';
import { ResultQueue } from './result-queue.ts';
import { PoolSignals } from './signals.ts';
import { Source } from './source.ts';

/** How many requests a pool has under way, how fast it asks a host, and who is told of what comes back. */
export interface PoolOptions extends PoolSettings<Pool> {}

const DEFAULT_CONCURRENCY = 25;

/**
 * Sends many requests, at most `concurrency` at once. Nothing is pulled or sent before it is used in one of three ways:
 *
 *     await new Pool(client, requests, { concurrency: 10, fulfilled, rejected }).promise();
 *     for await (const { key, request, response, error } of new Pool(client, requests)) { ... }
 *     const results = await Pool.batch(client, requests);
 * A request that fails does not stop the pool; a callback or a source that throws does, and the end of the client.
 */
export class Pool implements AsyncIterable<PoolResult> {
  /** Live figures. */
  readonly stats: PoolStats;
  readonly #client: PoolClient;
  readonly #settings: PoolOptions;
  readonly #options: RequestOptions;
  readonly #counters: PoolCounters;
  /** Where entries come from: added ones and the source. */
  readonly #intake: Intake;
  readonly #hosts: Hosts;
  readonly #concurrency: ConcurrencyLimit;
  /** `p-limit`: its tasks are the workers, each of which is a slot of the pool. */
  readonly #limit: LimitFunction;
  readonly #signals: PoolSignals;
  /** Lets timers and sockets of the process have their turn while answers come without waiting. */
  readonly #share = new EventLoopShare();
  readonly #ending = new PoolEnding();
  /** Between `pause` and `resume`. */
  #paused = false;
  /** `p-limit` was given a worker that has not begun. */
  #summoned = false;
  /** Slots taken: by what runs, by callbacks, and by results that nobody took yet. */
  #occupied = 0;
  /** Tasks under way that take a slot of their host and none of the pool. */
  #asides = 0;
  /** Set once somebody iterates; without it nobody has to take results. */
  #results: ResultQueue | undefined;

  /**
   * @param requests an iterable, an async iterable or a record of URIs, requests and functions
   * @throws TypeError for a client, requests or options of the wrong kind, RangeError for a concurrency below 1
   */
  constructor(client: PoolClient, requests: PoolRequests, given: PoolOptions = {}) {
    refuseSurplus(arguments, 3, 'a pool takes a client, requests and options');
    const options = checkedSettings(client, given);
    this.#client = client;
    this.#settings = options;
    this.#intake = new Intake(new Source(requests));
    this.#concurrency = new ConcurrencyLimit(options.concurrency ?? DEFAULT_CONCURRENCY);
    this.#limit = pLimit(this.#concurrency.now);
    const clock = guarded(options.clock ?? systemClock, { abort: (error) => this.cancel(error) });
    this.#hosts = new Hosts(options.perHost, clock, options.options?.baseUri, () => this.#summon());
    this.#counters = new PoolCounters(this.#concurrency, this.#hosts, clock);
    this.#signals = new PoolSignals(client, options, (reason) => this.cancel(reason));
    this.#options = Object.freeze(extendOptions(options.options ?? {}, { signal: this.#signals.signal }));
    this.stats = liveStats(this.#counters, () => this.#waiting);
  }

  /**
   * Runs a pool to its end and gives every outcome, in the order of the requests; for a record, a record.
   * Added requests follow. Callbacks are called too.
   * @throws what stopped the pool: a callback or the source that threw, or the reason of a cancel
   */
  static async batch<R extends PoolRequests>(
    client: PoolClient,
    requests: R,
    given: PoolOptions = {},
  ): Promise<BatchResults<R>> {
    refuseSurplus(arguments, 3, 'Pool.batch takes a client, requests and options');
    const options = checkedSettings(client, given);
    const { callbacks, results } = batchOf<Pool, R>(requests, options);
    await new Pool(client, requests, { ...options, ...callbacks }).promise();
    return results();
  }

  /**
   * Starts the pool, once.
   * @returns the same promise each time: resolves when everything has settled; rejects with what stopped the pool
   */
  promise(): Promise<void> {
    const { promise } = this.#ending;
    this.#start();
    return promise;
  }

  /**
   * Results as they complete; the pool starts when the first is asked for. A result that nobody took keeps its slot. Leaving
   * the loop early cancels the pool. All iterators share its results.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<PoolResult> {
    this.#results ??= this.#newResults();
    const results = this.#results;
    const leave = () => {
      if (!this.#ending.isOver) this.#fail(abortError('the pool was left'), false);
    };
    return results.iterate(() => this.#start(), leave);
  }

  /**
   * Adds requests while the pool runs, or before. They come before more is pulled from a source that does not know its
   * length, and after an array, a set or a record; their keys are the next indexes.
   * @throws TypeError when the pool has ended
   */
  add(...items: readonly PoolItem[]): this {
    if (this.#ending.isOver) {
      throw new TypeError('the pool has ended and takes no more requests; add them in a callback, or make a new pool');
    }
    for (const item of items) this.#intake.add(item);
    if (this.#ending.state === 'open') this.#summon();
    return this;
  }

  /** Starts nothing more until `resume`, and does not end before it. What runs goes on. */
  pause(): this {
    this.#paused = true;
    return this;
  }

  /** Goes on after `pause`. */
  resume(): this {
    this.#paused = false;
    if (this.#ending.state === 'open') this.#summon();
    return this;
  }

  /** Aborts what runs, closes the source and rejects `promise()` with the reason. Without effect once it has ended. */
  cancel(reason: unknown = abortError('the pool was cancelled')): void {
    if (!this.#ending.isOver) this.#fail(reason);
  }

  /** Entries that are known and not started. */
  get #waiting(): number {
    if (this.#ending.state === 'failed') return 0;
    return this.#intake.waiting + this.#hosts.waiting;
  }

  /** Begins, once: by the first `promise()` or the first result that is asked for. */
  #start(): void {
    if (this.#ending.state !== 'new') return;
    this.#ending.state = 'open';
    this.#signals.follow();
    this.#summon();
  }

  /** Asks for one more worker: `p-limit` starts it as soon as there are fewer than may be. */
  #summon(): void {
    if (this.#summoned || this.#ending.state !== 'open') return;
    this.#summoned = true;
    void this.#limit(this.#worker);
  }

  /**
   * Sends one entry after the other until there is none, the pool has ended, or no slot is left. Summons the next
   * worker before it waits, so that slots fill up one by one.
   */
  readonly #worker = async (): Promise<void> => {
    this.#summoned = false;
    try {
      for (let entry = this.#take(); entry !== undefined; entry = this.#take()) {
        if (entry === PULL) {
          // Not waited for here: this worker is a slot, which an added request or one that falls due may need meanwhile.
          void this.#pull();
          break;
        }
        const { host } = entry;
        if (entry.item instanceof Aside) {
          void this.#runAside(entry, entry.item);
          continue;
        }
        this.#occupied += 1;
        if (host?.limit === undefined) {
          this.#summon();
          // Not in a function of its own: its promise would be a good part of what a pool costs for each item.
          this.#counters.start(entry);
          let outcome: HttpResponse | Failure;
          try {
            outcome = await this.#send(entry.item);
          } catch (error) {
            outcome = new Failure(error);
          }
          const delivered = this.#deliver(entry, outcome);
          if (delivered !== undefined) await delivered;
        } else {
          const performed = this.#hosts.run(host, host.limit, this.#perform, entry);
          this.#summon();
          await performed;
          this.#hosts.offer(host);
        }
        this.#occupied -= 1;
        const turn = this.#share.settled();
        if (turn !== undefined) await turn;
      }
    } catch (error) {
      if (this.#ending.state === 'open') this.#fail(error);
    }
    this.#finishIfDone();
  };

  /** The next entry that may start now; `PULL` when an asynchronous source has to be asked. */
  #take(): Entry | typeof PULL | undefined {
    if (this.#ending.state !== 'open' || this.#paused || !this.#mayStart()) return undefined;
    const ready = this.#hosts.waiting === 0 ? undefined : this.#hosts.take();
    if (ready !== undefined) return ready;
    while (!this.#hosts.full) {
      const entry = this.#intake.next();
      if (entry === undefined || entry === PULL) return entry;
      if (this.#hosts.admit(entry, uriOf(entry.item))) return entry;
    }
    return undefined;
  }

  /** Asks an asynchronous source for one entry and summons a worker for it. */
  async #pull(): Promise<void> {
    try {
      await this.#intake.pull(() => this.#ending.state === 'open');
      // For the entry; at the end of the source, to see whether that was all.
      this.#summon();
    } catch (error) {
      if (this.#ending.state === 'open') this.#fail(error);
    }
  }

  /** Whether a function or a limiter allows one more; `p-limit` is kept in step with it. */
  #mayStart(): boolean {
    if (this.#concurrency.fixed) return true;
    const allowed = this.#concurrency.allowed(this.#occupied);
    if (this.#limit.concurrency !== Math.max(1, allowed)) this.#limit.concurrency = Math.max(1, allowed);
    if (allowed === 0 && this.#occupied === 0) throw nothingStarts();
    return this.#occupied < allowed;
  }

  /** What a slot of a host is taken for. Rejects when a callback throws. */
  readonly #perform = async (entry: Entry): Promise<void> => {
    this.#counters.start(entry);
    let outcome: HttpResponse | Failure;
    try {
      outcome = await this.#send(entry.item);
    } catch (error) {
      outcome = new Failure(error);
    }
    const { host } = entry;
    try {
      if (host !== undefined) this.#hosts.answered(host);
    } catch (error) {
      // Nobody is handed the response any more.
      if (outcome instanceof HttpResponse) release(outcome);
      throw error;
    }
    await this.#deliver(entry, outcome);
    // The end of a streamed answer is where whoever was handed it let it go.
    if (host !== undefined) this.#hosts.delivered(host, outcome instanceof HttpResponse && outcome.streamed);
  };

  /**
   * Runs a task that must not hold up the pool.
   * @throws nothing: a task that throws ends the pool
   */
  async #runAside(entry: Entry, { task, done }: Aside): Promise<void> {
    this.#asides += 1;
    try {
      await this.#hosts.runAside(entry, task);
      if (this.#ending.state === 'open') done();
    } catch (error) {
      if (this.#ending.state === 'open') this.#fail(error);
    }
    this.#asides -= 1;
    this.#finishIfDone();
  }

  /** Hands an outcome over. @returns what to wait for before the slot is free @throws what a callback throws */
  #deliver(entry: Entry, outcome: HttpResponse | Failure): PromiseLike<unknown> | undefined {
    const claim = claimOf(entry.item);
    if (claim === undefined) return this.#hand(entry, outcome);
    const result =
      outcome instanceof Failure
        ? { error: outcome.error, response: undefined }
        : { error: undefined, response: outcome };
    const isOpen = () => this.#ending.state === 'open';
    return settleClaim(claim, result, isOpen, () => this.#hand(entry, outcome));
  }

  /**
   * Counts the outcome and tells the callbacks.
   * @returns what to wait for before the slot is free
   */
  #hand(entry: Entry, outcome: HttpResponse | Failure): PromiseLike<unknown> | undefined {
    const failed = outcome instanceof Failure;
    const response = failed ? undefined : outcome;
    const error = failed ? outcome.error : undefined;
    this.#counters.settle(entry, failed, response, error);
    if (this.#ending.state !== 'open') {
      release(response);
      return undefined;
    }
    // The client was closed: every further request would fail in the same way.
    if (failed && isEndOf(this.#client, error)) throw error;
    const { fulfilled, rejected } = this.#settings;
    const returned = failed ? rejected?.(error, entry.key, this) : fulfilled?.(outcome, entry.key, this);
    if (this.#results === undefined) {
      if (fulfilled === undefined) release(response);
      return isThenable(returned) ? returned : undefined;
    }
    if (!isThenable(returned)) return this.#offer(entry, response, error);
    return returned.then(() => this.#offer(entry, response, error));
  }

  /** Sends an item as what it is. A function sends by itself, with options whose signal ends with the pool. */
  #send(item: unknown): HttpResponse | PromiseLike<HttpResponse> {
    if (typeof item === 'string' || item instanceof URL) return this.#client.request('GET', item, this.#options);
    if (item instanceof HttpRequest) return this.#client.send(item, this.#options);
    if (typeof item === 'function') return (item as Exclude<PoolItem, string | URL | HttpRequest>)(this.#options);
    throw unsendable(item);
  }

  /**
   * Puts the outcome in front of whoever iterates.
   * @returns what to wait for until it is taken
   */
  #offer(entry: Entry, response: HttpResponse | undefined, error: unknown): Promise<void> | undefined {
    if (this.#ending.state !== 'open') {
      release(response);
      return undefined;
    }
    const { key, item } = entry;
    const settled = { key, item, request: requestOf(item, response, error), response, error };
    return this.#results?.put(settled as PoolResult);
  }

  /** Called after everything that may have been the last: ends the pool once nothing runs, waits or can come. */
  #finishIfDone(): void {
    if (this.#ending.state !== 'open' || this.#paused || this.#occupied > 0 || this.#asides > 0) return;
    if (!this.#intake.isEmpty || this.#hosts.waiting > 0) return;
    this.#ending.state = 'done';
    this.#letGo();
    this.#results?.end();
    this.#ending.done();
  }

  /** @param loud whether a consumer of results is told too */
  #fail(error: unknown, loud = true): void {
    this.#ending.state = 'failed';
    this.#ending.error = error;
    this.#letGo();
    this.#signals.abort(error);
    this.#intake.close();
    for (const { response } of this.#results?.end(loud ? { error } : undefined) ?? []) release(response);
    this.#ending.failed();
  }

  /** Nothing outside holds the pool any more. */
  #letGo(): void {
    this.#signals.unfollow();
    this.#hosts.close();
  }

  /** A pool that has ended already has no results left to give, only its end. */
  #newResults(): ResultQueue {
    const results = new ResultQueue();
    if (this.#ending.state === 'done') results.end();
    else if (this.#ending.state === 'failed') results.end({ error: this.#ending.error });
    return results;
  }
}
