/** Those who wait for their turn at one key, in the order in which they came, over one timer. */
import { followCaller, unfollowCaller } from '../call/caller-stop.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import { type Clock, startTimer } from '../time/clock.ts';
import { guarded, timeOrThrow } from '../time/guarded-clock.ts';
import type { Abortable } from '../time/stop.ts';
import { allowedAt, dueAfter, NEVER, type Rate, sane, timeOf } from './gcra.ts';
import { Learning } from './learning.ts';
import type { SharedLimit } from './shared-limit.ts';

/** What a lane keeps to. */
export interface LaneRules {
  /** Absent where the shared limit alone counts. */
  readonly rate: Rate | undefined;
  readonly learn: boolean;
  readonly shared: SharedLimit | undefined;
}

/** A request that waits for its turn. */
interface Waiter extends Abortable {
  /** @param sent the number of the request */
  go(sent: number): void;
  /** Is told what a shared limit failed with. */
  tell(error: unknown): void;
}

/** Of a lane that does not learn no request has one. */
const NO_NUMBER = 0;

/**
 * One for each key and clock. A request goes when its own rate, what was learnt from the server and the shared limit
 * all let it; the latest of the three times counts.
 */
export class RateLane {
  readonly #key: string;
  readonly #clock: Clock;
  readonly #rules: LaneRules;
  readonly #waiting = new Set<Waiter>();
  readonly learning: Learning | undefined;
  /** By the rate: see `gcra.ts`. */
  #due = NEVER;
  /** When the shared limit may have a point again. */
  #sharedAt = Number.NEGATIVE_INFINITY;
  /** The shared limit is being asked. */
  #isAsking = false;
  /** Of the first in the line; there is no other timer. */
  #stopTimer: (() => void) | undefined;

  constructor(key: string, clock: Clock, rules: LaneRules) {
    this.#key = key;
    // All who wait do so by this clock, so that its fault is theirs.
    this.#clock = guarded(clock, { abort: (error) => this.#fail(error) });
    this.#rules = rules;
    this.learning = rules.learn ? new Learning() : undefined;
  }

  /** Whether a new lane would behave the same, so that this one can be forgotten. */
  isIdle(now: number): boolean {
    const { rate } = this.#rules;
    if (this.#waiting.size > 0 || this.#isAsking || this.#sharedAt > now) return false;
    if (rate !== undefined && timeOf(this.#due, rate) > now) return false;
    return this.learning?.isIdle(now) ?? true;
  }

  /**
   * The number of the request when it may go now, else a promise of it.
   * @throws (as a rejection) the reason, at once, when the call is stopped; what the clock throws
   */
  enter(request: HttpRequest, options: RequestOptions): number | Promise<number> {
    // The clock itself: its fault is that of this call alone, which holds nothing yet.
    const now = timeOrThrow(this.#clock);
    // Nobody waits and nobody has to be asked: the turn is taken at once, without a promise.
    if (this.#waiting.size === 0 && this.#rules.shared === undefined && this.#nextAt(now) <= now)
      return this.#take(now);
    return new Promise<number>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiter);
        unfollowCaller(waiter, request, options);
      };
      const waiter: Waiter = {
        go: (sent) => {
          leave();
          resolve(sent);
        },
        abort: (reason) => {
          leave();
          reject(reason);
          if (this.#waiting.size === 0) this.#disarm();
        },
        tell: (error) => {
          if (options.onError) options.onError(error);
        },
        waitsFor: 'its turn (rateLimit)',
      };
      this.#waiting.add(waiter);
      followCaller(waiter, request, options);
      this.pump();
    });
  }

  /** Lets go who may, and waits for the next one's time. Called when anything has changed. */
  pump(): void {
    for (let first = this.#first; first !== undefined && !this.#isAsking; first = this.#first) {
      const now = this.#clock.now();
      const at = this.#nextAt(now);
      if (at > now) {
        this.#arm(at - now);
        return;
      }
      const { shared } = this.#rules;
      if (shared === undefined) first.go(this.#take(now));
      else void this.#ask(shared, first);
    }
  }

  #fail(error: unknown): void {
    for (const waiter of [...this.#waiting]) waiter.abort(error);
  }

  /** A set keeps the order in which its members came. */
  get #first(): Waiter | undefined {
    return this.#waiting.values().next().value;
  }

  /** The point that was taken is for whoever is the first then: the one who asked may have left. */
  async #ask(shared: SharedLimit, asker: Waiter): Promise<void> {
    this.#isAsking = true;
    const wait = await shared.take(this.#key, this.#clock, (error) => asker.tell(error));
    this.#isAsking = false;
    const now = this.#clock.now();
    if (wait > 0) this.#sharedAt = now + wait;
    else this.#first?.go(this.#take(now));
    this.pump();
  }

  /** When the next request may go, in milliseconds of the clock. `Infinity`: only an answer can tell. */
  #nextAt(now: number): number {
    const { rate } = this.#rules;
    if (rate !== undefined) this.#due = sane(this.#due, now, rate);
    const own = rate === undefined ? this.#sharedAt : Math.max(this.#sharedAt, allowedAt(this.#due, rate));
    const learned = this.learning?.nextAt(now) ?? Number.NEGATIVE_INFINITY;
    return Math.max(own, learned);
  }

  /**
   * Takes a turn now.
   * @returns the number of the request, by which its answer is told from others
   */
  #take(now: number): number {
    const { rate } = this.#rules;
    if (rate !== undefined) this.#due = dueAfter(this.#due, now, rate);
    return this.learning?.send(now) ?? NO_NUMBER;
  }

  /** Waits for the first one's turn. */
  #arm(ms: number): void {
    this.#disarm();
    // Then an answer calls `pump`.
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#stopTimer = startTimer(this.#clock, Math.ceil(ms), () => {
      this.#stopTimer = undefined;
      this.pump();
    });
  }

  #disarm(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
