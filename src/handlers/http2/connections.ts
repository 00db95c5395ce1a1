/** The connections to one origin that stand in for each other, and the requests that wait for a place on one. */

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

/** How many connections in a row may end before a stream was opened on them, while somebody waits. */
const FRUITLESS = 5;

/** Wants a stream. Told once that it has one, or that there is none. */
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

/** What the transport is told of the connections to one origin. */
export interface Http2Owner {
  /** There is no connection any more, and nobody waits for one. */
  readonly onEmpty: () => void;
  /** Called when ALPN chose HTTP/1.1. Without it, that is an error. */
  readonly onHttp1: (() => void) | undefined;
}

/** Requests wait for streams here; it is the group as a whole that waits for slots to dial. */
export class Http2Connections extends OriginConnections<Http2Connection, undefined> {
  /** Whom the transport knows it by. */
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

  /** Requests whose connection is being dialled are among those that wait: it may be another one that they get. */
  override stats(): OriginStats {
    const stats = super.stats();
    return { ...stats, running: stats.running - this.dials.size };
  }

  /** Finds a connection with room for a stream, now or later. The returned function gives the wait up. */
  acquire(waiter: Http2Waiter): () => void {
    const connection = this.#find();
    if (connection !== undefined && this.#requests.size === 0) {
      this.#take(connection, waiter, true);
      return () => undefined;
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
    // Requests that wait here go first, and may have ended again by now.
    if (!connection.isSpent) this.#serve();
    if (connection.streams === 0 && !connection.isIdle) super.rest(connection);
  }

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
    // The oldest first, so that one more than is needed comes to rest.
    for (const connection of this.connections) if (connection.hasRoom) return connection;
    return undefined;
  }

  #take(connection: Http2Connection, waiter: Http2Waiter, isReused: boolean): void {
    this.use(connection);
    connection.take();
    waiter.connected(connection, isReused);
  }

  #serve(isReused = true): void {
    for (const waiter of this.#requests) {
      const connection = this.#find();
      if (connection === undefined) break;
      this.#requests.delete(waiter);
      this.#take(connection, waiter, isReused);
    }
    if (this.#requests.size > 0) this.#grow();
    this.#trim();
  }

  /** One dial at a time: while it lasts, streams end on the connections that there are. */
  #grow(): void {
    const wanted = this.settings.keepAlive ? 1 : this.#requests.size;
    for (const connection of this.connections) {
      if (!connection.isLive || connection.isFull) continue;
      if (connection.isBarred) this.#await(connection);
      return;
    }
    while (this.dials.size + this.#slotWaits.size < wanted) this.#begin();
  }

  /** The requests wait for the word of this connection's server. */
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
      // What comes to rest here was offered to the requests already: only a slot is of use.
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

  /** Nobody waits: nothing is made, and a connection that was of no use yet is not kept. */
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
    // RFC 9113 section 3.3: without TLS both sides have to know beforehand that it is HTTP/2.
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
    // A connection that came too late for those it was made for; one that takes no stream yet is waited for.
    const isUnwanted = connection.streams === 0 && (this.#requests.size === 0 || !connection.isBarred);
    if (this.isClosed || isUnwanted) connection.close();
  }

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

  /** The dial failed. Requests that can wait for a stream on another connection do. */
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

function fruitless(target: HostPort): NetworkError {
  const fact = `${hostPortText(target)} closed ${FRUITLESS} new connections of HTTP/2 in a row before a request could be sent`;
  return new NetworkError(fact, { code: 'ERR_CLOSED' });
}

function notOffered(target: HostPort): ConnectError {
  const fact = `the server does not offer HTTP/2 (ALPN, ${hostPortText(target)}); version 'auto' takes HTTP/1.1 then`;
  return new ConnectError(fact, { code: 'ERR_ALPN' });
}
