/**
 * Finds how many requests may be in flight, from latency and errors: the limiter behind `concurrency: 'auto'`.
 *
 * A pure state machine of the family of TCP Vegas (Brakmo, O'Malley, Peterson, "TCP Vegas: New Techniques for Congestion
 * Detection and Avoidance", SIGCOMM 1994) as Netflix carried it over to requests ("Performance Under Load", 2018;
 * github.com/Netflix/concurrency-limits, `VegasLimit`): with `limit` in flight, a latency `rtt` and the latency `base` of
 * an idle server, `limit * (1 - base / rtt)` requests stand in a queue. No queue: more in flight. A queue: fewer.
 *
 * What differs, and why. The latency is the mean of a window rather than its minimum, because servers' latencies are
 * noisy in both directions; the window lasts until that mean is known well, and a queue smaller than the error of that
 * mean does not count. Only requests that started under the present limit count, so that one step is judged by what it
 * did. Where a queue began is remembered, and tried again after pauses that double, so that the limit rests just below
 * the knee instead of swinging around it. Overload answers and network failures lower the limit at once, once for each
 * round trip (AIMD, RFC 5681 section 3.1). From time to time a window runs with fewer in flight to measure `base` anew,
 * as BBR does with its ProbeRTT.
 */

/** How a request ended, for the limiter. */
export type Outcome = 'success' | 'overload' | 'ignored';

export interface AdaptiveOptions {
  /** The limit to begin with. Default 8. */
  initial?: number;
  /** The highest limit. Default 256. */
  max?: number;
}

/** Queued requests that are no queue yet. */
const TOLERATED_QUEUE = 1;
/** Standard errors of the mean by which a latency must be longer to count. */
const CONFIDENCE = 2;
/** A window lasts until the standard error of its mean is below this share of the mean (the first, rough steps)... */
const PRECISION = 0.02;
const ROUGH_PRECISION = 0.05;
/** ...and at most this many samples for each request in flight. */
const MAX_ROUNDS = 16;
/** Samples below which a mean says nothing. */
const MIN_SAMPLES = 10;
/** What is left of the limit after an overload. */
const BACKOFF = 0.75;
/** Windows between two measurements of `base`, and the share of the limit that is in flight then. */
const BASE_EVERY = 48;
const BASE_SHARE = 0.8;
/** Windows before the knee is tried again: from 1, doubling. */
const LONGEST_HOLD = 32;

export class AdaptiveConcurrency {
  readonly #max: number;
  #limit: number;
  /** Requests sent and not settled, of any epoch. */
  #inFlight = 0;
  /** Grows with each change of the limit; a request belongs to the one it started in. */
  #epoch = 0;
  /** The latency without a queue. */
  #base: number | undefined;
  /** No queue was seen yet: the limit doubles. */
  #slowStart = true;
  /** What was added last; it doubles too, from 1. */
  #step = 0;
  /** The limit that last showed no queue. */
  #good = 1;
  /** The lowest limit that showed one. */
  #knee = Number.POSITIVE_INFINITY;
  /** Windows to wait at the knee before it is tried again. */
  #hold = 1;
  /** Windows waited so far. */
  #held = 0;
  /** Since `base` was measured last. */
  #windows = 0;
  /** The limit to go back to after `base` was measured. */
  #resumeAt: number | undefined;
  /** The limit and the latency before the last decrease, by which the next window judges it. */
  #cut: { from: number; rtt: number } | undefined;
  /** Samples of this window, their mean, and the sum of their squared distances from it (Welford's algorithm). */
  #count = 0;
  #mean = 0;
  #squares = 0;
  /** The most that was in flight during this window. */
  #peak = 0;

  constructor({ initial = 8, max = 256 }: AdaptiveOptions = {}) {
    this.#max = max;
    this.#limit = Math.min(initial, max);
  }

  /** How many may be in flight now, at least 1. */
  get limit(): number {
    return this.#limit;
  }

  /** A request starts. @returns what `settle` wants back */
  start(): number {
    this.#inFlight += 1;
    if (this.#inFlight > this.#peak) this.#peak = this.#inFlight;
    return this.#epoch;
  }

  /** A request ended. @param epoch what `start` gave  @param latency in milliseconds */
  settle(epoch: number, latency: number, outcome: Outcome): void {
    this.#inFlight -= 1;
    // What started before the last change was seen by another number in flight: one step for each round trip.
    if (epoch !== this.#epoch || outcome === 'ignored') return;
    if (outcome === 'overload') {
      this.#backOff();
      return;
    }
    this.#count += 1;
    const delta = latency - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (latency - this.#mean);
    if (this.#windowFull()) this.#decide(this.#mean, this.#standardError);
  }

  /** Of the window's mean, in milliseconds. */
  get #standardError(): number {
    return this.#count < 2 ? 0 : Math.sqrt(this.#squares / (this.#count - 1) / this.#count);
  }

  /** Whether the mean is known well enough to decide. A queue that is plain to see ends the window early. */
  #windowFull(): boolean {
    const enough = Math.max(MIN_SAMPLES, this.#limit);
    if (this.#count < enough) return false;
    const precision = this.#slowStart ? ROUGH_PRECISION : PRECISION;
    const error = this.#standardError;
    if (error <= precision * this.#mean || this.#count >= MAX_ROUNDS * enough) return true;
    return this.#resumeAt === undefined && this.#queueAt(this.#mean, 2 * error) > 2 * TOLERATED_QUEUE;
  }

  /** An overload answer or a network failure: less at once, and what was learnt about the knee begins anew. */
  #backOff(): void {
    const from = this.#resumeAt ?? this.#limit;
    this.#resumeAt = undefined;
    this.#cut = undefined;
    this.#knee = from;
    this.#slowStart = false;
    this.#step = 0;
    this.#hold = 1;
    this.#held = 0;
    this.#good = 1;
    this.#change(Math.floor(from * BACKOFF));
  }

  /**
   * The end of a window.
   * @param rtt its mean latency
   * @param error the standard error of that, both in milliseconds
   */
  #decide(rtt: number, error: number): void {
    this.#windows += 1;
    if (this.#resumeAt !== undefined) {
      this.#base = rtt;
      const back = this.#resumeAt;
      this.#resumeAt = undefined;
      this.#change(back);
      return;
    }
    this.#learnBase(rtt, error);
    const queue = this.#queueAt(rtt, error);
    if (queue > TOLERATED_QUEUE) this.#shrink(rtt);
    else this.#grow();
  }

  /** How many of those in flight wait in the server, as far as the window can tell. */
  #queueAt(rtt: number, error: number): number {
    const base = this.#base ?? rtt;
    const certain = rtt - CONFIDENCE * error - base;
    return certain <= 0 || rtt === 0 ? 0 : this.#limit * (certain / rtt);
  }

  /** Corrects the idle latency by what the window showed. */
  #learnBase(rtt: number, error: number): void {
    const cut = this.#cut;
    this.#cut = undefined;
    // A clear cut that shortened nothing: the latency is the server's own, not a queue of ours.
    if (cut !== undefined && this.#limit <= cut.from * BASE_SHARE && rtt + CONFIDENCE * error >= cut.rtt)
      this.#base = rtt;
    // The least of many noisy means would be too low: a low one only pulls.
    if (this.#base === undefined) this.#base = rtt;
    else if (rtt < this.#base) this.#base += (rtt - this.#base) * 0.5;
  }

  /** A queue was seen: back to the last limit without one, or to what the latency suggests. */
  #shrink(rtt: number): void {
    const limit = this.#limit;
    const estimate = Math.max(Math.floor((limit * (this.#base ?? rtt)) / rtt), Math.floor(limit / 2));
    const known = this.#good < limit && this.#good >= limit / 2;
    this.#knee = limit;
    this.#slowStart = false;
    this.#step = 0;
    this.#held = 0;
    this.#hold = known && this.#good === limit - 1 ? Math.min(this.#hold * 2, LONGEST_HOLD) : 1;
    this.#cut = { from: limit, rtt };
    const next = known ? Math.max(this.#good, Math.min(estimate, limit - 1)) : estimate;
    if (!known) this.#good = 1;
    this.#change(next);
  }

  /** No queue: measure the base, stay at the knee, or go on growing, in this order. */
  #grow(): void {
    const limit = this.#limit;
    this.#good = limit;
    if (this.#windows >= BASE_EVERY && limit > 2) {
      this.#windows = 0;
      this.#resumeAt = limit;
      this.#change(Math.floor(limit * BASE_SHARE));
      return;
    }
    // Nobody asked for more than there is: the limit was not tried.
    if (this.#peak < limit) {
      this.#restart();
      return;
    }
    if (limit + 1 >= this.#knee) {
      this.#held += 1;
      if (this.#held < this.#hold) {
        this.#restart();
        return;
      }
      this.#held = 0;
      this.#step = 0;
    }
    if (limit >= this.#knee) {
      this.#knee = Number.POSITIVE_INFINITY;
      this.#hold = 1;
    }
    this.#step = this.#slowStart ? limit : Math.max(1, this.#step * 2);
    const next = limit + 1 >= this.#knee ? limit + 1 : Math.min(limit + this.#step, this.#knee - 1);
    this.#change(next);
  }

  /** Sets the limit within its bounds and begins a new epoch. */
  #change(next: number): void {
    this.#limit = Math.max(1, Math.min(this.#max, next));
    this.#epoch += 1;
    this.#restart();
  }

  /** Begins a new window under the same limit. */
  #restart(): void {
    this.#count = 0;
    this.#mean = 0;
    this.#squares = 0;
    this.#peak = this.#inFlight;
  }
}
