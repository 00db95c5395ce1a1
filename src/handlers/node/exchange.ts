/**
 * One request over node:http, buffered or streamed: a connection, the request, the head, the body. It settles once,
 * whoever ends it: the server, a timer, the caller, a callback, the body's source or its reader.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type DialSettings, dialTimings, forwarderOf } from '../../connect/dial.ts';
import { announcesReuse, forwarderRefusal } from '../../connect/forwarding.ts';

import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { within } from '../../message/scope.ts';
import { framedForTrailers } from '../../message/trailers.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { canReplay } from '../../semantics/replay.ts';
import { unaskedSwitch } from '../../semantics/status-line.ts';
import { codingRefusal } from '../../semantics/transfer-coding.ts';
import { Exchange, type Settle } from '../exchange/exchange.ts';
import { NodeUpload } from '../exchange/upload.ts';
import { informationTo, NodeAnswer } from './answer.ts';
import type { ConnectionPool, Waiter } from './connection-pool.ts';
import { openExchange } from './request.ts';

/** What a handler brings to its exchanges. */
export interface ExchangeHost {
  readonly name: string;
  readonly pool: ConnectionPool;
  ended(exchange: NodeExchange): void;
  /** The last byte of the request is in the system's hands. */
  written?(request: HttpRequest, socket: Socket): void;
  /** Takes the connection of a 101 and the bytes that came with it. Without this a 101 is an error. */
  switched?(response: HttpResponse, socket: Socket, head: Uint8Array): void;
}

export class NodeExchange extends Exchange<NodeAnswer> implements Waiter {
  readonly #settings: DialSettings;
  readonly #host: ExchangeHost;
  #socket: Socket | undefined;
  #isReused = false;
  /** Counts of the socket when this exchange got it. */
  #readBefore = 0;
  #writtenBefore = 0;
  #sent: ClientRequest | undefined;

  /** @throws TypeError for a duration that is none */
  constructor(
    request: HttpRequest,
    options: RequestOptions,
    target: Target,
    settings: DialSettings,
    host: ExchangeHost,
    settle: Settle,
  ) {
    super(request, options, target, settle);
    this.#settings = settings;
    this.#host = host;
  }

  protected get handlerName(): string {
    return this.#host.name;
  }

  /** Whether it waits only for a reader that never came, or that left. */
  get isForgotten(): boolean {
    return this.isDrained || (this.isAnswered && !this.promised && this.answer?.isUnread === true);
  }

  // The connection

  protected connect(): void {
    this.#acquire(false);
  }

  #acquire(isFresh: boolean): void {
    this.phase = 'queue';
    this.timer.start('queue', this.limits.queue);
    let stop: () => void;
    try {
      stop = this.#host.pool.acquire(this.target, this.#settings, this, isFresh);
    } catch (cause) {
      this.fail(this.failure(cause));
      return;
    }
    // It may have been there at once, and by now be further than that.
    if (this.phase === 'queue' || this.phase === 'connect') this.waits(stop);
  }

  connected(socket: Socket, isReused: boolean): void {
    this.stopWaiting = undefined;
    this.#socket = socket;
    this.#isReused = isReused;
    this.#readBefore = socket.bytesRead;
    this.#writtenBefore = socket.bytesWritten;
    this.record.dialled = isReused ? undefined : dialTimings(socket);
    this.record.connected();
    this.phase = this.request.body === null ? 'headers' : 'send';
    this.timer.start('headers', this.limits.headers);
    try {
      within(this.scope, () => this.#send(socket));
    } catch (cause) {
      this.abort(this.failure(cause));
    }
  }

  // The request

  #send(socket: Socket): void {
    const { trailers } = this.options;
    const framed = framedForTrailers(this.request, trailers);
    const sent = openExchange(framed, this.target, this.#settings, socket);
    this.#sent = sent;
    this.upload = new NodeUpload(sent, framed, this, trailers);
    sent.on('error', (cause) => this.#broken(sent, cause));
    sent.once('response', (message) => this.#responded(message));
    sent.once('upgrade', (message, _, head) => this.#switched(message, socket, head));
    sent.once('finish', () => {
      this.record.flushed();
      if (this.phase === 'send') this.phase = 'headers';
      this.#host.written?.(this.request, socket);
    });
    if (this.options.onInformation) sent.on('information', informationTo(this, this.options.onInformation));
    this.upload.start(this.clock, Boolean(this.options.progress), this.scope);
  }

  uploadFailed(error: Error): void {
    // A server that has answered does not want the rest, whatever became of it.
    if (this.answer === undefined) this.abort(error);
  }

  // The response

  #responded(message: IncomingMessage): void {
    if (this.isDone) return;
    // One that lies to a handshake is for whoever asked to switch to judge.
    if (message.statusCode === 101 && this.#host.switched === undefined) {
      this.abort(unaskedSwitch(this.request));
      return;
    }
    const forwarder = this.#socket && forwarderOf(this.#socket);
    const status = message.statusCode ?? 0;
    const refusal =
      forwarderRefusal(status, forwarder, this.target) ?? codingRefusal(this.request, status, message.rawHeaders);
    if (refusal !== undefined) {
      this.abort(this.failure(refusal));
      return;
    }
    // A final answer ends the sending (RFC 9110 §7.5): a 413 says that the rest is not wanted.
    if (this.phase === 'send') this.upload?.stop();
    this.phase = 'body';
    this.record.head();
    this.timer.start('read', this.limits.read);
    this.answer = new NodeAnswer(message, this);
    const hint = this.answer.keepAlive();
    if (hint !== undefined && this.#socket !== undefined) this.#host.pool.onKeepAlive(this.#socket, hint);
    const isOver = forwarder !== undefined && !announcesReuse((name) => message.headers[name]?.toString());
    if (isOver) this.#host.pool.expectClose(this.#socket!, 0);
    this.answer.begin();
  }

  /** RFC 9110 section 15.2.2. What was asked to switch decides whether the answer is a good one. */
  #switched(message: IncomingMessage, socket: Socket, head: Uint8Array): void {
    if (this.isDone) return;
    if (this.#host.switched === undefined) {
      this.abort(unaskedSwitch(this.request));
      return;
    }
    this.record.head();
    this.answer = new NodeAnswer(message, this);
    if (!this.answer.announce()) return;
    const response = this.answer.headOnly();
    this.release();
    this.#host.switched(response, socket, head);
    this.answered(response);
  }

  /** The connection broke, or what came over it is not HTTP. */
  #broken(sent: ClientRequest, cause: Error & { code?: unknown }): void {
    if (this.isDone || sent !== this.#sent) return;
    if (this.answer !== undefined) {
      this.answer.broken(cause);
      return;
    }
    if (!this.#isStale()) {
      this.abort(this.failure(cause));
      return;
    }
    this.upload?.stop();
    this.#isReused = false;
    this.#sent = undefined;
    this.#acquire(true);
  }

  /** A kept-alive connection that the server had closed already: it never read this request. */
  #isStale(): boolean {
    const { bytesRead = 0, bytesWritten = 0 } = this.#socket ?? {};
    if (!this.#isReused || bytesRead !== this.#readBefore) return false;
    return canReplay(this.request, bytesWritten === this.#writtenBefore);
  }

  // The end

  /** Everything came. A connection over which not everything went is of no more use. */
  finish(): void {
    if (this.isDone) return;
    const isSent = this.#sent?.writableFinished === true;
    this.release();
    if (!isSent) this.#socket?.destroy();
  }

  /** The reader of a streamed body left before its end; the message closes the connection itself. */
  dropped(): void {
    if (!this.isDone) this.release();
  }

  /** Ends with an error and closes the connection. */
  abort(reason: unknown): void {
    if (this.isDone) return;
    this.fail(reason);
    this.#socket?.destroy();
  }

  protected override release(): void {
    super.release();
    this.#host.ended(this);
  }
}
