/** Trailer fields (RFC 9110 section 6.5): what may stand behind a body, and how a request announces it. */
import { type HeadersInit, HttpHeaders, type RawField } from './headers.ts';
import type { HttpRequest } from './request.ts';

/** The fields, or a function that is called once the body was sent, as for a digest of it. */
export type TrailersInit = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

/**
 * RFC 9110 section 6.5.1: what a recipient must know before the content (framing, routing, controls, credentials,
 * format).
 */
const FORBIDDEN: ReadonlySet<string> = new Set(
  (
    'transfer-encoding host connection keep-alive proxy-connection upgrade te trailer http2-settings ' +
    'cache-control expect max-forwards pragma range if-match if-none-match if-modified-since if-unmodified-since ' +
    'if-range authorization proxy-authorization www-authenticate proxy-authenticate authentication-info ' +
    'proxy-authentication-info cookie set-cookie age expires date location retry-after vary warning'
  ).split(' '),
);
/** RFC 9530 section 2: a digest of the content is known at its end; `Content-MD5` was the one before. */
const DIGESTS: ReadonlySet<string> = new Set(['content-digest', 'content-md5']);

/** @param name in lower case */
function mayTrail(name: string): boolean {
  return !FORBIDDEN.has(name) && (!name.startsWith('content-') || DIGESTS.has(name)) && !name.startsWith(':');
}

/** What came, without what has no business there. */
export function receivedTrailers(fields: readonly RawField[]): HttpHeaders {
  return fields.length === 0 ? HttpHeaders.empty : HttpHeaders.fromRaw(fields).filter(mayTrail);
}

/** @throws TypeError for what is no header map, and for a field that may not stand there */
export function sentTrailers(init: HeadersInit): HttpHeaders {
  const trailers = new HttpHeaders(init);
  for (const name of trailers.keys()) {
    if (mayTrail(name.toLowerCase())) continue;
    throw new TypeError(`${name} cannot be sent as a trailer (RFC 9110 section 6.5.1); send it as a header`);
  }
  return trailers;
}

/**
 * The request in chunks, which trailers need over HTTP/1.1, and with a `Trailer` line that names those that are known
 * before. The same instance when it has no body, or says all that already.
 */
export function framedForTrailers(
  request: HttpRequest,
  trailers: TrailersInit | null | false | undefined,
): HttpRequest {
  if (!trailers || request.body === null) return request;
  let headers = request.headers.without('content-length');
  if (!headers.has('transfer-encoding')) headers = headers.withAdded('Transfer-Encoding', 'chunked');
  const names = typeof trailers === 'function' ? [] : [...new Set(sentTrailers(trailers).keys())];
  if (names.length > 0 && !headers.has('trailer')) headers = headers.withAdded('Trailer', names.join(', '));
  return headers === request.headers ? request : request.with({ headers });
}
