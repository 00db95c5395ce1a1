/**
 * One request over undici. This object is itself the handler whose methods undici calls, so that a request costs no
 * closure; a buffered body is collected straight from them, and a body of one chunk is never copied. This is the fast path:
 * it makes no promise, closure or timer that a request does not need.
 */
import { mayBeLeft, willBeLeft } from '../../call/left-body.ts';
import { announcesReuse, forwarderRefusal } from '../../connect/forwarding.ts';
import { HttpHeaders, type RawField } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import { receivedTrailers } from '../../message/trailers.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { canReplay } from '../../semantics/replay.ts';
import { phraseOfBytes, statusLineRefusal, unaskedSwitch } from '../../semantics/status-line.ts';
import { codingRefusal } from '../../semantics/transfer-coding.ts';
import { announceHead } from '../exchange/announcements.ts';
import { Answer } from '../exchange/answer.ts';
import { isLong, MOMENT, MOST_BYTES } from '../exchange/briefly.ts';
import { PulledBody } from '../exchange/pulled-body.ts';
import { type Carrier, type Settle, Transfer } from '../exchange/transfer.ts';
import { isBodyless, isConnectionLost, isLengthMismatch, isUnaskedSwitch, phraseOverflow } from './error-meaning.ts';
import type { ExchangeConnection, UndiciHost } from './host.ts';
import { dispatchOptions } from './request.ts';
import { isUnsolicitedContinue, unsolicitedContinue } from './unsolicited-continue.ts';

export class UndiciExchange implements Carrier {
  readonly transfer: Transfer;
  readonly #target: Target;
  readonly #host: UndiciHost;
  #connection: ExchangeConnection | undefined;
  #isReused = false;
  /** Bytes that the socket had read for others when this exchange got it. */
  #readBefore = 0;
  #abort: ((reason: Error) => void) | undefined;
  /** Makes undici read on; set while a body is gathered that a layer will likely discard (`exchange/briefly.ts`). */
  #resume: (() => void) | undefined;
  #body: PulledBody | undefined;
  #trailers: HttpHeaders | undefined;

  /** @throws TypeError for a duration that is none */
  constructor(request: HttpRequest, options: RequestOptions, target: Target, host: UndiciHost, settle: Settle) {
    this.transfer = new Transfer(this, request, options, host.running, settle);
    this.transfer.phase = 'connect';
    this.#target = target;
    this.#host = host;
  }

  get handlerName(): string {
    return this.#host.name;
  }

  start(connection: ExchangeConnection): void {
    this.#connection = connection;
    if (this.transfer.start()) this.#dispatch(connection);
  }

  /** Gives undici the request. A new connection is dialled now: its `onConnect` comes when the socket is there. */
  #dispatch(connection: ExchangeConnection): void {
    const { transfer } = this;
    const { request, options } = transfer;
    const { body } = request;
    const source = body === null || body.bytes !== undefined ? undefined : body.open(transfer.scope);
    this.#connection = connection;
    transfer.outgoing = source;
    connection.client.dispatch(dispatchOptions(request, this.#target, connection, options, source), this);
  }

  // The methods that undici calls, in this order

  /** The request goes out now; before, it waited for the socket. */
  onConnect(abort: (reason?: Error) => void): void {
    const { transfer } = this;
    if (transfer.isDone) {
      abort();
      return;
    }
    this.#abort = abort;
    const connection = this.#connection!;
    const dialled = connection.fresh;
    connection.fresh = undefined;
    this.#isReused = dialled === undefined;
    this.#readBefore = connection.socket?.bytesRead ?? 0;
    transfer.connected(dialled);
  }

  onBodySent(chunk: Uint8Array): void {
    this.transfer.uploaded(chunk.byteLength);
  }

  onRequestSent(): void {
    if (this.transfer.phase === 'send') this.transfer.phase = 'headers';
  }

  onHeaders(status: number, raw: RawField[], resume: () => void, statusText: string): boolean {
    const { transfer } = this;
    if (transfer.isDone || (status >= 100 && status < 200)) return true;
    const { request, options } = transfer;
    const { route } = this.#connection!;
    const { forwarder } = route.settings;
    const refusal =
      statusLineRefusal(status, statusText) ??
      (statusText === 'OK' ? undefined : phraseOverflow(this.#connection!, this.#readBefore)) ??
      forwarderRefusal(status, forwarder, this.#target) ??
      codingRefusal(request, status, raw);
    if (refusal !== undefined) {
      transfer.phase = 'headers';
      this.abort(transfer.failure(refusal));
      return true;
    }
    const headers = HttpHeaders.fromRaw(raw);
    this.#connection!.onKeepAlive(raw);
    if (forwarder && !announcesReuse((name) => headers.get(name))) route.isSingle = true;
    const answer = new Answer(transfer, status, phraseOfBytes(statusText), headers);
    transfer.headCame(answer);
    if (options.stream) {
      if (announceHead(transfer)) this.#open(answer, resume);
      return true;
    }
    // A layer may not want the body: it is gathered for a moment only (`exchange/briefly.ts`).
    if (mayBeLeft(request, status)) {
      this.#resume = resume;
      answer.isBrief = true;
      transfer.timer.start('read', MOMENT);
    }
    if (announceHead(transfer) && this.#resume && isLong(headers)) this.#handOut(answer, resume);
    return true;
  }

  onData(chunk: Uint8Array): boolean {
    const { transfer } = this;
    const { answer } = transfer;
    if (transfer.isDone || answer === undefined || !answer.received(chunk)) return true;
    if (this.#resume && transfer.record.received > MOST_BYTES) this.#handOut(answer, this.#resume);
    if (this.#body !== undefined) return this.#body.push(chunk);
    answer.collect(chunk);
    return true;
  }

  /** Gives what was gathered of a body that turned out long or slow, with the rest to be read on. */
  #handOut(answer: Answer, resume: () => void): void {
    const { transfer } = this;
    this.#resume = undefined;
    answer.isBrief = false;
    transfer.reads();
    if (!willBeLeft(transfer, answer.status, transfer.options)) return;
    const gathered = answer.taken();
    const body = this.#open(answer, resume);
    if (gathered !== undefined) body.push(gathered);
  }

  #open(answer: Answer, resume: () => void): PulledBody {
    const body = new PulledBody(resume, this.transfer);
    this.#body = body;
    answer.trailers = () => this.#trailers ?? HttpHeaders.empty;
    this.transfer.answered(answer.opened(body, body.readable));
    return body;
  }

  onComplete(trailers: RawField[]): void {
    const { transfer } = this;
    if (transfer.isDone) return;
    const { answer } = transfer;
    if (answer === undefined) {
      this.onError(new Error('the answer ended before its head'));
      return;
    }
    if (trailers.length > 0) this.#trailers = receivedTrailers(trailers);
    transfer.finish();
    this.#leave();
    if (this.#body !== undefined) this.#body.end(transfer);
    else {
      answer.trailers = this.#trailers;
      transfer.answered(answer.gathered());
    }
  }

  /**
   * Lets go of the connection. One over which the request did not go in full is of no more use: the rest would be read as
   * the next.
   */
  #leave(): void {
    const connection = this.#connection!;
    const isSent = this.transfer.request.body === null || connection.socket?.writableLength === 0;
    if (isSent) connection.route.give(connection);
    else connection.route.drop(connection);
  }

  /**
   * The order counts: what is no failure after all, what is sent again, what another transport can do, and then the rest.
   */
  onError(cause: Error): void {
    const { transfer } = this;
    if (transfer.isDone) return;
    const { answer, request } = transfer;
    // A 204 or 304 with a length is complete without a body; undici takes it for cut short.
    if (answer !== undefined && isBodyless(answer.status) && isLengthMismatch(cause)) {
      this.#connection!.route.drop(this.#connection!);
      this.onComplete([]);
      return;
    }
    if (this.#isStale(cause)) {
      this.#isReused = false;
      transfer.goesAgain();
      transfer.phase = 'connect';
      this.#dispatch(this.#connection!.route.renew(this.#connection!));
      return;
    }
    if (answer === undefined && isUnsolicitedContinue(cause)) {
      this.#failUnsolicited(unsolicitedContinue(request, cause));
      return;
    }
    if (transfer.phase === 'connect' && this.#abort !== undefined) transfer.phase = 'headers';
    const told = isUnaskedSwitch(cause) ? unaskedSwitch(request) : (this.#connection?.alert ?? cause);
    this.abort(transfer.failure(told));
  }

  /**
   * Whether a kept connection broke because the server had closed it already (RFC 9112 section 9.3.1): it is sent again
   * then.
   */
  #isStale(cause: Error): boolean {
    return (
      this.#isReused &&
      this.transfer.answer === undefined &&
      // A server that has begun to answer has read the request.
      this.#connection?.socket?.bytesRead === this.#readBefore &&
      canReplay(this.transfer.request, false) &&
      isConnectionLost(cause)
    );
  }

  /** A 100 that undici cannot read past: the promise goes to the transport that can, or fails where there is none. */
  #failUnsolicited(error: Error): void {
    const { elsewhere } = this.#host;
    const { request, options } = this.transfer;
    if (elsewhere !== undefined) this.transfer.passOn(elsewhere(request, options, error));
    this.abort(error);
  }

  // The end

  /** The moment for a body that is likely left is over: it is handed out as far as it came. */
  expires(): boolean {
    if (this.#resume === undefined) return false;
    this.#handOut(this.transfer.answer!, this.#resume);
    return true;
  }

  abort(reason: unknown): void {
    if (this.transfer.isDone) return;
    this.transfer.fail(reason);
    this.#abort?.(reason instanceof Error ? reason : new Error('aborted'));
    this.#connection?.route.drop(this.#connection);
  }

  released(): void {
    // Nothing stays behind on the connection: `abort` stops undici, and after the end there is nothing to stop.
  }
}
Object.setPrototypeOf(UndiciExchange.prototype, null); // undici asks for methods of two generations: none is inherited.
