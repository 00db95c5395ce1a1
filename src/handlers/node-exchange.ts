/**
 * One request over node:http, buffered or streamed: a connection, the request, the head, the body. It settles once,
 * whoever ends it: the server, a timer, the caller, a callback, the body's source or its reader.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Abortable } from '../abort.ts';
import { followCaller, unfollowCaller } from '../caller-stop.ts';
import { type Clock, systemClock } from '../clock.ts';
import { isTransferError, NetworkError, type TimeoutPhase } from '../errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse, ResponseFacts } from '../message/response.ts';
import { framedForTrailers } from '../message/trailers.ts';
import type { Target } from '../message/uri.ts';
import type { RequestOptions } from '../options.ts';
import type { Member } from '../roster.ts';
import type { ConnectionPool, Waiter } from './connection-pool.ts';
import { type DialSettings, dialTimings, forwarderOf } from './dial.ts';
import { type ExchangeLimits, exchangeLimits } from './exchange-limits.ts';
import { type FailureContext, failure, timeoutFailure } from './failure.ts';
import { callbackFailure, informationTo, NodeAnswer } from './node-answer.ts';
import { checkFraming, openExchange } from './node-request.ts';
import { NodeUpload, type UploadObserver } from './node-upload.ts';
import { type Expiring, PhaseTimer } from './phase-timer.ts';
import { announcesReuse, forwarderRefusal } from './proxy-request.ts';
import { canReplay } from './replay.ts';
import { TransferRecord } from './transfer-record.ts';

/** Milliseconds to wait for the next bytes of a body that nobody wants: a new connection takes less. */
const DRAIN_WAIT = 1000;

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

/** The two functions of a promise. */
export interface Settle {
  resolve(response: HttpResponse): void;
  reject(reason: unknown): void;
}

export class NodeExchange implements Abortable, Expiring, Waiter, UploadObserver, Member {
  place = -1;
  readonly request: HttpRequest;
  readonly options: RequestOptions;
  readonly timer: PhaseTimer;
  readonly record: TransferRecord;
  readonly #target: Target;
  readonly #settings: DialSettings;
  readonly #host: ExchangeHost;
  readonly #settle: Settle;
  readonly #clock: Clock;
  readonly #limits: ExchangeLimits;
  #phase: FailureContext['phase'] = 'queue';
  #isDone = false;
  #isAnswered = false;
  #isDrained = false;
  #stopWaiting: (() => void) | undefined;
  #socket: Socket | undefined;
  #isReused = false;
  /** Counts of the socket when this exchange got it. */
  #readBefore = 0;
  #writtenBefore = 0;
  #sent: ClientRequest | undefined;
  #upload: NodeUpload | undefined;
  #answer: NodeAnswer | undefined;

  /** @throws TypeError for a duration that is none */
  constructor(
    request: HttpRequest,
    options: RequestOptions,
    target: Target,
    settings: DialSettings,
    host: ExchangeHost,
    settle: Settle,
  ) {
    this.request = request;
    this.options = options;
    this.#target = target;
    this.#settings = settings;
    this.#host = host;
    this.#settle = settle;
    this.#clock = options.clock ?? systemClock;
    this.timer = new PhaseTimer(this.#clock, this);
    this.record = new TransferRecord(this.#clock);
    this.#limits = exchangeLimits(options);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Whether it waits only for a reader that never came, or that left. */
  get isForgotten(): boolean {
    return this.#isDrained || (this.#isAnswered && this.#answer?.isUnread === true);
  }

  /** @throws RequestError for a body that is not as long as the head says */
  start(): void {
    checkFraming(this.request);
    followCaller(this, this.request, this.options);
    if (this.#isDone) return;
    this.timer.start('queue', this.#limits.queue);
    this.#connect(false);
  }

  // The connection

  #connect(isFresh: boolean): void {
    let stop: () => void;
    try {
      stop = this.#host.pool.acquire(this.#target, this.#settings, this, isFresh);
    } catch (cause) {
      this.fail(this.failure(cause));
      return;
    }
    if (this.#phase === 'queue' || this.#phase === 'connect') this.#stopWaiting = stop;
  }

  dialling(): void {
    this.#phase = 'connect';
    this.timer.stop();
    this.record.placed();
  }

  failed(error: Error): void {
    this.#stopWaiting = undefined;
    this.fail(this.failure(error));
  }

  connected(socket: Socket, isReused: boolean): void {
    this.#stopWaiting = undefined;
    this.#socket = socket;
    this.#isReused = isReused;
    this.#readBefore = socket.bytesRead;
    this.#writtenBefore = socket.bytesWritten;
    this.record.dialled = isReused ? undefined : dialTimings(socket);
    this.record.connected();
    this.#phase = this.request.body === null ? 'headers' : 'send';
    this.timer.start('headers', this.#limits.headers);
    try {
      this.#send(socket);
    } catch (cause) {
      this.abandon(this.failure(cause));
    }
  }

  // The request

  #send(socket: Socket): void {
    const { trailers } = this.options;
    const framed = framedForTrailers(this.request, trailers);
    const sent = openExchange(framed, this.#target, this.#settings, socket);
    this.#sent = sent;
    this.#upload = new NodeUpload(sent, framed, this, trailers);
    sent.on('error', (cause) => this.#broken(sent, cause));
    sent.once('response', (message) => this.#responded(message));
    sent.once('upgrade', (message, _, head) => this.#switched(message, socket, head));
    sent.once('finish', () => {
      this.record.flushed();
      if (this.#phase === 'send') this.#phase = 'headers';
      this.#host.written?.(this.request, socket);
    });
    if (this.options.onInformation) sent.on('information', informationTo(this, this.options.onInformation));
    this.#upload.start(this.#clock, Boolean(this.options.progress));
  }

  uploaded(): void {
    if (this.#isDone) return;
    if (this.#phase === 'send' || this.#phase === 'headers') this.timer.touch();
    this.report('upload', this.#upload?.sent ?? 0, this.request.body?.length);
  }

  uploadFailed(error: Error): void {
    // A server that has answered does not want the rest, whatever became of it.
    if (this.#answer === undefined) this.abandon(error);
  }

  // The response

  #responded(message: IncomingMessage): void {
    if (this.#isDone) return;
    const forwarder = this.#socket && forwarderOf(this.#socket);
    const refusal = forwarderRefusal(message.statusCode ?? 0, forwarder, this.#target);
    if (refusal !== undefined) {
      this.abandon(this.failure(refusal));
      return;
    }
    // A final answer ends the sending (RFC 9110 §7.5): a 413 says that the rest is not wanted.
    if (this.#phase === 'send') this.#upload?.stop();
    this.#phase = 'body';
    this.record.head();
    this.timer.start('read', this.#limits.read);
    this.#answer = new NodeAnswer(message, this);
    const hint = this.#answer.keepAlive();
    if (hint !== undefined && this.#socket !== undefined) this.#host.pool.hinted(this.#socket, hint);
    const isOver = forwarder !== undefined && !announcesReuse((name) => message.headers[name]?.toString());
    if (isOver) this.#host.pool.expectClose(this.#socket!, 0);
    this.#answer.begin();
  }

  /** RFC 9110 section 15.2.2. What was asked to switch decides whether the answer is a good one. */
  #switched(message: IncomingMessage, socket: Socket, head: Uint8Array): void {
    if (this.#isDone) return;
    if (this.#host.switched === undefined) {
      const fact = 'the server switched protocols (101), which nobody asked for';
      this.abandon(new NetworkError(fact, { request: this.request, code: 'ERR_PROTOCOL' }));
      return;
    }
    this.record.head();
    this.#answer = new NodeAnswer(message, this);
    if (!this.#answer.announce()) return;
    const response = this.#answer.headOnly();
    this.#release();
    this.#host.switched(response, socket, head);
    this.answered(response);
  }

  /** The connection broke, or what came over it is not HTTP. */
  #broken(sent: ClientRequest, cause: Error & { code?: unknown }): void {
    if (this.#isDone || sent !== this.#sent) return;
    if (this.#answer !== undefined) {
      this.#answer.broken(cause);
      return;
    }
    if (!this.#isStale()) {
      this.abandon(this.failure(cause));
      return;
    }
    this.#upload?.stop();
    this.#isReused = false;
    this.#sent = undefined;
    this.#phase = 'queue';
    this.timer.start('queue', this.#limits.queue);
    this.#connect(true);
  }

  /** A kept-alive connection that the server had closed already: it never read this request. */
  #isStale(): boolean {
    const { bytesRead = 0, bytesWritten = 0 } = this.#socket ?? {};
    if (!this.#isReused || bytesRead !== this.#readBefore) return false;
    return canReplay(this.request, bytesWritten === this.#writtenBefore);
  }

  // The end

  /** The caller has its response; for a streamed one the exchange goes on. */
  answered(response: HttpResponse): void {
    this.#isAnswered = true;
    this.#settle.resolve(response);
  }

  /** Everything came. A connection over which not everything went is of no more use. */
  finish(): void {
    if (this.#isDone) return;
    const isSent = this.#sent?.writableFinished === true;
    this.#release();
    if (!isSent) this.#socket?.destroy();
  }

  /** Nobody wants the rest of the body, which is read for the sake of the connection. */
  drained(): void {
    if (this.#isDone) return;
    this.#isDrained = true;
    this.timer.start('read', Math.min(this.#limits.read || DRAIN_WAIT, DRAIN_WAIT));
  }

  /** The reader of a streamed body left before its end; the message closes the connection itself. */
  dropped(): void {
    if (!this.#isDone) this.#release();
  }

  /** Stops the exchange: the caller aborted, or a timer expired. */
  abort(reason: unknown): void {
    this.abandon(reason);
  }

  expired(phase: TimeoutPhase, limit: number): void {
    // While the reader is behind, the next byte is not the server's to send.
    if (phase === 'read' && this.#answer?.isReaderBehind() === true) this.timer.start('read', limit);
    else this.abandon(timeoutFailure(phase, limit, this.request, this.#answer?.headOnly()));
  }

  /** Ends with an error and closes the connection. */
  abandon(reason: unknown): void {
    if (this.#isDone) return;
    this.fail(reason);
    this.#socket?.destroy();
  }

  /** Ends with an error. */
  fail(reason: unknown): void {
    if (this.#isDone) return;
    this.#release();
    if (this.#isAnswered) {
      this.#answer?.destroy(reason);
      return;
    }
    if (isTransferError(reason)) reason.transfer = this.facts();
    this.#settle.reject(reason);
  }

  #release(): void {
    this.#isDone = true;
    this.timer.stop();
    this.#stopWaiting?.();
    this.#upload?.stop();
    unfollowCaller(this, this.request, this.options);
    this.#host.ended(this);
  }

  // What the parts share

  failure(cause: unknown, response?: HttpResponse): Error {
    return failure(cause, { request: this.request, options: this.options, phase: this.#phase, response });
  }

  facts(): ResponseFacts {
    return {
      url: this.request.url,
      request: this.request,
      handler: this.#host.name,
      bytesSent: this.#upload?.sent ?? 0,
      bytesReceived: this.record.received,
      timings: this.record.timings(),
    };
  }

  /** Tells `progress`; what it throws ends the exchange. */
  report(direction: 'upload' | 'download', transferred: number, total: number | undefined): void {
    const { progress } = this.options;
    if (!progress) return;
    try {
      progress({ direction, transferred, total });
    } catch (cause) {
      this.threw('progress', cause);
    }
  }

  /** A callback of the caller threw where nobody could catch it. */
  threw(option: string, cause: unknown): void {
    const response = this.#answer?.headOnly();
    this.abandon(callbackFailure(option, cause, this.request, response));
  }
}
