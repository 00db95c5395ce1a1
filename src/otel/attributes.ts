/**
 * What a span and a measurement say of one request: OpenTelemetry's conventions for HTTP clients, as pure functions.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */

import type { Attributes } from '@opentelemetry/api';
import { callOf } from '../call/call.ts';
import { isTransferError } from '../message/errors.ts';
import { queryDecoded } from '../message/percent-decoded.ts';
import { type Redact, secretKeysOf } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { targetOf } from '../message/uri.ts';

/** The conventions' word in the place of a secret. */
const REDACTED = 'REDACTED';

/** What the conventions know: RFC 9110, PATCH (RFC 5789) and QUERY (RFC 10008). Any other could be made up by a caller. */
const METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '));

/** Signed URLs of clouds, beside what every part of this package masks. */
const SIGNED = new Set(['awsaccesskeyid', 'x-goog-signature', 'x-goog-credential', 'x-amz-security-token']);

/** `GET /users/{id}`; of a method that nobody knows `HTTP`. */
export function spanName(request: HttpRequest): string {
  const method = METHODS.has(request.method) ? request.method : 'HTTP';
  const template = templateOf(request);
  return template === undefined ? method : `${method} ${template}`;
}

/** What is known before the request is sent, for samplers too. */
export function requestAttributes(request: HttpRequest, redact: Redact, sent: number): Attributes {
  return {
    ...siteAttributes(request),
    'url.full': safeUrl(request.url, redact),
    ...(!METHODS.has(request.method) && { 'http.request.method_original': request.method }),
    ...(sent > 0 && { 'http.request.resend_count': sent }),
  };
}

/** What has few values, and may stand at a measurement. */
export function siteAttributes(request: HttpRequest): Attributes {
  const { hostname, port } = targetOf(request.url);
  const template = templateOf(request);
  return {
    'http.request.method': METHODS.has(request.method) ? request.method : '_OTHER',
    'server.address': hostname,
    'server.port': port,
    ...(template !== undefined && { 'url.template': template }),
  };
}

/** What the head of the answer adds. */
export function responseAttributes({ status, protocolVersion }: HttpResponse): Attributes {
  return {
    'http.response.status_code': status,
    'network.protocol.version': protocolVersion,
    // For a client, an answer of 400 or more is a failure.
    ...(status >= 400 && { 'error.type': String(status) }),
  };
}

/** Our stable code; the name of what else was thrown, such as the caller's own reason to stop. */
export function errorType(error: unknown): string {
  if (isTransferError(error)) return error.code;
  return error instanceof Error && error.name !== '' ? error.name : 'ERR_ABORTED';
}

/** A template is of the URL that was asked for, and says nothing of one that a redirect led to. */
function templateOf(request: HttpRequest): string | undefined {
  const call = callOf(request);
  return call === undefined || call.hop > 0 ? undefined : call.template;
}

/** The URL as it was sent: no fragment, and no value that is a secret. */
export function safeUrl(url: string, redact: Redact): string {
  const [whole = ''] = url.split('#', 1);
  const [, before = '', userinfo, after = '', query] = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*@)?([^?]*)(?:\?(.*))?$/is.exec(
    whole,
  ) ?? ['', whole];
  const plain = `${before}${userinfo === undefined ? '' : `${REDACTED}:${REDACTED}@`}${after}`;
  if (query === undefined) return plain;
  const pairs = query.split('&').map((pair) => {
    const name = pair.split('=', 1)[0]!;
    return { pair, name, key: queryDecoded(name) };
  });
  const isSecret = secretKeysOf(
    pairs.map(({ key }) => key),
    redact,
  );
  const shown = pairs.map(({ pair, name, key }) =>
    pair.includes('=') && (isSecret(key) || SIGNED.has(key.toLowerCase())) ? `${name}=${REDACTED}` : pair,
  );
  return `${plain}?${shown.join('&')}`;
}
