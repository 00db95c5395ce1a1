/**
 * What an exchange over node:http and one over node:http2 have in common: the waits of its phases, how it tells the
 * caller, and that it settles once. How it gets a connection, what goes over it and how that is ended is theirs.
 */

import { type CallbackHost, tell, whenTold } from '../../call/callbacks.ts';
import { followCaller, unfollowCaller } from '../../call/caller-stop.ts';
import { mayBeLeft } from '../../call/left-body.ts';
import { type FailureContext, failure, timeoutFailure } from '../../connect/failure.ts';
import { isTransferError, type TimeoutPhase } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse, ResponseFacts } from '../../message/response.ts';
import { currentScope, type Scope } from '../../message/scope.ts';
import { ignore } from '../../message/source.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import type { Member } from '../../time/member-set.ts';
import type { Abortable } from '../../time/stop.ts';
import { checkFraming } from '../node/request.ts';
import { briefly } from './briefly.ts';
import { callsBack, uploadTotal } from './callbacks.ts';
import { DRAIN_WAIT, type PhaseTimeouts, phaseTimeouts } from './phase-timeouts.ts';
import { type Expiring, PhaseTimer } from './phase-timer.ts';
import { TransferRecord } from './transfer-record.ts';
import type { NodeUpload, UploadObserver } from './upload.ts';

/** The two functions of a promise. */
export interface Settle {
  resolve(response: HttpResponse | Promise<HttpResponse>): void;
  reject(reason: unknown): void;
}

/** What has come of the response. */
export interface Answer {
  /** Without its body. */
  headOnly(): HttpResponse;
  /** Whether the caller has a body that nobody has begun to read. */
  readonly isUnread: boolean;
  /** Whether bytes wait for the reader. */
  isReaderBehind(): boolean;
  /** Ends a body that the caller has already. */
  fail(reason: unknown): void;
}

const SETTLED: Settle = { resolve: ignore, reject: ignore };

export abstract class Exchange<Answered extends Answer>
  implements Abortable, CallbackHost, Expiring, UploadObserver, Member
{
  index = -1;
  promised: Promise<unknown> | undefined;
  readonly request: HttpRequest;
  readonly options: RequestOptions;
  readonly timer: PhaseTimer;
  readonly record: TransferRecord;
  protected readonly target: Target;
  protected settle: Settle;
  protected readonly clock: Clock;
  protected readonly limits: PhaseTimeouts;
  /** The context of the call, when something of the caller's runs while it is under way, or it had to wait. */
  scope: Scope | undefined;
  protected phase: FailureContext['phase'] = 'queue';
  protected isAnswered = false;
  /** Its reader has left, and the rest is read for the sake of the connection. */
  protected isDrained = false;
  /** Gives the wait for a connection up. */
  protected stopWaiting: (() => void) | undefined;
  protected upload: NodeUpload | undefined;
  protected answer: Answered | undefined;
  #isDone = false;

  /** @throws TypeError for a duration that is none */
  constructor(request: HttpRequest, options: RequestOptions, target: Target, settle: Settle) {
    this.request = request;
    this.options = options;
    this.target = target;
    this.settle = settle;
    this.clock = options.clock ?? systemClock;
    this.timer = new PhaseTimer(this.clock, this);
    this.record = new TransferRecord(this.clock);
    this.limits = phaseTimeouts(options);
    this.scope = callsBack(request, options) ? currentScope() : undefined;
  }

  /** What `stats` calls the handler. */
  protected abstract get handlerName(): string;
  protected abstract connect(): void;
  /** Ends with an error, and with it whatever goes over the connection. */
  abstract abort(reason: unknown): void;

  get isDone(): boolean {
    return this.#isDone;
  }

  /** @throws RequestError for a body that is not as long as the head says */
  start(): void {
    checkFraming(this.request);
    followCaller(this, this.request, this.options);
    if (!this.#isDone) this.connect();
  }

  // The wait for a connection

  /** Its turn comes in the context of whoever ends before it, or made the connection. */
  protected waits(stop: () => void): void {
    this.stopWaiting = stop;
    this.scope ??= currentScope();
  }

  /** One is being made: `queueTimeout` is over, `connectTimeout` is the dialler's. */
  dialling(): void {
    this.phase = 'connect';
    this.timer.stop();
    this.record.placed();
  }

  failed(error: Error): void {
    this.stopWaiting = undefined;
    this.fail(this.failure(error));
  }

  // The end

  /** The caller has its response; for a streamed one the exchange goes on. */
  answered(response: HttpResponse | Promise<HttpResponse>): void {
    this.isAnswered = true;
    this.settle.resolve(whenTold(this, response));
    // The promise would keep the response, of which the garbage collector is to tell that it was dropped.
    this.settle = SETTLED;
  }

  /** The caller has its response with a body that is still to come: streamed, or likely left by a layer. */
  handedOut(response: HttpResponse): void {
    this.answered(this.options.stream ? response : briefly(response, this));
  }

  /** Whether the body is handed out as it comes. */
  isHandedOut(status: number): boolean {
    return this.options.stream === true || mayBeLeft(this.request, status);
  }

  /** Nobody wants the rest of the body, which is read for the sake of the connection. */
  drained(): void {
    if (this.#isDone) return;
    this.isDrained = true;
    this.timer.start('read', Math.min(this.limits.read || DRAIN_WAIT, DRAIN_WAIT));
  }

  /** A chunk of the body came. The wait for a reader who has not begun is counted from the head. */
  chunkCame(): void {
    this.timer.chunkCame(this.answer?.isUnread === true);
  }

  expired(phase: TimeoutPhase, limit: number): void {
    const isRead = phase === 'read' && this.answer?.isUnread === false;
    if (isRead && this.timer.goesOnFromAhead(phase, limit)) return;
    // While the reader is behind, the next byte is not the server's to send.
    if (phase === 'read' && this.answer?.isReaderBehind() === true) this.timer.start('read', limit);
    else this.timedOut(timeoutFailure(phase, limit, this.request, this.answer?.headOnly()));
  }

  protected timedOut(reason: Error): void {
    this.abort(reason);
  }

  /** Ends with an error. */
  fail(reason: unknown): void {
    if (this.#isDone) return;
    this.release();
    if (this.isAnswered) {
      this.answer?.fail(reason);
      return;
    }
    if (isTransferError(reason)) reason.transfer = this.facts();
    this.settle.reject(reason);
  }

  /** Runs what an event brings. Nobody stands above it: what it threw would end the process instead of the exchange. */
  guarded(run: () => void): void {
    try {
      run();
    } catch (cause) {
      if (!this.#isDone) this.fail(this.failure(cause));
      else if (this.isAnswered) this.answer?.fail(cause);
      else this.settle.reject(this.failure(cause));
    }
  }

  /** It is over, well or not. */
  protected release(): void {
    this.#isDone = true;
    this.timer.stop();
    this.stopWaiting?.();
    this.upload?.stop();
    unfollowCaller(this, this.request, this.options);
  }

  // What it tells

  failure(cause: unknown, response?: HttpResponse): Error {
    return failure(cause, { request: this.request, options: this.options, phase: this.phase, response });
  }

  facts(): ResponseFacts {
    return {
      url: this.request.url,
      request: this.request,
      handler: this.handlerName,
      bytesSent: this.upload?.sent ?? 0,
      bytesReceived: this.record.received,
      timings: this.record.timings(),
    };
  }

  uploaded(): void {
    if (this.#isDone) return;
    if (this.phase === 'send' || this.phase === 'headers') this.timer.touch();
    this.report('upload', this.upload?.sent ?? 0, uploadTotal(this.request));
  }

  abstract uploadFailed(error: Error): void;

  /** Tells `progress`, when it was given. */
  report(direction: 'upload' | 'download', transferred: number, total: number | undefined): void {
    const { progress } = this.options;
    if (progress) tell(this, 'progress', progress, { direction, transferred, total });
  }

  headOnly(): HttpResponse | undefined {
    return this.answer?.headOnly();
  }
}
