/**
 * Whether a request over HTTP/2 that ended without an answer is sent again by the transport itself, and how often. It is
 * when the server says that it did not act on it (RFC 9113 section 8.7), and when the connection was most likely dead
 * before. Everything else is for the layer `retry`.
 */
import type { HttpRequest } from '../../message/request.ts';
import { canReplay } from '../../semantics/replay.ts';
import type { Http2Connection } from './connection.ts';
import type { StreamEnd } from './failure.ts';

/** How often a request goes again to a server that answers no other request meanwhile. */
const RESENDS = 5;

export class Resends {
  readonly #request: HttpRequest;
  #count = 0;
  /** It was sent again because of a 421. */
  #wasMisdirected = false;
  #isReused = false;
  /** Counts of the connection when the stream was opened: bytes that had come, and requests that were answered. */
  #readBefore = 0;
  #servedBefore = 0;

  constructor(request: HttpRequest) {
    this.#request = request;
  }

  /** A stream is to be opened. */
  begin({ socket, served }: Http2Connection, isReused: boolean): void {
    this.#isReused = isReused;
    this.#readBefore = socket.bytesRead;
    this.#servedBefore = served;
  }

  /**
   * For a request that the server has not processed. One that answers other requests meanwhile will come to this one too, so
   * the count begins anew; one that answers none is not asked for ever.
   */
  mayResend({ served }: Http2Connection): boolean {
    if (!canReplay(this.#request, true)) return false;
    this.#count = served > this.#servedBefore ? 0 : this.#count + 1;
    return this.#count <= RESENDS;
  }

  /**
   * For a kept connection that broke without a byte since this stream was opened: the server had likely closed it before. It
   * may have read the request all the same, so that only an idempotent one is repeated (RFC 9110 section 9.2.2), and once.
   */
  wasStale(connection: Http2Connection, { lastTaken }: StreamEnd): boolean {
    if (!this.#isReused || connection.isLive || lastTaken !== Number.POSITIVE_INFINITY) return false;
    if (!this.isSilent(connection) || this.#count >= RESENDS || !canReplay(this.#request, false)) return false;
    this.#count = RESENDS;
    return true;
  }

  /** For a 421 (Misdirected Request), once: another connection may do (RFC 9110 section 15.5.20). */
  mayGoElsewhere(): boolean {
    if (this.#wasMisdirected || !canReplay(this.#request, true)) return false;
    this.#wasMisdirected = true;
    return true;
  }

  /** Nothing at all has come over the connection since the stream was opened. */
  isSilent({ socket }: Http2Connection): boolean {
    return socket.bytesRead === this.#readBefore;
  }
}
