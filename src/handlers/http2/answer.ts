/**
 * The response of one exchange over HTTP/2: its stream is read into an `Answer`, or handed out as a `PulledBody`. The
 * exchange makes one when the head has come.
 */
import type { ClientHttp2Stream } from 'node:http2';
import { HttpHeaders } from '../../message/headers.ts';
import { receivedTrailers } from '../../message/trailers.ts';
import { announceHead } from '../exchange/announcements.ts';
import { Answer } from '../exchange/answer.ts';
import { PulledBody } from '../exchange/pulled-body.ts';
import type { Transfer } from '../exchange/transfer.ts';
import { headOverflow } from './failure.ts';
import { answerHead } from './request.ts';
import { readStream } from './stream-events.ts';

export class Http2Answer {
  readonly answer: Answer;
  readonly #transfer: Transfer;
  readonly #stream: ClientHttp2Stream;
  #body: PulledBody | undefined;
  #trailers: HttpHeaders | undefined;

  constructor(transfer: Transfer, stream: ClientHttp2Stream, status: number, fields: readonly string[]) {
    this.#transfer = transfer;
    this.#stream = stream;
    // HTTP/2 has no reason phrase (RFC 9113 section 8.3.2).
    this.answer = new Answer(transfer, status, '', HttpHeaders.fromRaw(fields), '2');
  }

  /** Begins to read the body, or ends the exchange for one that is too large or not wanted. */
  begin(): void {
    const { answer } = this;
    if (!announceHead(this.#transfer)) return;
    const stream = this.#stream;
    if (!stream.endAfterHeaders && this.#transfer.isHandedOut(answer)) this.#handOut();
    else if (stream.endAfterHeaders || answer.fits()) readStream(stream);
  }

  /** A chunk of the body came: it is counted, and taken unless the transfer has ended with it. */
  came(chunk: Buffer): void {
    const { answer } = this;
    if (this.#transfer.isDone || !answer.received(chunk)) return;
    if (this.#body === undefined) answer.collect(chunk);
    else if (!this.#body.push(chunk)) this.#stream.pause();
  }

  /** The trailer fields came. */
  trailed(raw: readonly string[]): void {
    const { fields, size } = answerHead(raw);
    const overflow = headOverflow(this.#transfer.options, size);
    if (overflow === undefined) this.#trailers = receivedTrailers(fields);
    else this.#transfer.abort(this.#transfer.failure(overflow));
  }

  /**
   * Fewer bytes came than `Content-Length` says, which makes the response malformed (RFC 9113 section 8.1.1). One that can
   * have no body, such as the answer to HEAD, says the length that another one would have.
   */
  isShort(): boolean {
    const { answer } = this;
    const isLess = this.#transfer.record.received < (answer.expected ?? 0);
    return isLess && !answer.isEmpty && !this.#stream.endAfterHeaders;
  }

  /** The body was read to its end. */
  completed(): void {
    if (this.#body !== undefined) this.#body.end(this.#transfer);
    else {
      this.answer.trailers = this.#trailers;
      this.#transfer.answered(this.answer.gathered());
    }
  }

  /** Gives the caller the body as it is pulled: the stream is paused while its buffer is full, and before it is read. */
  #handOut(): void {
    const stream = this.#stream;
    const body = new PulledBody(() => stream.resume(), this.#transfer);
    this.#body = body;
    this.answer.trailers = () => this.#trailers ?? HttpHeaders.empty;
    readStream(stream);
    stream.pause();
    this.#transfer.handOut(this.answer.opened(body, body.readable));
  }
}
