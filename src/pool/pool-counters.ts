/** Counts what a pool does, for its `stats` and for the limiters that learn from it. */

import type { HttpResponse } from '../message/response.ts';
import type { Clock } from '../time/clock.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { bytesOf, type Entry, outcomeOf, responseOf } from './entry.ts';
import type { Hosts } from './hosts.ts';
import type { HostStats, PoolStats } from './pool-options.ts';

export class PoolCounters {
  /** Requests sent and not settled. */
  running = 0;
  /** Requests settled, those that failed among them. */
  done = 0;
  failed = 0;
  /** Of the bodies that are in memory, as they came. */
  bytes = 0;
  /** Whether a limiter asks how long requests take. */
  readonly #timed: boolean;

  constructor(
    readonly concurrency: ConcurrencyLimit,
    readonly hosts: Hosts,
    readonly clock: Clock,
  ) {
    this.#timed = concurrency.adaptive !== undefined || hosts.adaptive;
  }

  /** A request is sent. */
  start(entry: Entry): void {
    this.running += 1;
    const { host } = entry;
    if (host !== undefined) host.running += 1;
    if (!this.#timed) return;
    entry.started = this.clock.now();
    entry.epoch = this.concurrency.adaptive?.start() ?? 0;
    entry.hostEpoch = host?.adaptive?.start() ?? 0;
  }

  /** It settled. */
  settle(entry: Entry, failed: boolean, response: HttpResponse | undefined, error: unknown): void {
    const { host } = entry;
    const answer = responseOf(response, error);
    const bytes = bytesOf(answer);
    this.running -= 1;
    this.done += 1;
    this.bytes += bytes;
    if (failed) this.failed += 1;
    if (host !== undefined) {
      host.running -= 1;
      host.done += 1;
      host.bytes += bytes;
      if (failed) host.failed += 1;
    }
    if (this.#timed) this.#learn(entry, answer, error);
  }

  /** Tells the limiters of pool and host how the request went, and takes over the host's new limit. */
  #learn(entry: Entry, answer: HttpResponse | undefined, error: unknown): void {
    const { host } = entry;
    const outcome = outcomeOf(answer, error);
    const latency = this.clock.now() - entry.started;
    this.concurrency.adaptive?.settle(entry.epoch, latency, outcome);
    if (host?.adaptive === undefined || host.limit === undefined) return;
    host.adaptive.settle(entry.hostEpoch, latency, outcome);
    if (host.limit.concurrency !== host.adaptive.limit) host.limit.concurrency = host.adaptive.limit;
  }
}

/** `pool.stats`: getters, so that one object shows the newest numbers. @param waiting how many are known and not started */
export function liveStats(counters: PoolCounters, waiting: () => number): PoolStats {
  return {
    get waiting(): number {
      return waiting();
    },
    get running(): number {
      return counters.running;
    },
    get done(): number {
      return counters.done;
    },
    get failed(): number {
      return counters.failed;
    },
    get bytes(): number {
      return counters.bytes;
    },
    get concurrency(): number {
      return counters.concurrency.now;
    },
    get hosts(): Record<string, HostStats> {
      return counters.hosts.stats;
    },
  };
}
