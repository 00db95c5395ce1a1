/** Keeps requests to a rate: so many in an interval, those beyond wait for their turn. */

import { clockOfCall } from '../call/call-clock.ts';
import { isResponseError } from '../message/errors.ts';
import type { HttpResponse } from '../message/response.ts';
import { serverHint } from '../middleware/retry/retry-hints.ts';
import { settingsOf } from '../options/settings-of.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { Middleware } from '../stack/handler.ts';
import { send } from '../stack/next.ts';
import { type Clock, systemClock, wallClockBy } from '../time/clock.ts';
import type { Duration } from '../time/duration.ts';
import { ByKey } from './by-key.ts';
import type { Rate } from './gcra.ts';
import { limitsOf } from './learned-limits.ts';
import { RateLane } from './rate-lane.ts';
import { amount, count, keyOf, lengthOfTime, type Per } from './settings.ts';
import { SharedLimit, type SharedLimiter } from './shared-limit.ts';

/** How many requests go in which time, and for whom together. */
export interface RateLimitOptions {
  /** What counts together. Default `'origin'`; a function gives a key, or `undefined` for no limit. */
  per?: Per | undefined;
  /** Requests in an interval. */
  limit?: number | undefined;
  /** Its length. */
  interval?: Duration | undefined;
  /** Requests that may go at once after a pause. Default 1: they are evenly spaced. */
  burst?: number | undefined;
  /** Keep to the `RateLimit`, `RateLimit-Policy` and `Retry-After` of answers too. Default `false`. */
  learn?: boolean | undefined;
  /** A limiter of `rate-limiter-flexible`, whose limit several processes share. Its points count beside `limit`. */
  store?: SharedLimiter | undefined;
}

/**
 * A layer to push. In any time of `interval` at most `limit` requests of one key go, and after a pause `burst - 1` more
 * (GCRA). Those beyond wait, in the order in which they came; a call that is stopped leaves at once and takes no turn.
 * Pushed, it counts every hop and every attempt.
 *
 * With `learn` nothing is sent that the server said it would refuse: until its first answer one request is under way at a
 * time, then what `RateLimit` says is left, and after a window one request asks again. With `store` the processes that
 * share it share its limit; while it fails or hangs, that is told to `onError` and the limit of this process holds.
 *
 * @throws TypeError for an invalid limit, interval or burst, and when there is neither a limit nor `learn` or `store`
 * @example stack.push(rateLimit({ limit: 10, interval: '1s', learn: true }), 'rateLimit')
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export function rateLimit(options: RateLimitOptions): Middleware {
  const given = settingsOf('rateLimit', options, ['per', 'limit', 'interval', 'burst', 'learn', 'store']);
  const { learn = false, store } = given;
  if (typeof learn !== 'boolean') throw new TypeError(`rateLimit.learn must be a boolean, got ${kindOf(learn)}`);
  const rules = { rate: rateOf(given), learn, shared: sharedOf(store) };
  if (rules.rate === undefined && !learn && store === undefined) {
    throw new TypeError('rateLimit needs limit and interval, learn: true or a store: else it limits nothing');
  }
  const per = keyOf('rateLimit', given.per);
  const lanes = new ByKey((key, clock) => new RateLane(key, clock, rules));
  return (next) =>
    function rateLimit(request, options) {
      let turn: number | Promise<number>;
      let lane: RateLane;
      const clock = options.clock ?? systemClock;
      try {
        const key = per(request);
        if (key === undefined) return next(request, options);
        lane = lanes.find(key, clock);
        turn = lane.enter(request, options);
      } catch (error) {
        return Promise.reject(error);
      }
      const go = (sent: number) => {
        const answer = send(next, request, options);
        return lane.learning === undefined ? answer : learning(lane, sent, clockOfCall(request, options), answer);
      };
      return typeof turn === 'number' ? go(turn) : turn.then(go);
    };
}

/** Tells the lane what came, and whoever waits there. */
async function learning(
  lane: RateLane,
  sent: number,
  clock: Clock,
  answer: Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    const response = await answer;
    learn(lane, sent, clock, response);
    return response;
  } catch (error) {
    // A layer below may have made an error of an answer.
    if (isResponseError(error)) learn(lane, sent, clock, error.response);
    else lane.learning!.failed(sent);
    throw error;
  } finally {
    lane.pump();
  }
}

/** Gives the lane what the answer says of the server's limits. */
function learn(lane: RateLane, sent: number, clock: Clock, response: HttpResponse): void {
  const wallNow = wallClockBy(clock);
  const isRefused = response.status === 429 || response.status === 503;
  const refusal = isRefused ? (serverHint(response, wallNow)?.ms ?? 0) : undefined;
  lane.learning!.answered(sent, limitsOf(response.headers, wallNow), refusal, clock.now());
}

/**
 * The rate, `undefined` when none of its settings is given.
 * @throws TypeError for an invalid one
 */
function rateOf({ limit, interval, burst }: RateLimitOptions): Rate | undefined {
  if (limit === undefined && interval === undefined && burst === undefined) return undefined;
  return {
    limit: amount('rateLimit.limit', limit),
    interval: lengthOfTime('rateLimit.interval', interval),
    burst: count('rateLimit.burst', burst ?? 1),
  };
}

/** @throws TypeError for what has no `consume` */
function sharedOf(store: SharedLimiter | undefined): SharedLimit | undefined {
  if (store === undefined) return undefined;
  if (typeof store === 'object' && store !== null && typeof store.consume === 'function') return new SharedLimit(store);
  throw new TypeError(`rateLimit.store must be a limiter of rate-limiter-flexible, got ${kindOf(store)}`);
}
