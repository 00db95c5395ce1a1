/**
 * The connections of one handler over node:http: those to each origin, with each set of dial settings, in a
 * `NodeConnections`. It stands in the place of Node's own Agent, which cannot give up a dial, and which reads bytes that
 * arrive between two requests as the answer to the second.
 */
import type { Socket } from 'node:net';
import type { DialSettings } from '../../connect/dial.ts';
import { pinProxy } from '../../connect/forwarding.ts';
import type { Target } from '../../message/uri.ts';
import { keepAliveHint } from '../connections/connection-age.ts';
import type { ConnectionLimits } from '../connections/connection-limits.ts';
import { connectionOf } from './connection.ts';
import { NodeConnections, type Waiter } from './connections.ts';

export type { Waiter } from './connections.ts';

export class ConnectionPool {
  readonly #origins = new Map<string, NodeConnections>();
  readonly #limits: ConnectionLimits;
  #isClosed = false;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /**
   * Finds or makes a connection. The returned function gives the wait up.
   * @param isFresh take none that was used before
   * @throws RequestError for a proxy variable that cannot be read
   */
  acquire(target: Target, settings: DialSettings, waiter: Waiter, isFresh = false): () => void {
    return this.#connections(target, settings).acquire(waiter, isFresh);
  }

  /** The server closes this connection after so many idle seconds; with 0 it is not kept. */
  expectClose(socket: Socket, seconds: number): void {
    connectionOf(socket)?.onKeepAlive({ timeout: seconds, max: undefined });
  }

  /** The server has said how long it keeps this connection. @param value of the header `Keep-Alive` */
  onKeepAlive(socket: Socket, value: string): void {
    connectionOf(socket)?.onKeepAlive(keepAliveHint(value));
  }

  /** Closes what is idle now, and the others as they become so. */
  close(): void {
    this.#isClosed = true;
    for (const connections of [...this.#origins.values()]) connections.close();
  }

  #connections(target: Target, settings: DialSettings): NodeConnections {
    const key = `${settings.key} ${target.origin}`;
    const known = this.#origins.get(key);
    if (known !== undefined) return known;
    // Interchangeable connections lead through the same proxy, so it is chosen once, for all of them.
    const connections = new NodeConnections(target, pinProxy(target, settings), this.#limits, () => {
      if (this.#origins.get(key) === connections) this.#origins.delete(key);
    });
    if (this.#isClosed) connections.close();
    this.#origins.set(key, connections);
    return connections;
  }
}
