/**
 * The connections of one origin, each an undici `Client` that carries one request at a time. undici's own `Pool` looks
 * for a free one among all, and takes one that just became free for busy until the event loop has turned, so that calls
 * in a row would open two; here a free connection is on top of a stack.
 */
import type { Socket } from 'node:net';
import type { Client } from 'undici';
import type { Target } from '../message/uri.ts';
import { bareRecord } from '../option-record.ts';
import { type DialSettings, dial, dialTimings } from './dial.ts';

type Timings = NonNullable<ReturnType<typeof dialTimings>>;

/** One connection, or the way to the next one after it has ended. */
export class UndiciLane {
  readonly client: Client;
  readonly route: UndiciRoute;
  /** What dialling took, until the exchange that waited for it has seen it. */
  fresh: Timings | undefined;
  isBusy = true;
  /** What TLS was told when the connection broke: undici reports the end that follows it. */
  alert: Error | undefined;
  /** The last one that was dialled. */
  socket: Socket | undefined;
  #isConnected = false;
  #cancelDial: (() => void) | undefined;

  constructor(route: UndiciRoute, ClientClass: typeof Client) {
    const { target, settings } = route;
    this.route = route;
    const options: Client.Options = {
      // The project's own timers are exact; undici's fire up to a second late.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: settings.maxHeaderSize,
      connect: (_, callback) => {
        this.#cancelDial = dial(target, settings, (error, socket) => {
          this.#cancelDial = undefined;
          if (error !== null || socket === null) callback(error ?? new Error('no socket'), null);
          else {
            this.socket = socket;
            this.fresh = dialTimings(socket) ?? {};
            this.#isConnected = true;
            socket.once('error', (cause: Error & { code?: unknown }) => {
              if (String(cause.code).startsWith('ERR_SSL_')) this.alert = cause;
            });
            callback(null, socket);
          }
        });
      },
    };
    this.client = new ClientClass(target.origin, bareRecord(options));
    this.client.on('disconnect', () => {
      this.#isConnected = false;
      // What waits on it gets a new connection from undici; without that it is of no use any more.
      if (!this.isBusy) route.drop(this);
    });
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Ends the connection, or the attempt to get one. */
  destroy(reason?: Error): void {
    this.#cancelDial?.();
    // Not in the middle of a callback of the client's own.
    queueMicrotask(() => this.client.destroy(reason ?? null).catch(() => undefined));
  }
}

export class UndiciRoute {
  readonly target: Target;
  /** Its proxy is decided: the connections stand in for each other. */
  readonly settings: DialSettings;
  /** Its proxy does not say that connections may be used again: each request takes one of its own. */
  isSingle = false;
  readonly #Client: typeof Client;
  readonly #onEmpty: (route: UndiciRoute) => void;
  readonly #lanes = new Set<UndiciLane>();
  readonly #free: UndiciLane[] = [];

  /** @param onEmpty called when the last connection has ended */
  constructor(
    ClientClass: typeof Client,
    target: Target,
    settings: DialSettings,
    onEmpty: (route: UndiciRoute) => void,
  ) {
    this.#Client = ClientClass;
    this.target = target;
    this.settings = settings;
    this.#onEmpty = onEmpty;
  }

  /** The connection that was used last, whose congestion window is widest, or a new one. */
  take(): UndiciLane {
    const lane = this.#free.pop() ?? this.open();
    lane.isBusy = true;
    return lane;
  }

  /** A connection that nothing has used before. */
  open(): UndiciLane {
    const lane = new UndiciLane(this, this.#Client);
    this.#lanes.add(lane);
    return lane;
  }

  /** The exchange is over, and its connection may carry the next. */
  give(lane: UndiciLane): void {
    lane.isBusy = false;
    if (this.isSingle || !lane.isConnected) this.drop(lane);
    else if (this.#lanes.has(lane)) this.#free.push(lane);
  }

  /** The connection has ended, or must not be used again. */
  drop(lane: UndiciLane): void {
    if (!this.#lanes.delete(lane)) return;
    const at = this.#free.indexOf(lane);
    if (at !== -1) this.#free.splice(at, 1);
    lane.destroy();
    if (this.#lanes.size === 0) this.#onEmpty(this);
  }

  destroy(reason?: Error): void {
    for (const lane of [...this.#lanes]) lane.destroy(reason);
    this.#lanes.clear();
    this.#free.length = 0;
  }
}
