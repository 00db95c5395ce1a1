/**
 * Who gets the next connection: first come, first served, over all origins and all transports that share the limits. Where
 * an idle connection has the slot that a request waits for, that connection is closed ("evicted") for it. Closing takes
 * time, so the request stays in its queue until the slot is free, and is remembered as one with a pending eviction: nothing
 * else is closed for it meanwhile.
 */
import type { ConnectionSlots, SlotHolder } from './connection-slots.ts';
import type { SlotLimit } from './slot-limit.ts';

/** A request that waits for a connection, or, over HTTP/2, a group of requests that wait for one. */
export abstract class SlotWait {
  /** Its sequence number: the smallest has waited for longest. */
  order = 0;
  readonly holder: SlotHolder;
  readonly limit: SlotLimit;
  /** It takes no connection that was used before. */
  readonly isFresh: boolean;

  constructor(holder: SlotHolder, limit: SlotLimit, isFresh: boolean) {
    this.holder = holder;
    this.limit = limit;
    this.isFresh = isFresh;
  }

  /** Called when it has a slot, which is counted already, and is to dial. */
  abstract placed(): void;
}

/** Those who wait for connections to one origin. */
interface Queue {
  readonly origin: string;
  /** The longest wait first. */
  readonly waiting: Set<SlotWait>;
  /** Connections to this origin that are being closed for somebody who waits, here or elsewhere. */
  evicting: number;
  /** How many of `waiting` have a connection being closed for them, here or elsewhere. */
  pending: number;
}

export class ConnectionTurns {
  readonly #slots: ConnectionSlots;
  readonly #queues = new Map<string, Queue>();
  /** Those for whom a connection is being closed, in the order in which the closing began. */
  readonly #pendingEvictions = new Set<SlotWait>();
  #waiting = 0;
  #evicting = 0;
  #sequence = 0;

  constructor(slots: ConnectionSlots) {
    this.#slots = slots;
  }

  get isWaitedFor(): boolean {
    return this.#waiting > 0;
  }

  /** Rises with each call, and so tells which of two things came first. */
  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** Joins the queue. Where an idle connection is in the way, it is evicted. */
  wait(wait: SlotWait): void {
    const queue = this.#queue(wait.holder.origin);
    wait.order = this.nextSequence();
    queue.waiting.add(wait);
    this.#waiting += 1;
    this.#makeRoom(wait, queue);
  }

  /** Leaves the queue. */
  leave(wait: SlotWait): void {
    const queue = this.#queues.get(wait.holder.origin);
    if (queue === undefined) return;
    if (queue.waiting.delete(wait)) this.#waiting -= 1;
    if (this.#pendingEvictions.delete(wait)) queue.pending -= 1;
    this.#forget(queue);
  }

  /**
   * Called when a connection of `holder` becomes idle. Returns the waiting request that should get it, which has left the
   * queue; `'close'` if its slot must go to another origin or to other settings; or `undefined` if nobody waits for it.
   */
  next(holder: SlotHolder): SlotWait | 'close' | undefined {
    if (this.#waiting === 0) return undefined;
    let first: SlotWait | undefined;
    for (const queue of this.#queues.values()) {
      const wait = this.#firstOf(queue);
      if (wait === undefined || (first !== undefined && first.order < wait.order)) continue;
      const isOwn = wait.holder === holder && !wait.isFresh;
      if (isOwn || this.#wouldHaveRoom(queue, wait.limit, queue.origin === holder.origin)) first = wait;
    }
    if (first === undefined) return undefined;
    if (first.holder === holder && !first.isFresh) {
      this.leave(first);
      return first;
    }
    this.#evictFor(first, holder);
    return 'close';
  }

  /** A connection that was evicted has closed. */
  evicted(origin: string): void {
    const queue = this.#queue(origin);
    queue.evicting -= 1;
    this.#evicting -= 1;
    this.#forget(queue);
  }

  /** Gives free slots to those who may have them, the longest wait first. */
  serve(): void {
    for (let wait = this.#due(); wait !== undefined; wait = this.#due()) {
      this.#slots.take(wait.holder);
      this.leave(wait);
      wait.placed();
    }
    // A request without a limit may have taken the slot that was meant for somebody: they need another eviction.
    for (const wait of [...this.#pendingEvictions].slice(this.#evicting)) {
      const queue = this.#queue(wait.holder.origin);
      this.#pendingEvictions.delete(wait);
      queue.pending -= 1;
      this.#makeRoom(wait, queue);
    }
  }

  /** The longest wait for which no connection is being closed. */
  #firstOf({ waiting }: Queue): SlotWait | undefined {
    for (const wait of waiting) if (!this.#pendingEvictions.has(wait)) return wait;
    return undefined;
  }

  /**
   * Whether there is room once one connection more has closed, and those with a pending eviction have their slots. Of the
   * total nothing but that one is taken off: each of the other evictions frees a slot that is promised already.
   */
  #wouldHaveRoom({ origin, evicting, pending }: Queue, limit: SlotLimit, isHere: boolean): boolean {
    const { open } = this.#slots;
    const openHere = this.#slots.openTo(origin) - evicting + pending - (isHere ? 1 : 0);
    return openHere < limit.perOrigin && open - 1 < limit.total;
  }

  /** The longest wait for which there is a slot. */
  #due(): SlotWait | undefined {
    let first: SlotWait | undefined;
    for (const { origin, waiting } of this.#queues.values()) {
      const [wait] = waiting;
      const isEarlier = wait !== undefined && (first === undefined || wait.order < first.order);
      if (isEarlier && this.#slots.hasRoom(origin, wait.limit)) first = wait;
    }
    return first;
  }

  /**
   * Evicts the connection that has been idle for longest, of those whose slots are of use to this wait: where its own origin
   * is full, only one to that origin.
   */
  #makeRoom(wait: SlotWait, { origin }: Queue): void {
    const isFullHere = this.#slots.openTo(origin) >= wait.limit.perOrigin;
    let longest: SlotHolder | undefined;
    for (const holder of isFullHere ? this.#slots.holdersOf(origin) : this.#slots.holders()) {
      const since = holder.idleSince;
      if (since !== undefined && (longest === undefined || since < longest.idleSince!)) longest = holder;
    }
    if (longest === undefined) return;
    this.#evictFor(wait, longest);
    longest.evict();
  }

  /** Counts a connection of `from` as being closed for `wait`. */
  #evictFor(wait: SlotWait, from: SlotHolder): void {
    this.#pendingEvictions.add(wait);
    this.#queue(wait.holder.origin).pending += 1;
    this.#queue(from.origin).evicting += 1;
    this.#evicting += 1;
  }

  #queue(origin: string): Queue {
    const known = this.#queues.get(origin);
    if (known !== undefined) return known;
    const queue: Queue = { origin, waiting: new Set(), evicting: 0, pending: 0 };
    this.#queues.set(origin, queue);
    return queue;
  }

  #forget({ origin, waiting, evicting }: Queue): void {
    if (waiting.size + evicting === 0) this.#queues.delete(origin);
  }
}
