/**
 * The waits of one exchange: for a connection, for the head, between two chunks. Exact to a few milliseconds, and cheap:
 * all exchanges that wait equally long share one timer, because most of them end long before it fires. To begin a wait is to
 * note the time; when the shared timer fires, whoever has waited for the whole limit has expired, and it is set again for
 * the next one.
 */

import type { TimeoutPhase } from '../../message/errors.ts';
import { type Clock, startTimer, systemClock } from '../../time/clock.ts';
import { guarded, sourceOf } from '../../time/guarded-clock.ts';
import { type Member, MemberSet } from '../../time/member-set.ts';

/** Called, once for each wait, with the phase that took longer than its limit in milliseconds. */
export interface Expiring {
  expired(phase: TimeoutPhase, limit: number): void;
  /** The clock has thrown: how long it waits, nobody can tell. */
  abort(reason: unknown): void;
}

export class PhaseTimer implements Member {
  index = -1;
  readonly #clock: Clock;
  readonly #owner: Expiring;
  /** The shared timer that it waits in; `undefined` while the phase has no limit. */
  #bucket: TimerBucket | undefined;
  #phase: TimeoutPhase = 'headers';
  /** When the phase began or last made progress; 0 when it has no limit. */
  since = 0;
  /** When the last chunk came that nobody had asked for yet. */
  #ahead = 0;

  constructor(clock: Clock, owner: Expiring) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Ends the phase before and begins this one; 0 is no limit. */
  start(phase: TimeoutPhase, limit: number): void {
    this.#phase = phase;
    // The common case, as the head and the body have the same limit unless an option says otherwise.
    if (this.#bucket?.limit === limit) {
      this.since = this.#clock.now();
      return;
    }
    this.#bucket?.remove(this);
    this.#bucket = undefined;
    this.since = 0;
    if (limit === 0) return;
    this.since = this.#clock.now();
    this.#bucket = bucketOf(sourceOf(this.#clock), limit);
    this.#bucket.add(this);
  }

  /** There was progress: the limit counts from now. */
  touch(): void {
    if (this.#bucket !== undefined) this.since = this.#clock.now();
  }

  /**
   * A chunk came. While nobody has begun to read, it is no progress: a body that is never read ends with the read timeout.
   * Its time is kept all the same: for a reader who begins before that, the server is late only since its last chunk.
   */
  chunkCame(isUnread: boolean): void {
    if (this.#bucket === undefined) return;
    if (isUnread) this.#ahead = this.#clock.now();
    else this.since = this.#clock.now();
  }

  /**
   * Called after the phase expired: it goes on from the last chunk that came unasked.
   * @returns whether time is left since
   */
  goesOnFromAhead(phase: TimeoutPhase, limit: number): boolean {
    const since = this.#ahead;
    if (since + limit <= this.#clock.now()) return false;
    this.start(phase, limit);
    this.since = since;
    return true;
  }

  stop(): void {
    this.#bucket?.remove(this);
    this.#bucket = undefined;
  }

  /** @internal */
  expired(limit: number): void {
    this.#bucket = undefined;
    this.#owner.expired(this.#phase, limit);
  }

  /** @internal */
  broke(error: unknown): void {
    this.#bucket = undefined;
    this.#owner.abort(error);
  }
}

/** All that wait for the same length of time on the same clock. */
class TimerBucket {
  readonly #waiting = new MemberSet<PhaseTimer>();
  readonly #time: Clock;
  #disarm: (() => void) | undefined;

  constructor(
    readonly clock: Clock,
    readonly limit: number,
  ) {
    this.#time = guarded(clock, this);
  }

  /** The clock has thrown: nobody would be told any more when a wait is over. */
  abort(error: unknown): void {
    this.#disarm?.();
    this.#disarm = undefined;
    for (const timer of this.#waiting.members()) {
      this.#waiting.delete(timer);
      timer.broke(error);
    }
  }

  add(timer: PhaseTimer): void {
    this.#waiting.add(timer);
    this.#disarm ??= this.#arm(this.limit);
  }

  remove(timer: PhaseTimer): void {
    this.#waiting.delete(timer);
    // The system's timer is left to fire in the background, where it holds nothing: clearing and arming it again for
    // each request would cost more than all else here.
    if (this.#waiting.size > 0 || this.clock === systemClock) return;
    this.#disarm?.();
    this.#disarm = undefined;
  }

  #arm(ms: number): () => void {
    return startTimer(this.#time, ms, () => this.#fire(), true);
  }

  /** Expires all whose wait is as long as the limit, and sets the timer for the next of the others. */
  #fire(): void {
    this.#disarm = undefined;
    const now = this.#time.now();
    let next = Number.POSITIVE_INFINITY;
    for (const timer of this.#waiting.members()) {
      const left = timer.since + this.limit - now;
      if (left > 0) next = Math.min(next, left);
      else {
        this.#waiting.delete(timer);
        timer.expired(this.limit);
      }
    }
    if (this.#waiting.size > 0) this.#disarm ??= this.#arm(Math.min(next, this.limit));
  }
}

const buckets = new WeakMap<Clock, Map<number, TimerBucket>>();

function bucketOf(clock: Clock, limit: number): TimerBucket {
  let ofClock = buckets.get(clock);
  if (ofClock === undefined) buckets.set(clock, (ofClock = new Map()));
  let bucket = ofClock.get(limit);
  if (bucket === undefined) ofClock.set(limit, (bucket = new TimerBucket(clock, limit)));
  return bucket;
}
