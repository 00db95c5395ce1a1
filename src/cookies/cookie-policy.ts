/**
 * Which cookies a jar takes and which ones a request gets: RFC 6265 section 5, with what RFC 6265bis and the advisories
 * about other clients have added since. Pure: no jar, no time, no library.
 */
import { canonicalUrl, splitUserinfo, targetOf } from '../message/uri.ts';
import { MAX_LINE_BYTES, MAX_PAIR_BYTES, MAX_PAIRS } from '../options/cookie-option.ts';
import type { Cookie, SameSite } from './cookie.ts';

/** Bytes of a `Set-Cookie` line. */
export const MAX_SET_COOKIE_BYTES = 8190;
/** Cookies that one response may change. */
export const MAX_COOKIES_PER_RESPONSE = 50;
/** RFC 6265bis section 5.6 ignores an attribute whose value is longer. */
export const MAX_ATTRIBUTE_BYTES = 1024;
/** 400 days in milliseconds: RFC 6265bis section 5.5 lets no cookie live longer. */
const LONGEST_LIFE = 400 * 24 * 60 * 60 * 1000;

/** Where a request goes, as far as cookies care: not the port. */
export interface CookieScope {
  readonly host: string;
  /** Percent-encoded, as the request line has it, without the query. */
  readonly path: string;
  /** Whether the connection is https, or to `localhost`. */
  readonly secure: boolean;
}

/** A cookie as somebody wants it, before the rules. */
export interface CookieDraft {
  readonly name: string;
  readonly value: string;
  /** As given; `undefined` for a cookie of this host alone. */
  readonly domain: string | undefined;
  readonly path: string | undefined;
  /** Milliseconds since 1970. */
  readonly expires: number | undefined;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: SameSite | undefined;
}

/** Why a cookie is not taken, in words that show no value. */
export type Refusal = string;

/** RFC 6265bis section 5.8.3: a connection is secure by TLS, or because the host is this machine by name (RFC 6761). */
const isTrusted = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

/** @throws UriError for a URL that is not absolute http or https */
export function cookieScopeOf(url: string): CookieScope {
  const { hostname, path, protocol } = targetOf(splitUserinfo(canonicalUrl(url)).url);
  const query = path.indexOf('?');
  return {
    host: hostname,
    path: query === -1 ? path : path.slice(0, query),
    secure: protocol === 'https:' || isTrusted(hostname),
  };
}

/**
 * Names of hosts that no other host is below, as far as cookies go: addresses, names that end in a number and could be
 * read as an address, names of one label, and fully qualified ones.
 */
export function isExactHost(host: string): boolean {
  if (host.includes(':')) return true;
  const dot = host.lastIndexOf('.');
  return dot === -1 || /^(?:\d*|0x[\da-f]*)$/i.test(host.slice(dot + 1));
}

/** Whether a host is the domain or within it (RFC 6265 section 5.1.3). Both in lower case; an IP address is only itself. */
export function domainMatches(host: string, domain: string): boolean {
  if (host === domain) return true;
  return host.endsWith('.' + domain) && !isExactHost(host) && !isExactHost(domain);
}

/** Whether a path is that of the cookie or below it (RFC 6265 section 5.1.4). */
export function pathMatches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false;
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/';
}

/** RFC 6265 section 5.1.4: the directory of the request's path. */
export function defaultPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** The cookie that a draft makes in answer to a request, or why there is none. */
export function admit(
  draft: CookieDraft,
  place: CookieScope,
  isPublicSuffix: (domain: string) => boolean,
  now: number,
): Cookie | Refusal {
  const malformed = malformation(draft.name, draft.value);
  if (malformed !== undefined) return malformed;
  const scope = scopeOf(draft.domain, place.host, isPublicSuffix);
  if (typeof scope === 'string') return scope;
  // RFC 6265bis section 5.7
  if (draft.secure && !place.secure) return 'Secure was set over http';
  const givenPath = draft.path?.startsWith('/') && draft.path.length <= MAX_ATTRIBUTE_BYTES ? draft.path : undefined;
  const prefix = brokenPrefix({ ...draft, hostOnly: draft.domain === undefined, path: givenPath });
  if (prefix !== undefined) return prefix;
  const { name, value, secure, httpOnly, sameSite } = draft;
  const expires = draft.expires === undefined ? undefined : Math.min(draft.expires, now + LONGEST_LIFE);
  const path = givenPath ?? defaultPath(place.path);
  return { name, value, ...scope, path, expires, secure, httpOnly, sameSite, created: now };
}

// Neither could be told apart in the line, or sent at all (RFC 9110 section 5.5).
const NAME =
  /^[\x21-\x3a\x3c\x3e-\x7e\x80-\xff](?:[\x20-\x3a\x3c\x3e-\x7e\x80-\xff]*[\x21-\x3a\x3c\x3e-\x7e\x80-\xff])?$/;
const VALUE = /^[\x20-\x3a\x3c-\x7e\x80-\xff]*$/;

/** What is wrong with a pair that would have to be sent as it is. */
export function malformation(name: string, value: string): Refusal | undefined {
  if (name === '') return 'the name is empty';
  if (!NAME.test(name)) return 'the name has characters that a cookie cannot carry';
  if (!VALUE.test(value)) return 'the value has characters that a cookie cannot carry';
  // RFC 6265bis section 5.6: the "=" does not count.
  if (name.length + value.length > MAX_PAIR_BYTES) return `name and value are longer than ${MAX_PAIR_BYTES} bytes`;
  return undefined;
}

/** A prefix that promises more than the cookie keeps, in any case of letters, as servers compare them (RFC 6265bis). */
export function brokenPrefix(
  cookie: Pick<Cookie, 'name' | 'secure' | 'hostOnly'> & { path: string | undefined },
): Refusal | undefined {
  // A server that trims blanks of Unicode, whose bytes are these, would see the prefix.
  const name = cookie.name.toLowerCase().replace(/^[^\x21-\x7e]+/, '');
  if (name.startsWith('__secure-') && !cookie.secure) return '__Secure- needs Secure';
  if (name.startsWith('__host-') && !(cookie.secure && cookie.hostOnly && cookie.path === '/')) {
    return '__Host- needs Secure, Path=/ and no Domain';
  }
  return undefined;
}

/** The domain that a cookie is for, or why it may not be (RFC 6265 section 5.3 steps 4 to 6). */
function scopeOf(
  given: string | undefined,
  host: string,
  isPublicSuffix: (domain: string) => boolean,
): Pick<Cookie, 'domain' | 'hostOnly'> | Refusal {
  if (given === undefined) return { domain: host, hostOnly: true };
  const domain = canonicalDomain(given);
  // RFC 6265 section 5.3 step 5: a public suffix may keep cookies for itself, never for those below it.
  if (domain === host) return { domain, hostOnly: isExactHost(host) || isPublicSuffix(domain) };
  if (!domainMatches(host, domain)) return 'its domain does not cover the host of the request';
  return isPublicSuffix(domain) ? 'its domain is a public suffix' : { domain, hostOnly: false };
}

/** The spelling domains are compared in: one leading dot and the brackets of an address do not count. */
export function canonicalDomain(given: string): string {
  return given
    .trim()
    .toLowerCase()
    .replace(/^\./, '')
    .replace(/^\[(.*)\]$/, '$1');
}

/**
 * Whether a cookie that came over http would stand before a Secure one, or replace it (RFC 6265bis section 5.7 step 16).
 * @param other a stored cookie of a related domain that has not expired
 */
export function overlaysSecure(cookie: Cookie, other: Cookie): boolean {
  return other.secure && other.name === cookie.name && pathMatches(cookie.path, other.path);
}

/** Whether a stored cookie may go where the path leads. Host and scheme were looked at before. */
export function sendsTo(cookie: Cookie, path: string): boolean {
  return cookie.path === '/' || pathMatches(path, cookie.path);
}

/** The pairs in their order, as many as a line holds. */
export function cookieLine(cookies: readonly { readonly name: string; readonly value: string }[]): string {
  let line = '';
  const room = MAX_LINE_BYTES - 'Cookie: '.length;
  const count = Math.min(cookies.length, MAX_PAIRS);
  for (let i = 0; i < count; i += 1) {
    const { name, value } = cookies[i]!;
    const separator = line === '' ? '' : '; ';
    if (line.length + separator.length + name.length + 1 + value.length > room) break;
    line += separator + name + '=' + value;
  }
  return line;
}
