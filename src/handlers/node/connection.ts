/** One connection of node:http, and the watch over it while it carries nothing. */
import type { Socket } from 'node:net';
import { startTimer, systemClock } from '../../time/clock.ts';
import { Connection, type ConnectionOwner } from '../connections/connection.ts';
import { idleLimit, type KeepAliveHint } from '../connections/connection-age.ts';
import { closeGracefully } from '../connections/graceful-close.ts';
import { afterRead, watchQuiet } from './quiet-socket.ts';

const bySocket = new WeakMap<Socket, NodeConnection>();

/** The connection that a socket was made for. */
export function connectionOf(socket: Socket): NodeConnection | undefined {
  return bySocket.get(socket);
}

export class NodeConnection extends Connection {
  readonly socket: Socket;
  readonly #owner: ConnectionOwner;
  /** Seconds without a request after which the server closes it. */
  #timeout: number | undefined;
  #endWatch: (() => void) | undefined;

  /** For the request that it was dialled for. */
  constructor(socket: Socket, owner: ConnectionOwner) {
    super();
    this.socket = socket;
    this.#owner = owner;
    this.streams = 1;
    bySocket.set(socket, this);
    this.connected(owner);
    // node:http's word for a connection whose exchange has ended well.
    socket.on('free', () => {
      this.streams = 0;
      owner.rest(this);
    });
    socket.once('close', () => {
      this.disconnected();
      owner.closed(this);
    });
  }

  get isLive(): boolean {
    const { destroyed, writable, readable } = this.socket;
    return !destroyed && writable && readable;
  }

  override get isSpent(): boolean {
    return super.isSpent || !this.#owner.settings.keepAlive || this.#idleLimit === 0;
  }

  get #idleLimit(): number {
    return idleLimit(this.#owner.settings, this.#timeout);
  }

  /** The server said how long, and for how many requests, it keeps the connection. */
  onKeepAlive({ timeout, max }: KeepAliveHint): void {
    this.#timeout = timeout ?? this.#timeout;
    this.requestsLeft = max ?? this.requestsLeft;
  }

  /** Calls back once it is known that nothing lies behind the last answer; it would pass for the next one. */
  whenQuiet(callback: () => void): void {
    const unwatch = watchQuiet(this.socket, () => this.#owner.drop(this));
    const stop = afterRead(() => {
      this.#stopWatch();
      callback();
    });
    this.#endWatch = () => {
      stop();
      unwatch();
    };
  }

  /** An idle connection holds no process, and is closed when anything comes over it: nobody asked for that. */
  override park(): void {
    const drop = (): void => this.#owner.drop(this);
    // Not the request's clock: this is about the server's time, whatever a test plays with.
    const stop = startTimer(systemClock, this.#idleLimit, drop, true);
    const unwatch = watchQuiet(this.socket, drop);
    this.socket.unref();
    this.#endWatch = () => {
      stop();
      unwatch();
      if (!this.socket.destroyed) this.socket.ref();
    };
  }

  override reactivate(): void {
    this.#stopWatch();
  }

  close(isWaitedFor: boolean): void {
    const { socket } = this;
    this.#stopWatch();
    socket.on('error', () => undefined);
    if (isWaitedFor && !socket.destroyed && this.streams === 0) closeGracefully(socket);
    else socket.destroy();
  }

  #stopWatch(): void {
    const end = this.#endWatch;
    this.#endWatch = undefined;
    end?.();
  }
}
