/** The connections to one origin that stand in for each other, and the requests that wait for a place on one. */
import type { Socket } from 'node:net';
import { ConnectError } from '../errors.ts';
import type { Target } from '../message/uri.ts';
import { type DialSettings, dial } from './dial.ts';
import { type Place, placeName } from './failure.ts';
import { Http2Connection } from './http2-connection.ts';

/** Wants a place for a stream. Told once that it has one, or that there is none. */
export interface Http2Waiter {
  /** A connection is being made for it. */
  dialling(): void;
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

export class Http2Group {
  readonly key: string;
  readonly #target: Target;
  readonly #settings: DialSettings;
  readonly #isAuto: boolean;
  readonly #owner: GroupOwner;
  readonly #connections = new Set<Http2Connection>();
  readonly #waiting = new Set<Http2Waiter>();
  readonly #dials = new Set<() => void>();
  #isClosed = false;
  /** What the server last said of its streams. */
  #peerLimit: number | undefined;

  /** @param isAuto HTTP/1.1 is an answer too */
  constructor(key: string, target: Target, settings: DialSettings, isAuto: boolean, owner: GroupOwner) {
    this.key = key;
    this.#target = target;
    this.#settings = settings;
    this.#isAuto = isAuto;
    this.#owner = owner;
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
    if (this.#connections.size === 0) waiter.dialling();
    this.#serve();
    return () => {
      this.#waiting.delete(waiter);
      if (this.#waiting.size === 0) for (const cancel of [...this.#dials]) cancel();
      this.#forget();
    };
  }

  /** Lets what is under way finish. */
  close(): void {
    this.#isClosed = true;
    for (const connection of [...this.#connections]) connection.close();
  }

  changed(connection: Http2Connection): void {
    this.#peerLimit = connection.peerLimit ?? this.#peerLimit;
    this.#serve();
  }

  lost(connection: Http2Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.#serve();
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
  }

  /** One dial at a time: while it lasts, places become free on the connections that there are. */
  #grow(): void {
    const wanted = this.#settings.keepAlive ? 1 : this.#waiting.size;
    for (const connection of this.#connections) if (connection.isLive && !connection.isFull) return;
    while (this.#dials.size < wanted) this.#dial();
  }

  #dial(): void {
    const stop = dial(this.#target, this.#settings, (error, socket) => {
      this.#dials.delete(cancel);
      if (socket === null) this.#failed(error ?? new Error('no connection'));
      else this.#connected(socket);
    });
    const cancel = (): void => {
      this.#dials.delete(cancel);
      stop();
    };
    this.#dials.add(cancel);
  }

  #connected(socket: Socket): void {
    const chosen = (socket as { alpnProtocol?: string | false | null }).alpnProtocol;
    // RFC 9113 §3.3: over plain text there is only what both know before.
    if (this.#target.protocol === 'https:' && chosen !== 'h2') {
      socket.on('error', () => undefined);
      socket.destroy();
      this.#notOffered();
      return;
    }
    const connection = new Http2Connection(socket, this.#target, this.#settings, this, this.#peerLimit);
    this.#connections.add(connection);
    this.#serve(false);
    if (this.#isClosed || connection.open === 0) connection.close();
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
    if (this.#connections.size + this.#waiting.size + this.#dials.size === 0) this.#owner.emptied(this);
  }
}

function notOffered(target: Place): ConnectError {
  const fact = `the server does not offer HTTP/2 (ALPN, ${placeName(target)}); version 'auto' takes HTTP/1.1 then`;
  return new ConnectError(fact, { code: 'ERR_ALPN' });
}
