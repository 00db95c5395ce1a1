/** One host of a pool: its figures, its queue of waiting items, and with `perHost` its limit and interval. */

import pLimit, { type LimitFunction } from 'p-limit';
import { AdaptiveConcurrency } from './adaptive-concurrency.ts';
import { Fifo } from './fifo.ts';
import type { HostStats } from './pool-options.ts';

/** `T` is what waits in its queue. */
export class Host<T> {
  running = 0;
  done = 0;
  failed = 0;
  bytes = 0;
  /** When the next request may start, in milliseconds of the clock. */
  nextAt = 0;
  /** Milliseconds from an answer until the next request, as the option said last. */
  interval = 0;
  /** It is among the hosts that may start, or its timer is set. */
  listed = false;
  readonly queue = new Fifo<T>();
  /** Bounds what is in flight; absent without `perHost`. */
  readonly limit: LimitFunction | undefined;
  readonly adaptive: AdaptiveConcurrency | undefined;

  constructor(
    readonly name: string,
    concurrency: number | 'auto' | undefined,
  ) {
    if (concurrency === 'auto') this.adaptive = new AdaptiveConcurrency();
    if (concurrency !== undefined) this.limit = pLimit(this.adaptive?.limit ?? (concurrency as number));
  }

  /** Whether it can be forgotten: nothing runs, waits or is timed. */
  get idle(): boolean {
    return this.running === 0 && this.queue.size === 0 && !this.listed && (this.limit?.activeCount ?? 0) === 0;
  }

  get stats(): HostStats {
    const { running, done, failed, bytes, queue } = this;
    const concurrency = this.limit?.concurrency ?? Number.POSITIVE_INFINITY;
    return { waiting: queue.size, running, done, failed, bytes, concurrency };
  }
}
