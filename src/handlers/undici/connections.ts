/**
 * The connections of one origin, each an undici `Client` that carries one request at a time. undici's own `Pool` looks
 * for a free one among all, and takes one that just became free for busy until the event loop has turned, so that calls
 * in a row would open two; here a free connection is on top of a stack.
 */
import type { Socket } from 'node:net';
import type { Client } from 'undici';
import { type DialSettings, dial, dialTimings } from '../../connect/dial.ts';
import type { RawField } from '../../message/headers.ts';
import type { Target } from '../../message/uri.ts';
import { bareRecord } from '../../options/option-record.ts';
import type { OriginStats } from '../../stack/handler.ts';
import { idleLimits, keepAliveHint, SAFETY, watchAge } from '../connections/connection-age.ts';
import {
  type ConnectionLimits,
  type PlaceHolder,
  type PlaceLimit,
  PlaceWait,
} from '../connections/connection-limits.ts';
import { closeInTurn } from '../connections/graceful-close.ts';

type Timings = NonNullable<ReturnType<typeof dialTimings>>;

/** One connection, or the way to the next one after it has ended. */
export class UndiciLane {
  readonly client: Client;
  readonly route: UndiciRoute;
  /** What dialling took, until the exchange that waited for it has seen it. */
  fresh: Timings | undefined;
  isBusy = true;
  /** Requests that it may still carry. */
  left = Number.POSITIVE_INFINITY;
  /** It has been used for long enough. */
  isOld = false;
  /** The turn at which it came to rest. */
  idleSince = 0;
  /** Its place is for somebody else. */
  isYielded = false;
  /** It is counted; another connection may have taken its place over. */
  hasPlace = true;
  /** What TLS was told when the connection broke: undici reports the end that follows it. */
  alert: Error | undefined;
  /** The last one that was dialled. */
  socket: Socket | undefined;
  #isConnected = false;
  #cancelDial: (() => void) | undefined;
  #stopAge: (() => void) | undefined;

  constructor(route: UndiciRoute, ClientClass: typeof Client) {
    const { target, settings } = route;
    const idle = idleLimits(settings);
    this.route = route;
    const options: Client.Options = {
      // The project's own timers are exact; undici's fire up to a second late.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: settings.maxHeaderSize,
      // Of an idle connection; a server's `Keep-Alive: timeout=` is undici's to read.
      keepAliveTimeout: idle.usual,
      keepAliveMaxTimeout: idle.longest,
      keepAliveTimeoutThreshold: SAFETY,
      connect: (_, callback) => {
        this.#cancelDial = dial(target, settings, (error, socket) => {
          this.#cancelDial = undefined;
          if (error !== null || socket === null) callback(error ?? new Error('no socket'), null);
          else {
            this.socket = socket;
            this.fresh = dialTimings(socket) ?? {};
            this.#begin();
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
      this.#stopAge?.();
      // What waits on it gets a new connection from undici; without that it is of no use any more.
      if (!this.isBusy) route.drop(this);
    });
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Reads of a head how many requests the server still takes. This is on the way of every response. */
  hinted(fields: readonly RawField[]): void {
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] as Uint8Array;
      // `Keep-Alive` is ten letters of which the first is a k, and only in `max` is an x.
      if (name.length !== 10 || (name[0]! | 32) !== 107) continue;
      const value = String(fields[i + 1]);
      if (/x/i.test(value) && /^keep-alive$/i.test(String(name))) this.left = keepAliveHint(value).max ?? this.left;
    }
  }

  /** Ends an idle connection in both directions. @param closed called once it has closed */
  finish(closed: () => void): void {
    const { socket } = this;
    if (socket === undefined || socket.destroyed) this.destroy(undefined, closed);
    else {
      socket.once('close', () => this.destroy(undefined, closed));
      closeInTurn(socket);
    }
  }

  /** Ends the connection, or the attempt to get one. @param closed called once it has closed */
  destroy(reason: Error | undefined, closed: () => void): void {
    this.#cancelDial?.();
    this.#stopAge?.();
    // Not in the middle of a callback of the client's own.
    queueMicrotask(() => this.client.destroy(reason ?? null).then(closed, closed));
  }

  /** A connection is there. */
  #begin(): void {
    this.#isConnected = true;
    this.left = Number.POSITIVE_INFINITY;
    this.isOld = false;
    this.#stopAge = watchAge(this.route.settings, () => {
      this.isOld = true;
      if (!this.isBusy) this.route.drop(this);
    });
  }
}

/** Wants a connection for one request. */
export interface LaneWaiter {
  connected(lane: UndiciLane): void;
}

export class LaneWait extends PlaceWait {
  readonly waiter: LaneWaiter;
  readonly #route: UndiciRoute;

  constructor(route: UndiciRoute, waiter: LaneWaiter, limit: PlaceLimit) {
    super(route, limit, false);
    this.#route = route;
    this.waiter = waiter;
  }

  placed(): void {
    this.#route.served(this, this.#route.open());
  }

  /** Gives the wait up. */
  leave(): void {
    this.#route.leave(this);
  }
}

export class UndiciRoute implements PlaceHolder {
  readonly target: Target;
  /** Its proxy is decided: the connections stand in for each other. */
  readonly settings: DialSettings;
  readonly origin: string;
  /** Its proxy does not say that connections may be used again: each request takes one of its own. */
  isSingle = false;
  readonly #Client: typeof Client;
  readonly #limits: ConnectionLimits;
  readonly #onEmpty: (route: UndiciRoute) => void;
  readonly #lanes = new Set<UndiciLane>();
  readonly #free: UndiciLane[] = [];
  #waiting = 0;

  /** @param onEmpty called when the last connection has ended, and nobody waits for one */
  constructor(
    ClientClass: typeof Client,
    target: Target,
    settings: DialSettings,
    limits: ConnectionLimits,
    onEmpty: (route: UndiciRoute) => void,
  ) {
    this.#Client = ClientClass;
    this.target = target;
    this.settings = settings;
    this.origin = target.origin;
    this.#limits = limits;
    this.#onEmpty = onEmpty;
    limits.join(this);
  }

  get idleSince(): number | undefined {
    return this.#free[0]?.idleSince;
  }

  stats(): OriginStats {
    const connections = this.#lanes.size;
    const idle = this.#free.length;
    return { connections, idle, running: connections - idle, waiting: this.#waiting };
  }

  /** The connection that was used last, whose congestion window is widest, or a new one; none beyond the limit. */
  take(limit: PlaceLimit | undefined): UndiciLane | undefined {
    const lane = this.#free.pop();
    if (lane === undefined) return this.#limits.take(this, limit) ? this.open() : undefined;
    lane.isBusy = true;
    lane.left -= 1;
    return lane;
  }

  /** Waits for a connection that becomes free, or for a place to make one. */
  wait(waiter: LaneWaiter, limit: PlaceLimit): LaneWait {
    const wait = new LaneWait(this, waiter, limit);
    this.#waiting += 1;
    this.#limits.wait(wait);
    return wait;
  }

  leave(wait: LaneWait): void {
    this.#waiting -= 1;
    this.#limits.leave(wait);
    this.#forget();
  }

  served({ waiter }: LaneWait, lane: UndiciLane): void {
    this.#waiting -= 1;
    waiter.connected(lane);
  }

  /** A connection that nothing has used before, for a place that is counted. */
  open(): UndiciLane {
    const lane = new UndiciLane(this, this.#Client);
    this.#lanes.add(lane);
    return lane;
  }

  /** Another in the place of one that has ended. */
  renew(dead: UndiciLane): UndiciLane {
    const lane = this.open();
    dead.hasPlace = false;
    this.drop(dead);
    return lane;
  }

  /** The exchange is over, and its connection may carry the next. */
  give(lane: UndiciLane): void {
    lane.isBusy = false;
    if (this.isSingle || lane.isOld || lane.left <= 0 || !lane.isConnected || !this.#lanes.has(lane)) {
      this.drop(lane);
      return;
    }
    const next = this.#limits.next(this);
    if (next === undefined) {
      lane.idleSince = this.#limits.turn();
      this.#free.push(lane);
    } else if (next instanceof LaneWait) {
      lane.isBusy = true;
      lane.left -= 1;
      this.served(next, lane);
    } else this.#yield(lane);
  }

  closeIdle(): void {
    if (this.#free[0] !== undefined) this.#yield(this.#free[0]);
  }

  /** The connection has ended, or must not be used again. */
  drop(lane: UndiciLane): void {
    if (!this.#lanes.delete(lane)) return;
    const at = this.#free.indexOf(lane);
    if (at !== -1) this.#free.splice(at, 1);
    this.#end(lane);
    this.#forget();
  }

  destroy(reason?: Error): void {
    const lanes = [...this.#lanes];
    this.#lanes.clear();
    this.#free.length = 0;
    for (const lane of lanes) this.#end(lane, reason);
    this.#forget();
  }

  #yield(lane: UndiciLane): void {
    lane.isYielded = true;
    this.drop(lane);
  }

  #end(lane: UndiciLane, reason?: Error): void {
    const { hasPlace, isYielded, isBusy } = lane;
    const closed = (): void => {
      if (hasPlace) this.#limits.release(this, isYielded);
    };
    if (!isBusy && this.#limits.isWaitedFor) lane.finish(closed);
    else lane.destroy(reason, closed);
  }

  #forget(): void {
    if (this.#lanes.size + this.#waiting > 0) return;
    this.#limits.part(this);
    this.#onEmpty(this);
  }
}
