/**
 * Counts connections, by origin and in total; `ConnectionLimits` holds the count. A slot is taken before a connection is
 * dialled and released when its socket has closed, so that a server never sees more connections than the limit, not even
 * while one closes.
 */
import type { ConnectionStats, OriginStats } from '../../stack/handler.ts';
import { summedStats } from './connection-stats.ts';
import type { SlotLimit } from './slot-limit.ts';

/** The interchangeable connections of one transport to one origin: any of them may carry the same requests. */
export interface SlotHolder {
  /** What `SlotLimit.perOrigin` is counted by: several holders may share an origin, with other settings each. */
  readonly origin: string;
  /** The sequence number that the longest idle connection got when it became idle; `undefined` when none is idle. */
  readonly idleSince: number | undefined;
  /** Closes that connection, for a waiting request that needs its slot. The slot is released once it has closed. */
  evict(): void;
  stats(): OriginStats;
}

interface Origin {
  /** Connections that are being dialled, in use, idle or closing. */
  open: number;
  readonly holders: Set<SlotHolder>;
}

export class ConnectionSlots {
  readonly #origins = new Map<string, Origin>();
  /** How many slots each holder has. */
  readonly #slotsByHolder = new Map<SlotHolder, number>();
  #open = 0;

  /** Connections to all origins together. */
  get open(): number {
    return this.#open;
  }

  openTo(origin: string): number {
    return this.#origins.get(origin)?.open ?? 0;
  }

  /** The holders of slots, whatever their origin. */
  holders(): Iterable<SlotHolder> {
    return this.#slotsByHolder.keys();
  }

  holdersOf(origin: string): Iterable<SlotHolder> {
    return this.#origins.get(origin)?.holders ?? [];
  }

  hasRoom(origin: string, limit: SlotLimit): boolean {
    return this.openTo(origin) < limit.perOrigin && this.#open < limit.total;
  }

  /** From now on the holder may be asked to evict, and appears in `stats`. */
  join(holder: SlotHolder): void {
    this.#origin(holder.origin).holders.add(holder);
  }

  /** The holder has no usable connection any more; slots of connections that still close are released later. */
  part(holder: SlotHolder): void {
    const origin = this.#origins.get(holder.origin);
    if (origin === undefined) return;
    origin.holders.delete(holder);
    this.#forget(holder.origin, origin);
  }

  take(holder: SlotHolder): void {
    this.#count(holder, this.#origin(holder.origin), 1);
  }

  release(holder: SlotHolder): void {
    const origin = this.#origin(holder.origin);
    this.#count(holder, origin, -1);
    this.#forget(holder.origin, origin);
  }

  stats(): ConnectionStats {
    const holders = [...this.#origins.values()].flatMap((origin) => [...origin.holders]);
    const parts = holders.map((holder) => [holder.origin, holder.stats()] as const);
    return summedStats(parts.filter(([, { connections, running, waiting }]) => connections + running + waiting > 0));
  }

  #count(holder: SlotHolder, origin: Origin, change: 1 | -1): void {
    origin.open += change;
    this.#open += change;
    const slots = (this.#slotsByHolder.get(holder) ?? 0) + change;
    if (slots === 0) this.#slotsByHolder.delete(holder);
    else this.#slotsByHolder.set(holder, slots);
  }

  #origin(name: string): Origin {
    const known = this.#origins.get(name);
    if (known !== undefined) return known;
    const origin: Origin = { open: 0, holders: new Set() };
    this.#origins.set(name, origin);
    return origin;
  }

  /** An origin without connections and holders is forgotten: a crawler meets more of them than memory has room for. */
  #forget(name: string, { open, holders }: Origin): void {
    if (open + holders.size === 0) this.#origins.delete(name);
  }
}
