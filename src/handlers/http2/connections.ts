/**
 * The interchangeable connections of HTTP/2 to one origin, and the requests that wait for a stream on one. As a rule there
 * is one connection for all; another one is dialled when the server allows no more streams on it.
 */

import type { Socket } from 'node:net';
import type { DialSettings } from '../../connect/dial.ts';
import { type HostPort, hostPortText } from '../../connect/failure.ts';
import { ConnectError, NetworkError } from '../../message/errors.ts';
import { own } from '../../message/own.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { OriginStats } from '../../stack/handler.ts';
import type { ConnectionLimits } from '../connections/connection-limits.ts';
import { type ConnectionWait, OriginConnections } from '../connections/origin-connections.ts';
import { Http2Connection } from './connection.ts';

/** How many connections in a row may end before a stream was opened on them. More would be a loop without an end. */
const FRUITLESS = 5;

/** A request that wants a stream. One of `connected`, `plain` and `failed` ends its wait. */
export interface Http2Waiter {
  readonly options: RequestOptions;
  /** A connection is being made. */
  dialling(): void;
  /** There is a connection, and the server allows no stream on it yet. */
  barred(): void;
  connected(connection: Http2Connection, isReused: boolean): void;
  /** The server chose HTTP/1.1. */
  plain(): void;
  failed(error: Error): void;
}

/** What the transport wants to know of the connections to one origin. */
export interface Http2Owner {
  /** There is no connection any more, and nobody waits for one. */
  readonly onEmpty: () => void;
  /** Called when ALPN chose HTTP/1.1. Without it, that is an error. */
  readonly onHttp1: (() => void) | undefined;
}

/**
 * Requests wait for streams in a queue of this class. With `ConnectionLimits`, where a slot is one connection, it is the
 * group as a whole that waits.
 */
export class Http2Connections extends OriginConnections<Http2Connection, undefined> {
  /** The name that the transport keeps it under: its origin and settings. */
  readonly key: string;
  readonly #onHttp1: (() => void) | undefined;
  readonly #requests = new Set<Http2Waiter>();
  readonly #slotWaits = new Set<ConnectionWait<undefined>>();
  /** Connections in a row that ended unused while somebody waited. */
  #fruitless = 0;
  /** How many streams the server allowed on the connection before. */
  #peerLimit: number | undefined;

  constructor(key: string, target: Target, settings: DialSettings, limits: ConnectionLimits, owner: Http2Owner) {
    super(target, settings, limits, owner.onEmpty);
    this.key = key;
    this.#onHttp1 = owner.onHttp1;
  }

  protected override get waiting(): number {
    return this.#requests.size;
  }

  /** Dials are not counted as running: their requests are among those that wait, as they may get another connection. */
  override stats(): OriginStats {
    const stats = super.stats();
    return { ...stats, running: stats.running - this.dials.size };
  }

  /** Finds a connection with room for a stream, now or later. The returned function gives the wait up. */
  acquire(waiter: Http2Waiter): () => void {
    const connection = this.#find();
    // Not past those who wait already.
    if (connection !== undefined && this.#requests.size === 0) {
      this.#take(connection, waiter, true);
      return nothingToLeave;
    }
    this.#requests.add(waiter);
    if (this.connections.size === 0 && this.dials.size > 0) waiter.dialling();
    this.#serve();
    return () => {
      this.#requests.delete(waiter);
      this.#trim();
      if (this.#requests.size === 0) this.#stopDialling();
      this.forget();
    };
  }

  /** Lets what is under way finish. */
  override close(): void {
    super.close();
    for (const connection of [...this.connections]) connection.close();
  }

  // What a connection tells

  changed(connection: Http2Connection): void {
    this.#peerLimit = connection.peerLimit ?? this.#peerLimit;
    this.#serve();
  }

  override rest(connection: Http2Connection): void {
    // Requests that wait here go first. What they open may have ended again by now, and then this was called for it too.
    if (!connection.isSpent) this.#serve();
    if (connection.streams === 0 && !connection.isIdle) super.rest(connection);
  }

  /**
   * The connection takes no more requests. One that ended before a stream was opened on it was of no use to those who wait;
   * after several of these in a row they fail, instead of dialling for ever. An eviction is our own doing, and not counted.
   */
  override drop(connection: Http2Connection): void {
    if (!this.connections.has(connection)) return;
    const isOfUse = connection.wasUsed || this.#requests.size === 0;
    if (!connection.isEvicted) this.#fruitless = isOfUse ? 0 : this.#fruitless + 1;
    super.drop(connection);
    if (this.#fruitless >= FRUITLESS) this.#failAll(fruitless(this.target));
    this.#serve();
    this.forget();
  }

  // Requests and connections

  #find(): Http2Connection | undefined {
    // The oldest first, so that a connection more than is needed gets no streams and becomes idle.
    for (const connection of this.connections) if (connection.hasRoom) return connection;
    return undefined;
  }

  #take(connection: Http2Connection, waiter: Http2Waiter, isReused: boolean): void {
    this.use(connection);
    connection.take();
    waiter.connected(connection, isReused);
  }

  /** Gives streams to those who wait, the longest wait first, and dials for those who are left. */
  #serve(isReused = true): void {
    if (this.#requests.size + this.#slotWaits.size === 0) return;
    for (const waiter of this.#requests) {
      const connection = this.#find();
      if (connection === undefined) break;
      this.#requests.delete(waiter);
      this.#take(connection, waiter, isReused);
    }
    if (this.#requests.size > 0) this.#grow();
    this.#trim();
  }

  /**
   * Dials one connection at a time: while that lasts, streams end on those that there are. With `keepAlive: false`, where a
   * connection carries one request, it dials for each.
   */
  #grow(): void {
    const wanted = this.settings.keepAlive ? 1 : this.#requests.size;
    for (const connection of this.connections) {
      if (!connection.isLive || connection.isFull) continue;
      if (connection.isBarred) this.#await(connection);
      return;
    }
    while (this.dials.size + this.#slotWaits.size < wanted) this.#begin();
  }

  /** The requests wait until the server allows streams on this connection, which is held open for them. */
  #await(connection: Http2Connection): void {
    connection.reactivate();
    for (const waiter of this.#requests) waiter.barred();
  }

  /** Dials, or waits for a slot to do so. */
  #begin(): void {
    const [first] = this.#requests;
    const limit = this.limits.limitOf(first!.options);
    if (this.limits.take(this, limit)) this.open();
    else {
      // Fresh: connections that become idle were offered to the requests already (`rest`), so that only a slot is of use.
      const wait = this.wait(undefined, limit!, true);
      this.#slotWaits.add(wait);
    }
  }

  override placed(wait: ConnectionWait<undefined>): (() => void) | undefined {
    this.#slotWaits.delete(wait);
    return super.placed(wait);
  }

  /** Gives up waits for slots beyond the number of waiting requests. */
  #trim(): void {
    for (const wait of this.#slotWaits) {
      if (this.dials.size + this.#slotWaits.size <= this.#requests.size) return;
      this.#slotWaits.delete(wait);
      wait.leave();
    }
  }

  /** Nobody waits any more: dials are given up, and a connection on which the server allows no stream is not kept. */
  #stopDialling(): void {
    for (const cancel of [...this.dials]) cancel();
    for (const connection of [...this.connections]) {
      if (connection.isBarred && connection.streams === 0) connection.close();
    }
  }

  // A dial

  protected open(): () => void {
    if (this.connections.size === 0) for (const waiter of this.#requests) waiter.dialling();
    return this.dial(
      (socket) => this.#connected(socket),
      (error) => this.#failed(error),
    );
  }

  protected hand(): void {
    // Never called: those who wait for slots take no connection that was used before.
  }

  #connected(socket: Socket): void {
    const chosen = own(socket as { alpnProtocol?: string | false | null }, 'alpnProtocol');
    // With TLS the handshake has chosen the protocol; without, both sides have to know beforehand that it is HTTP/2 (RFC
    // 9113 section 3.3).
    if (this.target.protocol === 'https:' && chosen !== 'h2') {
      socket.on('error', () => undefined);
      socket.once('close', () => this.limits.release(this));
      socket.destroy();
      this.#notOffered();
      return;
    }
    const connection = new Http2Connection(socket, this, this.#peerLimit);
    this.connections.add(connection);
    socket.once('close', () => this.closed(connection));
    if (!this.isClosed) this.keep(connection);
    this.#serve(false);
    // It came too late for those it was made for. Not so where the server allows no stream yet: they wait for this one.
    const isUnwanted = connection.streams === 0 && (this.#requests.size === 0 || !connection.isBarred);
    if (this.isClosed || isUnwanted) connection.close();
  }

  /** ALPN chose HTTP/1.1: the requests go that way if they may, and the transport will not ask this origin again. */
  #notOffered(): void {
    const waiting = [...this.#requests];
    this.#requests.clear();
    this.#onHttp1?.();
    for (const waiter of waiting) {
      if (this.#onHttp1 !== undefined) waiter.plain();
      else waiter.failed(notOffered(this.target));
    }
    this.forget();
  }

  /** The dial failed, and so does one request; all of them, where no other connection is left to wait for. */
  #failed(error: Error): void {
    const waiting = [...this.#requests];
    const isAlone = this.connections.size === 0 && this.settings.keepAlive;
    const failing = isAlone ? waiting : waiting.slice(0, 1);
    for (const waiter of failing) this.#requests.delete(waiter);
    for (const waiter of failing) waiter.failed(error);
    this.#serve();
    this.forget();
  }

  #failAll(error: Error): void {
    const waiting = [...this.#requests];
    this.#requests.clear();
    this.#trim();
    this.#stopDialling();
    for (const waiter of waiting) waiter.failed(error);
  }
}

function nothingToLeave(): void {
  // The wait is over before it began.
}

function fruitless(target: HostPort): NetworkError {
  const fact = `${hostPortText(target)} closed ${FRUITLESS} new connections of HTTP/2 in a row before a request could be sent`;
  return new NetworkError(fact, { code: 'ERR_CLOSED' });
}

function notOffered(target: HostPort): ConnectError {
  const fact = `the server does not offer HTTP/2 (ALPN, ${hostPortText(target)}); version 'auto' takes HTTP/1.1 then`;
  return new ConnectError(fact, { code: 'ERR_ALPN' });
}
