/**
 * The inside of a `WebSocketConnection`, in a class of its own so that none of it is public: what each frame of the server
 * leads to, and how a connection ends, which may be by either side, by the caller's signal, by a broken frame or by the
 * network.
 */

import type { Socket } from 'node:net';
import { redactOf, safeCause } from '../call/redacted-cause.ts';
import { isTransferError, NetworkError, RequestError, TimeoutError, type TransferError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import { isThenable } from '../runtime/kind-of.ts';
import { type Clock, startTimer, systemClock } from '../time/clock.ts';
import { guarded } from '../time/guarded-clock.ts';
import { type Abortable, unwatch, watch } from '../time/stop.ts';
import { type CloseOutcome, Closing } from './closing.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { type FrameListener, FrameReader } from './frame-reader.ts';
import type { Established } from './handshake.ts';
import { Inbox } from './inbox.ts';
import { Outbox } from './outbox.ts';
import { Pings } from './pings.ts';
import { violationOf } from './violations.ts';

/** The close code for an unexpected condition (RFC 6455 section 7.4.1): a callback of the caller's has failed. */
const INTERNAL_ERROR = 1011;

/**
 * One connection from its 101 to its end. The state only moves forward: `open`, `closing` from the first Close or error
 * on, `closed` once the socket is gone. `FrameReader` calls what comes from the server, `WebSocketConnection` what the
 * caller does, and both may happen in any order.
 */
export class ConnectionCore implements FrameListener, Abortable {
  /** Resolves in `gone`, the last call of the reader. */
  readonly closed: Promise<CloseOutcome>;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly pings: Pings;
  state: 'open' | 'closing' | 'closed' = 'open';
  /**
   * Why it ended, when it was not by a closing handshake. The first reason stays; what follows from it does not replace
   * it.
   */
  error: TransferError | undefined;
  readonly #agreement: Established['agreement'];
  readonly #options: RequestOptions;
  readonly #settings: ConnectionSettings;
  /** Tells the client, which holds the connections it has to close with itself. */
  readonly #onGone: () => void;
  readonly #socket: Socket;
  readonly #request: HttpRequest;
  readonly #clock: Clock;
  readonly #reader: FrameReader;
  readonly #signal: AbortSignal | undefined;
  readonly #closing = new Closing();
  #resolveClosed!: (outcome: CloseOutcome) => void;
  #stopTimer: (() => void) | undefined;
  /** Why the caller ended it. */
  #reason: unknown;

  /** @param options the call's, as no layer has changed them */
  constructor(established: Established, settings: ConnectionSettings, options: RequestOptions, onGone: () => void) {
    const { socket, request, agreement } = established;
    const { compression } = agreement;
    this.#agreement = agreement;
    this.#options = options;
    this.#settings = settings;
    this.#onGone = onGone;
    this.#socket = socket;
    this.#request = request;
    this.#clock = options.clock ?? systemClock;
    this.#signal = options.signal || undefined;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    // For both kinds of waits, for a message and for a pong.
    const timedOut = (what: string) => (limit: number) =>
      new TimeoutError(`no ${what} came within ${limit} ms (its timeout option)`, { request, phase: 'read' });
    this.#reader = new FrameReader(socket, compression?.extensions ?? {}, settings.maxPayload, this);
    this.inbox = new Inbox(this.#clock, () => this.#reader.release(), timedOut('message'));
    this.pings = new Pings(this.#clock, timedOut('pong'));
    this.outbox = new Outbox(socket, compression, settings.mask, (cause) => this.#unsent(cause));
  }

  /**
   * Begins to read. Not in the constructor, because the first frame may come within this call, and its callback may use the
   * `WebSocketConnection`, which has to be complete by then.
   * @param head bytes that came in one piece with the response head
   */
  start(head: Uint8Array): void {
    this.#reader.start(head);
    if (this.#signal !== undefined) watch(this.#signal, this);
  }

  /** @throws NetworkError once it is closing */
  needOpen(action: string): void {
    if (this.#reason !== undefined) throw this.#reason;
    if (this.state !== 'open') throw this.#closedError(`${action} is not possible any more`);
  }

  // What comes from the server

  message(data: Buffer, isBinary: boolean): void {
    const { byteLength } = data;
    // After our Close the socket is read on for the server's. A message that finds no room then is dropped.
    if (this.inbox.isFull && this.#closing.isSent) return;
    this.inbox.put(
      isBinary ? { type: 'binary', data: ownBytes(data) } : { type: 'text', data: data.toString() },
      byteLength,
    );
    // After our Close the socket is not paused for a slow reader any more: the server's Close is behind these messages.
    if (this.inbox.isFull && !this.#closing.isSent) this.#reader.hold();
  }

  ping(data: Buffer): void {
    const { onPing, autoPong } = this.#settings;
    try {
      // An async callback gives a promise, whatever its type says; its rejection counts as a throw.
      const told: unknown = onPing?.(ownBytes(data));
      if (isThenable(told))
        told.then(undefined, (cause: unknown) => this.#threw('the promise of onPing rejected', cause));
    } catch (cause) {
      this.#threw('onPing threw', cause);
      return;
    }
    if (autoPong && this.state === 'open') this.outbox.answer(data);
  }

  /** A callback of the caller failed: the server gets 1011, and the caller finds the cause in `error`. */
  #threw(what: string, cause: unknown): void {
    if (this.state !== 'open') return;
    this.error = new RequestError(`${what}, and the WebSocket was closed`, {
      request: this.#request,
      cause,
      code: 'ERR_CALLBACK',
    });
    this.close(INTERNAL_ERROR, '');
  }

  pong(data: Buffer): void {
    this.pings.answered(data);
  }

  /** The server's Close. The caller's `receive` ends after the messages that came before it. */
  concluded(code: number, reason: string): void {
    // The server's code counts for `outcome`, whatever we answer with.
    this.#closing.received(code, reason);
    this.inbox.end();
    // RFC 6455 section 5.5.1: answered with a Close, as a rule with the same code.
    this.#afterReader(() => this.#sendClose(code === 1005 ? undefined : code, ''));
  }

  /**
   * A frame that breaks the protocol: no answer to our Close is expected any more, so that the end comes after ours is
   * sent.
   */
  violated(cause: Error & { code?: string }): void {
    const { code, reason, error } = violationOf(cause, this.#request, this.#settings.maxPayload);
    // RFC 6455 section 7.1.7: the connection fails, so that nothing the server sends is read any more.
    this.#closing.isFailed = true;
    this.error ??= error;
    this.inbox.end();
    this.#afterReader(() => this.#sendClose(code, reason));
  }

  /**
   * The socket has closed and everything that came over it was told. Called once; here everything that still waits
   * ends.
   */
  gone(cause: Error | undefined): void {
    this.error ??= this.#lossOf(cause);
    this.state = 'closed';
    this.#stopTimer?.();
    if (this.#signal !== undefined) unwatch(this.#signal, this);
    // The reader has ended, so that no decompression is under way.
    this.#agreement.compression?.release();
    this.inbox.end();
    this.pings.fail(this.#reason ?? this.#closedError('no pong will come'));
    this.#onGone();
    this.#resolveClosed(this.#closing.outcome());
  }

  // What the caller does

  /**
   * Begins the closing handshake. A reader held back by a full inbox is released: the server's Close stands behind the
   * messages.
   */
  close(code: number, reason: string): void {
    if (this.state !== 'open') return;
    this.#sendClose(code, reason);
    this.#reader.release();
  }

  /** Ends it at once: the caller's signal, or `destroy`. */
  abort(reason: unknown): void {
    if (this.state === 'closed') return;
    this.state = 'closing';
    this.#reason = reason;
    if (reason !== undefined) this.inbox.fail(reason);
    if (isTransferError(reason)) this.error ??= reason as TransferError;
    this.#socket.destroy();
    this.#reader.stop();
  }

  /** Acts a turn later. Messages may have come in one piece with the end, and their reader, who runs now, may answer. */
  #afterReader(act: () => void): void {
    setImmediate(() => {
      if (this.state !== 'closed') act();
    });
  }

  /**
   * Sends our Close unless it is sent already, and starts `closeTimeout`, which covers the server's answer and its
   * hanging up.
   */
  #sendClose(code: number | undefined, reason: string): void {
    if (this.#closing.isSent) {
      this.#endIfOver();
      return;
    }
    this.state = 'closing';
    this.#closing.sent(code, reason);
    const { closeTimeout } = this.#settings;
    if (closeTimeout > 0)
      this.#stopTimer = startTimer(this.#clockOfClose(), closeTimeout, () => this.#giveUp(closeTimeout));
    this.outbox.close(code, reason, () => this.#endIfOver());
  }

  /** One that throws would leave the end to a server that may not come to it. */
  #clockOfClose(): Clock {
    const abort = (cause: unknown): void => {
      const fact = 'the clock failed while the WebSocket was closing';
      this.error ??= new RequestError(fact, { request: this.#request, cause, code: 'ERR_CALLBACK' });
      this.abort(cause);
    };
    return guarded(this.#clock, { abort });
  }

  /** Ends our side once both Closes are exchanged, and lets the server close the connection (RFC 6455 section 7.1.1). */
  #endIfOver(): void {
    if (this.#closing.isOver) this.#socket.end();
  }

  /** The time for closing is over. With both Closes exchanged, only the hang-up was missing, which is no error. */
  #giveUp(limit: number): void {
    if (!this.#closing.isOver) {
      const fact = `the server did not answer our Close within closeTimeout (${limit} ms)`;
      this.error ??= new TimeoutError(fact, { request: this.#request, phase: 'read' });
    }
    this.#socket.destroy();
    this.#reader.stop();
  }

  // Errors

  /**
   * The error for a connection that is gone; none when the caller ended it, when both sides sent a Close, or when the server
   * just hung up after ours.
   */
  #lossOf(cause: Error | undefined): TransferError | undefined {
    const { code, clean } = this.#closing.outcome();
    if (clean || (this.#closing.isSent && cause === undefined) || this.#reason !== undefined) return undefined;
    const init = { request: this.#request };
    if (cause === undefined) {
      if (code !== 1006) return undefined;
      return new NetworkError('the server closed the connection without a Close', { ...init, code: 'ERR_CLOSED' });
    }
    return new NetworkError('the connection broke', { ...init, code: 'ERR_RESET', cause: this.#safe(cause) });
  }

  /** What `send` rejects with: the caller's own reason wins over what the socket said when it was destroyed for it. */
  #unsent(cause: Error): unknown {
    if (this.#reason !== undefined) return this.#reason;
    const fact = 'the connection broke before the message was sent in full';
    return new NetworkError(fact, { request: this.#request, code: 'ERR_SEND', cause: this.#safe(cause) });
  }

  #closedError(fact: string): NetworkError {
    const { code, reason } = this.#closing.outcome();
    const words = reason === '' ? `${code}` : `${code} ${JSON.stringify(reason)}`;
    const state = this.state === 'closed' ? 'closed' : 'closing';
    const init = { request: this.#request, code: 'ERR_CLOSED', ...(this.error && { cause: this.error }) };
    return new NetworkError(`${fact}: the WebSocket is ${state} (${words})`, init);
  }

  /** The cause without the secrets of the request, which a proxy or a server may have echoed. */
  #safe(cause: Error): unknown {
    return safeCause(cause, this.#request, redactOf(this.#request, this.#options));
  }
}

/**
 * The bytes of a message, copied when they are a small part of what the socket has read: to keep them would keep all of it.
 */
function ownBytes(data: Buffer): Uint8Array {
  if (data.byteLength * 2 < data.buffer.byteLength) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
