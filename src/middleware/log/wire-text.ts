/** The head of a message as HTTP/1.1 writes it (RFC 9112 sections 3 and 4), secrets masked, for people to read. */

import { maskHeaders, maskUrl, type Redact } from '../../message/redact.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { targetOf } from '../../message/uri.ts';

/** The request line and the header lines. `Host` stands first, as transports add it. */
export function requestHead(request: HttpRequest, redact: Redact): string[] {
  const lines = [`${request.method} ${requestTarget(request, redact)} HTTP/${request.protocolVersion}`];
  if (!request.headers.has('host')) lines.push(`Host: ${hostOf(request)}`);
  for (const [name, value] of maskHeaders(request.headers, redact)) lines.push(`${name}: ${value}`);
  return lines;
}

/** The status line and the header lines. */
export function responseHead(response: HttpResponse, redact: Redact): string[] {
  const lines = [`HTTP/${response.protocolVersion} ${response.status} ${response.statusText}`.trimEnd()];
  for (const [name, value] of maskHeaders(response.headers, redact)) lines.push(`${name}: ${value}`);
  return lines;
}

/** Path and query. */
export function requestTarget(request: HttpRequest, redact: Redact): string {
  return maskUrl(isAbsolute(request.url) ? targetOf(request.url).path : request.url, redact);
}

/** What `Host` says, or will say. */
export function hostOf(request: HttpRequest): string {
  return request.headers.get('host') ?? (isAbsolute(request.url) ? withoutUserinfo(targetOf(request.url).host) : '');
}

/** Outside a client nothing made the URL canonical; showing it must not fail. */
function isAbsolute(url: string): boolean {
  return /^https?:\/\/[^/]+\//i.test(url);
}

function withoutUserinfo(host: string): string {
  return host.slice(host.lastIndexOf('@') + 1);
}
