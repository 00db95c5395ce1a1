/**
 * Bounds what retries add to the load of an origin. A limit for each request does not: when a server fails everything,
 * every client sends every request `limit + 1` times, just when the server can bear it least, and keeps it down. So the
 * retries of an origin are a share of its requests (Finagle's RetryBudget, Tower's `budget`).
 *
 * A bucket of tokens for each origin: a retry takes one, a request earns `ratio` of one. The bucket starts with `min`
 * tokens, so that a client with little traffic may retry at all. They are lent: what requests earn pays them back before
 * it adds to the bucket, and a full bucket is as it was at the start. So over any run of failures the retries are at
 * most `max(min, ratio x requests)`, and not the sum of both. A bucket that was not full for a whole `window`, because
 * there is too little traffic to earn anything, is filled again, on loan as well.
 */

import type { BudgetRules } from '../../options/retry-rules.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';

/** The tokens of one origin. */
interface Bucket {
  /** From 0 up to the capacity; fractions come from what requests earn. */
  tokens: number;
  /** Tokens that were lent and are not paid back. */
  debt: number;
  /** When it was full last, in milliseconds of the clock. */
  fullAt: number;
}

/** A crawler meets any number of origins: those not asked for longest are forgotten, and start anew. */
const MOST_ORIGINS = 4096;
/** Sums of fractions fall a little short. */
const ONE = 1 - 1e-9;

export class RetryBudget {
  readonly #buckets = new BoundedMap<string, Bucket>(MOST_ORIGINS);

  /** Counts a request, once it has settled. @param now milliseconds of the clock, here and below */
  earn(origin: string, rules: BudgetRules, now: number): void {
    const bucket = this.#bucket(origin, rules, now);
    if (bucket.tokens >= capacity(rules)) {
      bucket.debt = rules.min;
      bucket.fullAt = now;
      return;
    }
    const repaid = Math.min(bucket.debt, rules.ratio);
    bucket.debt -= repaid;
    bucket.tokens = Math.min(capacity(rules), bucket.tokens + rules.ratio - repaid);
  }

  /** Takes a token for a retry. Whether there was one. */
  spend(origin: string, rules: BudgetRules, now: number): boolean {
    const bucket = this.#bucket(origin, rules, now);
    if (bucket.tokens < ONE) return false;
    bucket.tokens = Math.max(0, bucket.tokens - 1);
    return true;
  }

  /** Whether there is a token. */
  has(origin: string, rules: BudgetRules, now: number): boolean {
    return this.#bucket(origin, rules, now).tokens >= ONE;
  }

  /** The bucket as it is now: filled again on loan when it was not full for a whole window. */
  #bucket(origin: string, rules: BudgetRules, now: number): Bucket {
    const bucket = this.#used(origin, rules, now);
    if (now - bucket.fullAt >= rules.window) {
      bucket.debt = Math.min(rules.min, bucket.debt + Math.max(0, rules.min - bucket.tokens));
      bucket.tokens = Math.max(rules.min, bucket.tokens);
      bucket.fullAt = now;
    }
    return bucket;
  }

  /**
   * The bucket of an origin, made with the first request; it counts as used, so that it is not the one forgotten next.
   */
  #used(origin: string, rules: BudgetRules, now: number): Bucket {
    const known = this.#buckets.use(origin);
    if (known !== undefined) return known;
    const bucket: Bucket = { tokens: rules.min, debt: rules.min, fullAt: now };
    this.#buckets.set(origin, bucket);
    return bucket;
  }
}

/** At least one, or no retry could ever be paid for. */
function capacity({ min }: BudgetRules): number {
  return Math.max(1, min);
}
