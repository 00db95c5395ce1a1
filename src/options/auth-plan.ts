/** What the `auth` option means. Pure. No message ever shows any part of it: a password may stand in the wrong place. */

import { kindOf } from '../runtime/kind-of.ts';
import type { AuthOption } from './options.ts';

/** Credentials to send along (basic, bearer), or what answers challenges. */
export type AuthPlan = { readonly authorization: string } | { readonly user: string; readonly password: string };

const SHAPES = "[user, password, 'basic' | 'digest'], { bearer } or a generator function";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The `Authorization` of basic and bearer; user and password of digest.
 * @throws TypeError for another shape, a user with a colon, a control character, an empty token
 */
export function authPlan(option: Exclude<AuthOption, (...args: never[]) => unknown>): AuthPlan {
  if (!Array.isArray(option)) return { authorization: bearer(option) };
  const [user, password, scheme = 'basic'] = option as readonly unknown[];
  if (typeof user !== 'string') throw new TypeError(`auth: the user must be a string, got ${kindOf(user)}`);
  if (typeof password !== 'string') throw new TypeError(`auth: the password must be a string, got ${kindOf(password)}`);
  const name = typeof scheme === 'string' ? scheme.toLowerCase() : undefined;
  if (name !== 'basic' && name !== 'digest') {
    const found = typeof scheme === 'string' ? 'another text' : kindOf(scheme);
    throw new TypeError(`auth: the scheme must be 'basic' or 'digest', got ${found}`);
  }
  // RFC 7617 section 2 for basic; in Digest they would not survive the header either.
  if (CONTROL.test(user) || CONTROL.test(password)) {
    throw new TypeError('auth: user and password must not have control characters, such as a line end');
  }
  return name === 'digest' ? { user, password } : { authorization: basic(user, password) };
}

/** The credentials of Basic, as UTF-8: the user ends at the first colon (RFC 7617 section 2). */
function basic(user: string, password: string): string {
  if (user.includes(':'))
    throw new TypeError("auth: a user of Basic must not have ':', it would end there (RFC 7617 §2)");
  let octets = '';
  for (const octet of new TextEncoder().encode(`${user}:${password}`)) octets += String.fromCharCode(octet);
  return `Basic ${btoa(octets)}`;
}

/** The credentials of a bearer token (RFC 6750 section 2.1). */
function bearer(option: unknown): string {
  if (typeof option !== 'object' || option === null || !Object.hasOwn(option, 'bearer')) {
    throw new TypeError(`auth must be ${SHAPES}, got ${kindOf(option)}`);
  }
  const { bearer: token } = option as { bearer: unknown };
  if (typeof token !== 'string') throw new TypeError(`auth.bearer must be a string, got ${kindOf(token)}`);
  if (token.trim() === '') throw new TypeError('auth.bearer must not be empty; is the variable set that holds it?');
  if (CONTROL.test(token)) throw new TypeError('auth.bearer must not have control characters, such as a line end');
  return `Bearer ${token}`;
}
