/**
 * The connections of one transport to one origin, made with the same settings, so that any of them may carry a request.
 * A request gets the idle connection that was used last, or a new one, or waits in turn until `ConnectionLimits` has one for
 * it. undici, node:http and HTTP/2 extend this class: each brings its `Connection`, how one is opened, and how one is handed
 * to a request. `docs/architecture.md` draws the states that a connection goes through here.
 */
import type { Socket } from 'node:net';
import { type DialSettings, dial } from '../../connect/dial.ts';
import type { Target } from '../../message/uri.ts';
import type { OriginStats } from '../../stack/handler.ts';
import type { Connection, ConnectionOwner } from './connection.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import type { SlotHolder } from './connection-slots.ts';
import { SlotWait } from './connection-turns.ts';
import type { SlotLimit } from './slot-limit.ts';

/** The connections that a request waits in. */
interface WaitOwner<Waiter> extends SlotHolder {
  placed(wait: ConnectionWait<Waiter>): (() => void) | undefined;
  leave(wait: ConnectionWait<Waiter>): void;
}

/** A request that waits for one of the connections. */
export class ConnectionWait<Waiter> extends SlotWait {
  readonly waiter: Waiter;
  declare readonly holder: WaitOwner<Waiter>;
  #stopOpening: (() => void) | undefined;

  constructor(owner: WaitOwner<Waiter>, waiter: Waiter, limit: SlotLimit, isFresh: boolean) {
    super(owner, limit, isFresh);
    this.waiter = waiter;
  }

  placed(): void {
    this.#stopOpening = this.holder.placed(this);
  }

  /** Gives up: the wait, or the connection that is being opened after it. */
  leave(): void {
    if (this.#stopOpening === undefined) this.holder.leave(this);
    else this.#stopOpening();
  }
}

export abstract class OriginConnections<One extends Connection, Waiter> implements ConnectionOwner, WaitOwner<Waiter> {
  readonly target: Target;
  /** With the proxy decided: connections that lead through different proxies would not be interchangeable. */
  readonly settings: DialSettings;
  readonly origin: string;
  protected readonly limits: ConnectionLimits;
  /** Connections that are in use or idle; those that close are not here any more. */
  protected readonly connections = new Set<One>();
  /** The dials under way, each as the function that gives it up. */
  protected readonly dials = new Set<() => void>();
  protected isClosed = false;
  /** The one used last is at the end and is taken first: it is the least likely to have been closed by the server. */
  readonly #idle: One[] = [];
  readonly #onEmpty: () => void;
  #waiting = 0;

  /** @param onEmpty called when there is no connection any more, and nobody waits for one */
  constructor(target: Target, settings: DialSettings, limits: ConnectionLimits, onEmpty: () => void) {
    this.target = target;
    this.settings = settings;
    this.origin = target.origin;
    this.limits = limits;
    this.#onEmpty = onEmpty;
    limits.join(this);
  }

  /**
   * Opens a connection for a slot that is counted already. The returned function gives that up; there is none when the
   * waiter has the connection at once.
   */
  protected abstract open(waiter: Waiter): (() => void) | undefined;

  /** Gives a connection that was used before to a request that waited for it. */
  protected abstract hand(connection: One, waiter: Waiter): void;

  protected get waiting(): number {
    return this.#waiting;
  }

  get idleSince(): number | undefined {
    return this.#idle[0]?.idleSince;
  }

  stats(): OriginStats {
    const dialling = this.dials.size;
    const sum = { connections: this.connections.size + dialling, idle: 0, running: dialling, waiting: this.waiting };
    for (const { streams } of this.connections) {
      sum.running += streams;
      if (streams === 0) sum.idle += 1;
    }
    return sum;
  }

  // A request asks for a connection

  /** Takes the idle connection that was used last. */
  protected takeIdle(): One | undefined {
    for (let one = this.#idle.pop(); one !== undefined; one = this.#idle.pop()) {
      one.isIdle = false;
      if (one.isLive) {
        one.reactivate();
        count(one);
        return one;
      }
      // No `forget` when this was the last one: whoever asked opens another connection now, or waits for one.
      this.connections.delete(one);
      one.close(this.limits.isWaitedFor);
    }
    return undefined;
  }

  /** Waits for a connection that becomes idle, or for a slot to open one. @param isFresh take none that was used before */
  wait(waiter: Waiter, limit: SlotLimit, isFresh = false): ConnectionWait<Waiter> {
    const wait = new ConnectionWait(this, waiter, limit, isFresh);
    this.#waiting += 1;
    this.limits.wait(wait);
    return wait;
  }

  /** The slot for this wait is taken: its connection can be opened. */
  placed({ waiter }: ConnectionWait<Waiter>): (() => void) | undefined {
    this.#waiting -= 1;
    return this.open(waiter);
  }

  leave(wait: ConnectionWait<Waiter>): void {
    this.#waiting -= 1;
    this.limits.leave(wait);
    this.forget();
  }

  /** Dials for a slot that is counted already. The returned function gives it up. */
  protected dial(connected: (socket: Socket) => void, failed: (error: Error) => void): () => void {
    const stop = dial(this.target, this.settings, (error, socket) => {
      this.dials.delete(cancel);
      if (socket !== null) {
        connected(socket);
        return;
      }
      this.limits.release(this);
      this.forget();
      failed(error ?? new Error('no connection'));
    });
    const cancel = (): void => {
      if (!this.dials.delete(cancel)) return;
      stop();
      this.limits.release(this);
      this.forget();
    };
    this.dials.add(cancel);
    return cancel;
  }

  /** A request goes over a connection that has room for it, idle or not. */
  protected use(connection: One): void {
    if (connection.isIdle) {
      this.#leaveIdle(connection);
      connection.reactivate();
    }
    count(connection);
  }

  // A connection has carried a request

  /** It carries nothing any more: it goes to the request that is next, is closed for a wait elsewhere, or is kept idle. */
  rest(connection: One): void {
    if (connection.isSpent || !connection.isLive || !this.connections.has(connection)) {
      this.drop(connection);
      return;
    }
    const next = this.limits.next(this);
    if (next === undefined) this.keep(connection);
    else if (next === 'close') this.#evict(connection);
    else {
      this.#waiting -= 1;
      count(connection);
      this.hand(connection, (next as ConnectionWait<Waiter>).waiter);
    }
  }

  /** Keeps a connection idle that nobody waits for. */
  protected keep(connection: One): void {
    if (this.isClosed) {
      this.drop(connection);
      return;
    }
    connection.isIdle = true;
    connection.idleSince = this.limits.nextSequence();
    this.#idle.push(connection);
    connection.park();
  }

  /** Closes the connection that has been idle for longest: a wait elsewhere needs its slot. */
  evict(): void {
    if (this.#idle[0] !== undefined) this.#evict(this.#idle[0]);
  }

  #evict(connection: One): void {
    connection.isEvicted = true;
    this.drop(connection);
  }

  /** The connection must not be used again, or has ended. */
  drop(connection: One): void {
    if (!this.connections.delete(connection)) return;
    if (connection.isIdle) this.#leaveIdle(connection);
    connection.close(this.limits.isWaitedFor);
    this.forget();
  }

  /** The socket of the connection has closed, whoever closed it: only now its slot is free. */
  closed(connection: One): void {
    this.drop(connection);
    this.limits.release(this, connection.isEvicted);
    this.forget();
  }

  /** Closes what is idle now, and what becomes idle from now on. */
  close(): void {
    this.isClosed = true;
    for (const connection of [...this.#idle]) this.drop(connection);
  }

  /** A crawler meets more origins than memory has room for: one without connections is forgotten. */
  protected forget(): void {
    if (this.connections.size + this.dials.size + this.waiting > 0) return;
    this.limits.part(this);
    this.#onEmpty();
  }

  #leaveIdle(connection: One): void {
    connection.isIdle = false;
    this.#idle.splice(this.#idle.indexOf(connection), 1);
  }
}

/** One request more goes over the connection. */
function count(connection: Connection): void {
  connection.streams += 1;
  connection.requestsLeft -= 1;
}
