/**
 * The connections of undici to one origin. undici's own `Pool` looks for a free one among all, and takes one that just
 * became free for busy until the event loop has turned, so that calls in a row would open two; here the connection that
 * was used last is on top of a stack.
 */
import type { Client } from 'undici';
import type { DialSettings } from '../../connect/dial.ts';
import type { Target } from '../../message/uri.ts';
import type { ConnectionLimits } from '../connections/connection-limits.ts';
import { OriginConnections } from '../connections/origin-connections.ts';
import type { SlotLimit } from '../connections/slot-limit.ts';
import { UndiciConnection, type UndiciRoute } from './connection.ts';

export type { UndiciConnection } from './connection.ts';

/** Wants a connection for one request. */
export interface UndiciWaiter {
  connected(connection: UndiciConnection): void;
}

export class UndiciConnections extends OriginConnections<UndiciConnection, UndiciWaiter> implements UndiciRoute {
  isSingle = false;
  readonly url: URL;
  readonly #Client: typeof Client;

  /** @param onEmpty called when the last connection has ended, and nobody waits for one */
  constructor(
    ClientClass: typeof Client,
    target: Target,
    settings: DialSettings,
    limits: ConnectionLimits,
    onEmpty: () => void,
  ) {
    super(target, settings, limits, onEmpty);
    this.#Client = ClientClass;
    this.url = new URL(target.origin);
  }

  /** The connection that was used last, whose congestion window is widest, or a new one; none beyond the limit. */
  take(limit: SlotLimit | undefined): UndiciConnection | undefined {
    return this.takeIdle() ?? (this.limits.take(this, limit) ? this.#add() : undefined);
  }

  renew(dead: UndiciConnection): UndiciConnection {
    const connection = this.#add();
    dead.hasSlot = false;
    this.drop(dead);
    return connection;
  }

  /** The exchange over it is over: the connection is for whoever is next. */
  give(connection: UndiciConnection): void {
    connection.streams = 0;
    if (this.isSingle) this.drop(connection);
    else this.rest(connection);
  }

  /** Not where another connection has taken its slot over: that is released once, with the other one. */
  override closed(connection: UndiciConnection): void {
    if (connection.hasSlot) super.closed(connection);
  }

  protected open(waiter: UndiciWaiter): undefined {
    waiter.connected(this.#add());
  }

  protected hand(connection: UndiciConnection, waiter: UndiciWaiter): void {
    waiter.connected(connection);
  }

  /** A connection that is not dialled yet: undici does that when it gets its request. */
  #add(): UndiciConnection {
    const connection = new UndiciConnection(this, this.#Client);
    this.connections.add(connection);
    return connection;
  }
}
