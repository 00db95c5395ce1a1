/** Why a stream of HTTP/2 ended before its time (RFC 9113 section 7), and whether its request may go again. */
import { constants } from 'node:http2';
import { hostPortText } from '../../connect/failure.ts';
import { NetworkError, TimeoutError, type TimeoutPhase } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';

/** How a stream ended, for one that did not end well. */
export interface StreamEnd {
  /** The error code of the RST_STREAM, or of the connection's end (RFC 9113 section 7). */
  readonly code: number;
  /** What node:http2 made of it, if anything. */
  readonly cause: (Error & { code?: unknown }) | undefined;
  /** The stream's number; `undefined` when nothing of it was sent. */
  readonly id: number | undefined;
  /** The last stream that the server's GOAWAY says it took; infinite without one. */
  readonly lastTaken: number;
}

/** Errors of node:http2 for a stream of which nothing was sent. */
const NEVER_SENT: ReadonlySet<unknown> = new Set([
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_OUT_OF_STREAMS',
]);
/** Error codes that mean a violation of the protocol, by either side (RFC 9113 section 7). */
const BROKEN_RULES: ReadonlySet<number> = new Set([
  constants.NGHTTP2_PROTOCOL_ERROR,
  constants.NGHTTP2_FLOW_CONTROL_ERROR,
  constants.NGHTTP2_FRAME_SIZE_ERROR,
  constants.NGHTTP2_COMPRESSION_ERROR,
]);
/** The names of the error codes, each at the place of its number (RFC 9113 section 7). */
const NAMES =
  'NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED'.split(
    ' ',
  );
const ADVICE: Readonly<Record<string, string>> = {
  REFUSED_STREAM: 'it did not process it, and it was not to be sent again',
  ENHANCE_YOUR_CALM: 'it asks for fewer requests, or its head is far beyond maxHeaderSize',
  HTTP_1_1_REQUIRED: "version 'auto' takes HTTP/1.1 then",
};

/** The timeout of a request for which there was a connection, and no stream that the server allowed on it. */
export function barredFailure(phase: TimeoutPhase, limit: number, target: Target, request: HttpRequest): TimeoutError {
  const said = 'SETTINGS_MAX_CONCURRENT_STREAMS of its HTTP/2 is 0, or no longer told';
  const fact = `${hostPortText(target)} allows no request (${said}), and did not within ${phase}Timeout (${limit} ms)`;
  return new TimeoutError(fact, { request, phase });
}

/**
 * The error of a head, or of trailers, that are larger than `maxHeaderSize`; `undefined` when they are not. It has the code
 * of node:http's parser, so that it becomes the same error as over HTTP/1.1.
 */
export function headOverflow({ maxHeaderSize }: RequestOptions, size: number): Error | undefined {
  const limit = maxHeaderSize === undefined ? 16_384 : maxHeaderSize || Number.POSITIVE_INFINITY;
  if (size <= limit) return undefined;
  return Object.assign(new Error(`${size} bytes came`), { code: 'HPE_HEADER_OVERFLOW' });
}

/** node:http2 refused to open the stream: nothing was sent. */
export function isNeverSent(cause: unknown): boolean {
  return NEVER_SENT.has((cause as { code?: unknown } | undefined)?.code);
}

/** RFC 9113 section 8.7: the server says, or the connection shows, that it did nothing about this request. */
export function isUnprocessed({ code, cause, id, lastTaken }: StreamEnd): boolean {
  if (code === constants.NGHTTP2_REFUSED_STREAM || isNeverSent(cause)) return true;
  return id === undefined || id > lastTaken;
}

/** The error of a stream that ended before a head came; `undefined` when it is the connection that failed. */
export function streamFailure({ code, cause }: StreamEnd, request: HttpRequest): NetworkError | undefined {
  const isOfStream = cause === undefined || cause.code === 'ERR_HTTP2_STREAM_ERROR';
  if (!isOfStream && cause.code !== 'ERR_HTTP2_SESSION_ERROR') return undefined;
  const name = nameOf(code);
  const what = isOfStream ? 'ended the request' : 'closed the connection';
  const advice = ADVICE[name] === undefined ? '' : `: ${ADVICE[name]}`;
  const fact = `the server ${what} before a response came (HTTP/2 ${name})${advice}`;
  const ours = BROKEN_RULES.has(code) || code === constants.NGHTTP2_HTTP_1_1_REQUIRED ? 'ERR_PROTOCOL' : 'ERR_RESET';
  return new NetworkError(fact, { request, code: ours, cause });
}

/** The cause of the failure of a body whose stream ended too early, with the code that `error-codes.ts` knows for it. */
export function bodyEnd({ code, cause }: StreamEnd, isShort: boolean): Error {
  const isBroken = BROKEN_RULES.has(code) && !isShort;
  const found = isBroken ? 'ERR_HTTP2_ERROR' : 'ERR_HTTP2_STREAM_ERROR';
  return Object.assign(new Error(`the stream ended with ${nameOf(code)}`, { cause }), { code: found });
}

function nameOf(code: number): string {
  return NAMES[code] ?? `code ${code}`;
}
