/**
 * The generic cell rate algorithm (ITU-T I.371): a bucket that leaks, as one number, the theoretical arrival time of the
 * next request. Pure. Times are milliseconds of a clock.
 */

export interface Rate {
  /** Requests in an interval. */
  readonly limit: number;
  /** Milliseconds. */
  readonly interval: number;
  /** Requests that may go at once after a pause. */
  readonly burst: number;
}

/**
 * The theoretical arrival time of the next request: `steps` spacings from `base`. As a sum of spacings it would drift, and
 * with it the millisecond in which a request goes.
 */
export interface Due {
  readonly base: number;
  readonly steps: number;
}

/** Before the first request. */
export const NEVER: Due = { base: Number.NEGATIVE_INFINITY, steps: 0 };

/** Timers are good to a millisecond: a delay up to that is made up for. */
const GRAIN = 1;

/** The theoretical arrival time in milliseconds. */
export function timeOf({ base, steps }: Due, { interval, limit }: Rate): number {
  return base + (steps * interval) / limit;
}

/** When the next request may go. */
export function allowedAt(due: Due, rate: Rate): number {
  return timeOf(due, rate) - ((rate.burst - 1) * rate.interval) / rate.limit;
}

/**
 * What is due behind a request that goes now. Any time of one interval has `limit` requests at most, and `burst - 1` more
 * after a pause: one that goes late moves those behind it.
 */
export function dueAfter(due: Due, now: number, rate: Rate): Due {
  if (timeOf(due, rate) < now - GRAIN) return { base: now, steps: 1 };
  const { base, steps } = due;
  return steps + 1 === rate.limit ? { base: base + rate.interval, steps: 0 } : { base, steps: steps + 1 };
}

/** The same by a clock that may have been set back: never further away than a burst takes. */
export function sane(due: Due, now: number, rate: Rate): Due {
  const most = { base: now, steps: rate.burst };
  return timeOf(due, rate) > timeOf(most, rate) ? most : due;
}
