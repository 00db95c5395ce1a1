/** A cookie that the program makes, in parts. */
import { own } from '../message/own.ts';
import { settingsOf } from '../options/settings-of.ts';
import { kindOf, valueOrKind } from '../runtime/kind-of.ts';
import { expiryAfter, type SameSite, sameSiteOf } from './cookie.ts';
import { type CookieDraft, canonicalDomain } from './cookie-policy.ts';

/** A cookie to put into a jar by hand. */
export interface CookieInit {
  name: string;
  value: string;
  /** Also sent to the hosts below it. Default: the URL's host alone. */
  domain?: string | undefined;
  /** Default: the directory of the URL's path. */
  path?: string | undefined;
  /** A date, or milliseconds since 1970. Default: until the jar is gone. */
  expires?: Date | number | undefined;
  /** Seconds from now; wins over `expires`. */
  maxAge?: number | undefined;
  /** Sent over https alone. Default `false`. */
  secure?: boolean | undefined;
  httpOnly?: boolean | undefined;
  sameSite?: SameSite | undefined;
}

const NAMES: readonly (keyof CookieInit)[] = [
  'name',
  'value',
  'domain',
  'path',
  'expires',
  'maxAge',
  'secure',
  'httpOnly',
  'sameSite',
];

/** The URL a cookie is set from. @throws TypeError when there is none */
export function targetFor(cookie: string | CookieInit, url: string | URL | undefined): string {
  if (url !== undefined) return String(url);
  const given = typeof cookie === 'string' ? undefined : own(cookie, 'domain');
  if (!given) throw new TypeError('a cookie without a domain needs a URL');
  const domain = canonicalDomain(given);
  return `https://${domain.includes(':') ? `[${domain}]` : domain}/`;
}

/** @throws TypeError for a part of the wrong type, naming it without its value */
export function draftOf(cookie: CookieInit, now: number): CookieDraft {
  const given = settingsOf('a cookie', cookie, NAMES);
  const { name, value, domain, path, expires, maxAge, secure = false, httpOnly = false, sameSite } = given;
  if (typeof name !== 'string') throw new TypeError(`the name of a cookie must be a string, got ${kindOf(name)}`);
  if (typeof value !== 'string')
    throw new TypeError(`the value of cookie "${name}" must be a string, got ${kindOf(value)}`);
  for (const [part, given] of Object.entries({ domain, path })) {
    if (given === undefined || typeof given === 'string') continue;
    throw new TypeError(`${part} of cookie "${name}" must be a string, got ${kindOf(given)}`);
  }
  for (const [part, toggle] of Object.entries({ secure, httpOnly })) {
    if (typeof toggle === 'boolean') continue;
    throw new TypeError(`${part} of cookie "${name}" must be a boolean, got ${kindOf(toggle)}`);
  }
  const site = sameSiteOf(sameSite);
  if (site === undefined && sameSite !== undefined) {
    throw new TypeError(`sameSite of cookie "${name}" must be 'strict', 'lax' or 'none', got ${valueOrKind(sameSite)}`);
  }
  const end = expires instanceof Date ? expires.getTime() : expires;
  if (Number.isNaN(end)) throw new TypeError(`expires of cookie "${name}" is not a valid date`);
  if (Number.isNaN(maxAge)) throw new TypeError(`maxAge of cookie "${name}" must be a number of seconds, got NaN`);
  const lifetime = maxAge === undefined ? end : expiryAfter(now, maxAge);
  return { name, value, domain: domain || undefined, path, expires: lifetime, secure, httpOnly, sameSite: site };
}
