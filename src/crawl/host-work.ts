/**
 * A host that a crawl has leased: how much of it is under way. Its loop in `crawl.ts` takes more when something of it
 * has settled, and sleeps in between.
 */
import type { HostLease } from './frontier.ts';

export class HostWork {
  readonly lease: HostLease;
  /** Taken, and not settled. */
  underWay = 0;
  /** Sent, and not settled. */
  sent = 0;
  #isChanged = false;
  #wake: (() => void) | undefined;

  constructor(lease: HostLease) {
    this.lease = lease;
    // Nothing more of it is sent then.
    lease.signal.addEventListener('abort', () => this.change());
  }

  change(): void {
    this.#isChanged = true;
    this.#wake?.();
  }

  /** Resolves when something has changed since it was asked last. */
  async changed(): Promise<void> {
    if (!this.#isChanged) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    this.#isChanged = false;
  }
}
