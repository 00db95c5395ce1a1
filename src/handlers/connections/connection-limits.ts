/**
 * How many connections there may be, to one origin and in total, and who waits for one. One such count stands behind all
 * transports that share it: each asks for a place before it dials, gives it back when the socket has closed, and asks who
 * is next when a connection has come to rest. First come, first served, over all of them.
 */

import { bareRecord } from '../../options/option-record.ts';
import type { ConnectionBounds, RequestOptions } from '../../options/options.ts';
import type { ConnectionStats, OriginStats, Transport } from '../../stack/handler.ts';

/** What a handler may be told of its connections. */
export interface ConnectionSettings {
  /**
   * Connections to one origin, or `{ perOrigin, total }`; a request beyond them waits, for `queueTimeout` at most. A
   * `ConnectionLimits` is shared with other handlers. The option `connections` of a request counts beside it. Default:
   * no limit.
   */
  readonly connections?: number | ConnectionBounds | ConnectionLimits;
}

/** Both numbers of a limit; `Infinity` is none. */
export interface PlaceLimit {
  readonly perOrigin: number;
  readonly total: number;
}

/** Connections of one transport that stand in for each other. */
export interface PlaceHolder {
  /** What the limit for each origin counts by. */
  readonly origin: string;
  /** The `turn` at which the longest idle of its connections came to rest; `undefined` when none is idle. */
  readonly idleSince: number | undefined;
  /** Closes that connection. Its place is given back, as a yielded one, once it has closed. */
  closeIdle(): void;
  stats(): OriginStats;
}

/** A request, or a group of them, that waits for its turn. */
export abstract class PlaceWait {
  /** When it came, counted over all. */
  order = 0;
  readonly holder: PlaceHolder;
  readonly limit: PlaceLimit;
  /** It takes no connection that was used before. */
  readonly isFresh: boolean;

  constructor(holder: PlaceHolder, limit: PlaceLimit, isFresh: boolean) {
    this.holder = holder;
    this.limit = limit;
    this.isFresh = isFresh;
  }

  /** It has a place, which is counted already, and is to dial. */
  abstract placed(): void;
}

interface Origin {
  /** Connections being made, in use, idle and closing. */
  open: number;
  /** Those of them that are being closed for somebody who waits. */
  closing: number;
  /** Those who wait here and for whom one is being closed, here or elsewhere. */
  promised: number;
  readonly holders: Set<PlaceHolder>;
  /** The longest wait first. */
  readonly waiting: Set<PlaceWait>;
}

const UNLIMITED: PlaceLimit = { perOrigin: Number.POSITIVE_INFINITY, total: Number.POSITIVE_INFINITY };

/** @throws TypeError for numbers that are none */
export class ConnectionLimits {
  readonly #own: PlaceLimit | undefined;
  readonly #origins = new Map<string, Origin>();
  /** Those with places, and how many. */
  readonly #holding = new Map<PlaceHolder, number>();
  /** Origins with somebody who waits. */
  readonly #queues = new Set<Origin>();
  /** Those for whom a connection is being closed, in the order of the closing. */
  readonly #promised = new Set<PlaceWait>();
  #open = 0;
  #closing = 0;
  #lastOrder = 0;
  #lastTurn = 0;
  #lastGiven: RequestOptions['connections'];
  #lastLimit: PlaceLimit | undefined;

  /** @param connections to one origin, or `{ perOrigin, total }` */
  constructor(connections?: number | ConnectionBounds) {
    this.#own = placeLimit(connections);
    this.#lastLimit = this.#own;
  }

  /** Connections and requests of all handlers that share this, by origin. */
  stats(): ConnectionStats {
    const origins: Record<string, OriginStats> = {};
    const all = { connections: 0, idle: 0, running: 0, waiting: 0 };
    for (const [name, { holders }] of this.#origins) {
      const sum = { connections: 0, idle: 0, running: 0, waiting: 0 };
      for (const holder of holders) add(sum, holder.stats());
      if (sum.connections + sum.running + sum.waiting === 0) continue;
      origins[name] = sum;
      add(all, sum);
    }
    return { ...all, origins };
  }

  /** The limit of a request: its own and the handler's, whichever is smaller. `undefined`: there is none. @internal */
  limitOf({ connections }: RequestOptions): PlaceLimit | undefined {
    if (connections === this.#lastGiven) return this.#lastLimit;
    this.#lastLimit = smaller(placeLimit(connections), this.#own);
    this.#lastGiven = connections;
    return this.#lastLimit;
  }

  /** Somebody waits. @internal */
  get isWaitedFor(): boolean {
    return this.#queues.size > 0;
  }

  /** Rises with each call: which of two connections has been idle for longer. @internal */
  turn(): number {
    this.#lastTurn += 1;
    return this.#lastTurn;
  }

  /** @internal */
  join(holder: PlaceHolder): void {
    this.#origin(holder.origin).holders.add(holder);
  }

  /** It has no connection and nobody who waits any more. @internal */
  part(holder: PlaceHolder): void {
    const origin = this.#origins.get(holder.origin);
    origin?.holders.delete(holder);
    this.#forget(holder.origin, origin);
  }

  /** Takes a place, if there is one. Without a limit there always is, and it counts for those who have one. @internal */
  take(holder: PlaceHolder, limit: PlaceLimit | undefined): boolean {
    const origin = this.#origin(holder.origin);
    if (limit !== undefined && !this.#hasRoom(origin, limit)) return false;
    this.#count(holder, origin, 1);
    return true;
  }

  /**
   * The connection of a place has closed.
   * @param isYielded it was closed because of `next` or `closeIdle`
   * @internal
   */
  release(holder: PlaceHolder, isYielded = false): void {
    const origin = this.#origin(holder.origin);
    this.#count(holder, origin, -1);
    if (isYielded) {
      origin.closing -= 1;
      this.#closing -= 1;
    }
    if (this.#queues.size > 0) this.#serve();
    this.#forget(holder.origin, this.#origins.get(holder.origin));
  }

  /** Joins the queue. Where an idle connection is in the way, it is closed. @internal */
  wait(wait: PlaceWait): void {
    const origin = this.#origin(wait.holder.origin);
    this.#lastOrder += 1;
    wait.order = this.#lastOrder;
    origin.waiting.add(wait);
    this.#queues.add(origin);
    this.#makeRoom(wait, origin);
  }

  /** Leaves the queue. @internal */
  leave(wait: PlaceWait): void {
    const origin = this.#origins.get(wait.holder.origin);
    if (origin === undefined) return;
    if (origin.waiting.delete(wait) && origin.waiting.size === 0) this.#queues.delete(origin);
    if (this.#promised.delete(wait)) origin.promised -= 1;
    this.#forget(wait.holder.origin, origin);
  }

  /**
   * What becomes of a connection that has come to rest: it is for this request, which has left the queue; it is to be
   * closed, because its place is for another origin or other settings; or, `undefined`, nobody waits for it.
   * @internal
   */
  next(holder: PlaceHolder): PlaceWait | 'close' | undefined {
    if (this.#queues.size === 0) return undefined;
    const own = this.#origins.get(holder.origin);
    let first: PlaceWait | undefined;
    for (const origin of this.#queues) {
      const wait = this.#firstOf(origin);
      if (wait === undefined || (first !== undefined && first.order < wait.order)) continue;
      const isOwn = wait.holder === holder && !wait.isFresh;
      if (isOwn || this.#wouldHaveRoom(origin, wait.limit, origin === own)) first = wait;
    }
    if (first === undefined) return undefined;
    if (first.holder === holder && !first.isFresh) {
      this.leave(first);
      return first;
    }
    this.#promise(first, holder);
    return 'close';
  }

  /** The longest wait for which no connection is being closed. */
  #firstOf({ waiting }: Origin): PlaceWait | undefined {
    for (const wait of waiting) if (!this.#promised.has(wait)) return wait;
    return undefined;
  }

  #hasRoom({ open }: Origin, limit: PlaceLimit): boolean {
    return open < limit.perOrigin && this.#open < limit.total;
  }

  /** Once one connection more has closed, and those for whom others are being closed have theirs. */
  #wouldHaveRoom({ open, closing, promised }: Origin, limit: PlaceLimit, isHere: boolean): boolean {
    return open - closing + promised - (isHere ? 1 : 0) < limit.perOrigin && this.#open - 1 < limit.total;
  }

  #promise(wait: PlaceWait, from: PlaceHolder): void {
    this.#promised.add(wait);
    this.#origin(wait.holder.origin).promised += 1;
    this.#origin(from.origin).closing += 1;
    this.#closing += 1;
  }

  /** Gives free places to those who may have them, the longest wait first. */
  #serve(): void {
    for (let wait = this.#due(); wait !== undefined; wait = this.#due()) {
      this.#count(wait.holder, this.#origin(wait.holder.origin), 1);
      this.leave(wait);
      wait.placed();
    }
    // Somebody without a limit may have taken what was meant for another.
    for (const wait of [...this.#promised].slice(this.#closing)) {
      const origin = this.#origin(wait.holder.origin);
      this.#promised.delete(wait);
      origin.promised -= 1;
      this.#makeRoom(wait, origin);
    }
  }

  #due(): PlaceWait | undefined {
    let first: PlaceWait | undefined;
    for (const origin of this.#queues) {
      const [wait] = origin.waiting;
      const isEarlier = wait !== undefined && (first === undefined || wait.order < first.order);
      if (isEarlier && this.#hasRoom(origin, wait.limit)) first = wait;
    }
    return first;
  }

  /** Closes the connection that has been idle for longest, of those whose places this one may have. */
  #makeRoom(wait: PlaceWait, origin: Origin): void {
    const isHere = origin.open >= wait.limit.perOrigin;
    let longest: PlaceHolder | undefined;
    for (const holder of isHere ? origin.holders : this.#holding.keys()) {
      const since = holder.idleSince;
      if (since !== undefined && (longest === undefined || since < longest.idleSince!)) longest = holder;
    }
    if (longest === undefined) return;
    this.#promise(wait, longest);
    longest.closeIdle();
  }

  #count(holder: PlaceHolder, origin: Origin, change: 1 | -1): void {
    origin.open += change;
    this.#open += change;
    const held = (this.#holding.get(holder) ?? 0) + change;
    if (held === 0) this.#holding.delete(holder);
    else this.#holding.set(holder, held);
  }

  #origin(name: string): Origin {
    const known = this.#origins.get(name);
    if (known !== undefined) return known;
    const origin: Origin = { open: 0, closing: 0, promised: 0, holders: new Set(), waiting: new Set() };
    this.#origins.set(name, origin);
    return origin;
  }

  /** A crawler meets more origins than memory should hold. */
  #forget(name: string, origin: Origin | undefined): void {
    if (origin === undefined || origin.open + origin.holders.size + origin.waiting.size > 0) return;
    this.#origins.delete(name);
  }
}

/** The count that a handler's settings name, or one of its own. @throws TypeError for numbers that are none */
export function connectionLimits(handler: string, settings: ConnectionSettings = {}): ConnectionLimits {
  const { connections } = bareRecord(settings);
  if (connections instanceof ConnectionLimits) return connections;
  try {
    return new ConnectionLimits(connections);
  } catch (error) {
    throw new TypeError(`${handler}: ${(error as Error).message}`);
  }
}

/** The numbers of handlers that count each for itself. */
export function joinedStats(handlers: readonly Transport[]): ConnectionStats {
  const origins: Record<string, Sum> = {};
  const all: Sum = { connections: 0, idle: 0, running: 0, waiting: 0 };
  for (const handler of handlers) {
    const stats = handler.stats?.();
    if (stats === undefined) continue;
    add(all, stats);
    for (const [name, of] of Object.entries(stats.origins)) {
      origins[name] ??= { connections: 0, idle: 0, running: 0, waiting: 0 };
      add(origins[name], of);
    }
  }
  return { ...all, origins };
}

function placeLimit(connections: RequestOptions['connections']): PlaceLimit | undefined {
  if (connections === undefined || connections === null || connections === false) return undefined;
  const isRecord = typeof connections === 'object';
  const perOrigin = isRecord ? own(connections, 'perOrigin') : connections;
  const total = isRecord ? own(connections, 'total') : undefined;
  return smaller(UNLIMITED, { perOrigin: places(perOrigin), total: places(total) });
}

/** Nothing of a prototype is an option. */
function own(bounds: ConnectionBounds, name: keyof ConnectionBounds): unknown {
  return Object.hasOwn(bounds, name) ? bounds[name] : undefined;
}

function places(value: unknown): number {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(value) && (value as number) > 0) return value as number;
  const found = typeof value === 'number' ? value : typeof value;
  throw new TypeError(`connections must be a whole number above 0, or { perOrigin, total } of such, got ${found}`);
}

function smaller(a: PlaceLimit | undefined, b: PlaceLimit | undefined): PlaceLimit | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const perOrigin = Math.min(a.perOrigin, b.perOrigin);
  const total = Math.min(a.total, b.total);
  return Math.min(perOrigin, total) === Number.POSITIVE_INFINITY ? undefined : { perOrigin, total };
}

type Sum = { -readonly [K in keyof OriginStats]: number };

function add(sum: Sum, more: OriginStats): void {
  sum.connections += more.connections;
  sum.idle += more.idle;
  sum.running += more.running;
  sum.waiting += more.waiting;
}
