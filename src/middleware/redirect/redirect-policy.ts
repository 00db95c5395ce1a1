/**
 * What a redirect changes, as pure functions (RFC 9110 section 15.4, and WHATWG Fetch section 4.4 where the RFC leaves a
 * choice): which answers are followed, where to, with which method, body, headers and options. `redirect.ts` carries
 * it out.
 */

import type { HttpHeaders } from '../../message/headers.ts';
import { has } from '../../message/own.ts';
import { MASK, maskUrl, type Redact } from '../../message/redact.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { isCanonical, isInside, joinedPath, resolveUri, splitUserinfo } from '../../message/uri.ts';
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
  // What is set is parsed anew.
  if (url.username !== '') url.username = '';
  if (url.password !== '') url.password = '';
  if (url.hash === '' && !location.includes('#') && from.includes('#')) url.hash = new URL(from).hash;
  return url;
}

/** Where a redirect leads, as far as it may be followed. */
interface Lead {
  /** Canonical. */
  readonly url: string;
  readonly crossOrigin: boolean;
}

function leadOf(response: HttpResponse, from: string, policy: RedirectPolicy, redact?: Redact): Lead | Refusal {
  const url = pathWithin(response, from, policy);
  if (url !== undefined) return { url, crossOrigin: false };
  const target = nextUrl(response, from, policy, redact);
  return target instanceof URL ? { url: target.href, crossOrigin: new URL(from).origin !== target.origin } : target;
}

/** Most redirects lead to a plain path on the same origin: nothing of `nextUrl` is in question there. */
function pathWithin({ headers }: HttpResponse, from: string, policy: RedirectPolicy): string | undefined {
  const location = headers.get('location');
  if (location === null || !isCanonical(from) || !policy.protocols.includes(from.slice(0, from.indexOf(':')))) {
    return undefined;
  }
  return joinedPath(location, from);
}

/** Everything about the request that answers a redirect, or why there is none. */
export function planHop(
  policy: RedirectPolicy,
  request: HttpRequest,
  options: RequestOptions,
  response: HttpResponse,
): Hop | Refusal {
  const redact = request.call?.redact;
  const lead = leadOf(response, request.url, policy, redact);
  if (has(lead, 'fact')) return lead;
  const { url, crossOrigin } = lead;
  if (options.allowAbsoluteUrls === false && !staysInside(options.baseUri, request.url, url)) {
    const fact = `the ${response.status} points outside baseUri (${maskUrl(url, redact)}), which allowAbsoluteUrls: false forbids`;
    return { code: 'ERR_REDIRECT_OUTSIDE_BASE', fact };
  }
  const { method, keepsBody } = nextMethod(response.status, request.method, policy.strict);
  if (keepsBody && request.body !== null && !request.body.replayable) {
    const fact =
      `the ${response.status} asks to send the body again, and it is a stream that can be read once; ` +
      'give body as a function that returns a fresh one, or as bytes';
    return { code: 'ERR_BODY_NOT_REPLAYABLE', fact };
  }
  const withBody = keepsBody && (request.body !== null || !crossOrigin);
  const headers = nextHeaders(request, lead, withBody, policy);
  return { url, method, keepsBody, headers, crossOrigin };
}

/** The headers of the next request. */
function nextHeaders(
  { headers, url }: HttpRequest,
  { url: target, crossOrigin }: Lead,
  withBody: boolean,
  policy: RedirectPolicy,
): HttpHeaders {
  const isKept = (name: string) => {
    if (!withBody && isBodyHeader(name)) return false;
    return !crossOrigin || (name !== 'host' && (mayCross(name) || policy.keepHeaders.includes(name)));
  };
  const kept = withBody && !crossOrigin ? headers : headers.filter(isKept);
  if (!policy.referer) return kept;
  // RFC 9110 section 10.1.3: no fragment, no userinfo, and nothing from https to http.
  const from = new URL(url);
  if (from.protocol === 'https:' && target.startsWith('http:')) return kept.without('referer');
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
