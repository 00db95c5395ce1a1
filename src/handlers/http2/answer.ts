/** The response of one exchange over HTTP/2: its head, and its body collected or handed out as it is pulled. */
import type { ClientHttp2Stream } from 'node:http2';
import { tell } from '../../call/callbacks.ts';
import { Content } from '../../message/content.ts';
import { HttpHeaders } from '../../message/headers.ts';
import { HttpResponse } from '../../message/response.ts';
import { receivedTrailers } from '../../message/trailers.ts';
import { responseLimit, tooLarge } from '../../semantics/response-limit.ts';
import { Collector, wireLimit } from '../exchange/collector.ts';
import type { Answer, Exchange } from '../exchange/exchange.ts';
import { type BodyOwner, PulledBody } from '../exchange/pulled-body.ts';
import { headOverflow } from './failure.ts';
import { answerHead } from './request.ts';

const NOTHING = new Uint8Array(0);

/** The exchange that an answer belongs to. */
type AnsweredExchange = Exchange<Answer> & BodyOwner;

export class Http2Answer implements Answer {
  readonly #exchange: AnsweredExchange;
  readonly #stream: ClientHttp2Stream;
  readonly #status: number;
  readonly #headers: HttpHeaders;
  /** The body's bytes, when the head says how many. */
  readonly #expected: number | undefined;
  #collector: Collector | undefined;
  #body: PulledBody | undefined;
  #head: HttpResponse | undefined;
  #trailers: HttpHeaders = HttpHeaders.empty;

  constructor(exchange: AnsweredExchange, stream: ClientHttp2Stream, status: number, fields: readonly string[]) {
    this.#exchange = exchange;
    this.#stream = stream;
    this.#status = status;
    this.#headers = HttpHeaders.fromRaw(fields);
    const length = this.#headers.get('content-length');
    this.#expected = length === null ? undefined : Number(length);
  }

  begin(): void {
    const { options } = this.#exchange;
    if (options.onHeaders) tell(this.#exchange, 'onHeaders', options.onHeaders, this.headOnly());
    if (this.#exchange.isDone) return;
    if (!this.#isEmpty() && this.#exchange.isHandedOut(this.#status)) this.#handOut();
    else this.#collect();
  }

  /** The response as errors and `onHeaders` show it: without its body. */
  headOnly(): HttpResponse {
    this.#head ??= this.#response(new Content(NOTHING));
    return this.#head;
  }

  /** The lines behind the body. */
  trailed(raw: readonly string[]): void {
    const { fields, size } = answerHead(raw);
    const overflow = headOverflow(this.#exchange.options, size);
    if (overflow === undefined) this.#trailers = receivedTrailers(fields);
    else this.#exchange.abort(this.#exchange.failure(overflow, this.headOnly()));
  }

  /** Whether nobody has begun to read the body. */
  get isUnread(): boolean {
    return this.#body?.isUntouched === true;
  }

  isReaderBehind(): boolean {
    return this.#body !== undefined && this.#body.readable.readableLength > 0 && !this.isUnread;
  }

  /** Fewer bytes came than the head said; a body that cannot be has none. */
  isShort(): boolean {
    return !this.#isEmpty() && this.#expected !== undefined && this.#exchange.record.received < this.#expected;
  }

  completed(): void {
    const body = this.#body;
    if (body !== undefined) body.end(this.#exchange);
    else this.#exchange.answered(this.#response(new Content(this.#collector!.bytes())));
  }

  /** Ends a body that the caller already has. */
  fail(reason: unknown): void {
    this.#body?.fail(reason);
  }

  #handOut(): void {
    const stream = this.#stream;
    const body = new PulledBody(() => stream.resume(), this.#exchange);
    this.#body = body;
    const take = (chunk: Buffer): void => {
      if (this.#received(chunk) && !body.push(chunk)) stream.pause();
    };
    stream.on('data', (chunk: Buffer) => this.#exchange.guarded(() => take(chunk)));
    stream.pause();
    this.#exchange.handedOut(this.#response(new Content(undefined, body.readable)));
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
    const take = (chunk: Buffer): void => {
      if (this.#received(chunk) && !collector.add(chunk)) refuse();
    };
    this.#stream.on('data', (chunk: Buffer) => this.#exchange.guarded(() => take(chunk)));
  }

  /** @returns false when the exchange is over */
  #received(chunk: Uint8Array): boolean {
    const exchange = this.#exchange;
    if (exchange.isDone) return false;
    exchange.record.received += chunk.byteLength;
    exchange.chunkCame();
    exchange.report('download', exchange.record.received, this.#expected);
    return !exchange.isDone;
  }

  /** A body that cannot be. */
  #isEmpty(): boolean {
    // RFC 9113 §8.1.1
    return (
      this.#exchange.request.method === 'HEAD' ||
      this.#status === 204 ||
      this.#status === 304 ||
      this.#expected === 0 ||
      this.#stream.endAfterHeaders
    );
  }

  #response(content: Content): HttpResponse {
    // RFC 9113 §8.3.2: there is no reason phrase.
    return new HttpResponse(this.#status, this.#headers, content, '2', '', {
      ...this.#exchange.facts(),
      trailers: () => this.#trailers,
    });
  }
}
