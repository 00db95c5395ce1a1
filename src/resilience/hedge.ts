/** Sends a slow request a second time and takes the answer that comes first: the cure for a long tail. */

import { callOf } from '../call/call.ts';
import { IDEMPOTENT } from '../message/methods.ts';
import type { HttpRequest } from '../message/request.ts';
import { originOf } from '../message/uri.ts';
import { RetryBudget } from '../middleware/retry/retry-budget.ts';
import { BUDGET } from '../options/retry-rules.ts';
import { settingsOf } from '../options/settings-of.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { Middleware } from '../stack/handler.ts';
import { systemClock } from '../time/clock.ts';
import type { Duration } from '../time/duration.ts';
import { ByKey } from './by-key.ts';
import { type HedgeAfter, Latencies, percentileOf } from './hedge-policy.ts';
import { HedgedCall, type HedgeRules } from './hedged-call.ts';
import { count, lengthOfTime } from './settings.ts';

/** After which time another request goes beside a slow one. */
export interface HedgeOptions {
  /**
   * How long a request may take before another one goes beside it: a duration, or the percentile of what the requests to its
   * origin took, such as `'p95'`, once 20 are known.
   */
  after: Duration | `p${number}`;
  /** Requests beside the first, each so long after the one before. Default 1. */
  max?: number | undefined;
}

/**
 * A layer to push. Of idempotent methods (RFC 9110 section 9.2.2) whose body can be sent again. The first answer of less
 * than 500 wins, the others are stopped and let go. Each hedge takes from the budget of `retry`, or where the call has no
 * `retry` from one of its own with the same defaults; with a percentile they also stay below the share that it leaves, 5 %
 * with `'p95'`. With `onHeaders` the first head wins.
 *
 * @throws TypeError for a setting of another kind
 * @example stack.push(hedge({ after: 'p95' }), 'hedge')
 */
export function hedge(options: HedgeOptions): Middleware {
  const given = settingsOf('hedge', options, ['after', 'max']);
  const after = afterOf(given.after);
  const max = count('hedge.max', given.max ?? 1);
  const latencies = new ByKey(() => new Latencies('share' in after ? after.share : 0));
  const budget = new RetryBudget();
  return (next) =>
    function hedge(request, options) {
      if (!IDEMPOTENT.has(request.method) || request.body?.replayable === false) return next(request, options);
      const clock = options.clock ?? systemClock;
      const origin = originOf(request.url);
      const known = 'share' in after ? latencies.find(origin, clock) : undefined;
      known?.begin(clock.now());
      const rules: HedgeRules = {
        clock,
        max,
        after: 'ms' in after ? after.ms : known?.slowAfter,
        mayGo: (now) => (known?.spend() ?? true) && spend(budget, request, origin, now),
        took: (ms) => known?.add(ms),
      };
      const call = new HedgedCall(next, request, options, rules);
      return call.run().finally(() => {
        if (callOf(request)?.repeater === undefined) budget.earn(origin, BUDGET, call.clock.now());
      });
    };
}

/** The call's own budget, where `retry` is inside a limit; else the one of this layer. */
function spend(budget: RetryBudget, request: HttpRequest, origin: string, now: number) {
  return callOf(request)?.repeater?.spend() ?? budget.spend(origin, BUDGET, now);
}

function afterOf(given: unknown): HedgeAfter {
  const share = typeof given === 'string' ? percentileOf(given) : undefined;
  if (share !== undefined) return { share };
  if (typeof given === 'number' || (typeof given === 'string' && !given.startsWith('p'))) {
    return { ms: lengthOfTime('hedge.after', given) };
  }
  const found = typeof given === 'string' ? JSON.stringify(given) : kindOf(given);
  throw new TypeError(`hedge.after must be a duration such as '200ms', or a percentile such as 'p95', got ${found}`);
}
