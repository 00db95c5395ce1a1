/**
 * One request over undici's dispatcher. The object is the callbacks undici asks for, so that an exchange costs no closure;
 * a buffered body is collected straight from them, and a body of one chunk is never copied.
 */

import { type CallbackHost, tell, whenTold } from '../../call/callbacks.ts';
import { followCaller, unfollowCaller } from '../../call/caller-stop.ts';
import { mayBeLeft, willBeLeft } from '../../call/left-body.ts';
import { failure, timeoutFailure } from '../../connect/failure.ts';
import { announcesReuse, forwarderRefusal } from '../../connect/forwarding.ts';
import type { BodyReader } from '../../message/body-reader.ts';
import { NOTHING, Pieces } from '../../message/bytes.ts';
import { Content } from '../../message/content.ts';
import type { TimeoutPhase } from '../../message/errors.ts';
import { HttpHeaders, type RawField } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import { HttpResponse, type ResponseFacts } from '../../message/response.ts';
import { currentScope, type Scope, within } from '../../message/scope.ts';
import { ignore } from '../../message/source.ts';
import { receivedTrailers } from '../../message/trailers.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { canReplay } from '../../semantics/replay.ts';
import { responseLimit, tooLarge } from '../../semantics/response-limit.ts';
import { phraseOfBytes, statusLineRefusal, unaskedSwitch } from '../../semantics/status-line.ts';
import { codingRefusal } from '../../semantics/transfer-coding.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { milliseconds } from '../../time/duration.ts';
import type { Member } from '../../time/member-set.ts';
import type { SlotLimit } from '../connections/slot-limit.ts';
import { isLong, MOMENT, MOST_BYTES } from '../exchange/briefly.ts';
import { callsBack, downloadTotal, uploadTotal } from '../exchange/callbacks.ts';
import { wireLimit } from '../exchange/collector.ts';
import { DRAIN_WAIT, limitOf } from '../exchange/phase-timeouts.ts';
import { PhaseTimer } from '../exchange/phase-timer.ts';
import { type BodyOwner, PulledBody } from '../exchange/pulled-body.ts';
import { isBodyless, isConnectionLost, isLengthMismatch, isUnaskedSwitch, phraseOverflow } from './error-meaning.ts';
import type { ExchangeConnection, ExchangeRoute, UndiciHost } from './host.ts';
import { dispatchOptions } from './request.ts';
import { isUnsolicitedContinue, unsolicitedContinue } from './unsolicited-continue.ts';

export class UndiciExchange implements BodyOwner, CallbackHost, Member {
  index = -1;
  promised: Promise<unknown> | undefined;
  readonly request: HttpRequest;
  readonly #options: RequestOptions;
  readonly #target: Target;
  readonly #transport: UndiciHost;
  #resolve: (response: HttpResponse | Promise<HttpResponse>) => void;
  #reject: (reason: unknown) => void;
  readonly #clock: Clock;
  readonly #timer: PhaseTimer;
  readonly #started: number;
  /** Bytes that a buffered body may have. */
  readonly #limit: number;
  #connection: ExchangeConnection | undefined;
  #wait: ReturnType<ExchangeRoute['wait']> | undefined;
  #phase: 'connect' | 'send' | 'headers' | 'body' = 'connect';
  #done = false;
  /** The caller has its answer; what follows concerns its body. */
  #answered = false;
  #isDrained = false;
  #reused = false;
  /** Count of the socket when this exchange got it. */
  #readBefore = 0;
  #abort: ((reason: Error) => void) | undefined;
  /** Reads on, while the body is gathered that is likely left. */
  #resume: (() => void) | undefined;
  #status = 0;
  #statusText = '';
  #headers: HttpHeaders = HttpHeaders.empty;
  #head: HttpResponse | undefined;
  #pieces: Pieces | undefined;
  #body: PulledBody | undefined;
  #trailers: HttpHeaders | undefined;
  #received = 0;
  #sent = 0;
  #queued = 0;
  #connected = 0;
  #firstByte = 0;
  #dialled: ExchangeConnection['fresh'];
  /** The request's body while it is read piece by piece. */
  #source: BodyReader | undefined;
  scope: Scope | undefined;

  constructor(
    request: HttpRequest,
    options: RequestOptions,
    target: Target,
    transport: UndiciHost,
    resolve: (response: HttpResponse | Promise<HttpResponse>) => void,
    reject: (reason: unknown) => void,
  ) {
    this.request = request;
    this.#options = options;
    this.#target = target;
    this.#transport = transport;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#clock = options.clock ?? systemClock;
    this.#timer = new PhaseTimer(this.#clock, this);
    this.#started = this.#clock.now();
    this.#limit = responseLimit(options, false);
    this.scope = callsBack(request, options) ? currentScope() : undefined;
  }

  /** @param limit how many connections there may be; `undefined` is no limit */
  start(route: ExchangeRoute, limit: SlotLimit | undefined): void {
    followCaller(this, this.request, this.#options);
    if (this.#done) return;
    const connection = route.take(limit);
    if (connection !== undefined) this.#dispatch(connection);
    else {
      this.#wait = route.wait(this, limit!);
      // Its turn comes in the context of whoever ends before it.
      this.scope ??= currentScope();
      this.#timer.start('queue', milliseconds(this.#options.queueTimeout, 'queueTimeout'));
    }
  }

  /** The wait for a connection is over. */
  connected(connection: ExchangeConnection): void {
    this.#wait = undefined;
    this.#queued = this.#clock.now();
    this.#timer.stop();
    this.#timer.since = 0;
    try {
      within(this.scope, () => this.#dispatch(connection));
    } catch (error) {
      this.#fail(error);
    }
  }

  #dispatch(connection: ExchangeConnection): void {
    const { keepAlive } = this.#options;
    const isWatched = Boolean(this.#options.progress);
    const { forwarder } = connection.route.settings;
    this.#connection = connection;
    this.#source?.release();
    this.#source = this.request.body?.bytes === undefined ? this.request.body?.open(this.scope) : undefined;
    connection.client.dispatch(
      dispatchOptions(this.request, this.#target, forwarder, { source: this.#source, isWatched }, keepAlive === false),
      this,
    );
  }

  // The callbacks of undici

  onConnect(abort: (reason?: Error) => void): void {
    if (this.#done) {
      abort();
      return;
    }
    this.#abort = abort;
    this.#dialled = this.#connection?.fresh;
    this.#reused = this.#dialled === undefined;
    if (this.#connection !== undefined) this.#connection.fresh = undefined;
    this.#readBefore = this.#connection?.socket?.bytesRead ?? 0;
    this.#phase = this.request.body === null ? 'headers' : 'send';
    this.#timer.start('headers', limitOf(this.#options.headersTimeout, 'headersTimeout'));
    this.#connected = this.#timer.since || this.#clock.now();
  }

  onBodySent(chunk: Uint8Array): void {
    this.#sent += chunk.byteLength;
    if (this.#phase === 'send') this.#timer.touch();
    this.#report('upload', this.#sent, uploadTotal(this.request));
  }

  onRequestSent(): void {
    if (this.#phase === 'send') this.#phase = 'headers';
  }

  onHeaders(status: number, raw: RawField[], resume: () => void, statusText: string): boolean {
    if (this.#done || (status >= 100 && status < 200)) return true;
    const route = this.#connection?.route;
    const refusal =
      statusLineRefusal(status, statusText) ??
      (statusText === 'OK' ? undefined : phraseOverflow(this.#connection!, this.#readBefore)) ??
      forwarderRefusal(status, route?.settings.forwarder, this.#target) ??
      codingRefusal(this.request, status, raw);
    if (refusal !== undefined) {
      this.abort(failure(refusal, { request: this.request, options: this.#options, phase: 'headers' }));
      return true;
    }
    this.#phase = 'body';
    this.#status = status;
    this.#statusText = phraseOfBytes(statusText);
    this.#headers = HttpHeaders.fromRaw(raw);
    this.#connection?.onKeepAlive(raw);
    if (route?.settings.forwarder && !announcesReuse((name) => this.#headers.get(name))) route.isSingle = true;
    this.#startRead();
    this.#firstByte = this.#timer.since || this.#clock.now();
    if (this.#options.stream) this.#body = new PulledBody(resume, this);
    else if (mayBeLeft(this.request, status)) {
      this.#resume = resume;
      this.#timer.start('read', MOMENT);
    }
    if (this.#options.onHeaders) tell(this, 'onHeaders', this.#options.onHeaders, this.headOnly()!);
    if (!this.#done && this.#body) this.#answer(this.#response(new Content(undefined, this.#body.readable)));
    if (!this.#done && this.#resume && isLong(this.#headers)) this.#handOut(this.#resume);
    return true;
  }

  onData(chunk: Uint8Array): boolean {
    if (this.#done) return true;
    this.#received += chunk.byteLength;
    if (this.#resume === undefined) this.#timer.chunkCame(this.#body?.isUntouched === true);
    if (this.#options.progress) this.#report('download', this.#received, downloadTotal(this.#headers));
    if (this.#done) return true;
    if (this.#body !== undefined) return this.#feed(this.#body, chunk);
    (this.#pieces ??= new Pieces()).add(chunk);
    if (this.#resume && this.#received > MOST_BYTES) return this.#handOut(this.#resume);
    if (this.#received > this.#limit && this.#received > wireLimit(this.#options, this.#headers))
      this.abort(tooLarge(this.#limit, this.request, this.headOnly()!));
    return true;
  }

  /** Gives what was gathered of a body that turned out long or slow, with the rest to be read on. */
  #handOut(resume: () => void): boolean {
    this.#resume = undefined;
    this.#startRead();
    if (!willBeLeft(this, this.#status, this.#options)) return true;
    this.#body = new PulledBody(resume, this);
    this.#answer(this.#response(new Content(undefined, this.#body.readable)));
    return this.#pieces === undefined || this.#body.push(this.#pieces.bytes());
  }

  #feed(body: PulledBody, chunk: Uint8Array): boolean {
    const wanted = body.push(chunk);
    // While the reader rests, the server is not late.
    if (!wanted && !body.isUntouched) this.#timer.stop();
    return wanted;
  }

  pulled(): void {
    // A body that nobody reads has until the read timeout, counted from its head.
    if (this.#done || this.#phase !== 'body' || this.#body?.isUntouched) return;
    this.#startRead();
  }

  drained(): void {
    if (this.#done) return;
    this.#isDrained = true;
    this.#startRead();
  }

  #startRead(): void {
    const limit = limitOf(this.#options.readTimeout, 'readTimeout');
    this.#timer.start('read', this.#isDrained ? Math.min(limit || DRAIN_WAIT, DRAIN_WAIT) : limit);
  }

  onComplete(trailers: RawField[]): void {
    if (this.#done) return;
    if (trailers.length > 0) this.#trailers = receivedTrailers(trailers);
    this.#finish();
    this.#leave();
    if (this.#body !== undefined) this.#body.end(this);
    else this.#answer(this.#response(new Content(this.#pieces?.bytes() ?? NOTHING)));
  }

  /** A connection over which not everything went is of no more use: the rest would be taken for the next request. */
  #leave(): void {
    const connection = this.#connection!;
    const isSent = this.request.body === null || connection.socket?.writableLength === 0;
    if (isSent) connection.route.give(connection);
    else connection.route.drop(connection);
  }

  onError(cause: Error): void {
    if (this.#done) return;
    if (isBodyless(this.#status) && isLengthMismatch(cause)) {
      this.#connection!.route.drop(this.#connection!);
      this.onComplete([]);
      return;
    }
    if (this.#isStale(cause)) {
      this.#reused = false;
      this.#phase = 'connect';
      this.#sent = 0;
      this.#dispatch(this.#connection!.route.renew(this.#connection!));
      return;
    }
    if (this.#status === 0 && isUnsolicitedContinue(cause)) {
      this.#failUnsolicited(unsolicitedContinue(this.request, cause));
      return;
    }
    const phase = this.#phase === 'connect' && this.#abort !== undefined ? 'headers' : this.#phase;
    const response = this.headOnly();
    const told = isUnaskedSwitch(cause) ? unaskedSwitch(this.request) : (this.#connection?.alert ?? cause);
    this.#fail(failure(told, { request: this.request, options: this.#options, phase, response }));
  }

  /** Stops the exchange: the caller aborted, dropped the body, or a timer expired. */
  abort(reason: unknown): void {
    if (!this.#done) this.#fail(reason);
  }

  get isWaiting(): boolean {
    return this.#wait !== undefined;
  }
  /** Whether it waits only for a reader that never came. */
  get isForgotten(): boolean {
    return this.#answered && !this.promised && !this.#done && this.#body?.isUntouched === true;
  }

  expired(phase: TimeoutPhase, limit: number): void {
    if (this.#resume !== undefined) return void this.#handOut(this.#resume);
    if (this.#body?.isUntouched === false && this.#timer.goesOnFromAhead(phase, limit)) return;
    this.abort(timeoutFailure(phase, limit, this.request, this.headOnly()));
  }

  /** A kept-alive connection that the server had closed already: it never read this request. */
  #isStale(cause: Error): boolean {
    return (
      this.#reused &&
      this.#status === 0 &&
      // Whoever has begun to answer has read the question.
      this.#connection?.socket?.bytesRead === this.#readBefore &&
      canReplay(this.request, false) &&
      isConnectionLost(cause)
    );
  }

  #failUnsolicited(error: Error): void {
    const { elsewhere } = this.#transport;
    if (elsewhere !== undefined) this.#resolve(elsewhere(this.request, this.#options, error));
    this.#fail(error);
  }

  #answer(response: HttpResponse): void {
    this.#answered = true;
    this.#resolve(whenTold(this, response));
    // The promise would keep the response from being collected.
    this.#resolve = this.#reject = ignore;
  }

  #fail(reason: unknown): void {
    this.#finish();
    this.#abort?.(reason instanceof Error ? reason : new Error('aborted'));
    this.#connection?.route.drop(this.#connection);
    if (this.#answered) this.#body?.fail(reason);
    else {
      if (reason instanceof Object && 'attempts' in reason) Object.assign(reason, { transfer: this.#facts() });
      this.#reject(reason);
    }
  }

  #finish(): void {
    this.#done = true;
    this.#timer.stop();
    this.#wait?.leave();
    // undici reads on after the end, and waits for a source that has nothing to give.
    this.#source?.release();
    unfollowCaller(this, this.request, this.#options);
    this.#transport.ended(this);
  }

  headOnly(): HttpResponse | undefined {
    if (this.#status === 0) return undefined;
    this.#head ??= this.#response(new Content(this.#body === undefined ? NOTHING : undefined, this.#body?.readable));
    return this.#head;
  }

  #response(content: Content): HttpResponse {
    return new HttpResponse(this.#status, this.#headers, content, '1.1', this.#statusText, this.#facts());
  }

  #facts(): ResponseFacts {
    return {
      url: this.request.url,
      request: this.request,
      handler: 'undici',
      bytesSent: this.#sent,
      bytesReceived: this.#received,
      trailers: this.#body === undefined ? this.#trailers : () => this.#trailers ?? HttpHeaders.empty,
      timings: this.#timings(),
    };
  }

  #timings(): ResponseFacts['timings'] {
    const total = this.#clock.now() - this.#started;
    const firstByte = this.#firstByte === 0 ? undefined : this.#firstByte - this.#started;
    const placed = this.#dialled === undefined ? this.#connected : this.#queued;
    const queue = placed === 0 ? undefined : placed - this.#started;
    if (this.#dialled !== undefined) return { ...this.#dialled, ...(queue && { queue }), firstByte, end: total, total };
    return { queue, firstByte, end: total, total };
  }

  #report(direction: 'upload' | 'download', transferred: number, total: number | undefined): void {
    const { progress } = this.#options;
    if (!progress || this.#done) return;
    tell(this, 'progress', progress, { direction, transferred, total });
  }
}
Object.setPrototypeOf(UndiciExchange.prototype, null); // undici asks for methods of two generations: none is inherited.
