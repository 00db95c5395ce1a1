/**
 * One connection of undici: a `Client`, which has at most one socket, carries one request at a time, and dials again after
 * that has closed. It dials through `connect/dial.ts`, and its timers are ours: of undici's own only the one for idle
 * sockets is used.
 */
import type { Socket } from 'node:net';
import type { Client } from 'undici';
import { type DialSettings, dial, dialTimings } from '../../connect/dial.ts';
import type { RawField } from '../../message/headers.ts';
import type { Target } from '../../message/uri.ts';
import { bareRecord } from '../../options/option-record.ts';
import { Connection, type ConnectionOwner } from '../connections/connection.ts';
import { idleLimits, keepAliveHint, SAFETY } from '../connections/connection-age.ts';
import { closeGracefully } from '../connections/graceful-close.ts';

type Timings = NonNullable<ReturnType<typeof dialTimings>>;

/** The connections to its origin with its settings, as the connection and the exchange over it see them. */
export interface UndiciRoute extends ConnectionOwner {
  readonly target: Target;
  /** The origin in the form in which undici keeps it: one for all its connections. */
  readonly url: URL;
  /** Its proxy does not say that a connection may be used again: each request takes one of its own. */
  isSingle: boolean;
  drop(connection: UndiciConnection): void;
  /** The exchange is over, and its connection may carry the next. */
  give(connection: UndiciConnection): void;
  /** Another connection in the slot of one that has ended under a request, so that the request need not queue again. */
  renew(dead: UndiciConnection): UndiciConnection;
}

export class UndiciConnection extends Connection {
  readonly client: Client;
  readonly route: UndiciRoute;
  /**
   * What dialling took, until the exchange that waited for it has taken it: afterwards the connection is one used before.
   */
  fresh: Timings | undefined;
  /** It holds a slot, unless another connection has taken that over. */
  hasSlot = true;
  /** The TLS alert with which the connection broke: undici reports only the end that follows it. */
  alert: Error | undefined;
  /** The socket that was dialled last. */
  socket: Socket | undefined;
  #isConnected = false;
  #cancelDial: (() => void) | undefined;

  constructor(route: UndiciRoute, ClientClass: typeof Client) {
    super();
    this.route = route;
    // It is opened for a request, which undici holds until the socket is there.
    this.streams = 1;
    this.client = new ClientClass(route.url, bareRecord(this.#options(route.settings)));
    this.client.on('disconnect', () => {
      this.#isConnected = false;
      this.disconnected();
      // A request that waits on it gets a new socket from undici; without one the connection is of no use any more.
      if (this.streams === 0) this.route.drop(this);
    });
  }

  get isLive(): boolean {
    return this.#isConnected;
  }

  /** Reads from a head how many requests the server still takes. This is on the way of every response, hence the bytes. */
  onKeepAlive(fields: readonly RawField[]): void {
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] as Uint8Array;
      // `Keep-Alive` is ten letters of which the first is a k, and only in `max` is an x.
      if (name.length !== 10 || (name[0]! | 32) !== 107 || !hasX(fields[i + 1] as Uint8Array)) continue;
      if (/^keep-alive$/i.test(String(name)))
        this.requestsLeft = keepAliveHint(String(fields[i + 1])).max ?? this.requestsLeft;
    }
  }

  /** Ends the connection, or the dial for it. */
  close(isWaitedFor: boolean): void {
    const { socket } = this;
    if (!isWaitedFor || this.streams > 0 || socket === undefined || socket.destroyed) this.#destroy();
    else {
      socket.once('close', () => this.#destroy());
      closeGracefully(socket);
    }
  }

  #destroy(): void {
    this.#cancelDial?.();
    this.disconnected();
    const closed = (): void => this.route.closed(this);
    // Later: this may run within a callback of the client, which must not be destroyed in the middle of it.
    queueMicrotask(() => this.client.destroy(null).then(closed, closed));
  }

  #options(settings: DialSettings): Client.Options {
    const idle = idleLimits(settings);
    return {
      // The project's own timers are exact; undici's fire up to a second late.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: settings.maxHeaderSize,
      // For idle connections. undici reads `Keep-Alive: timeout=` of the server by itself.
      keepAliveTimeout: idle.usual,
      keepAliveMaxTimeout: idle.longest,
      keepAliveTimeoutThreshold: SAFETY,
      connect: (_, callback) => {
        this.#cancelDial = dial(this.route.target, settings, (error, socket) => {
          this.#cancelDial = undefined;
          if (error !== null || socket === null) callback(error ?? new Error('no socket'), null);
          else {
            this.#opened(socket);
            callback(null, socket);
          }
        });
      },
    };
  }

  #opened(socket: Socket): void {
    this.socket = socket;
    this.fresh = dialTimings(socket) ?? {};
    this.#isConnected = true;
    this.connected(this.route);
    // No `once`, which keeps three objects more for as long as the connection lives.
    socket.on('error', (cause: Error & { code?: unknown }) => {
      if (String(cause.code).startsWith('ERR_SSL_')) this.alert = cause;
    });
  }
}

/** Whether the letter is among the bytes, in either case. */
function hasX(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i]! | 32) === 120) return true;
  return false;
}
