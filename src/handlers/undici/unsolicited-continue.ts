/**
 * A `100 (Continue)` that nobody asked for. A client is to read on after it (RFC 9110 section 15.2); undici ends the
 * connection instead, before the answer, with an error that is told from others by its message alone.
 */

import { NetworkError } from '../../message/errors.ts';
import { own } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import { originOf } from '../../message/uri.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';

/** Whether undici failed over an unsolicited 100: its own error, or ours with that as its cause. */
export function isUnsolicitedContinue(failure: unknown): boolean {
  for (let at = failure, depth = 0; typeof at === 'object' && at !== null && depth < 4; depth += 1) {
    const error: { code?: unknown; message?: unknown; cause?: unknown } = at;
    const [code, message] = [own(error, 'code'), own(error, 'message')];
    if (code === 'UND_ERR_SOCKET' && message === 'bad response') return true;
    at = own(error, 'cause');
  }
  return false;
}

/** Origins that sent one, so that their next requests take another way at once. Bounded: the oldest is forgotten. */
export class UnsolicitedOrigins {
  readonly #origins = new BoundedMap<string, true>(1000);

  get size(): number {
    return this.#origins.size;
  }

  add(request: HttpRequest): void {
    this.#origins.set(originOf(request.url), true);
  }

  has(request: HttpRequest): boolean {
    return this.#origins.has(originOf(request.url));
  }
}

/** The error of such a 100, where no other transport takes over. */
export function unsolicitedContinue(request: HttpRequest, cause: Error): NetworkError {
  const fact = 'the server sent a 100 that nobody asked for, which undici cannot read past; nodeHttpHandler() can';
  return new NetworkError(fact, { request, code: 'ERR_PROTOCOL', cause });
}
