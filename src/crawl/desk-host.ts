/**
 * A host at the desk of a frontier: what waits for it, and when it may be asked. Here are also the two sides that a
 * desk has, its owner and the leases that it gives out, so that neither imports the other.
 */
import { Fifo } from '../pool/fifo.ts';
import type { Clock } from '../time/clock.ts';
import { DueHeap } from '../time/due-heap.ts';
import type { Outcome } from './frontier.ts';
import type { Link } from './link.ts';
import type { Turn } from './turn.ts';

/** A link that may have been visited before. */
export interface Waiting extends Link {
  readonly attempt: number;
  /** Not before this time, in milliseconds since 1970; 0 for at once. */
  readonly at: number;
}

/** The lease of a host, as the desk sees it. */
export interface HeldHost {
  /** Something of the host is there that was not. */
  wake(): void;
  lose(reason: Error): void;
}

/** A host that has, or had, something waiting. */
export class DeskHost {
  readonly lines = [new Fifo<Waiting>(), new Fifo<Waiting>(), new Fifo<Waiting>()] as const;
  readonly later = new DueHeap<Waiting>();
  /** Put back by a holder that let go: first of all. */
  readonly returned = new Fifo<Waiting>();
  /** Nobody asks before. */
  hostAt = 0;
  lease: HeldHost | undefined;
  /** It stands in the line of hosts that can be leased, or waits for its time. */
  listed = false;

  constructor(readonly name: string) {}

  get waiting(): number {
    return this.returned.size + this.later.size + this.lines.reduce((sum, { size }) => sum + size, 0);
  }

  /** When there is something to take: 0 for now, `undefined` when nothing waits. */
  dueAt(now: number): number | undefined {
    const isNow = this.returned.size > 0 || this.lines.some(({ size }) => size > 0);
    const due = isNow ? 0 : this.later.peek()?.at;
    if (due === undefined) return undefined;
    const at = Math.max(due, this.hostAt);
    return at <= now ? 0 : at;
  }

  next(now: number): Waiting | undefined {
    const due = this.later.peek();
    if (due !== undefined && due.at <= now) return this.later.pop();
    return this.returned.shift() ?? this.lines[0].shift() ?? this.lines[1].shift() ?? this.lines[2].shift();
  }
}

/** What a frontier does around its desk. */
export interface DeskOwner {
  /** Adds to the desk what there is room for; called whenever that may have changed. */
  refill(): void;
  /** Does what the outcome says, but for the desk. @throws what writing throws; then nothing was done */
  settled(visit: Waiting, outcome: Outcome): void;
}

/** The desk, as a lease sees it. */
export interface LeaseDesk {
  readonly clock: Clock;
  readonly owner: DeskOwner;
  readonly turn: Turn;
  /** Milliseconds since 1970. */
  readonly now: number;
  waiting: number;
  leased: number;
  push(link: Link, attempt: number, at: number): void;
  released(host: DeskHost): void;
  wakeIfDone(): void;
}
