/** What has come of a response: its head, and its body, gathered or handed out as it comes. */
import { NOTHING, Pieces } from '../../message/bytes.ts';
import { Content, type StreamSource } from '../../message/content.ts';
import type { HttpHeaders } from '../../message/headers.ts';
import { HttpResponse, type ResponseFacts } from '../../message/response.ts';
import { encodedLimit, responseLimit, tooLarge } from '../../semantics/response-limit.ts';
import { type Announcing, announceProgress } from './announcements.ts';
import { downloadTotal } from './callbacks.ts';

import type { TransferRecord } from './transfer-record.ts';

/** A body that the caller reads while it comes. */
export interface OpenBody {
  /** Nobody has begun to read it. */
  readonly isUntouched: boolean;
  /** Bytes wait for the reader. */
  readonly isBehind: boolean;
  /** Ends it with an error. */
  fail(reason: unknown): void;
}

/** The transfer that is answered. */
export interface Answered extends Announcing {
  readonly record: TransferRecord;
  facts(): ResponseFacts;
  /** A chunk came: the wait for the next one begins. */
  chunkCame(): void;
}

export class Answer {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** What comes behind the body; a function is asked each time, because it comes last. */
  trailers: ResponseFacts['trailers'];
  /** The body that the caller has already. */
  body: OpenBody | undefined;
  /** It is waited for as a whole, for a moment: no chunk gives it more time. */
  isBrief = false;
  readonly #transfer: Answered;
  readonly #phrase: string;
  readonly #version: string;
  #pieces: Pieces | undefined;
  #head: HttpResponse | undefined;

  constructor(transfer: Answered, status: number, phrase: string, headers: HttpHeaders, version = '1.1') {
    this.#transfer = transfer;
    this.status = status;
    this.#phrase = phrase;
    this.headers = headers;
    this.#version = version;
  }

  /** The body's bytes, when the head says how many. */
  get expected(): number | undefined {
    return downloadTotal(this.headers);
  }

  /** Whether it is of a kind that has no body: there is nothing to hand out (RFC 9112 section 6.3, RFC 9113 section 8.1.1). */
  get isEmpty(): boolean {
    const { status } = this;
    return this.#transfer.request.method === 'HEAD' || status === 204 || status === 304 || this.expected === 0;
  }

  /**
   * The response as errors and `onHeaders` show it: without its body.
   * @throws RangeError or TypeError for a head that no response can have
   */
  headOnly(): HttpResponse {
    this.#head ??= this.response(new Content(NOTHING));
    return this.#head;
  }

  response(content: Content): HttpResponse {
    const facts = this.#transfer.facts();
    if (this.trailers !== undefined) facts.trailers = this.trailers;
    return new HttpResponse(this.status, this.headers, content, this.#version, this.#phrase, facts);
  }

  /** The response with a body that is still to come. @param source what the caller reads */
  opened(body: OpenBody, source: StreamSource): HttpResponse {
    this.body = body;
    return this.response(new Content(undefined, source));
  }

  /** The response with the body that was gathered. */
  gathered(): HttpResponse {
    return this.response(new Content(this.taken() ?? NOTHING));
  }

  /** What was gathered so far. */
  taken(): Uint8Array | undefined {
    return this.#pieces?.bytes();
  }

  // A chunk of the body

  /** Counts it, and tells of it. @returns false when the transfer is over */
  received(chunk: Uint8Array): boolean {
    const transfer = this.#transfer;
    const { record } = transfer;
    record.received += chunk.byteLength;
    if (!this.isBrief) transfer.chunkCame();
    if (transfer.options.progress) announceProgress(transfer, 'download', record.received, this.expected);
    return !transfer.isDone;
  }

  /** Gathers it, or ends the transfer: one too many. */
  collect(chunk: Uint8Array): void {
    this.#pieces ??= new Pieces();
    const pieces = this.#pieces;
    if (this.#allows(pieces.size + chunk.byteLength)) {
      if (pieces.isOne) pieces.expect(this.expected);
      pieces.add(chunk);
    } else this.#refuse();
  }

  /** Ends the transfer when the head says already that the body is too large. @returns whether it can be gathered */
  fits(): boolean {
    const { expected } = this;
    if (this.isEmpty || expected === undefined || this.#allows(expected)) return true;
    this.#refuse();
    return false;
  }

  /**
   * Whether so many bytes may come off the wire. `maxResponseSize` counts after decoding, which is the decoding layer's to
   * enforce; an encoded body gets twice that and 64 KiB here, so that it cannot grow without end either.
   */
  #allows(size: number): boolean {
    const limit = responseLimit(this.#transfer.options, false);
    return size <= limit || (this.headers.has('content-encoding') && size <= encodedLimit(limit));
  }

  #refuse(): void {
    this.#pieces?.clear();
    const { request, options } = this.#transfer;
    this.#transfer.abort(tooLarge(responseLimit(options, false), request, this.headOnly()));
  }
}
