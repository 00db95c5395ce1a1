/**
 * A WebSocket (RFC 6455) after its handshake. Frames are read and written by `ws`; here is what a caller has to do with
 * it: messages as a bounded queue, promises for what is sent, and an end that says what happened on the wire.
 */
import type { Socket } from 'node:net';
import { type Abortable, unwatch, watch } from '../abort.ts';
import { type Clock, startTimer, systemClock } from '../clock.ts';
import { isTransferError, NetworkError, RequestError, TimeoutError, type TransferError } from '../errors.ts';
import { redactOf, safeCause } from '../handlers/safe-cause.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { type CloseOutcome, Closing, checkClose } from './closing.ts';
import { type FrameListener, FrameReader } from './frame-reader.ts';
import type { Established } from './handshake.ts';
import { Inbox, type WebSocketMessage } from './inbox.ts';
import { controlPayload, type MessageData, Outbox, type SendOptions } from './outbox.ts';
import { Pings } from './pings.ts';
import type { UpgradeSettings } from './upgrade-options.ts';
import { violationOf } from './violations.ts';
import type { WaitOptions } from './wait.ts';

/** Says why the server is told to go when a callback of ours fails. */
const INTERNAL_ERROR = 1011;

export class WebSocketConnection implements AsyncIterable<WebSocketMessage>, AsyncDisposable {
  /** The 101 that opened it, after redirects and challenges. */
  readonly response: HttpResponse;
  /** The subprotocol that the server chose; `''` for none. */
  readonly protocol: string;
  /** The extensions that the server agreed to, as it wrote them; `''` for none. */
  readonly extensions: string;
  /** How it ended, once the connection is gone. Never rejects. */
  readonly closed: Promise<CloseOutcome>;
  readonly #core: Core;

  /** @internal */
  constructor(established: Established, response: HttpResponse, settings: UpgradeSettings, onGone: () => void) {
    this.response = response;
    this.protocol = established.agreement.protocol;
    this.extensions = established.agreement.extensions;
    this.#core = new Core(this, established, settings, onGone);
    this.closed = this.#core.closed;
    this.#core.start(established.head);
  }

  /** `'closing'` from the first Close on, whoever sent it. */
  get state(): 'open' | 'closing' | 'closed' {
    return this.#core.state;
  }

  /** Bytes of payload that were given to `send` and that the kernel does not have yet. */
  get bufferedAmount(): number {
    return this.#core.outbox.buffered;
  }

  /** Why it ended, when it was not by a closing handshake. */
  get error(): TransferError | undefined {
    return this.#core.error;
  }

  /**
   * Sends a message, or a fragment of one. Resolves when the kernel has it, which is when to send more.
   * @throws NetworkError (`ERR_CLOSED`) once it is closing, NetworkError (`ERR_SEND`) when the connection breaks,
   * TypeError for data of another kind
   */
  async send(data: MessageData, options: SendOptions = {}): Promise<void> {
    this.#core.needOpen('send');
    await this.#core.outbox.send(data, options);
  }

  /**
   * The next message; `undefined` once it is closed and all messages are read. Several may wait at once.
   * @throws TimeoutError of the phase `'read'`, or the signal's reason; the connection stays as it is
   */
  receive(options: WaitOptions = {}): Promise<WebSocketMessage | undefined> {
    return this.#core.inbox.take(options);
  }

  /** Messages until it is closed. Leaving the loop leaves it open; while nobody reads, the server is held back. */
  async *[Symbol.asyncIterator](): AsyncGenerator<WebSocketMessage, void, undefined> {
    for (let message = await this.receive(); message !== undefined; message = await this.receive()) yield message;
  }

  /**
   * Sends a ping of at most 125 bytes. Resolves with the payload of its pong.
   * @throws TimeoutError of the phase `'read'`, the signal's reason, or NetworkError when it closes first
   */
  async ping(data: string | ArrayBuffer | ArrayBufferView = '', options: WaitOptions = {}): Promise<Uint8Array> {
    const payload = controlPayload(data, 'ping');
    this.#core.needOpen('ping');
    const wait = this.#core.pings.add(Buffer.from(payload), options);
    this.#core.outbox.ping(payload).catch((error: unknown) => wait.abort(error));
    return wait.promise;
  }

  /** Sends a pong: the answer to a ping with `autoPong: false`, or one that nobody asked for. */
  async pong(data: string | ArrayBuffer | ArrayBufferView = ''): Promise<void> {
    const payload = controlPayload(data, 'pong');
    this.#core.needOpen('pong');
    await this.#core.outbox.pong(payload);
  }

  /**
   * Closes: sends a Close, waits for the server's, and for the end of the connection, for `closeTimeout` at most.
   * Messages that came before can still be read.
   * @returns the same promise as `closed`
   * @throws TypeError for a code or reason that must not be sent
   */
  close(code = 1000, reason = ''): Promise<CloseOutcome> {
    try {
      checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#core.close(code, reason);
    return this.closed;
  }

  /** Ends the connection at once, without a Close. What waits rejects with `reason` when there is one. */
  destroy(reason?: unknown): Promise<CloseOutcome> {
    this.#core.abort(reason);
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** What stands behind a connection, apart so that none of it shows on the outside. */
class Core implements FrameListener, Abortable {
  readonly closed: Promise<CloseOutcome>;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly pings: Pings;
  state: 'open' | 'closing' | 'closed' = 'open';
  error: TransferError | undefined;
  readonly #connection: WebSocketConnection;
  readonly #established: Established;
  readonly #settings: UpgradeSettings;
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

  constructor(
    connection: WebSocketConnection,
    established: Established,
    settings: UpgradeSettings,
    onGone: () => void,
  ) {
    const { socket, request, options, agreement } = established;
    const { compression } = agreement;
    this.#connection = connection;
    this.#established = established;
    this.#settings = settings;
    this.#onGone = onGone;
    this.#socket = socket;
    this.#request = request;
    this.#clock = options.clock ?? systemClock;
    this.#signal = options.signal || undefined;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    const timedOut = (what: string) => (limit: number) =>
      new TimeoutError(`no ${what} came within ${limit} ms (its timeout option)`, { request, phase: 'read' });
    this.#reader = new FrameReader(socket, compression?.extensions ?? {}, settings.maxPayload, this);
    this.inbox = new Inbox(this.#clock, () => this.#reader.release(), timedOut('message'));
    this.pings = new Pings(this.#clock, timedOut('pong'));
    this.outbox = new Outbox(socket, compression, settings.mask, (cause) => this.#unsent(cause));
  }

  start(head: Uint8Array): void {
    this.#socket.setTimeout(0);
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
    if (this.inbox.isFull && this.#closing.isSent) return;
    this.inbox.put(
      isBinary ? { type: 'binary', data: ownBytes(data) } : { type: 'text', data: data.toString() },
      byteLength,
    );
    // Once we have said goodbye, what keeps the server from answering must not wait for a reader.
    if (this.inbox.isFull && !this.#closing.isSent) this.#reader.hold();
  }

  ping(data: Buffer): void {
    const { onPing, autoPong } = this.#settings;
    try {
      onPing?.(ownBytes(data), this.#connection);
    } catch (cause) {
      const init = { request: this.#request, cause, code: 'ERR_CALLBACK' };
      this.error = new RequestError('onPing threw, and the WebSocket was closed', init);
      this.close(INTERNAL_ERROR, '');
      return;
    }
    if (autoPong && this.state === 'open') this.outbox.answer(data);
  }

  pong(data: Buffer): void {
    this.pings.answered(data);
  }

  concluded(code: number, reason: string): void {
    this.#closing.received(code, reason);
    this.inbox.end();
    // RFC 6455 §5.5.1: answered with a Close, as a rule with the same code.
    this.#sendClose(code === 1005 ? undefined : code, '');
  }

  violated(cause: Error & { code?: string }): void {
    const { code, reason, error } = violationOf(cause, this.#request, this.#settings.maxPayload);
    this.#closing.isFailed = true;
    this.error ??= error;
    this.inbox.end();
    this.#sendClose(code, reason);
  }

  gone(cause: Error | undefined): void {
    this.error ??= this.#lossOf(cause);
    this.state = 'closed';
    this.#stopTimer?.();
    if (this.#signal !== undefined) unwatch(this.#signal, this);
    this.#established.agreement.compression?.release();
    this.inbox.end();
    this.pings.fail(this.#reason ?? this.#closedError('no pong will come'));
    this.#onGone();
    this.#resolveClosed(this.#closing.outcome());
  }

  // What the caller does

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
  }

  #sendClose(code: number | undefined, reason: string): void {
    if (this.#closing.isSent) {
      this.#endIfOver();
      return;
    }
    this.state = 'closing';
    this.#closing.sent(code, reason);
    const { closeTimeout } = this.#settings;
    if (closeTimeout > 0) this.#stopTimer = startTimer(this.#clock, closeTimeout, () => this.#giveUp(closeTimeout));
    this.outbox.close(code, reason, () => this.#endIfOver());
  }

  /** RFC 6455 section 7.1.1: the server hangs up first, if it is in time. */
  #endIfOver(): void {
    if (this.#closing.isOver) this.#socket.end();
  }

  #giveUp(limit: number): void {
    if (!this.#closing.isOver) {
      const fact = `the server did not answer our Close within closeTimeout (${limit} ms)`;
      this.error ??= new TimeoutError(fact, { request: this.#request, phase: 'read' });
    }
    this.#socket.destroy();
  }

  // Errors

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

  #safe(cause: Error): unknown {
    return safeCause(cause, this.#request, redactOf(this.#request, this.#established.options));
  }
}

/** Not a view of a small part of what a socket has read: a message that is kept would keep all of it. */
function ownBytes(data: Buffer): Uint8Array {
  if (data.byteLength * 2 < data.buffer.byteLength) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
