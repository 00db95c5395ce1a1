/**
 * The visits of a crawl that its pool has in hand. The pool knows its items by their number and sends requests; both lead
 * back to the visit here.
 */
import type { HttpRequest } from '../message/request.ts';
import type { PoolKey } from '../pool/pool-options.ts';
import type { Visit } from './frontier.ts';
import type { HeldRequest } from './held-request.ts';
import type { HostWork } from './host-work.ts';

export interface Job {
  readonly visit: Visit;
  readonly work: HostWork;
  isSent: boolean;
  held?: HeldRequest;
}

export class CrawlJobs {
  /** Sent, and not settled. */
  running = 0;
  readonly #byKey = new Map<PoolKey, Job>();
  readonly #byRequest = new WeakMap<HttpRequest, Job>();
  /** Items that the pool was given: it numbers them in that order, those that are no visit's too. */
  #items = 0;

  /**
   * To be called for every item, as the pool is given it.
   * @param job whose it is, unless it is a robots.txt
   * @param request that the pool will send for it; absent when it is refused without one
   */
  enter(job: Job | undefined, request: HttpRequest | undefined): void {
    if (job !== undefined) {
      this.#byKey.set(this.#items, job);
      if (request !== undefined) this.#byRequest.set(request, job);
    }
    this.#items += 1;
  }

  ofKey(key: PoolKey): Job {
    return this.#byKey.get(key)!;
  }

  ofRequest(request: HttpRequest): Job {
    return this.#byRequest.get(request)!;
  }

  sent(job: Job): void {
    job.isSent = true;
    job.work.sent += 1;
    this.running += 1;
  }

  /** The visit has settled, or is somebody else's by now. */
  leave(key: PoolKey, { work, isSent, held }: Job): void {
    this.#byKey.delete(key);
    held?.release();
    work.underWay -= 1;
    if (isSent) {
      work.sent -= 1;
      this.running -= 1;
    }
    work.change();
  }
}
