/** Whether a request that ended without an answer goes again, over which rules, and how often. */
import type { HttpRequest } from '../../message/request.ts';
import { canReplay } from '../../semantics/replay.ts';
import type { Http2Connection } from './connection.ts';
import type { StreamEnd } from './failure.ts';

/** How often a request goes again to a server that answers nothing else meanwhile. */
const RESENDS = 5;

export class Resends {
  readonly #request: HttpRequest;
  #count = 0;
  /** A 421 was answered by another connection. */
  #wasMisdirected = false;
  #isReused = false;
  /** Counts of the connection when this stream was opened. */
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

  /** A server that answers others meanwhile will come to this one; one that answers nobody is not asked for ever. */
  mayResend({ served }: Http2Connection): boolean {
    if (!canReplay(this.#request, true)) return false;
    this.#count = served > this.#servedBefore ? 0 : this.#count + 1;
    return this.#count <= RESENDS;
  }

  /** A connection that had been lost before this request went over it, once: nothing came since (RFC 9110 section 9.2.2). */
  wasStale(connection: Http2Connection, { lastTaken }: StreamEnd): boolean {
    if (!this.#isReused || connection.isLive || lastTaken !== Number.POSITIVE_INFINITY) return false;
    if (!this.isSilent(connection) || this.#count >= RESENDS || !canReplay(this.#request, false)) return false;
    this.#count = RESENDS;
    return true;
  }

  /** A 421, once. */
  mayGoElsewhere(): boolean {
    if (this.#wasMisdirected || !canReplay(this.#request, true)) return false;
    this.#wasMisdirected = true;
    return true;
  }

  /** Nothing at all came since. */
  isSilent({ socket }: Http2Connection): boolean {
    return socket.bytesRead === this.#readBefore;
  }
}
