/**
 * Connections of node:http, kept for the next request to the same origin with the same settings. Node's own Agent
 * cannot give up a dial, and reads bytes that arrive between two requests as the answer to the second.
 */
import type { Socket } from 'node:net';
import type { DialSettings } from '../../connect/dial.ts';
import { pinProxy } from '../../connect/forwarding.ts';
import type { Target } from '../../message/uri.ts';
import { keepAliveHint } from '../connections/connection-age.ts';
import type { ConnectionLimits } from '../connections/connection-limits.ts';
import { ConnectionGroup, type PoolOwner, type Waiter } from './connection-group.ts';

export type { Waiter } from './connection-group.ts';

export class ConnectionPool implements PoolOwner {
  readonly #groups = new Map<string, ConnectionGroup>();
  readonly #groupOf = new WeakMap<Socket, ConnectionGroup>();
  readonly #limits: ConnectionLimits;
  #isClosed = false;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Finds or makes a connection. The returned function gives the wait up.
   * @param isFresh take none that was used before
   * @throws RequestError for a proxy variable that cannot be read
   */
  acquire(target: Target, settings: DialSettings, waiter: Waiter, isFresh = false): () => void {
    return this.#group(target, settings).acquire(waiter, isFresh);
  }

  /** The server closes this connection after so many idle seconds (`Keep-Alive: timeout=`). */
  expectClose(socket: Socket, seconds: number): void {
    this.#groupOf.get(socket)?.hinted(socket, { timeout: seconds, max: undefined });
  }

  /** The server said of this connection how long it stays (`Keep-Alive`). */
  hinted(socket: Socket, value: string): void {
    this.#groupOf.get(socket)?.hinted(socket, keepAliveHint(value));
  }

  /** Closes what is idle now, and the others as they become so. */
  close(): void {
    this.#isClosed = true;
    for (const group of this.#groups.values()) group.closeAllIdle();
  }

  opened(socket: Socket, group: ConnectionGroup): void {
    this.#groupOf.set(socket, group);
  }

  emptied(group: ConnectionGroup): void {
    if (this.#groups.get(group.key) === group) this.#groups.delete(group.key);
  }

  #group(target: Target, settings: DialSettings): ConnectionGroup {
    const key = `${settings.key} ${target.origin}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    // Connections that stand in for each other lead through one proxy.
    const pinned = pinProxy(target, settings);
    const group = new ConnectionGroup(key, target, pinned, this.#limits, this);
    this.#groups.set(key, group);
    return group;
  }
}
