/**
 * How many connections there may be, to one origin and in total. A limit is about the server, not about who opened the
 * connection, so that one `ConnectionLimits` stands behind all transports that share it: each takes a slot before it dials,
 * releases it when the socket has closed, and asks who is next when a connection becomes idle. The counting is done in
 * `connection-slots.ts`, the choice of who is next in `connection-turns.ts`.
 */

import type { ConnectionBounds, RequestOptions } from '../../options/options.ts';
import { settingsOf } from '../../options/settings-of.ts';
import type { ConnectionStats } from '../../stack/handler.ts';
import { ConnectionSlots, type SlotHolder } from './connection-slots.ts';
import { ConnectionTurns, type SlotWait } from './connection-turns.ts';
import { type SlotLimit, slotLimit, smallerLimit } from './slot-limit.ts';

/** What a handler may be told of its connections. */
export interface ConnectionSettings {
  /**
   * Connections to one origin, or `{ perOrigin, total }`; a request beyond them waits, for `queueTimeout` at most. A
   * `ConnectionLimits` is shared with other handlers. The option `connections` of a request counts beside it. Default:
   * no limit.
   */
  readonly connections?: number | ConnectionBounds | ConnectionLimits | undefined;
}

/**
 * A limit of connections that handlers share: give it to each of them as `connections`.
 * @throws TypeError for invalid numbers
 */
export class ConnectionLimits {
  readonly #own: SlotLimit | undefined;
  readonly #slots = new ConnectionSlots();
  readonly #turns = new ConnectionTurns(this.#slots);

  /** @param connections to one origin, or `{ perOrigin, total }` */
  constructor(connections?: number | ConnectionBounds) {
    this.#own = slotLimit(connections);
  }

  /** Connections and requests of all handlers that share this, by origin. */
  stats(): ConnectionStats {
    return this.#slots.stats();
  }

  /** The limit of a request: its own and the handler's, whichever is smaller. `undefined`: there is none. @internal */
  limitOf({ connections }: RequestOptions): SlotLimit | undefined {
    return connections === undefined ? this.#own : smallerLimit(slotLimit(connections), this.#own);
  }

  /** Somebody waits for a connection. @internal */
  get isWaitedFor(): boolean {
    return this.#turns.isWaitedFor;
  }

  /** Rises with each call: tells which of two connections has been idle for longer. @internal */
  nextSequence(): number {
    return this.#turns.nextSequence();
  }

  /** From now on the holder may be asked to evict an idle connection, and appears in `stats`. @internal */
  join(holder: SlotHolder): void {
    this.#slots.join(holder);
  }

  /** The holder has neither a usable connection nor a waiting request any more. @internal */
  part(holder: SlotHolder): void {
    this.#slots.part(holder);
  }

  /**
   * Takes a slot if one is free. A request without a limit always gets one, which counts for those with a limit.
   * @internal
   */
  take(holder: SlotHolder, limit: SlotLimit | undefined): boolean {
    if (limit !== undefined && !this.#slots.hasRoom(holder.origin, limit)) return false;
    this.#slots.take(holder);
    return true;
  }

  /**
   * The connection of a slot has closed.
   * @param isEvicted it was closed because of `next` or `evict`
   * @internal
   */
  release(holder: SlotHolder, isEvicted = false): void {
    this.#slots.release(holder);
    if (isEvicted) this.#turns.evicted(holder.origin);
    if (this.#turns.isWaitedFor) this.#turns.serve();
  }

  /** Joins the queue. @internal */
  wait(wait: SlotWait): void {
    this.#turns.wait(wait);
  }

  /** Leaves the queue. @internal */
  leave(wait: SlotWait): void {
    this.#turns.leave(wait);
  }

  /** Who gets the connection that has become idle; `'close'`: its slot has to go to another holder. @internal */
  next(holder: SlotHolder): SlotWait | 'close' | undefined {
    return this.#turns.next(holder);
  }
}

/** The limits that a handler's settings name, or new ones of its own. @throws TypeError for invalid numbers */
export function connectionLimits(handler: string, settings: ConnectionSettings = {}): ConnectionLimits {
  const { connections } = settingsOf(handler, settings, ['connections']);
  if (connections instanceof ConnectionLimits) return connections;
  try {
    return new ConnectionLimits(connections);
  } catch (error) {
    throw new TypeError(`${handler}: ${(error as Error).message}`);
  }
}
