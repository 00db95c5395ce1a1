/**
 * The connections of node:http to one origin, and the requests that wait for one of them. A connection whose answer has
 * ended is not idle at once: for two turns of the event loop it "settles", until it is known that nothing lies behind the
 * answer. A request that comes meanwhile, such as the next of a sequence of calls, expects that connection instead of
 * dialling.
 */
import type { Socket } from 'node:net';
import type { RequestOptions } from '../../options/options.ts';
import { OriginConnections } from '../connections/origin-connections.ts';
import { NodeConnection } from './connection.ts';

/** A request that wants a connection. One of `connected` and `failed` ends its wait. */
export interface Waiter {
  readonly options: RequestOptions;
  /** The wait for a slot is over: a connection is being made. */
  dialling(): void;
  connected(socket: Socket, isReused: boolean): void;
  failed(error: Error): void;
}

/** A request that waits for a settling connection. */
interface Expecting {
  readonly waiter: Waiter;
  cancel: () => void;
}

export class NodeConnections extends OriginConnections<NodeConnection, Waiter> {
  /** Connections whose answer has ended, and of which it is not known yet whether anything lies behind it. */
  readonly #settling = new Set<NodeConnection>();
  /** Never more than are settling; the longest wait first. */
  readonly #expecting = new Set<Expecting>();

  protected override get waiting(): number {
    return super.waiting + this.#expecting.size;
  }

  /**
   * Finds or makes a connection. The returned function gives the wait up.
   * @param isFresh take none that was used before
   */
  acquire(waiter: Waiter, isFresh: boolean): () => void {
    const idle = isFresh ? undefined : this.takeIdle();
    if (idle !== undefined) {
      this.hand(idle, waiter);
      return () => undefined;
    }
    // Calls one after the other would open a second connection, if the second call did not wait for that of the first.
    if (!isFresh && this.#expecting.size < this.#settling.size) return this.#expect(waiter);
    return this.#openOrWait(waiter, isFresh);
  }

  /** Waits for a settling connection, outside of the queue for slots: it is a matter of two turns of the event loop. */
  #expect(waiter: Waiter): () => void {
    const expecting: Expecting = {
      waiter,
      cancel: () => {
        this.#expecting.delete(expecting);
        this.forget();
      },
    };
    this.#expecting.add(expecting);
    return () => expecting.cancel();
  }

  /** Dials, or joins the queue for a slot. */
  #openOrWait(waiter: Waiter, isFresh: boolean): () => void {
    const limit = this.limits.limitOf(waiter.options);
    if (this.limits.take(this, limit)) return this.open(waiter);
    const wait = this.wait(waiter, limit!, isFresh);
    return () => wait.leave();
  }

  protected open(waiter: Waiter): () => void {
    waiter.dialling();
    return this.dial(
      (socket) => {
        this.connections.add(new NodeConnection(socket, this));
        waiter.connected(socket, false);
      },
      (error) => waiter.failed(error),
    );
  }

  protected hand({ socket }: NodeConnection, waiter: Waiter): void {
    waiter.connected(socket, true);
  }

  /** It settles first, and is idle once it is known that nothing lies behind the last answer. */
  override rest(connection: NodeConnection): void {
    if (connection.isSpent || !connection.isLive) {
      this.drop(connection);
      return;
    }
    this.#settling.add(connection);
    connection.whenQuiet(() => {
      this.#settling.delete(connection);
      super.rest(connection);
      this.#redirect();
    });
  }

  /** It has settled and no wait in the queue needs it: a request that expects one gets it, or it is kept idle. */
  protected override keep(connection: NodeConnection): void {
    const [expecting] = this.#expecting;
    if (expecting === undefined) super.keep(connection);
    else {
      this.#expecting.delete(expecting);
      this.use(connection);
      this.hand(connection, expecting.waiter);
    }
  }

  override drop(connection: NodeConnection): void {
    this.#settling.delete(connection);
    super.drop(connection);
    this.#redirect();
  }

  /** Requests that expect a connection and for which none settles any more dial their own, or join the queue. */
  #redirect(): void {
    for (const expecting of this.#expecting) {
      if (this.#expecting.size <= this.#settling.size) return;
      this.#expecting.delete(expecting);
      expecting.cancel = this.#openOrWait(expecting.waiter, false);
    }
  }
}
