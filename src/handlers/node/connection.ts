/**
 * One connection of node:http, and the watch over it while it carries nothing: bytes that come then would be read as the
 * beginning of the next answer, so that such a connection is closed (RFC 9112 section 9.2).
 */
import type { Socket } from 'node:net';
import { startTimer, systemClock } from '../../time/clock.ts';
import { Connection, type ConnectionOwner } from '../connections/connection.ts';
import { idleLimit, type KeepAliveHint } from '../connections/connection-age.ts';
import { closeGracefully } from '../connections/graceful-close.ts';
import { afterRead, watchQuiet } from './quiet-socket.ts';

const bySocket = new WeakMap<Socket, NodeConnection>();

/** The connection that a socket belongs to. */
export function connectionOf(socket: Socket): NodeConnection | undefined {
  return bySocket.get(socket);
}

export class NodeConnection extends Connection {
  readonly socket: Socket;
  readonly #owner: ConnectionOwner;
  /** Seconds without a request after which the server says that it closes it. */
  #timeout: number | undefined;
  #endWatch: (() => void) | undefined;

  /** It begins in use, by the request that it was dialled for. */
  constructor(socket: Socket, owner: ConnectionOwner) {
    super();
    this.socket = socket;
    this.#owner = owner;
    this.streams = 1;
    bySocket.set(socket, this);
    this.connected(owner);
    // node:http emits it for a connection whose exchange has ended well, and that may be used again.
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

  /** Calls back once it is known that no bytes lie behind the last answer; if there are some, the connection is closed. */
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

  /**
   * An idle connection does not keep the process alive. It is closed after the time limit, and when anything comes over it.
   */
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
