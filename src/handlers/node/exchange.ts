/**
 * One request over node:http, buffered or streamed: a connection, the request, the head, the body. It settles once,
 * whoever ends it: the server, a timer, the caller, a callback, the body's source or its reader. `NodeTransport` makes one
 * for each request; the handlers for beacons and for upgrades do as well.
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
import { faultOf } from '../../time/guarded-clock.ts';
import type { OpenExchanges } from '../exchange/open-exchanges.ts';
import { type Carrier, type Settle, Transfer } from '../exchange/transfer.ts';
import { NodeUpload, type UploadObserver } from '../exchange/upload.ts';
import { informationTo, NodeAnswer } from './answer.ts';
import type { ConnectionPool, Waiter } from './connection-pool.ts';
import { checkFraming, openExchange } from './request.ts';

/** What an exchange needs of its transport. */
export interface ExchangeHost {
  readonly name: string;
  readonly pool: ConnectionPool;
  readonly running: OpenExchanges<Transfer>;
  /** The last byte of the request has been handed to the system. */
  written?(request: HttpRequest, socket: Socket): void;
  /** Takes the connection of a 101 and the bytes that came with it. Without this a 101 is an error. */
  switched?(response: HttpResponse, socket: Socket, head: Uint8Array): void;
}

/** Where a request goes, and with which settings it is dialled. */
export interface Route {
  readonly target: Target;
  readonly settings: DialSettings;
}

/**
 * The connections call the methods of `Waiter` while it waits for one, `NodeUpload` those of `UploadObserver` while the
 * body goes out, `NodeAnswer` calls `finish` and `dropped`, and its own `Transfer` those of `Carrier` when it has to end.
 */
export class NodeExchange implements Carrier, UploadObserver, Waiter {
  readonly transfer: Transfer;
  readonly #route: Route;
  readonly #host: ExchangeHost;
  #socket: Socket | undefined;
  #isReused = false;
  /** Counts of the socket when this exchange got it: bytes that it had read and written for others. */
  #readBefore = 0;
  #writtenBefore = 0;
  #sent: ClientRequest | undefined;
  #answer: NodeAnswer | undefined;

  /** @throws TypeError for an invalid duration */
  constructor(request: HttpRequest, options: RequestOptions, route: Route, host: ExchangeHost, settle: Settle) {
    this.transfer = new Transfer(this, request, options, host.running, settle);
    this.#route = route;
    this.#host = host;
  }

  get handlerName(): string {
    return this.#host.name;
  }

  get options(): RequestOptions {
    return this.transfer.options;
  }

  /** @throws RequestError for a body that is not as long as the head says */
  start(): void {
    checkFraming(this.transfer.request, this.transfer.options);
    if (this.transfer.start()) this.#acquire(false);
  }

  // The connection

  /** @param isFresh take no connection that was used before: such a one has just failed */
  #acquire(isFresh: boolean): void {
    const { transfer } = this;
    transfer.phase = 'queue';
    transfer.timer.start('queue', transfer.limits.queue);
    let leave: () => void;
    try {
      leave = this.#host.pool.acquire(this.#route.target, this.#route.settings, this, isFresh);
    } catch (cause) {
      this.failed(cause);
      return;
    }
    // An idle connection is handed over within `acquire`: then the request was sent already, and nothing is waited for.
    if (transfer.phase === 'queue' || transfer.phase === 'connect') transfer.waits({ leave });
  }

  dialling(): void {
    this.transfer.dialling();
  }

  /** There will be no connection. */
  failed(cause: unknown): void {
    this.transfer.wait = undefined;
    this.transfer.fail(this.transfer.failure(cause));
  }

  connected(socket: Socket, isReused: boolean): void {
    const { transfer } = this;
    this.#socket = socket;
    this.#isReused = isReused;
    this.#readBefore = socket.bytesRead;
    this.#writtenBefore = socket.bytesWritten;
    transfer.connected(isReused ? undefined : dialTimings(socket));
    if (transfer.isDone) return;
    try {
      // This may run in an event of another call, whose connection this is now: the body is made in the context of this one.
      within(transfer.scope, () => this.#send(socket));
    } catch (cause) {
      this.abort(transfer.failure(cause));
    }
  }

  // The request

  /** Writes the request, and listens for what comes of it. */
  #send(socket: Socket): void {
    const { transfer } = this;
    const { request, options } = transfer;
    const { trailers } = options;
    const framed = framedForTrailers(request, trailers);
    const sent = openExchange(framed, this.#route.target, this.#route.settings, socket);
    this.#sent = sent;
    const upload = new NodeUpload(sent, framed, this, trailers);
    transfer.outgoing = upload;
    sent.on('error', (cause) => this.#broken(sent, cause));
    sent.once('response', (message) => this.#responded(message));
    sent.once('upgrade', (message, _, head) => this.#switched(message, socket, head));
    sent.once('finish', () => {
      transfer.flushed();
      this.#host.written?.(request, socket);
    });
    if (options.onInformation) sent.on('information', informationTo(transfer));
    upload.start(transfer.clock, Boolean(options.progress), transfer.scope);
  }

  uploaded(bytes: number, upload: NodeUpload): void {
    this.transfer.uploaded(bytes, upload);
  }

  uploadFailed(error: Error): void {
    // A server that has answered does not want the rest, whatever became of it.
    if (this.transfer.answer === undefined) this.abort(error);
  }

  // The response

  /** The head of the final answer came. */
  #responded(message: IncomingMessage): void {
    const { transfer } = this;
    if (transfer.isDone) return;
    // A 101 without a valid `Upgrade` comes as a plain response. Whoever asked for the switch judges it; for others it is an
    // error.
    if (message.statusCode === 101 && this.#host.switched === undefined) {
      this.abort(unaskedSwitch(transfer.request));
      return;
    }
    const forwarder = this.#socket && forwarderOf(this.#socket);
    const status = message.statusCode ?? 0;
    const refusal =
      forwarderRefusal(status, forwarder, this.#route.target) ??
      codingRefusal(transfer.request, status, message.rawHeaders);
    if (refusal !== undefined) {
      this.abort(transfer.failure(refusal));
      return;
    }
    // A final answer ends the sending of the body (RFC 9110 section 7.5): a 413 says that the rest is not wanted.
    if (transfer.phase === 'send') transfer.outgoing?.release();
    const answer = new NodeAnswer(message, this);
    this.#answer = answer;
    transfer.headCame(answer.answer);
    const hint = answer.keepAlive();
    if (hint !== undefined && this.#socket !== undefined) this.#host.pool.onKeepAlive(this.#socket, hint);
    const isLast = forwarder !== undefined && !announcesReuse((name) => message.headers[name]?.toString());
    if (isLast) this.#host.pool.expectClose(this.#socket!, 0);
    answer.begin();
  }

  /**
   * A 101 (RFC 9110 section 15.2.2): the connection goes to whoever asked for the switch, who judges whether it is valid.
   */
  #switched(message: IncomingMessage, socket: Socket, head: Uint8Array): void {
    const { transfer } = this;
    if (transfer.isDone) return;
    if (this.#host.switched === undefined) {
      this.abort(unaskedSwitch(transfer.request));
      return;
    }
    transfer.record.head();
    this.#answer = new NodeAnswer(message, this);
    transfer.answer = this.#answer.answer;
    if (!this.#answer.announce()) return;
    const response = transfer.answer.headOnly();
    // The call fails with it, and nobody would have the connection.
    const fault = faultOf(transfer.clock);
    if (fault !== undefined) {
      this.abort(fault.error);
      return;
    }
    transfer.finish();
    this.#host.switched(response, socket, head);
    transfer.answered(response);
  }

  /** The connection broke, or what came over it is not HTTP. */
  #broken(sent: ClientRequest, cause: Error & { code?: unknown }): void {
    const { transfer } = this;
    if (transfer.isDone || sent !== this.#sent) return;
    if (this.#answer !== undefined) {
      this.#answer.broken(cause);
      return;
    }
    if (!this.#isStale()) {
      this.abort(transfer.failure(cause));
      return;
    }
    transfer.goesAgain();
    this.#isReused = false;
    this.#sent = undefined;
    this.#acquire(true);
  }

  /**
   * Whether a kept connection broke without an answer because the server had closed it already, which was not known here
   * when the request was written (RFC 9112 section 9.3.1). Then it is sent again, over a new connection.
   */
  #isStale(): boolean {
    const { bytesRead = 0, bytesWritten = 0 } = this.#socket ?? {};
    if (!this.#isReused || bytesRead !== this.#readBefore) return false;
    return canReplay(this.transfer.request, bytesWritten === this.#writtenBefore);
  }

  // The end

  /** The answer is complete. A connection is of no more use when the request was not sent in full. */
  finish(): void {
    const { transfer } = this;
    if (transfer.isDone) return;
    const isSent = this.#sent?.writableFinished === true;
    transfer.finish();
    if (!isSent) this.#socket?.destroy();
  }

  /** The reader of a streamed body left before its end; the message closes the connection itself. */
  dropped(): void {
    if (!this.transfer.isDone) this.transfer.finish();
  }

  abort(reason: unknown): void {
    if (this.transfer.isDone) return;
    this.transfer.fail(reason);
    this.#socket?.destroy();
  }

  released(): void {
    // Nothing stays behind on the connection: what goes over it ends with the message, or with the socket.
  }
}
