/**
 * What a redirect changes, as pure functions (RFC 9110 section 15.4, and WHATWG Fetch section 4.4 where the RFC leaves a
 * choice): which answers are followed, where to, with which method, body, headers and options. `redirect.ts` carries
 * it out.
 */

import type { HttpHeaders } from '../../message/headers.ts';
import { MASK, maskUrl, type Redact } from '../../message/redact.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { isInside, resolveUri, splitUserinfo } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { RedirectPolicy } from '../../options/redirect-policy.ts';

/** Why a redirect is not followed. */
export interface Refusal {
  readonly code: string;
  readonly fact: string;
}

/** The request that follows a redirect, in parts. */
export interface Hop {
  readonly url: string;
  readonly method: string;
  readonly keepsBody: boolean;
  readonly headers: HttpHeaders;
  readonly crossOrigin: boolean;
}

/** The method of the next request, and whether the body goes with it. */
export function nextMethod(status: number, method: string, strict: boolean): { method: string; keepsBody: boolean } {
  const becomesGet =
    status === 303
      ? // RFC 9110 section 15.4.4: retrieve the other resource, whatever was done to this one.
        method !== 'GET' && method !== 'HEAD'
      : // RFC 9110 sections 15.4.2 and 15.4.3: "for historical reasons"; no other method was ever changed by everybody.
        (status === 301 || status === 302) && method === 'POST' && !strict;
  return becomesGet ? { method: 'GET', keepsBody: false } : { method, keepsBody: true };
}

/**
 * Where the response points to, as a canonical URL: the fragment is inherited (RFC 9110 section 10.2.2), userinfo is
 * dropped, because a server must not choose the credentials that we send.
 */
export function nextUrl(response: HttpResponse, from: string, policy: RedirectPolicy, redact?: Redact): URL | Refusal {
  const lines = [...new Set(response.headers.getAll('location'))];
  if (lines.length > 1) {
    return {
      code: 'ERR_REDIRECT_LOCATION',
      fact: `the ${response.status} has ${lines.length} different Location headers`,
    };
  }
  const location = readAsUtf8(lines[0] ?? '');
  let url: URL;
  try {
    url = new URL(location, from);
  } catch {
    const fact = `the Location of the ${response.status} is no valid URL: ${shownReference(location, redact)}`;
    return { code: 'ERR_REDIRECT_LOCATION', fact };
  }
  const protocol = url.protocol.slice(0, -1);
  if (!policy.protocols.includes(protocol)) {
    const allowed = policy.protocols.join(' and ');
    const fact = `the ${response.status} points to "${url.protocol}"; allowRedirects.protocols allows ${allowed} only`;
    return { code: 'ERR_REDIRECT_PROTOCOL', fact };
  }
  if (protocol === 'http' && from.startsWith('https:') && !policy.allowDowngrade) {
    const fact = `the ${response.status} points from https to http (${maskUrl(url.href, redact)}); set allowRedirects.allowDowngrade to follow it`;
    return { code: 'ERR_REDIRECT_DOWNGRADE', fact };
  }
  url.username = '';
  url.password = '';
  if (url.hash === '' && !location.includes('#')) url.hash = new URL(from).hash;
  return url;
}

/** Everything about the request that answers a redirect, or why there is none. */
export function planHop(
  policy: RedirectPolicy,
  request: HttpRequest,
  options: RequestOptions,
  response: HttpResponse,
): Hop | Refusal {
  const redact = request.call?.redact;
  const target = nextUrl(response, request.url, policy, redact);
  if (!(target instanceof URL)) return target;
  if (options.allowAbsoluteUrls === false && !staysInside(options.baseUri, request.url, target.href)) {
    const fact = `the ${response.status} points outside baseUri (${maskUrl(target.href, redact)}), which allowAbsoluteUrls: false forbids`;
    return { code: 'ERR_REDIRECT_OUTSIDE_BASE', fact };
  }
  const { method, keepsBody } = nextMethod(response.status, request.method, policy.strict);
  if (keepsBody && request.body !== null && !request.body.replayable) {
    const fact =
      `the ${response.status} asks to send the body again, and it is a stream that can be read once; ` +
      'give body as a function that returns a fresh one, or as bytes';
    return { code: 'ERR_BODY_NOT_REPLAYABLE', fact };
  }
  const from = new URL(request.url);
  const crossOrigin = from.origin !== target.origin;
  const withBody = keepsBody && (request.body !== null || !crossOrigin);
  const headers = nextHeaders(request.headers, from, target, withBody, policy);
  return { url: target.href, method, keepsBody, headers, crossOrigin };
}

/** The headers of the next request. */
export function nextHeaders(
  headers: HttpHeaders,
  from: URL,
  target: URL,
  withBody: boolean,
  policy: RedirectPolicy,
): HttpHeaders {
  const crossOrigin = from.origin !== target.origin;
  const kept = headers.filter((name) => {
    if (!withBody && isBodyHeader(name)) return false;
    return !crossOrigin || (name !== 'host' && (mayCross(name) || policy.keepHeaders.includes(name)));
  });
  if (!policy.referer) return kept;
  // RFC 9110 section 10.1.3: no fragment, no userinfo, and nothing from https to http.
  if (from.protocol === 'https:' && target.protocol === 'http:') return kept.without('referer');
  const path = crossOrigin ? '/' : from.pathname + from.search;
  return kept.with('Referer', from.origin + path);
}

/** Headers that say something about a body, and about nothing once it is dropped. */
function isBodyHeader(name: string): boolean {
  return name.startsWith('content-') || BODY_HEADERS.has(name);
}

const BODY_HEADERS = new Set(['transfer-encoding', 'trailer', 'expect', 'digest', 'repr-digest']);

/** The headers that another origin may see, of a request that nobody sent to it by hand. */
export function crossOriginHeaders(headers: HttpHeaders, keepHeaders: readonly string[]): HttpHeaders {
  return headers.filter((name) => mayCross(name) || keepHeaders.includes(name));
}

/** Headers that describe what is wanted, and never who wants it. */
function mayCross(name: string): boolean {
  if (name === 'user-agent' || name === 'range') return true;
  return name.startsWith('accept') || name.startsWith('content-') || name.startsWith('if-');
}

function staysInside(baseUri: RequestOptions['baseUri'], from: string, target: string): boolean {
  if (!baseUri) return true;
  const text = String(baseUri);
  // A socket has no origin of its own: what stands for it in the request's URL is the base.
  if (/^unix:/i.test(text)) return isInside(new URL('/', from).href, target);
  try {
    return isInside(splitUserinfo(resolveUri(text, undefined)).url, target);
  } catch {
    return false;
  }
}

/**
 * Servers write UTF-8 into `Location`, which arrives as latin1 (RFC 9110 section 5.5 leaves it open); browsers read it
 * as UTF-8 where it is.
 */
function readAsUtf8(location: string): string {
  if (!/[\x80-\xff]/.test(location)) return location;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(location, (char) => char.charCodeAt(0)));
  } catch {
    return location;
  }
}

/** A reference that no parser took, for a message: bounded, printable, and without what may be userinfo. */
function shownReference(location: string, redact: Redact | undefined): string {
  const safe = maskUrl(location.replace(/^[^?#]*@/, `${MASK}@`), redact).replace(/[^\x20-\x7e]/g, '?');
  return JSON.stringify(safe.length > 200 ? `${safe.slice(0, 200)}...` : safe);
}
