/** The number of bytes that `maxResponseSize` allows a response: before decoding and after, buffered and streamed. */
import { BodyError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';

/** Bytes a buffered body may have when nobody says otherwise: 100 MiB. */
const DEFAULT_LIMIT = 104_857_600;
/** An encoded body may be a little larger than what it decodes to; far larger, and it is an attack of its own. */
const SLACK = 65_536;

/** Bytes that a body may have: for a streamed one only as many as the option says. `Infinity` is no limit. */
export function responseLimit(options: RequestOptions, streamed: boolean): number {
  const limit = options.maxResponseSize;
  if (limit === undefined) return streamed ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT;
  return limit === null || limit === false ? Number.POSITIVE_INFINITY : limit;
}

/** Bytes that a body may have before it is decoded. */
export function encodedLimit(limit: number): number {
  return limit * 2 + SLACK;
}

/** Whether a response to `method` has no content, whatever its headers say (RFC 9110 section 6.4.1). */
export function hasNoContent(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304 || status < 200;
}

/** @param response without its body, which nobody shall keep in memory by keeping the error */
export function tooLarge(limit: number, request: HttpRequest, response: HttpResponse, cause?: unknown): BodyError {
  const fact = `the body is larger than maxResponseSize (${limit} bytes)`;
  return new BodyError(fact, { request, response, code: 'ERR_BODY_TOO_LARGE', cause });
}
