/**
 * One connection of HTTP/2: how many streams it may carry, and whether it takes another one now. `connections.ts` asks it,
 * and is told (`changed`) when the answer may be another one.
 */

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  connect,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Socket } from 'node:net';
import { runtimeOptions } from '../../message/runtime-options.ts';
import type { Target } from '../../message/uri.ts';
import { startTimer, systemClock } from '../../time/clock.ts';
import { Connection, type ConnectionOwner } from '../connections/connection.ts';
import type { RequestHead } from './request.ts';

/** Streams at once until the server has said its own limit, which should not be lower (RFC 9113 section 6.5.2). */
const BEFORE_SETTINGS = 100;
/** Requests that wait for a head at once: more would fill the server's memory, and a GOAWAY has all of them sent again. */
const UNANSWERED = 250;
/** Bytes of one body, and of all bodies together, that the server may send before they are read. */
const STREAM_WINDOW = 1_048_576;
const CONNECTION_WINDOW = 16_777_216;
/**
 * Bytes of a head that node:http2 lets through beyond `maxHeaderSize`. It gives no reason when it refuses a head by itself;
 * so most that are too large are seen here, and fail with an error that says their size.
 */
const HEADER_MARGIN = 262_144;
const HEADER_LINES = 65_535;
/** Megabytes that node:http2 may hold for one connection: with its default of 10 it refuses streams on a busy one. */
const MEMORY = 1024;
/** Milliseconds; many servers and NATs forget a connection after a minute. */
const IDLE_LIMIT = 45_000;
/** Milliseconds; a PING is to be answered before anything else (RFC 9113 section 6.7). */
const PING_LIMIT = 5_000;
const LARGEST_SETTING = 4_294_967_295;

/** What a stream is opened with, of which node:http2 takes a copy. */
const streamOptions = (asked: ClientSessionRequestOptions) => Object.freeze(runtimeOptions('http2Stream', asked));
const BODILESS = streamOptions({ endStream: true });
const WITH_BODY = streamOptions({ endStream: false });
const TRAILED = streamOptions({ endStream: false, waitForTrailers: true });

/** The connections of its origin, as one of them sees them. */
interface Owner extends ConnectionOwner {
  readonly target: Target;
  /** There may be room for streams on the connection, or less of it. */
  changed(connection: Http2Connection): void;
}

export class Http2Connection extends Connection {
  readonly socket: Socket;
  /** A stream was opened on it. */
  wasUsed = false;
  /** How many requests were answered over it. */
  served = 0;
  /** The last stream that the server took, once it has sent a GOAWAY (RFC 9113 section 6.8). */
  lastTaken = Number.POSITIVE_INFINITY;
  readonly #session: ClientHttp2Session;
  readonly #owner: Owner;
  readonly #isSingle: boolean;
  /** Milliseconds without a stream after which it is closed; 0 is no limit. */
  readonly #idleLimit: number;
  /** Streams that the server allowed on the connection before; taken for its limit until it has said one. */
  readonly #expected: number;
  /** Streams on which no head has come yet. */
  #unanswered = 0;
  /** SETTINGS_MAX_CONCURRENT_STREAMS, once the server has said it. */
  #peerLimit: number | undefined;
  /** The limit that a refused stream has shown, until the next answer: the server has less room than it has said. */
  #refusedAt = Number.POSITIVE_INFINITY;
  #isClosing = false;
  #stopIdle: (() => void) | undefined;
  /** Ends the wait for the answer to a PING; no stream is opened while it lasts. */
  #stopPing: (() => void) | undefined;

  /** @param expected what the server allowed on the connection before, until it says what it allows on this one */
  constructor(socket: Socket, owner: Owner, expected = BEFORE_SETTINGS) {
    super();
    this.#expected = expected;
    this.socket = socket;
    const { settings, target } = owner;
    this.#owner = owner;
    this.#isSingle = !settings.keepAlive;
    this.#idleLimit = settings.idleTimeout ?? IDLE_LIMIT;
    this.connected(owner);
    this.#session = connect(
      target.origin,
      runtimeOptions('http2', {
        createConnection: () => socket,
        maxSessionMemory: MEMORY,
        maxHeaderListPairs: HEADER_LINES,
        settings: runtimeOptions('http2Settings', {
          enablePush: false,
          initialWindowSize: STREAM_WINDOW,
          maxHeaderListSize: Math.min(settings.maxHeaderSize + HEADER_MARGIN, LARGEST_SETTING),
        }),
      }),
    );
    this.#follow();
  }

  /** Whether it takes a request now. */
  get hasRoom(): boolean {
    if (!this.isLive || this.#stopPing !== undefined || (this.#isSingle && this.wasUsed)) return false;
    return this.#unanswered < UNANSWERED && this.streams < this.#limit;
  }

  /** Whether another connection is needed: this one has reached its limit, or waits for the answer to a PING. */
  get isFull(): boolean {
    if (this.isBarred) return false;
    if (this.#stopPing !== undefined) return true;
    return this.#isSingle || (this.#peerLimit !== undefined && this.streams >= this.#limit);
  }

  /**
   * Whether the server allows no stream on it, and has answered none so far: its SETTINGS_MAX_CONCURRENT_STREAMS is 0, which
   * it should be for a short time only (RFC 9113 section 6.5.2). Another connection would be no better, so that what waits
   * does so for this one, until the server allows a stream.
   */
  get isBarred(): boolean {
    return this.isLive && this.served === 0 && this.#limit === 0;
  }

  get isLive(): boolean {
    return !this.#isClosing && !this.#session.closed && !this.#session.destroyed;
  }

  /** Streams that the server allows at once; `undefined` until it has said. */
  get peerLimit(): number | undefined {
    return this.#peerLimit;
  }

  /** With `keepAlive: false` it carries one request. */
  override get isSpent(): boolean {
    return this.#isSingle || super.isSpent;
  }

  get #limit(): number {
    return Math.min(this.#peerLimit ?? this.#expected, this.#refusedAt);
  }

  /** A stream is to be opened on it. */
  take(): void {
    this.wasUsed = true;
    this.#unanswered += 1;
  }

  /** An idle connection holds no process, and is closed when it was idle for long enough. */
  override park(): void {
    if (this.#session.destroyed) return;
    this.#session.unref();
    // Not the request's clock: this is about the server's time, whatever a test plays with.
    const drop = (): void => this.#owner.drop(this);
    if (this.#idleLimit > 0) this.#stopIdle = startTimer(systemClock, this.#idleLimit, drop, true);
  }

  /** Somebody needs it: it is not closed for being idle, and the process waits for it. */
  override reactivate(): void {
    this.#stopIdle?.();
    this.#stopIdle = undefined;
    if (!this.#session.destroyed) this.#session.ref();
  }

  /** @throws what node:http2 has against the head, or that the connection takes no more requests */
  request(head: RequestHead, hasBody: boolean, isTrailed: boolean): ClientHttp2Stream {
    const options = hasBody ? (isTrailed ? TRAILED : WITH_BODY) : BODILESS;
    // The types of node:http2 know records alone.
    return this.#session.request(head as OutgoingHttpHeaders, options);
  }

  /** A head came. */
  answered(): void {
    this.served += 1;
    this.#unanswered -= 1;
    this.#refusedAt = Number.POSITIVE_INFINITY;
    this.#owner.changed(this);
  }

  /** The stream is over. @param wasAnswered `answered` was called for it */
  release(wasAnswered: boolean): void {
    this.streams -= 1;
    if (!wasAnswered) this.#unanswered -= 1;
    if (this.streams === 0) this.#owner.rest(this);
    else this.#owner.changed(this);
  }

  /** The server refused a stream (REFUSED_STREAM, RFC 9113 section 8.7): it has no room for as many as are open. */
  refused(): void {
    this.#refusedAt = Math.max(1, this.streams - 1);
  }

  /**
   * The network may be dead, of which a socket tells nothing: no stream is opened until the server has answered a PING.
   * Those that are open may end. Called when a request was given up and nothing at all had come over the connection
   * meanwhile.
   */
  suspect(): void {
    if (!this.isLive || this.#stopPing !== undefined) return;
    // The server has never sent a byte, so it may not speak HTTP/2 at all: no more requests for this connection.
    if (this.socket.bytesRead === 0) {
      this.#owner.drop(this);
      return;
    }
    const stop = (this.#stopPing = startTimer(systemClock, PING_LIMIT, () => this.#owner.drop(this), true));
    this.#session.ping((error) => {
      stop();
      this.#stopPing = undefined;
      if (error === null) this.#owner.changed(this);
    });
  }

  /** Ends after the last stream. */
  close(): void {
    this.#isClosing = true;
    this.#stopIdle?.();
    if (!this.#session.destroyed) this.#session.close();
  }

  /**
   * `maxLifetime` is over. Unlike over HTTP/1.1 it leaves at once, also with open streams: it could take others otherwise.
   */
  protected override expired(owner: ConnectionOwner): void {
    owner.drop(this);
  }

  #follow(): void {
    const session = this.#session;
    // Each stream gets the error too, and fails its request. Without a listener here it would end the process.
    session.on('error', () => undefined);
    session.on('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW));
    session.on('remoteSettings', ({ maxConcurrentStreams = Number.POSITIVE_INFINITY }) => {
      this.#peerLimit = maxConcurrentStreams;
      this.#owner.changed(this);
    });
    session.on('goaway', (_, lastStreamId: number) => {
      this.lastTaken = Math.min(this.lastTaken, lastStreamId);
      this.#owner.drop(this);
    });
    session.on('close', () => {
      this.disconnected();
      this.#owner.drop(this);
    });
  }
}
