/**
 * One request under way, whichever transport carries it: the waits of its phases, the callbacks of the caller, and that it
 * settles once, whoever ends it. The exchange of each transport (`UndiciExchange`, `NodeExchange` ...) holds one and tells
 * it how far it is; how it gets a connection, what goes over that and how it is ended is the exchange's own.
 */

import { whenTold } from '../../call/callbacks.ts';
import { followCaller, unfollowCaller } from '../../call/caller-stop.ts';
import { mayBeLeft } from '../../call/left-body.ts';
import type { DialTimings } from '../../connect/dial.ts';
import { type FailureContext, failure, timeoutFailure } from '../../connect/failure.ts';
import { isTransferError, type TimeoutPhase } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse, ResponseFacts } from '../../message/response.ts';
import { currentScope, type Scope } from '../../message/scope.ts';
import { ignore } from '../../message/source.ts';
import { lookOnce } from '../../options/last-look.ts';
import type { RequestOptions } from '../../options/options.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { faultOf, guarded } from '../../time/guarded-clock.ts';
import { announceProgress } from './announcements.ts';
import type { Answer, Answered } from './answer.ts';
import { briefly } from './briefly.ts';
import { callsBack, uploadTotal } from './callbacks.ts';
import type { Endable, OpenExchanges } from './open-exchanges.ts';
import { DRAIN_WAIT, type PhaseTimeouts, phaseTimeouts } from './phase-timeouts.ts';
import { type Expiring, PhaseTimer } from './phase-timer.ts';
import { TransferRecord } from './transfer-record.ts';

/** The two functions that settle the promise of the handler. */
export interface Settle {
  resolve(response: HttpResponse | Promise<HttpResponse>): void;
  reject(reason: unknown): void;
}

/** The exchange of a transport, as its transfer sees it. */
export interface Carrier {
  /** What `stats` calls the handler. */
  readonly handlerName: string;
  /** Ends the transfer with an error, and with it whatever goes over the connection. */
  abort(reason: unknown): void;
  /** The transfer is over, well or not: nothing of it may stay on the connection. */
  released(): void;
  /** A wait took too long. @returns whether the exchange has dealt with it; if not, the transfer fails with a timeout */
  expires?(phase: TimeoutPhase, limit: number): boolean;
}

/** What is under way over a transport, as one of it sees it. */
type Joinable = Pick<OpenExchanges<Transfer>, 'add' | 'ended'>;

/** A request's body while it goes out. */
export interface Outgoing {
  /** It is given up: bytes that still go out are no progress of the transfer. */
  readonly isStopped: boolean;
  /** Sends nothing more, and lets go of the source. */
  release(): void;
}

/** What a request waits for in each phase, for the message of a timeout. */
const WAITS: Readonly<Record<FailureContext['phase'], string>> = {
  queue: 'a free connection',
  connect: 'the connection (DNS, TCP, TLS)',
  send: 'the request body to be sent',
  headers: 'the response head',
  body: 'the rest of the response body',
};

export class Transfer implements Answered, Endable, Expiring {
  index = -1;
  promised: Promise<unknown> | undefined;
  readonly request: HttpRequest;
  readonly options: RequestOptions;
  readonly limits: PhaseTimeouts;
  /** That of the options. One that throws ends the transfer. */
  readonly clock: Clock;
  readonly timer: PhaseTimer;
  readonly record: TransferRecord;
  phase: FailureContext['phase'] = 'queue';
  isDone = false;
  /** The caller has its response; for a streamed one the transfer goes on. */
  isAnswered = false;
  /** Its reader has left, and the rest of the body is read so that the connection can be used again. */
  isDrained = false;
  /** The wait for a connection. */
  wait: { leave(): void } | undefined;
  outgoing: Outgoing | undefined;
  answer: Answer | undefined;
  /** Facts of a redirect that the transport has followed by itself, as fetch does in a browser. */
  landed: Partial<ResponseFacts> | undefined;
  /** The asynchronous context of the call, when functions of the caller's run while it is under way, or it had to wait. */
  scope: Scope | undefined;
  readonly #carrier: Carrier;
  readonly #open: Joinable;
  #resolve: Settle['resolve'];
  #reject: Settle['reject'];

  /**
   * @param open the transfers of its transport, which it joins
   * @throws TypeError for an invalid duration
   */
  constructor(
    carrier: Carrier,
    request: HttpRequest,
    options: RequestOptions,
    open: Joinable,
    { resolve, reject }: Settle,
  ) {
    this.request = request;
    this.options = options;
    this.limits = phaseTimeouts(options);
    this.clock = guarded(options.clock ?? systemClock, this);
    this.timer = new PhaseTimer(this.clock, this);
    this.record = new TransferRecord(this.clock);
    this.scope = callsBack(request, options) ? currentScope() : undefined;
    this.#carrier = carrier;
    this.#open = open;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Begins. @returns false when the call had been stopped before */
  start(): boolean {
    this.#open.add(this);
    followCaller(this, this.request, this.options);
    this.#endOfClock();
    return !this.isDone;
  }

  // The connection

  /**
   * There is none yet. The context of the call is kept: its turn comes in an event of another call, whose request has ended
   * or whose connection has opened.
   */
  waits(wait: { leave(): void }): void {
    this.wait = wait;
    this.scope ??= currentScope();
  }

  /** It waited before it was made. @param since when that began, in milliseconds of the clock */
  hasWaited(since: number, scope: Scope | undefined): void {
    this.record.began(since);
    this.scope = scope;
  }

  /** One is being made: `queueTimeout` counts no more, and `connectTimeout` is watched by the dial itself. */
  dialling(): void {
    this.phase = 'connect';
    this.timer.stop();
    this.record.placed();
  }

  /** @param dialled what it took to make the connection for this request; `undefined` for one that is used again */
  connected(dialled: DialTimings | undefined): void {
    this.wait = undefined;
    this.phase = this.request.body === null ? 'headers' : 'send';
    this.timer.start('headers', this.limits.headers);
    this.record.connected(dialled, this.timer.since);
    lookOnce(this.options);
    this.#endOfClock();
  }

  /** The request is to go again, over another connection. */
  goesAgain(): void {
    this.outgoing?.release();
    this.outgoing = undefined;
    this.record.sent = 0;
  }

  /** The connection took bytes of the body. @param from what sent them: those of an earlier attempt do not count */
  uploaded(bytes: number, from: Outgoing | undefined = this.outgoing): void {
    if (from !== this.outgoing) return;
    this.record.sent += bytes;
    if (this.isDone || from?.isStopped === true) return;
    if (this.phase === 'send' || this.phase === 'headers') this.timer.touch();
    if (this.options.progress) announceProgress(this, 'upload', this.record.sent, uploadTotal(this.request));
  }

  /** The last byte of the request went out. */
  flushed(): void {
    this.record.flushed();
    if (this.phase === 'send') this.phase = 'headers';
  }

  // The answer

  /** The head of the final answer came. */
  headCame(answer: Answer): void {
    this.phase = 'body';
    this.answer = answer;
    this.timer.start('read', this.limits.read);
    this.record.head(this.timer.since);
  }

  /** Whether the body is handed out as it comes: because it is streamed, or a layer may discard it. */
  isHandedOut(answer: Answer): boolean {
    return (this.options.stream === true || mayBeLeft(this.request, answer.status)) && !answer.isEmpty;
  }

  /** @param response with a body that is still to come */
  handOut(response: HttpResponse): void {
    this.answered(this.options.stream ? response : briefly(response, this));
  }

  /** Gives the caller its response; for a streamed one the transfer goes on. */
  answered(response: HttpResponse | Promise<HttpResponse>): void {
    this.isAnswered = true;
    const fault = faultOf(this.clock);
    if (fault === undefined) this.passOn(whenTold(this, response));
    else {
      Promise.resolve(response).catch(ignore);
      this.#reject(fault.error);
    }
  }

  /**
   * Settles the promise, and leaves the end of the transfer to others. The functions that settle it are dropped with that:
   * they hold the promise and with it the response, whose body is released when the garbage collector has found that nobody
   * else holds it (`message/dropped.ts`).
   */
  passOn(response: HttpResponse | Promise<HttpResponse>): void {
    const resolve = this.#resolve;
    this.#resolve = this.#reject = ignore;
    resolve(response);
  }

  // The reader of the body

  chunkCame(): void {
    // The time that a reader has to begin is counted from the head.
    this.timer.chunkCame(this.answer?.body?.isUntouched === true);
  }

  /**
   * The stream asks for more: the wait for the server begins. Not before somebody has begun to read, because a stream fills
   * its buffer by itself, and a body that nobody reads is to end with the read timeout.
   */
  pulled(): void {
    if (this.isDone || this.answer?.body?.isUntouched !== false) return;
    this.reads();
  }

  /** Nobody wants the rest of the body, which is only read so that the connection can be used again. */
  drained(): void {
    if (this.isDone) return;
    this.isDrained = true;
    this.reads();
  }

  /** The wait for the next bytes of the body begins: a short one where nobody wants them. */
  reads(): void {
    const { read } = this.limits;
    this.timer.start('read', this.isDrained ? Math.min(read || DRAIN_WAIT, DRAIN_WAIT) : read);
  }

  expired(phase: TimeoutPhase, limit: number): void {
    if (this.#carrier.expires?.(phase, limit)) return;
    const body = phase === 'read' ? this.answer?.body : undefined;
    if (body?.isUntouched === false) {
      if (this.timer.goesOnFromAhead(phase, limit)) return;
      // Bytes are here that the reader has not taken: it is not the server who is late.
      if (body.isBehind) {
        this.timer.start(phase, limit);
        return;
      }
    }
    this.abort(timeoutFailure(phase, limit, this.request, this.headOnly()));
  }

  // The end

  get isWaiting(): boolean {
    return this.wait !== undefined;
  }

  get waitsFor(): string {
    return WAITS[this.phase];
  }

  get isForgotten(): boolean {
    return this.isDrained || (this.isAnswered && !this.promised && this.answer?.body?.isUntouched === true);
  }

  abort(reason: unknown): void {
    if (!this.isDone) this.#carrier.abort(reason);
  }

  /** Ends with an error. */
  fail(reason: unknown): void {
    if (this.isDone) return;
    this.finish();
    if (this.isAnswered) {
      this.answer?.body?.fail(reason);
      return;
    }
    if (isTransferError(reason)) reason.transfer = this.facts();
    this.#reject(reason);
  }

  /** It is over, well or not. */
  finish(): void {
    this.isDone = true;
    this.timer.stop();
    this.wait?.leave();
    this.wait = undefined;
    this.outgoing?.release();
    this.#carrier.released();
    unfollowCaller(this, this.request, this.options);
    this.#open.ended(this);
  }

  /** A listener of an event has thrown. Nobody could catch it: that would end the process, not the transfer. */
  broke(cause: unknown): void {
    if (!this.isDone) this.fail(this.failure(cause));
    else if (this.isAnswered) this.answer?.body?.fail(cause);
    else this.#reject(this.failure(cause));
  }

  /** Nothing is sent for a call whose clock has thrown. */
  #endOfClock(): void {
    const fault = faultOf(this.clock);
    if (fault !== undefined) this.abort(fault.error);
  }

  // What others ask of it

  headOnly(): HttpResponse | undefined {
    return this.answer?.headOnly();
  }

  /** @param isDecoded what came is not what went over the wire, so that its bytes say nothing of those */
  failure(cause: unknown, isDecoded = false): Error {
    const { request, options, phase, answer } = this;
    const received = isDecoded ? undefined : this.record.received;
    const context = { request, options, phase, received, expected: answer?.expected };
    return failure(cause, { ...context, response: this.#shownHead() });
  }

  /** The response for an error to show; none where it is the head itself that no response can have. */
  #shownHead(): HttpResponse | undefined {
    try {
      return this.headOnly();
    } catch {
      return undefined;
    }
  }

  facts(): ResponseFacts {
    const facts: ResponseFacts = {
      url: this.request.url,
      request: this.request,
      handler: this.#carrier.handlerName,
      bytesSent: this.record.sent,
      bytesReceived: this.record.received,
      timings: this.record.timings(),
    };
    return this.landed === undefined ? facts : Object.assign(facts, this.landed);
  }
}
