/** What a head may say of how its request is framed and where it goes: a second reading of it would be a second request. */
import { RequestError } from './errors.ts';
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

/**
 * RFC 9112 section 6.1: any other coding than `chunked` alone leaves it to the receiver where the body ends.
 * @throws RequestError (`ERR_REQUEST`) for such a coding, a length beside it, and several `Host` lines
 */
export function checkHead(request: HttpRequest): void {
  const { headers } = request;
  const coding = headers.get('transfer-encoding');
  if (coding !== null && coding.toLowerCase() !== 'chunked') {
    const fact = `Transfer-Encoding must be chunked, got ${JSON.stringify(coding)}; leave it out to have it set`;
    throw new RequestError(fact, { request, attempts: 0 });
  }
  // RFC 9112 section 6.2: two receivers could see two different messages.
  if (coding !== null && headers.has('content-length')) {
    throw new RequestError('Content-Length and Transfer-Encoding exclude each other (RFC 9112 §6.2)', {
      request,
      code: 'ERR_BODY_LENGTH',
      attempts: 0,
    });
  }
  // RFC 9112 section 3.2: servers refuse it, and two of them on the way could take different hosts from it.
  if (headers.getAll('host').length > 1)
    throw new RequestError('a request has one Host line, got several', { request, attempts: 0 });
}
