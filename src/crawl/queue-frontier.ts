/**
 * A frontier over a file of lines, whatever the lines look like: the file is the queue and says what was done.
 * `fileFrontier` and the journal of the command are made of it.
 */
import { type Clock, systemClock } from '../time/clock.ts';
import type { DeskOwner, Waiting } from './desk-host.ts';
import type { FrontierStats, HostLease, LeaseOptions, Outcome } from './frontier.ts';
import { HostDesk } from './host-desk.ts';
import type { LineFile } from './line-file.ts';
import type { Link } from './link.ts';
import { LinkQueue, type PageFormat } from './link-queue.ts';

export interface QueueOptions<T> {
  readonly file: LineFile<T>;
  readonly format: PageFormat<T>;
  /** The line of a visit that has settled. */
  lineOf(visit: Waiting, outcome: Outcome): T;
  /** Told each line once it is in the file, and whether its page counts as failed. */
  onLine?(line: T, visit: Waiting): void;
  readonly starts?: readonly Link[];
  /** Default no limit. */
  readonly limit?: number;
  /** Default `false`. */
  readonly nearFirst?: boolean;
  /** Default 100: enough for those that run, and few enough for many hosts. */
  readonly perHost?: number;
  readonly clock?: Clock;
}

const MOST_OF_HOST = 100;

export class QueueFrontier<T> implements DeskOwner {
  readonly queue: LinkQueue<T>;
  readonly desk: HostDesk;
  readonly #options: QueueOptions<T>;
  done = 0;
  failed = 0;
  #isRefilling = false;

  constructor(options: QueueOptions<T>) {
    const { file, format, starts = [], nearFirst = false } = options;
    const { limit = Number.POSITIVE_INFINITY, perHost = MOST_OF_HOST, clock = systemClock } = options;
    this.#options = options;
    this.queue = new LinkQueue({ file, format, starts, nearFirst, limit, perHost });
    this.desk = new HostDesk(clock, this);
  }

  /** All that wait, in the file too. */
  get waiting(): number {
    return this.desk.waiting + this.queue.left;
  }

  leases(options: LeaseOptions): AsyncIterable<HostLease> {
    return this.desk.leases(options);
  }

  async stats(): Promise<FrontierStats> {
    const { leased, workers } = this.desk;
    const { known, hosts } = this.queue;
    const { done, failed, waiting } = this;
    return { known, waiting, leased, done, failed, hosts, workers };
  }

  /** Gives the desk what there is room for, a bounded number for each host: the others stay in the file. */
  refill(): void {
    // The desk tells of each link that it gets.
    if (this.#isRefilling) return;
    this.#isRefilling = true;
    try {
      for (let next = this.queue.next(); next !== undefined; next = this.queue.next()) {
        this.desk.push(next.link, next.attempt, next.at);
      }
    } finally {
      this.#isRefilling = false;
    }
  }

  settled(visit: Waiting, outcome: Outcome): void {
    const { file, format } = this.#options;
    const line = this.#options.lineOf(visit, outcome);
    file.append(line);
    this.queue.found(line);
    if (outcome.again === undefined) {
      this.done += 1;
      if (outcome.failed) this.failed += 1;
      const { first } = format.page(line);
      if (first !== undefined && this.queue.takeFirst(first.link)) this.desk.push(first.link);
      this.queue.settled(visit, line);
    }
    this.#options.onLine?.(line, visit);
  }
}
