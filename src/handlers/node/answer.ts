/**
 * The response of one exchange over node:http: its `IncomingMessage` is gathered into an `Answer`, or handed out as it is.
 * The exchange makes one when the head has come.
 */
import type { IncomingMessage, InformationEvent } from 'node:http';
import { afterTold } from '../../call/callbacks.ts';
import { isUntouched } from '../../message/content.ts';
import { NetworkError } from '../../message/errors.ts';
import { HttpHeaders } from '../../message/headers.ts';
import { HttpResponse } from '../../message/response.ts';
import { streamError } from '../../message/stream-reason.ts';
import { receivedTrailers } from '../../message/trailers.ts';
import { announceHead, announceInformation } from '../exchange/announcements.ts';
import { Answer, type OpenBody } from '../exchange/answer.ts';
import type { Transfer } from '../exchange/transfer.ts';
import { type BodyObserver, followBody } from './body.ts';

/** The exchange that an answer belongs to. */
interface AnsweredExchange {
  readonly transfer: Transfer;
  /** The whole answer has come. */
  finish(): void;
  /** The reader left the body before its end. */
  dropped(): void;
}

export class NodeAnswer implements BodyObserver, OpenBody {
  readonly answer: Answer;
  readonly #message: IncomingMessage;
  readonly #exchange: AnsweredExchange;
  readonly #transfer: Transfer;

  constructor(message: IncomingMessage, exchange: AnsweredExchange) {
    const { statusCode = 0, statusMessage = '', rawHeaders, httpVersion } = message;
    this.#message = message;
    this.#exchange = exchange;
    this.#transfer = exchange.transfer;
    const headers = HttpHeaders.fromRaw(rawHeaders);
    this.answer = new Answer(this.#transfer, statusCode, statusMessage, headers, httpVersion);
    this.answer.trailers = () => (message.complete ? receivedTrailers(message.rawTrailers) : HttpHeaders.empty);
  }

  /** Begins to read the body, or ends the exchange for one that is too large or not wanted. */
  begin(): void {
    const { answer } = this;
    const message = followBody(this.#message, this);
    if (!this.announce()) return;
    if (this.#transfer.isHandedOut(answer)) this.#transfer.handOut(answer.opened(this, message));
    else if (answer.fits()) {
      message.on('data', (chunk: Buffer) => {
        if (!this.#transfer.isDone) answer.collect(chunk);
      });
    }
  }

  /** How long, and for how many requests, the server says that it keeps the connection (RFC 2068 section 19.7.1.1). */
  keepAlive(): string | undefined {
    return this.#message.headers['keep-alive']?.toString();
  }

  /** Calls `onHeaders`. @returns false when the exchange is over: the head is not valid, or `onHeaders` threw */
  announce(): boolean {
    try {
      this.answer.headOnly();
    } catch (cause) {
      const fact = `the response head does not follow HTTP (RFC 9112): ${(cause as Error).message}`;
      const { request } = this.#transfer;
      this.#transfer.abort(new NetworkError(fact, { request, code: 'ERR_PROTOCOL', cause }));
      return false;
    }
    return announceHead(this.#transfer);
  }

  /**
   * The request had an error after the head. Most of them the message has as well, and ends with it; what the parser could
   * not read it does not. Bytes behind a complete answer are no fault of that answer (RFC 9112 section 9.2): node:http has
   * closed the connection, and nothing else is to be done.
   */
  broken(cause: Error & { code?: unknown }): void {
    if (this.#message.complete || !String(cause.code).startsWith('HPE_')) return;
    this.#transfer.abort(this.#transfer.failure(cause));
  }

  // The body, once the caller has it (`OpenBody`)

  get isUntouched(): boolean {
    return isUntouched(this.#message);
  }

  get isBehind(): boolean {
    return this.#message.readableLength > 0 && !this.isUntouched;
  }

  fail(reason: unknown): void {
    this.#message.destroy(streamError(reason));
  }

  // What happens to the body (`BodyObserver`)

  received(chunk: Uint8Array): void {
    if (!this.#transfer.isDone) this.answer.received(chunk);
  }

  /** The body does not end before the promises of callbacks have resolved: one that rejects fails it. */
  holdsEnd(end: () => void): boolean {
    const transfer = this.#transfer;
    if (transfer.promised === undefined || transfer.isDone) return false;
    afterTold(transfer, end, (reason) => transfer.abort(reason));
    return true;
  }

  wanted(): void {
    if (!this.isUntouched) this.#transfer.timer.touch();
  }

  drained(): void {
    this.#transfer.drained();
  }

  bodyFailure(cause: Error & { code?: unknown }): Error {
    // ECONNRESET is Node's word for a message that was cut short. After the end it comes from our own closing, and any other
    // error is of the caller or one of ours: these stay as they are.
    const isLost = cause.code === 'ECONNRESET' && !this.#transfer.isDone;
    return isLost ? this.#transfer.failure(cause) : cause;
  }

  completed(): void {
    if (this.#transfer.isDone) return;
    this.#exchange.finish();
    if (this.answer.body === undefined) this.#transfer.answered(this.answer.gathered());
  }

  cut(error: Error | null): void {
    if (error === null) this.#exchange.dropped();
    else this.#transfer.fail(error);
  }
}

/** The listener that calls `onInformation` with each 1xx. */
export function informationTo(transfer: Transfer): (info: InformationEvent) => void {
  return ({ statusCode, rawHeaders, statusMessage, httpVersion }) => {
    if (transfer.isDone) return;
    const headers = HttpHeaders.fromRaw(rawHeaders as unknown as string[]);
    announceInformation(
      transfer,
      new HttpResponse(statusCode, headers, null, httpVersion, statusMessage, transfer.facts()),
    );
  };
}
