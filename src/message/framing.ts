/** What a head may say of how its request is framed and where it goes: a second reading of it would be a second request. */
import { RequestError } from './errors.ts';
import type { HttpHeaders } from './headers.ts';
import type { HttpRequest } from './request.ts';

/**
 * A body that was cut, in words.
 * @param received bytes of it, `undefined` where nobody can count those of the wire
 * @param expected bytes that its head promised
 */
export function cutShort(received: number | undefined, expected: number | undefined): string {
  const fact = 'the body ended before it was complete';
  if (received === undefined) return fact;
  const bytes = received === 1 ? 'byte' : 'bytes';
  return expected === undefined
    ? `${fact}, after ${received} ${bytes}`
    : `${fact}: ${received} of ${expected} bytes came`;
}

/** The body of a request is not as long as its head says. @param given bytes so far */
export function lengthMismatch(request: HttpRequest, declared: number, given: number, isOver: boolean): RequestError {
  const found = isOver ? `ended after ${given}` : `has more: ${given} so far`;
  const fact = `Content-Length says ${declared} bytes, and the body ${found}`;
  return new RequestError(fact, { request, code: 'ERR_BODY_LENGTH' });
}

/** RFC 9110 section 7.2 and RFC 3986 section 3.2: a host and a port, if any. */
const HOST = /^[\w.~%!$&'()*+,;=:[\]-]+$/;

/**
 * Refuses what no two receivers need to read in the same way, or what a transport would fail at with words of its own: so
 * the same mistake is the same error over each.
 * @param trailers the option: where it is set, a body goes in chunks
 * @throws RequestError (`ERR_REQUEST`) for a coding that is none, a `Content-Length` that is no number, a `Host` that is
 *   none or several, and a `Trailer` that nothing can follow; (`ERR_BODY_LENGTH`) for a length that is not that of the body
 */
export function checkHead(request: HttpRequest, trailers?: unknown): void {
  const { headers } = request;
  // Most requests have the headers of the one before, and say nothing of all this.
  if (headers === lastWithout) return;
  const coding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  const saysMore = headers.has('host') || headers.has('trailer');
  if (coding === null && length === null && !saysMore) {
    lastWithout = headers;
    return;
  }
  // RFC 9112 section 6.1: any other coding than `chunked` alone leaves it to the receiver where the body ends.
  if (coding !== null && coding.toLowerCase() !== 'chunked') {
    throw refused(request, `Transfer-Encoding must be chunked, got ${JSON.stringify(coding)}; ${LEAVE_OUT}`);
  }
  // RFC 9112 section 6.2: two receivers could see two different messages.
  if (coding !== null && length !== null) {
    const fact =
      'Content-Length and Transfer-Encoding exclude each other (RFC 9112 §6.2); leave them out to have one set';
    throw refused(request, fact, 'ERR_BODY_LENGTH');
  }
  if (length !== null) checkLength(request, length);
  if (headers.has('host')) checkHost(request);
  if (headers.has('trailer')) checkTrailer(request, coding !== null || Boolean(trailers));
}

/** Headers in which there is nothing to check. */
let lastWithout: HttpHeaders | undefined;

const LEAVE_OUT = 'leave it out to have it set';

function checkLength(request: HttpRequest, given: string): void {
  const { body } = request;
  if (!/^\d+$/.test(given)) {
    throw refused(request, `Content-Length must be a number of bytes, got ${JSON.stringify(given)}; ${LEAVE_OUT}`);
  }
  const length = body === null ? 0 : body.length;
  if (length === undefined || length === Number(given)) return;
  const fact = `Content-Length says ${given} bytes, and the body has ${length}; ${LEAVE_OUT}`;
  throw refused(request, fact, 'ERR_BODY_LENGTH');
}

function checkHost(request: HttpRequest): void {
  const [given = '', ...others] = request.headers.getAll('host');
  // RFC 9112 section 3.2: servers refuse it, and two of them on the way could take different hosts from it.
  if (others.length > 0) throw refused(request, 'a request has one Host line, got several; leave out all but one');
  if (!HOST.test(given))
    throw refused(request, `Host must be a host, with a port or without, got ${JSON.stringify(given)}; ${LEAVE_OUT}`);
}

/** RFC 9112 section 7.1.2: trailers stand behind the last chunk, and a body that has its length in the head has none. */
function checkTrailer(request: HttpRequest, isChunked: boolean): void {
  const { body, headers } = request;
  const length = headers.get('content-length') ?? body?.length;
  if (body !== null && (isChunked || length === undefined)) return;
  const found = body === null ? 'no body' : `a body of ${length} bytes, sent without chunks`;
  const change = 'give the fields with option trailers and a body, or leave Trailer out';
  throw refused(request, `Trailer announces fields behind a body in chunks, and this request has ${found}; ${change}`);
}

function refused(request: HttpRequest, fact: string, code?: 'ERR_BODY_LENGTH'): RequestError {
  return new RequestError(fact, { request, code, attempts: 0 });
}
