/**
 * What is known of one server's limits, and when the next request may go without meeting them. Until the first answer one
 * request is under way at a time, and so after a limit was used up and its window is over: its answer says what is left.
 * Pure: it is told what was sent, what was answered, and the time in milliseconds of a clock.
 */
import { allowedAt, type Due, dueAfter, NEVER, type Rate, sane } from './gcra.ts';
import type { Limits } from './learned-limits.ts';

/** Servers round the seconds until a reset down as well as up. */
const MARGIN = 1000;
/** A limit that is used up and does not say until when, in milliseconds. */
const NO_RESET = 1000;

/** One limit: a number of requests that are left, or a rate where the server only says its policy. */
type Held =
  | { left: number; readonly resetAt: number; readonly rate?: undefined }
  | { due: Due; readonly rate: Rate; readonly left?: undefined };

export class Learning {
  /** Requests so far; the number of the last one. */
  #sent = 0;
  readonly #underWay = new Set<number>();
  #isKnown = false;
  /** The server asked to be left alone. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  readonly #limits = new Map<string, Held>();

  /** Whether nothing is under way and nothing remembered. */
  isIdle(now: number): boolean {
    return this.#underWay.size === 0 && this.#limits.size === 0 && now >= this.#pausedUntil;
  }

  /** When the next request may go; `Infinity` when only an answer will tell. */
  nextAt(now: number): number {
    if (!this.#isKnown && this.#underWay.size > 0) return Number.POSITIVE_INFINITY;
    let at = this.#pausedUntil;
    for (const limit of this.#limits.values()) {
      if (limit.rate !== undefined) {
        limit.due = sane(limit.due, now, limit.rate);
        at = Math.max(at, allowedAt(limit.due, limit.rate));
      } else if (limit.left <= 0) {
        if (now < limit.resetAt) at = Math.max(at, limit.resetAt);
        else if (this.#underWay.size > 0) return Number.POSITIVE_INFINITY;
      }
    }
    return at;
  }

  /** A request goes. Gives its number. */
  send(now: number): number {
    this.#sent += 1;
    this.#underWay.add(this.#sent);
    for (const limit of this.#limits.values()) {
      if (limit.rate === undefined) limit.left -= 1;
      else limit.due = dueAfter(limit.due, now, limit.rate);
    }
    return this.#sent;
  }

  /** The request with this number has failed without an answer, or been stopped. */
  failed(sent: number): void {
    this.#underWay.delete(sent);
  }

  /**
   * @param limits what the answer says
   * @param refusal milliseconds for which it asks to be left alone; `undefined` when it is no refusal
   */
  answered(sent: number, limits: Limits, refusal: number | undefined, now: number): void {
    this.#underWay.delete(sent);
    // Behind a refusal one request at a time tries again.
    this.#isKnown = refusal === undefined;
    if (refusal !== undefined) this.#pausedUntil = Math.max(this.#pausedUntil, now + refusal);
    for (const [name, { quota, window, remaining, reset }] of limits) {
      if (remaining !== undefined) {
        const resetAt = now + untilReset(reset, window);
        this.#limits.set(name, { left: remaining - this.#uncounted(sent), resetAt });
      } else if (quota !== undefined && window !== undefined && window > 0) this.#pace(name, quota, window, now);
    }
  }

  #pace(name: string, quota: number, window: number, now: number): void {
    const known = this.#limits.get(name);
    // What is left is more exact than the policy.
    if (known !== undefined && known.rate === undefined) return;
    const rate = { limit: quota || 1, interval: window, burst: 1 };
    if (known?.rate.limit === rate.limit && known.rate.interval === window) return;
    // The request that was answered has had its turn.
    this.#limits.set(name, { due: dueAfter(NEVER, now, rate), rate });
  }

  /** Requests that the server may not have counted yet when it answered: those under way, and those sent since. */
  #uncounted(sent: number): number {
    let later = 0;
    for (const one of this.#underWay) if (one > sent) later += 1;
    return this.#underWay.size + (this.#sent - sent - later);
  }
}

/** Milliseconds until a limit that is used up is so no more: a window ends no later than its whole length from now. */
function untilReset(reset: number | undefined, window: number | undefined): number {
  if (reset === undefined) return window ?? NO_RESET;
  return window === undefined || window < reset ? reset + MARGIN : Math.min(reset + MARGIN, window);
}
