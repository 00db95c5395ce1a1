/** How a body is announced (RFC 9110 section 8, RFC 9112 section 6): which lines a request still needs. */

import type { RequestBody } from '../../message/body.ts';
import { RequestError } from '../../message/errors.ts';
import type { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';

/** RFC 9110 section 8.6: methods that anticipate content send `Content-Length: 0` when there is none. */
const EXPECTS_CONTENT: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
const NO_LENGTH: readonly string[] = ['Content-Length', '0'];
const NOTHING: readonly string[] = [];

/**
 * The lines (name, value, ...) to add for a request without content.
 * @throws RequestError (`ERR_BODY_LENGTH`) when the caller's headers announce content
 */
export function linesWithoutContent(request: HttpRequest): readonly string[] {
  const { headers, method } = request;
  const given = headers.get('content-length');
  if (given !== null) {
    checkLength(request, given, 0);
    return NOTHING;
  }
  return EXPECTS_CONTENT.has(method) && !headers.has('transfer-encoding') ? NO_LENGTH : NOTHING;
}

/**
 * The lines to add for a request with content.
 * @param expect `true`, or from how many bytes on, the server is asked before the body is sent
 * @throws RequestError (`ERR_BODY_LENGTH`) when the caller's headers announce another length, or two framings
 */
export function linesForContent(
  request: HttpRequest,
  body: RequestBody,
  expect: boolean | number | null | undefined,
): readonly string[] {
  const { headers } = request;
  const lines: string[] = [];
  if (body.contentType !== undefined && !headers.has('content-type')) lines.push('Content-Type', body.contentType);
  addFraming(lines, request, body.length);
  if (expectsContinue(request, body.length, expect)) lines.push('Expect', '100-continue');
  return lines;
}

function addFraming(lines: string[], request: HttpRequest, length: number | undefined): void {
  const { headers, protocolVersion } = request;
  const given = headers.get('content-length');
  const isChunked = headers.has('transfer-encoding');
  if (given !== null) {
    // RFC 9112 section 6.2: a sender must not send both; two receivers could see two different messages.
    if (isChunked)
      throw wrongLength(request, 'Content-Length and Transfer-Encoding exclude each other (RFC 9112 §6.2)');
    checkLength(request, given, length);
  } else if (!isChunked && length !== undefined) lines.push('Content-Length', String(length));
  else if (protocolVersion === '1.0') {
    throw wrongLength(request, 'HTTP/1.0 has no chunked coding (RFC 9112 §6.1): give a Content-Length');
  } else if (!isChunked && !protocolVersion.startsWith('2')) lines.push('Transfer-Encoding', 'chunked');
}

/** Whether the server is to be asked for a 100 before the body is sent (RFC 9110 section 10.1.1). */
function expectsContinue(
  { headers, protocolVersion }: HttpRequest,
  length: number | undefined,
  expect: boolean | number | null | undefined,
): boolean {
  if (expect === undefined || expect === null || expect === false) return false;
  if (protocolVersion === '1.0' || headers.has('expect')) return false;
  return expect === true || length === undefined || length >= expect;
}

function checkLength(request: HttpRequest, given: string, length: number | undefined): void {
  if (!/^\d+$/.test(given)) {
    throw wrongLength(request, `Content-Length must be one number of bytes, got ${JSON.stringify(given)}`);
  }
  if (length === undefined || Number(given) === length) return;
  const fact = `Content-Length says ${given} bytes, and the body has ${length}; leave the header out to have it set`;
  throw wrongLength(request, fact);
}

function wrongLength(request: HttpRequest, fact: string): RequestError {
  return new RequestError(fact, { request, code: 'ERR_BODY_LENGTH', attempts: 0 });
}

/** A type that was written by hand without the boundary that only the body knows; `undefined` when nothing is missing. */
export function completedType(headers: HttpHeaders, body: RequestBody): string | undefined {
  const { contentType } = body;
  // Most are of another type, which takes no pattern to see.
  if (contentType === undefined || !/^m/i.test(contentType)) return undefined;
  const boundary = /^multipart\/.*(; *boundary=.*)$/i.exec(contentType);
  if (!boundary) return undefined;
  const given = headers.get('content-type');
  const isIncomplete = given !== null && /^multipart\//i.test(given) && !/;\s*boundary\s*=/i.test(given);
  return isIncomplete ? given + boundary[1] : undefined;
}
