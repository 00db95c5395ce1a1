/** The connections of node:http to one origin, and the requests that wait for one of them. */
import type { Socket } from 'node:net';
import type { RequestOptions } from '../../options/options.ts';
import { OriginConnections } from '../connections/origin-connections.ts';
import { NodeConnection } from './connection.ts';

/** Wants a connection. Told once that it has one, or that there is none. */
export interface Waiter {
  readonly options: RequestOptions;
  /** The wait for a slot is over, a connection is being made. */
  dialling(): void;
  connected(socket: Socket, isReused: boolean): void;
  failed(error: Error): void;
}

/** Waits for a connection of which it is not known yet whether anything lies behind its last answer. */
interface Expecting {
  readonly waiter: Waiter;
  cancel: () => void;
}

export class NodeConnections extends OriginConnections<NodeConnection, Waiter> {
  /** Connections that carry nothing, and of which it is not known yet whether anything lies behind their last answer. */
  readonly #settling = new Set<NodeConnection>();
  /** No more than are settling, the longest wait first. */
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
    // Calls in a row would open two connections, if the second did not wait for that of the first.
    if (!isFresh && this.#expecting.size < this.#settling.size) return this.#expect(waiter);
    return this.#openOrWait(waiter, isFresh);
  }

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

  /** It is idle once it is known that nothing lies behind the last answer. */
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

  /** Those for whom no connection comes to rest any more get one of their own. */
  #redirect(): void {
    for (const expecting of this.#expecting) {
      if (this.#expecting.size <= this.#settling.size) return;
      this.#expecting.delete(expecting);
      expecting.cancel = this.#openOrWait(expecting.waiter, false);
    }
  }
}
