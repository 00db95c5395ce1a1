/**
 * How many visits a crawl has taken and settled, against the `limit` that it may take. `crawl.ts` asks it before it
 * takes from a host.
 */
import type { Outcome } from './frontier.ts';

export class CrawlTally {
  done = 0;
  failed = 0;
  #taken = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Visits that may still be taken. */
  get room(): number {
    return this.#limit - this.#taken;
  }

  /** Before a frontier is asked for so many: others that ask meanwhile must not take them too. */
  reserve(count: number): void {
    this.#taken += count;
  }

  /** The frontier had so many fewer. */
  giveBack(count: number): void {
    this.#taken -= count;
  }

  settled({ again, failed }: Outcome): void {
    // It comes again, and counts then.
    if (again !== undefined) return;
    this.done += 1;
    if (failed) this.failed += 1;
  }
}
