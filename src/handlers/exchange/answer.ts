/**
 * What has come of a response: its head, and its body, gathered in memory or handed out as it comes. The exchange of each
 * transport makes one when it has read the head, and gives it the chunks; what a chunk means for `progress`, the read
 * timeout and `maxResponseSize` is decided here, so that it is the same over all of them.
 */
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
  /** Bytes wait for the reader: it is the reader who is slow, not the server. */
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
  /**
   * The fields behind the body (RFC 9112 section 7.1.2). A function is called each time they are asked for: they come last.
   */
  trailers: ResponseFacts['trailers'];
  /** The body that the caller has already. */
  body: OpenBody | undefined;
  /** Its body is waited for as in `briefly.ts`, for a moment all in all: no chunk begins the wait anew. */
  isBrief = false;
  readonly #transfer: Answered;
  readonly #phrase: string;
  readonly #version: string;
  #pieces: Pieces | undefined;
  #head: HttpResponse | undefined;
  /** What the head says of the length, once it was read: `null` is nothing. */
  #expected: number | null | undefined;

  constructor(transfer: Answered, status: number, phrase: string, headers: HttpHeaders, version = '1.1') {
    this.#transfer = transfer;
    this.status = status;
    this.#phrase = phrase;
    this.headers = headers;
    this.#version = version;
  }

  /** How many bytes the body has, when the head says so. */
  get expected(): number | undefined {
    if (this.#expected === undefined) this.#expected = downloadTotal(this.headers) ?? null;
    return this.#expected ?? undefined;
  }

  /** Whether there is no body to hand out: by its kind (RFC 9112 section 6.3, RFC 9113 section 8.1.1) or its length. */
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

  /** Counts it, begins the next wait and calls `progress`. @returns false when the transfer is over */
  received(chunk: Uint8Array): boolean {
    const transfer = this.#transfer;
    const { record } = transfer;
    record.received += chunk.byteLength;
    if (!this.isBrief) transfer.chunkCame();
    if (transfer.options.progress) announceProgress(transfer, 'download', record.received, this.expected);
    return !transfer.isDone;
  }

  /** Gathers it, or ends the transfer when the body gets too large with it. */
  collect(chunk: Uint8Array): void {
    this.#pieces ??= new Pieces();
    const pieces = this.#pieces;
    if (!this.#allows(pieces.size + chunk.byteLength)) {
      this.#refuse();
      return;
    }
    // Most bodies are one chunk, for which it costs more to look up their length than to take them.
    if (pieces.isOne) {
      if (!this.fits()) return;
      pieces.expect(this.expected);
    }
    pieces.add(chunk);
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
    // The limit is there to save memory: what was gathered is freed now, and not when the transfer is collected.
    this.#pieces?.clear();
    const { request, options } = this.#transfer;
    this.#transfer.abort(tooLarge(responseLimit(options, false), request, this.headOnly()));
  }
}
