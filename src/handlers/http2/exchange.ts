/**
 * One request over HTTP/2, buffered or streamed: a place on a connection, a stream, the head, the body. It settles once,
 * whoever ends it. What the server says it did not process is sent again.
 */
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import { tell } from '../../call/callbacks.ts';
import { dialTimings } from '../../connect/dial.ts';
import type { TimeoutPhase } from '../../message/errors.ts';
import { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import { HttpResponse } from '../../message/response.ts';
import { within } from '../../message/scope.ts';
import { framedForTrailers } from '../../message/trailers.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { canReplay } from '../../semantics/replay.ts';
import { statusLineRefusal } from '../../semantics/status-line.ts';
import { Exchange, type Settle } from '../exchange/exchange.ts';
import type { BodyOwner } from '../exchange/pulled-body.ts';
import { NodeUpload } from '../exchange/upload.ts';
import { Http2Answer } from './answer.ts';
import type { Http2Connection } from './connection.ts';
import type { Http2Connections, Http2Waiter } from './connections.ts';
import {
  barredFailure,
  bodyEnd,
  headOverflow,
  isNeverSent,
  isUnprocessed,
  type StreamEnd,
  streamFailure,
} from './failure.ts';
import type { Http2Host } from './host.ts';
import { answerHead, requestHead, requestTrailers, whenWhole } from './request.ts';

/** How often a request goes again to a server that answers nothing else meanwhile. */
const RESENDS = 5;
const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_HTTP_1_1_REQUIRED } = constants;

export class Http2Exchange extends Exchange<Http2Answer> implements Http2Waiter, BodyOwner {
  readonly #host: Http2Host;
  #group: Http2Connections | undefined;
  #connection: Http2Connection | undefined;
  #stream: ClientHttp2Stream | undefined;
  #cause: Error | undefined;
  /** The server said that the body is complete. */
  #isWhole = false;
  /** The connection was told of the head. */
  #wasAnswered = false;
  #isReused = false;
  /** It waits for the server to allow a stream. */
  #isBarred = false;
  /** Counts of the connection when this stream was opened. */
  #readBefore = 0;
  #servedBefore = 0;
  #resends = 0;
  /** A 421 was answered by another connection. */
  #wasMisdirected = false;

  /** @throws TypeError for a duration that is none */
  constructor(request: HttpRequest, options: RequestOptions, target: Target, host: Http2Host, settle: Settle) {
    super(request, options, target, settle);
    this.#host = host;
  }

  protected get handlerName(): string {
    return 'http2';
  }

  /** Whether it waits only for a reader that never came, or that left. */
  get isForgotten(): boolean {
    return this.isDrained || (this.isAnswered && !this.promised && this.answer?.isUnread === true);
  }

  /** Whether it has no place on a connection. */
  get isWaiting(): boolean {
    return this.#connection === undefined;
  }

  // The connection

  protected connect(): void {
    this.phase = 'queue';
    this.timer.start('queue', this.limits.queue);
    this.#group = this.#host.group(this.target, this.request, this.options);
    const stop = this.#group.acquire(this);
    if (!this.isDone && this.#connection === undefined) this.waits(stop);
  }

  /** The server speaks HTTP/1.1. */
  plain(): void {
    this.stopWaiting = undefined;
    this.release();
    this.settle.resolve(this.#host.plain(this.request, this.options));
  }

  /** Another connection is being made: its server may allow streams. */
  override dialling(): void {
    this.#isBarred = false;
    super.dialling();
  }

  barred(): void {
    if (this.#isBarred) return;
    this.#isBarred = true;
    this.phase = 'queue';
    const { queue, headers } = this.limits;
    if (queue > 0) this.timer.start('queue', queue);
    else this.timer.start('headers', headers);
  }

  override expired(phase: TimeoutPhase, limit: number): void {
    // node:http2 keeps a request back whose server has just said that it takes none.
    const isHeld = phase === 'headers' && this.#connection?.peerLimit === 0;
    if (!this.#isBarred && !isHeld) super.expired(phase, limit);
    else this.abort(barredFailure(phase, limit, this.target, this.request));
  }

  connected(connection: Http2Connection, isReused: boolean): void {
    this.stopWaiting = undefined;
    this.#isBarred = false;
    this.#connection = connection;
    this.#isReused = isReused;
    this.#readBefore = connection.socket.bytesRead;
    this.#servedBefore = connection.served;
    this.record.dialled = isReused ? undefined : dialTimings(connection.socket);
    this.record.connected();
    this.phase = this.request.body === null ? 'headers' : 'send';
    this.timer.start('headers', this.limits.headers);
    try {
      within(this.scope, () => this.#send(connection));
    } catch (cause) {
      const isAgain = isNeverSent(cause) && this.#mayResend();
      if (isAgain) this.#again();
      else this.fail(this.failure(cause));
    }
  }

  // The request

  #send(connection: Http2Connection): void {
    const { progress, trailers } = this.options;
    const request = framedForTrailers(this.request, trailers);
    const isTrailed = request.body !== null && Boolean(trailers);
    const stream = connection.request(requestHead(request, this.target), request.body === null, isTrailed);
    this.#stream = stream;
    this.#cause = undefined;
    stream.on('error', (cause) => {
      this.#cause = cause;
    });
    // node:http2 gives the lines as they came beside the record that it makes of them; its types leave them out.
    stream.once('response', (head, _, raw?: string[]) => this.guarded(() => this.#responded(stream, head, raw!)));
    stream.on('headers', (head, _, raw?: string[]) => this.guarded(() => this.#informed(stream, head, raw!)));
    stream.once('trailers', (_, __, raw?: string[]) => this.guarded(() => this.isDone || this.answer?.trailed(raw!)));
    stream.once('end', () => this.guarded(() => this.#ended(stream)));
    stream.once('close', () => this.guarded(() => this.#closed(stream)));
    stream.once('finish', () => {
      if (stream !== this.#stream || stream.rstCode !== NGHTTP2_NO_ERROR) return;
      this.record.flushed();
      if (this.phase === 'send') this.phase = 'headers';
    });
    this.#isWhole = false;
    whenWhole(stream, () => {
      if (stream === this.#stream) this.#isWhole = true;
    });
    if (request.body === null) return;
    const upload = (this.upload = new NodeUpload(stream, request, this, trailers));
    if (isTrailed) stream.once('wantTrailers', () => stream.sendTrailers(requestTrailers(upload.trailers)));
    upload.start(this.clock, Boolean(progress), this.scope);
  }

  uploadFailed(error: Error): void {
    this.abort(error);
  }

  // The response

  #informed(stream: ClientHttp2Stream, head: IncomingHttpHeaders, raw: string[]): void {
    const { onInformation } = this.options;
    if (this.isDone || stream !== this.#stream) return;
    const status = Number(head[constants.HTTP2_HEADER_STATUS]);
    if (this.#isRefused(status) || !onInformation) return;
    const headers = HttpHeaders.fromRaw(answerHead(raw).fields);
    tell(this, 'onInformation', onInformation, new HttpResponse(status, headers, null, '2', '', this.facts()));
  }

  #responded(stream: ClientHttp2Stream, head: IncomingHttpHeaders, raw: string[]): void {
    if (this.isDone || stream !== this.#stream) return;
    this.#wasAnswered = true;
    this.#connection!.answered();
    const status = Number(head[constants.HTTP2_HEADER_STATUS]);
    if (status === constants.HTTP_STATUS_MISDIRECTED_REQUEST && this.#mayGoElsewhere()) {
      this.#elsewhere(stream);
      return;
    }
    if (this.#isRefused(status)) return;
    this.upload?.answered();
    this.record.head();
    this.timer.start('read', this.limits.read);
    const { fields, size } = answerHead(raw);
    const overflow = headOverflow(this.options, size);
    if (overflow !== undefined) {
      this.fail(this.failure(overflow));
      return;
    }
    this.phase = 'body';
    this.answer = new Http2Answer(this, stream, status, fields);
    this.answer.begin();
  }

  /** node:http2 takes any three digits for a status. */
  #isRefused(status: number): boolean {
    const refusal = statusLineRefusal(status, '');
    if (refusal !== undefined) this.abort(this.failure(refusal));
    return refusal !== undefined;
  }

  #ended(stream: ClientHttp2Stream): void {
    if (this.isDone || stream !== this.#stream || !this.#isWhole) return;
    const answer = this.answer;
    if (answer === undefined || answer.isShort()) return;
    this.release();
    answer.completed();
  }

  #closed(stream: ClientHttp2Stream): void {
    if (this.isDone || stream !== this.#stream) return;
    const { lastTaken } = this.#connection!;
    const end: StreamEnd = { code: stream.rstCode, cause: this.#cause, id: stream.id, lastTaken };
    const mayBePlain = this.options.version === 'auto' && canReplay(this.request, true);
    if (this.answer !== undefined) {
      const response = this.answer.headOnly();
      this.fail(this.failure(bodyEnd(end, this.answer.isShort()), response));
    } else if (end.code === NGHTTP2_HTTP_1_1_REQUIRED && mayBePlain) {
      this.#host.wantsHttp1(this.#group!);
      this.upload?.stop();
      this.plain();
    } else if (isUnprocessed(end) && this.#mayResend()) {
      if (end.code === NGHTTP2_REFUSED_STREAM && lastTaken === Number.POSITIVE_INFINITY) this.#connection!.refused();
      this.#again();
    } else if (this.#isStale(end)) {
      this.#resends = RESENDS;
      this.#again();
    } else this.fail(streamFailure(end, this.request) ?? this.failure(end.cause));
  }

  // Again

  /** A server that answers others meanwhile will come to this one; one that answers nobody is not asked for ever. */
  #mayResend(): boolean {
    if (!canReplay(this.request, true)) return false;
    this.#resends = this.#connection!.served > this.#servedBefore ? 0 : this.#resends + 1;
    return this.#resends <= RESENDS;
  }

  /** A connection that had been lost before this request went over it: nothing came since (RFC 9110 section 9.2.2). */
  #isStale({ lastTaken }: StreamEnd): boolean {
    const { bytesRead } = this.#connection!.socket;
    if (!this.#isReused || this.#connection!.isLive || lastTaken !== Number.POSITIVE_INFINITY) return false;
    return bytesRead === this.#readBefore && this.#resends < RESENDS && canReplay(this.request, false);
  }

  #mayGoElsewhere(): boolean {
    return !this.#wasMisdirected && canReplay(this.request, true);
  }

  /** RFC 9110 section 15.5.20: the server does not answer for this origin on this connection; on another one it may. */
  #elsewhere(stream: ClientHttp2Stream): void {
    this.#wasMisdirected = true;
    this.#stream = undefined;
    stream.close(NGHTTP2_CANCEL);
    stream.destroy();
    this.#connection!.close();
    this.#again();
  }

  #again(): void {
    this.upload?.stop();
    this.upload = undefined;
    this.#leave();
    try {
      this.connect();
    } catch (cause) {
      this.fail(this.failure(cause));
    }
  }

  /** Gives the place on the connection back. */
  #leave(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#stream = undefined;
    connection?.release(this.#wasAnswered);
    this.#wasAnswered = false;
  }

  // The end

  pulled(): void {
    if (!this.answer?.isUnread) this.timer.touch();
  }

  /** Stops the exchange: the caller aborted, left its body, or a timer expired. */
  abort(reason: unknown): void {
    this.fail(reason);
  }

  protected override release(): void {
    super.release();
    if (this.#stream !== undefined) this.#endStream(this.#stream);
    this.#leave();
    this.#host.ended(this);
  }

  /** RFC 9113 section 8.1: what is left of either side is not wanted. */
  #endStream(stream: ClientHttp2Stream): void {
    const isSent = this.request.body === null || stream.writableFinished;
    if (isSent && this.#isWhole && stream.readableEnded) return;
    const connection = this.#connection;
    // Nothing at all came while this waited, whoever ended the wait.
    if (connection?.socket.bytesRead === this.#readBefore) connection.suspect();
    if (!stream.closed) stream.close(NGHTTP2_CANCEL);
    // A stream whose rest nobody reads would stay for ever.
    stream.destroy();
  }
}
