/** Cookies that come from the program or from a file instead of a response: taken whole, or not at all. */

import { canonicalUrl, targetOf } from '../message/uri.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { type Cookie, cookieFromJSON } from './cookie.ts';
import type { CookieParser } from './cookie-parser.ts';
import { brokenPrefix, canonicalDomain, cookieScopeOf, isExactHost, malformation } from './cookie-policy.ts';

/**
 * Reads a jar as plain data, oldest cookie first.
 * @param now milliseconds since 1970
 * @param parser knows the public suffixes; without it they are not looked at
 * @throws TypeError naming the record and the field, never a value
 */
export function storedCookies(json: unknown, now: number, parser: CookieParser | undefined): Cookie[] {
  const data = typeof json === 'string' ? parsed(json) : json;
  const records =
    typeof data === 'object' &&
    data !== null &&
    Object.hasOwn(data, 'cookies') &&
    (data as { cookies: unknown }).cookies;
  if (!Array.isArray(records))
    throw new TypeError('a stored jar is a record with a list of cookies, which is not there');
  const cookies = records.map((record: unknown, i) => {
    try {
      return usable(cookieFromJSON(record, now), parser);
    } catch (error) {
      throw new TypeError(`cookie ${i + 1} of ${records.length} cannot be used: ${(error as Error).message}`);
    }
  });
  return cookies.sort((a, b) => a.created - b.created);
}

/** @throws TypeError for a name or a value that cannot be sent, and a scope that is neither a domain nor a URL */
export function cookiesFromRecord(record: Readonly<Record<string, string>>, scope: string, now: number): Cookie[] {
  const isUrl = /^https?:\/\//i.test(scope);
  const domain = canonicalDomain(scope);
  const { host } = cookieScopeOf(isUrl ? scope : `http://${bracketed(domain)}/`);
  const shared = { domain: host, path: '/', expires: undefined, httpOnly: false, sameSite: undefined, created: now };
  const hostOnly = isUrl || isExactHost(host);
  return Object.entries(record).map(([name, value]) => {
    if (typeof value !== 'string') {
      throw new TypeError(`the value of cookie "${name}" must be a string, got ${kindOf(value)}`);
    }
    const malformed = malformation(name, value);
    if (malformed !== undefined) throw new TypeError(`cookie ${JSON.stringify(name)} cannot be sent: ${malformed}`);
    return { name, value, ...shared, hostOnly, secure: /^https:/i.test(scope) };
  });
}

/** The cookie, if a response could have set it. */
function usable(cookie: Cookie, parser: CookieParser | undefined): Cookie {
  const fault = malformation(cookie.name, cookie.value) ?? brokenPrefix(cookie) ?? brokenScope(cookie, parser);
  if (fault !== undefined) throw new TypeError(fault);
  return cookie;
}

// RFC 6265 section 4.1.1: path-value, and octets beyond ASCII, which servers send.
const PATH = /^\/[\x20-\x3a\x3c-\x7e\x80-\xff]*$/;

/** Why no response could have set a cookie with this domain and path. */
function brokenScope({ domain, path, hostOnly }: Cookie, parser: CookieParser | undefined): string | undefined {
  if (!PATH.test(path)) return 'path must begin with a slash';
  if (!isCanonicalHost(domain)) return 'domain is not the name of a host as a URL has it';
  if (hostOnly) return undefined;
  if (isExactHost(domain)) return 'nothing is below its domain, so hostOnly must be true';
  return parser?.isPublicSuffix(domain) ? 'its domain is a public suffix, so hostOnly must be true' : undefined;
}

/** Whether the URL parser would leave the name as it is, so that it can ever match a host. */
function isCanonicalHost(domain: string): boolean {
  // URLs may have empty labels; no host that has a name does.
  if (domain.startsWith('.') || domain.includes('..')) return false;
  try {
    return targetOf(canonicalUrl(`http://${bracketed(domain)}/`)).host === bracketed(domain);
  } catch {
    return false;
  }
}

/** An IPv6 address as URLs have it. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') && host.split(':').length > 2 ? `[${host}]` : host;
}

/** The parser's own message would show a piece of the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError(`it is not complete JSON (${text.length} characters)`);
  }
}
