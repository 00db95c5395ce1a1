/**
 * One request over HTTP/2, buffered or streamed: a connection with room, a stream on it, the head, the body. It settles
 * once, whoever ends it. What the server says it did not process is sent again, by the rules of `resends.ts`.
 */
import { type ClientHttp2Stream, constants } from 'node:http2';
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
import { announceInformation } from '../exchange/announcements.ts';
import { type Carrier, type Settle, Transfer } from '../exchange/transfer.ts';
import { NodeUpload, type UploadObserver } from '../exchange/upload.ts';
import { checkFraming } from '../node/request.ts';
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
import { answerHead, requestHead, requestTrailers } from './request.ts';
import { Resends } from './resends.ts';
import { followStream, leaveStream, type StreamFollower } from './stream-events.ts';

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_HTTP_1_1_REQUIRED } = constants;

/**
 * `Http2Connections` calls the methods of `Http2Waiter` while it waits for a stream, its stream those of `StreamFollower`,
 * `NodeUpload` those of `UploadObserver` while the body goes out, and its own `Transfer` those of `Carrier` when it has to
 * end.
 */
export class Http2Exchange implements Carrier, Http2Waiter, StreamFollower, UploadObserver {
  readonly transfer: Transfer;
  readonly #target: Target;
  readonly #host: Http2Host;
  readonly #resends: Resends;
  /** The connections that it waits for, or has a stream on. */
  #group: Http2Connections | undefined;
  #connection: Http2Connection | undefined;
  #stream: ClientHttp2Stream | undefined;
  #upload: NodeUpload | undefined;
  #answer: Http2Answer | undefined;
  /** What node:http2 says is wrong with the stream. */
  #cause: Error | undefined;
  /** The server has ended its side of the stream in the regular way (END_STREAM). */
  #isWhole = false;
  /** The connection has counted the head, so that it does not count it again when the stream is released. */
  #wasAnswered = false;
  /** It waits for the server to allow a stream. */
  #isBarred = false;

  /** @throws TypeError for an invalid duration */
  constructor(request: HttpRequest, options: RequestOptions, target: Target, host: Http2Host, settle: Settle) {
    this.transfer = new Transfer(this, request, options, host.running, settle);
    this.#target = target;
    this.#host = host;
    this.#resends = new Resends(request);
  }

  get handlerName(): string {
    return 'http2';
  }

  get options(): RequestOptions {
    return this.transfer.options;
  }

  /** @throws RequestError for a body that is not as long as the head says */
  start(): void {
    checkFraming(this.transfer.request, this.transfer.options);
    if (this.transfer.start()) this.#begin();
  }

  // The connection

  #begin(): void {
    try {
      this.#acquire();
    } catch (cause) {
      this.failed(cause);
    }
  }

  /** Asks for a stream, which may be there at once: `connected` is called before this returns then. */
  #acquire(): void {
    const { transfer } = this;
    transfer.phase = 'queue';
    transfer.timer.start('queue', transfer.limits.queue);
    this.#group = this.#host.group(this.#target, transfer.request, transfer.options);
    const leave = this.#group.acquire(this);
    if (!transfer.isDone && this.#connection === undefined) transfer.waits({ leave });
  }

  /** The server speaks HTTP/1.1: the caller gets what another transport comes to, and this exchange is over. */
  plain(): void {
    const { transfer } = this;
    transfer.wait = undefined;
    transfer.finish();
    transfer.passOn(this.#host.plain(transfer.request, transfer.options));
  }

  /** A connection is being made, on which the server may allow streams. */
  dialling(): void {
    this.#isBarred = false;
    this.transfer.dialling();
  }

  /** The wait for a stream that the server does not allow yet: `queueTimeout` bounds it, or else `headersTimeout`. */
  barred(): void {
    if (this.#isBarred) return;
    const { transfer } = this;
    this.#isBarred = true;
    transfer.phase = 'queue';
    const { queue, headers } = transfer.limits;
    if (queue > 0) transfer.timer.start('queue', queue);
    else transfer.timer.start('headers', headers);
  }

  /** There will be no stream. */
  failed(cause: unknown): void {
    this.transfer.wait = undefined;
    this.transfer.fail(this.transfer.failure(cause));
  }

  /** A timeout for which the server is to blame gets an error that says so. */
  expires(phase: TimeoutPhase, limit: number): boolean {
    // node:http2 holds back a stream that was opened when the server had just lowered its limit to 0.
    const isHeld = phase === 'headers' && this.#connection?.peerLimit === 0;
    if (!this.#isBarred && !isHeld) return false;
    this.abort(barredFailure(phase, limit, this.#target, this.transfer.request));
    return true;
  }

  connected(connection: Http2Connection, isReused: boolean): void {
    const { transfer } = this;
    this.#isBarred = false;
    this.#connection = connection;
    this.#resends.begin(connection, isReused);
    transfer.record.placed();
    transfer.connected(isReused ? undefined : dialTimings(connection.socket));
    if (transfer.isDone) return;
    try {
      // This may run in an event of another call, on whose connection there is room: the body is made in the context of
      // this.
      if (transfer.scope === undefined) this.#send(connection);
      else within(transfer.scope, () => this.#send(connection));
    } catch (cause) {
      // The connection may have got its GOAWAY after it was chosen.
      if (isNeverSent(cause) && this.#resends.mayResend(connection)) this.#again();
      else transfer.fail(transfer.failure(cause));
    }
  }

  // The request

  #send(connection: Http2Connection): void {
    const { transfer } = this;
    const { progress, trailers } = transfer.options;
    const request = framedForTrailers(transfer.request, trailers);
    const isTrailed = request.body !== null && Boolean(trailers);
    const stream = connection.request(requestHead(request, this.#target), request.body !== null, isTrailed);
    this.#follow(stream);
    if (request.body === null) return;
    stream.once('finish', () => {
      if (stream === this.#stream && stream.rstCode === NGHTTP2_NO_ERROR) transfer.flushed();
    });
    const upload = new NodeUpload(stream, request, this, trailers);
    transfer.outgoing = this.#upload = upload;
    // node:http2 asks for the trailers behind the last byte; `NodeUpload` has found out by then what they are.
    if (isTrailed) stream.once('wantTrailers', () => stream.sendTrailers(requestTrailers(upload.trailers)));
    upload.start(transfer.clock, Boolean(progress), transfer.scope);
  }

  #follow(stream: ClientHttp2Stream): void {
    this.#stream = stream;
    this.#cause = undefined;
    this.#isWhole = false;
    followStream(stream, this);
  }

  uploaded(bytes: number, upload: NodeUpload): void {
    this.transfer.uploaded(bytes, upload);
  }

  uploadFailed(error: Error): void {
    this.abort(error);
  }

  // The response

  informed(status: number, raw: readonly string[]): void {
    const { transfer } = this;
    if (transfer.isDone || this.#isRefused(status) || !transfer.options.onInformation) return;
    const headers = HttpHeaders.fromRaw(answerHead(raw).fields);
    announceInformation(transfer, new HttpResponse(status, headers, null, '2', '', transfer.facts()));
  }

  /** The head came. Whether the request goes to another connection is asked before anybody is told of this answer. */
  responded(status: number, raw: readonly string[]): void {
    const { transfer } = this;
    if (transfer.isDone) return;
    this.#wasAnswered = true;
    this.#connection!.answered();
    if (status === constants.HTTP_STATUS_MISDIRECTED_REQUEST && this.#resends.mayGoElsewhere()) {
      this.#elsewhere();
      return;
    }
    if (this.#isRefused(status)) return;
    this.#upload?.answered();
    const { fields, size } = answerHead(raw);
    const overflow = headOverflow(transfer.options, size);
    if (overflow !== undefined) {
      transfer.record.head();
      transfer.fail(transfer.failure(overflow));
      return;
    }
    this.#answer = new Http2Answer(transfer, this.#stream!, status, fields);
    transfer.headCame(this.#answer.answer);
    this.#answer.begin();
  }

  came(chunk: Buffer): void {
    this.#answer?.came(chunk);
  }

  trailed(raw: readonly string[]): void {
    if (!this.transfer.isDone) this.#answer?.trailed(raw);
  }

  whole(): void {
    this.#isWhole = true;
  }

  /** Ends the exchange for a status that is none: node:http2 takes any three digits. @returns whether it did */
  #isRefused(status: number): boolean {
    const refusal = statusLineRefusal(status, '');
    if (refusal !== undefined) this.abort(this.transfer.failure(refusal));
    return refusal !== undefined;
  }

  /** Everything was read. A body that was cut short ends like this too; that fails when the stream closes. */
  ended(): void {
    if (this.transfer.isDone || !this.#isWhole) return;
    const answer = this.#answer;
    if (answer === undefined || answer.isShort()) return;
    this.transfer.finish();
    answer.completed();
  }

  /** `closed` follows, and decides what the error means. */
  faulted(cause: Error): void {
    this.#cause = cause;
  }

  /** The stream closed before the response was complete: it fails, or goes again where nothing can have come of it. */
  closed(): void {
    const { transfer } = this;
    if (transfer.isDone) return;
    const { request, options } = transfer;
    const stream = this.#stream!;
    const connection = this.#connection!;
    const { lastTaken } = connection;
    const end: StreamEnd = { code: stream.rstCode, cause: this.#cause, id: stream.id, lastTaken };
    const mayBePlain = options.version === 'auto' && canReplay(request, true);
    if (this.#answer !== undefined) transfer.fail(transfer.failure(bodyEnd(end, this.#answer.isShort())));
    else if (end.code === NGHTTP2_HTTP_1_1_REQUIRED && mayBePlain) {
      this.#host.wantsHttp1(this.#group!);
      this.plain();
    } else if (isUnprocessed(end) && this.#resends.mayResend(connection)) {
      // Without a GOAWAY it is this stream alone that there was no room for.
      if (end.code === NGHTTP2_REFUSED_STREAM && lastTaken === Number.POSITIVE_INFINITY) connection.refused();
      this.#again();
    } else if (this.#resends.wasStale(connection, end)) this.#again();
    else transfer.fail(streamFailure(end, request) ?? transfer.failure(end.cause));
  }

  // Again

  /**
   * A 421 (RFC 9110 section 15.5.20): over this connection the server does not answer for the origin; over another it may.
   */
  #elsewhere(): void {
    const stream = this.#stream!;
    leaveStream(stream);
    stream.close(NGHTTP2_CANCEL);
    stream.destroy();
    this.#connection!.close();
    this.#again();
  }

  #again(): void {
    this.transfer.goesAgain();
    this.#leave();
    this.#begin();
  }

  /** Lets go of the connection, which has room for another stream then. */
  #leave(): void {
    const connection = this.#connection;
    if (this.#stream !== undefined) leaveStream(this.#stream);
    this.#connection = undefined;
    this.#stream = undefined;
    connection?.release(this.#wasAnswered);
    this.#wasAnswered = false;
  }

  // The end

  broke(cause: unknown): void {
    this.transfer.broke(cause);
  }

  abort(reason: unknown): void {
    this.transfer.fail(reason);
  }

  released(): void {
    if (this.#stream !== undefined) this.#endStream(this.#stream);
    this.#leave();
  }

  /** Cancels what is left of the stream, in either direction: nobody wants it (RFC 9113 section 8.1). */
  #endStream(stream: ClientHttp2Stream): void {
    const isSent = this.transfer.request.body === null || stream.writableFinished;
    if (isSent && this.#isWhole && stream.readableEnded) return;
    const connection = this.#connection;
    // Nothing at all came over the connection while this waited, not even for other streams.
    if (connection !== undefined && this.#resends.isSilent(connection)) connection.suspect();
    if (!stream.closed) stream.close(NGHTTP2_CANCEL);
    // node:http2 keeps a closed stream until its rest has been read, which nobody does.
    stream.destroy();
  }
}
