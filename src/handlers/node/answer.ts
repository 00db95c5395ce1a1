/** The response of one exchange over node:http: its head, and its body collected or handed out as it comes. */
import type { IncomingMessage, InformationEvent } from 'node:http';
import { afterTold, tell } from '../../call/callbacks.ts';
import { Content, isUntouched } from '../../message/content.ts';
import { NetworkError } from '../../message/errors.ts';
import { HttpHeaders } from '../../message/headers.ts';
import { HttpResponse } from '../../message/response.ts';
import { streamError } from '../../message/stream-reason.ts';
import { receivedTrailers } from '../../message/trailers.ts';
import { responseLimit, tooLarge } from '../../semantics/response-limit.ts';
import { Collector, wireLimit } from '../exchange/collector.ts';
import type { Answer, Exchange } from '../exchange/exchange.ts';
import { type BodyObserver, followBody } from './body.ts';

const NOTHING = new Uint8Array(0);

/** The exchange that an answer belongs to. */
interface AnsweredExchange extends Exchange<Answer> {
  /** The whole answer came. */
  finish(): void;
  /** The reader left the body before its end. */
  dropped(): void;
}

export class NodeAnswer implements Answer, BodyObserver {
  readonly #message: IncomingMessage;
  readonly #exchange: AnsweredExchange;
  readonly #headers: HttpHeaders;
  /** The body's bytes, when the head says how many. */
  readonly #expected: number | undefined;
  #collector: Collector | undefined;
  #head: HttpResponse | undefined;

  constructor(message: IncomingMessage, exchange: AnsweredExchange) {
    this.#message = message;
    this.#exchange = exchange;
    this.#headers = HttpHeaders.fromRaw(message.rawHeaders);
    const length = message.headers['content-length'];
    this.#expected = length === undefined ? undefined : Number(length);
  }

  begin(): void {
    const message = followBody(this.#message, this);
    if (!this.announce()) return;
    if (!this.#isEmpty() && this.#exchange.isHandedOut(message.statusCode!)) {
      this.#exchange.handedOut(this.#response(new Content(undefined, message)));
    } else this.#collect();
  }

  /** How long, and for how many requests, the server says that it keeps the connection (RFC 2068 §19.7.1.1). */
  keepAlive(): string | undefined {
    return this.#message.headers['keep-alive']?.toString();
  }

  /** The response as errors and `onHeaders` show it: without its body. */
  headOnly(): HttpResponse {
    this.#head ??= this.#response(new Content(NOTHING));
    return this.#head;
  }

  /** Whether nobody has begun to read the body. */
  get isUnread(): boolean {
    return isUntouched(this.#message);
  }

  isReaderBehind(): boolean {
    return this.#message.readableLength > 0 && !this.isUnread;
  }

  /**
   * After the head the message says itself how it ends; only what the parser could not read has to be told to it.
   * What lies behind a whole answer is no fault of it (RFC 9112 section 9.2): node:http has closed the connection.
   */
  broken(cause: Error & { code?: unknown }): void {
    if (this.#message.complete || !String(cause.code).startsWith('HPE_')) return;
    this.#exchange.abort(this.#exchange.failure(cause, this.headOnly()));
  }

  /** Ends a body that the caller already has. */
  fail(reason: unknown): void {
    this.#message.destroy(streamError(reason));
  }

  // What the body tells

  received(chunk: Uint8Array): void {
    const { record, isDone } = this.#exchange;
    if (isDone) return;
    record.received += chunk.byteLength;
    this.#exchange.chunkCame();
    this.#exchange.report('download', record.received, this.#expected);
  }

  /** The promises of callbacks are waited for: one that rejects fails the body. */
  holdsEnd(end: () => void): boolean {
    const exchange = this.#exchange;
    if (exchange.promised === undefined || exchange.isDone) return false;
    afterTold(exchange, end, (reason) => exchange.abort(reason));
    return true;
  }

  wanted(): void {
    if (!this.isUnread) this.#exchange.timer.touch();
  }

  drained(): void {
    this.#exchange.drained();
  }

  bodyFailure(cause: Error & { code?: unknown }): Error {
    // Once it is over, the cause is what ended it, and has its name; and so has a reader's own error.
    const isLost = cause.code === 'ECONNRESET' && !this.#exchange.isDone;
    return isLost ? this.#exchange.failure(cause, this.headOnly()) : cause;
  }

  completed(): void {
    if (this.#exchange.isDone) return;
    this.#exchange.finish();
    if (this.#collector !== undefined) this.#exchange.answered(this.#response(new Content(this.#collector.bytes())));
  }

  cut(error: Error | null): void {
    if (error === null) this.#exchange.dropped();
    else this.#exchange.fail(error);
  }

  /** @returns false when the exchange is over: the head cannot be represented, or `onHeaders` threw */
  announce(): boolean {
    const { request, options } = this.#exchange;
    let head: HttpResponse;
    try {
      head = this.headOnly();
    } catch (cause) {
      const fact = `the response head does not follow HTTP (RFC 9112): ${(cause as Error).message}`;
      this.#exchange.abort(new NetworkError(fact, { request, code: 'ERR_PROTOCOL', cause }));
      return false;
    }
    if (options.onHeaders) tell(this.#exchange, 'onHeaders', options.onHeaders, head);
    return !this.#exchange.isDone;
  }

  #collect(): void {
    const { request, options } = this.#exchange;
    const limit = wireLimit(options, this.#headers);
    const refuse = () => this.#exchange.abort(tooLarge(responseLimit(options, false), request, this.headOnly()));
    if (!this.#isEmpty() && this.#expected !== undefined && this.#expected > limit) {
      refuse();
      return;
    }
    const collector = new Collector(limit);
    this.#collector = collector;
    this.#message.on('data', (chunk: Buffer) => {
      if (!this.#exchange.isDone && !collector.add(chunk)) refuse();
    });
  }

  /** A body that cannot be: there is nothing to stream, and a message nobody reads would keep its connection. */
  #isEmpty(): boolean {
    const status = this.#message.statusCode;
    // RFC 9112 §6.3, rule 1
    return this.#exchange.request.method === 'HEAD' || status === 204 || status === 304 || this.#expected === 0;
  }

  #response(content: Content): HttpResponse {
    const { statusCode, statusMessage, httpVersion } = this.#message;
    const facts = { ...this.#exchange.facts(), trailers: () => this.#trailers() };
    return new HttpResponse(statusCode, this.#headers, content, httpVersion, statusMessage, facts);
  }

  #trailers(): HttpHeaders {
    return this.#message.complete ? receivedTrailers(this.#message.rawTrailers) : HttpHeaders.empty;
  }
}

/** Tells `onInformation` of each 1xx. */
export function informationTo(
  exchange: AnsweredExchange,
  onInformation: (response: HttpResponse) => void,
): (info: InformationEvent) => void {
  return ({ statusCode, rawHeaders, statusMessage, httpVersion }) => {
    if (exchange.isDone) return;
    const headers = HttpHeaders.fromRaw(rawHeaders as unknown as string[]);
    const response = new HttpResponse(statusCode, headers, null, httpVersion, statusMessage, exchange.facts());
    tell(exchange, 'onInformation', onInformation, response);
  };
}
