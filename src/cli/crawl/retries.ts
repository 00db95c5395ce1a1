/**
 * The `retry` option of a crawl's requests: retries that keep the pace of their host, which the pool keeps only between
 * requests.
 */

import { isRetryable } from '../../middleware/retry/retry-policy.ts';
import type { RetryOptions } from '../../options/options.ts';
import { retryRules } from '../../options/retry-rules.ts';
import type { Clock } from '../../time/clock.ts';

/**
 * @param limit retries of a page
 * @param interval milliseconds from the end of an answer until the retry, at least: what the retry layer waits, which a
 *   `Retry-After` may cut down to nothing, comes after that
 * @param signal ends the wait, without a retry
 */
export function retryOf(limit: number, interval: number, clock: Clock, signal: AbortSignal): number | RetryOptions {
  const rules = retryRules(limit);
  if (rules === undefined || interval === 0) return limit;
  return {
    limit,
    async decider(context) {
      const { request, response } = context;
      if (context.attempt > limit || !isRetryable(rules, request, context)) return false;
      // The rest of the answer is part of it.
      await response?.discard();
      return clock.sleep(interval, signal).then(
        () => true,
        () => false,
      );
    },
  };
}
