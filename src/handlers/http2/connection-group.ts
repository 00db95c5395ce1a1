/** The connections to one origin that stand in for each other, and the requests that wait for a place on one. */

import type { Socket } from 'node:net';
import { type DialSettings, dial } from '../../connect/dial.ts';
import { type Place, placeName } from '../../connect/failure.ts';
import { ConnectError, NetworkError } from '../../message/errors.ts';
import { own } from '../../message/own.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { OriginStats } from '../../stack/handler.ts';
import {
  type ConnectionLimits,
  type PlaceHolder,
  type PlaceLimit,
  PlaceWait,
} from '../connections/connection-limits.ts';
import { Http2Connection } from './connection.ts';

/** How many connections in a row may end before a stream was opened on them, while somebody waits. */
const FRUITLESS = 5;

/** Wants a place for a stream. Told once that it has one, or that there is none. */
export interface Http2Waiter {
  readonly options: RequestOptions;
  /** A connection is being made for it. */
  dialling(): void;
  /** There is a connection, on which the server allows no stream yet. */
  barred(): void;
  connected(connection: Http2Connection, isReused: boolean): void;
  /** The server chose HTTP/1.1. */
  plain(): void;
  failed(error: Error): void;
}

export interface GroupOwner {
  /** ALPN chose HTTP/1.1, and that was among what was offered. */
  foundPlain(group: Http2Group): void;
  /** It holds nothing any more. */
  emptied(group: Http2Group): void;
}

/** The group waits for a place to dial: its requests wait for streams. */
class DialWait extends PlaceWait {
  readonly #group: Http2Group;

  constructor(group: Http2Group, limit: PlaceLimit) {
    super(group, limit, true);
    this.#group = group;
  }

  placed(): void {
    this.#group.placed(this);
  }
}

export class Http2Group implements PlaceHolder {
  readonly key: string;
  readonly origin: string;
  readonly #limits: ConnectionLimits;
  readonly #target: Target;
  readonly #settings: DialSettings;
  readonly #isAuto: boolean;
  readonly #owner: GroupOwner;
  readonly #connections = new Set<Http2Connection>();
  readonly #waiting = new Set<Http2Waiter>();
  readonly #dials = new Set<() => void>();
  readonly #dialWaits = new Set<DialWait>();
  #isClosed = false;
  /** Connections that ended unused, since the last one that was of use. */
  #fruitless = 0;
  /** What the server last said of its streams. */
  #peerLimit: number | undefined;

  /** @param isAuto HTTP/1.1 is an answer too */
  constructor(
    key: string,
    target: Target,
    settings: DialSettings,
    limits: ConnectionLimits,
    isAuto: boolean,
    owner: GroupOwner,
  ) {
    this.key = key;
    this.origin = target.origin;
    this.#limits = limits;
    this.#target = target;
    this.#settings = settings;
    this.#isAuto = isAuto;
    this.#owner = owner;
    limits.join(this);
  }

  get idleSince(): number | undefined {
    return this.#longestIdle()?.idleSince;
  }

  stats(): OriginStats {
    const sum = { connections: this.#dials.size, idle: 0, running: 0, waiting: this.#waiting.size };
    for (const connection of this.#connections) {
      sum.connections += 1;
      sum.running += connection.open;
      if (connection.open === 0) sum.idle += 1;
    }
    return sum;
  }

  /** Finds a place, now or later. The returned function gives the wait up. */
  acquire(waiter: Http2Waiter): () => void {
    const connection = this.#find();
    if (connection !== undefined && this.#waiting.size === 0) {
      connection.take();
      waiter.connected(connection, true);
      return () => undefined;
    }
    this.#waiting.add(waiter);
    if (this.#connections.size === 0 && this.#dials.size > 0) waiter.dialling();
    this.#serve();
    return () => {
      this.#waiting.delete(waiter);
      if (this.#waiting.size === 0) this.#stopDialling();
      this.#trim();
      this.#forget();
    };
  }

  placed(wait: DialWait): void {
    this.#dialWaits.delete(wait);
    this.#dial();
  }

  closeIdle(): void {
    const connection = this.#longestIdle();
    if (connection !== undefined) this.#yield(connection);
  }

  /** Lets what is under way finish. */
  close(): void {
    this.#isClosed = true;
    for (const connection of [...this.#connections]) connection.close();
  }

  changed(connection: Http2Connection): void {
    this.#peerLimit = connection.peerLimit ?? this.#peerLimit;
    this.#serve();
    if (connection.open > 0 || !connection.isLive) return;
    connection.idleSince = this.#limits.turn();
    if (this.#limits.next(this) === 'close') this.#yield(connection);
  }

  lost(connection: Http2Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.#fruitless = connection.wasUsed || this.#waiting.size === 0 ? 0 : this.#fruitless + 1;
    if (this.#fruitless >= FRUITLESS) this.#failAll(fruitless(this.#target));
    this.#serve();
    this.#forget();
  }

  #failAll(error: Error): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#stopDialling();
    for (const waiter of waiting) waiter.failed(error);
  }

  /** Nobody waits: nothing is made, and what was of no use yet is not kept. */
  #stopDialling(): void {
    for (const cancel of [...this.#dials]) cancel();
    for (const connection of [...this.#connections]) {
      if (connection.isBarred && connection.open === 0) connection.close();
    }
  }

  #longestIdle(): Http2Connection | undefined {
    let longest: Http2Connection | undefined;
    for (const connection of this.#connections) {
      const isIdle = connection.open === 0 && connection.isLive;
      if (isIdle && (longest === undefined || connection.idleSince < longest.idleSince)) longest = connection;
    }
    return longest;
  }

  #yield(connection: Http2Connection): void {
    connection.isYielded = true;
    this.#connections.delete(connection);
    connection.close();
    this.#forget();
  }

  #find(): Http2Connection | undefined {
    // The oldest first, so that one more than is needed comes to rest.
    for (const connection of this.#connections) if (connection.hasRoom) return connection;
    return undefined;
  }

  #serve(isReused = true): void {
    for (const waiter of this.#waiting) {
      const connection = this.#find();
      if (connection === undefined) break;
      this.#waiting.delete(waiter);
      connection.take();
      waiter.connected(connection, isReused);
    }
    if (this.#waiting.size > 0) this.#grow();
    this.#trim();
  }

  /** One dial at a time: while it lasts, places become free on the connections that there are. */
  #grow(): void {
    const wanted = this.#settings.keepAlive ? 1 : this.#waiting.size;
    for (const connection of this.#connections) {
      if (!connection.isLive || connection.isFull) continue;
      if (connection.isBarred) this.#await(connection);
      return;
    }
    while (this.#dials.size + this.#dialWaits.size < wanted) this.#begin();
  }

  /** What waits has this connection's server to wait for. */
  #await(connection: Http2Connection): void {
    connection.hold();
    for (const waiter of this.#waiting) waiter.barred();
  }

  /** Dials, or waits for a place to do so. */
  #begin(): void {
    const [first] = this.#waiting;
    const limit = this.#limits.limitOf(first!.options);
    if (this.#limits.take(this, limit)) this.#dial();
    else {
      const wait = new DialWait(this, limit!);
      this.#dialWaits.add(wait);
      this.#limits.wait(wait);
    }
  }

  /** Nobody waits for a place that nobody needs. */
  #trim(): void {
    for (const wait of this.#dialWaits) {
      if (this.#dials.size + this.#dialWaits.size <= this.#waiting.size) return;
      this.#dialWaits.delete(wait);
      this.#limits.leave(wait);
    }
  }

  /** Makes a connection for a place that is counted. */
  #dial(): void {
    if (this.#connections.size === 0) for (const waiter of this.#waiting) waiter.dialling();
    const stop = dial(this.#target, this.#settings, (error, socket) => {
      this.#dials.delete(cancel);
      if (socket === null) {
        this.#limits.release(this);
        this.#failed(error!);
      } else this.#connected(socket);
    });
    const cancel = (): void => {
      this.#dials.delete(cancel);
      stop();
      this.#limits.release(this);
    };
    this.#dials.add(cancel);
  }

  #connected(socket: Socket): void {
    const chosen = own(socket as { alpnProtocol?: string | false | null }, 'alpnProtocol');
    // RFC 9113 §3.3: over plain text there is only what both know before.
    if (this.#target.protocol === 'https:' && chosen !== 'h2') {
      socket.on('error', () => undefined);
      socket.once('close', () => this.#limits.release(this));
      socket.destroy();
      this.#notOffered();
      return;
    }
    const connection = new Http2Connection(socket, this.#target, this.#settings, this, this.#peerLimit);
    this.#connections.add(connection);
    socket.once('close', () => this.#limits.release(this, connection.isYielded));
    this.#serve(false);
    // A connection that came too late for those it was made for; one that takes no stream yet is waited for.
    const isUnwanted = connection.open === 0 && (this.#waiting.size === 0 || !connection.isBarred);
    if (this.#isClosed || isUnwanted) connection.close();
  }

  #notOffered(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    if (this.#isAuto) this.#owner.foundPlain(this);
    for (const waiter of waiting) {
      if (this.#isAuto) waiter.plain();
      else waiter.failed(notOffered(this.#target));
    }
    this.#forget();
  }

  /** Who can wait for a place on another connection does. */
  #failed(error: Error): void {
    const waiting = [...this.#waiting];
    const isAlone = this.#connections.size === 0 && this.#settings.keepAlive;
    const failing = isAlone ? waiting : waiting.slice(0, 1);
    for (const waiter of failing) this.#waiting.delete(waiter);
    for (const waiter of failing) waiter.failed(error);
    this.#serve();
    this.#forget();
  }

  /** A crawler meets more origins than memory should hold. */
  #forget(): void {
    if (this.#connections.size + this.#waiting.size + this.#dials.size > 0) return;
    this.#limits.part(this);
    this.#owner.emptied(this);
  }
}

function fruitless(target: Place): NetworkError {
  const fact = `${placeName(target)} closed ${FRUITLESS} new connections of HTTP/2 in a row before a request could be sent`;
  return new NetworkError(fact, { code: 'ERR_CLOSED' });
}

function notOffered(target: Place): ConnectError {
  const fact = `the server does not offer HTTP/2 (ALPN, ${placeName(target)}); version 'auto' takes HTTP/1.1 then`;
  return new ConnectError(fact, { code: 'ERR_ALPN' });
}
