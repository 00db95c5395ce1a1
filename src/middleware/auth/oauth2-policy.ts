/** What an access token is (RFC 6749 section 5.1), how it is sent (RFC 6750) and when it is due for another. Pure. */

import { has, own } from '../../message/own.ts';
import { authPlan } from '../../options/auth-plan.ts';
import { kindOf } from '../../runtime/kind-of.ts';

/** The answer of a token endpoint (RFC 6749 section 5.1). What else it has is kept, and given to `refresh`. */
export interface OAuth2Token {
  /** What `Authorization` carries. */
  readonly access_token: string;
  /** Only `bearer`, in any case, can be sent; absent it is that. */
  readonly token_type?: string | undefined;
  /** Seconds, from when it was given by `refresh`, or was first used as the option `token`. Absent: it does not end. */
  readonly expires_in?: number | undefined;
  /** When it ends, in milliseconds or seconds since 1970: for one that was kept. It counts before `expires_in`. */
  readonly expires_at?: number | Date | undefined;
  /** A later answer without one leaves this one valid (RFC 6749 section 6). */
  readonly refresh_token?: string | undefined;
}

/** The same in the spelling of most libraries, or the access token alone. */
export type OAuth2TokenInit =
  | string
  | OAuth2Token
  | {
      readonly accessToken: string;
      readonly tokenType?: string | undefined;
      readonly expiresIn?: number | undefined;
      readonly expiresAt?: number | Date | undefined;
      readonly refreshToken?: string | undefined;
    };

/** A token that was read, and what it is worth. */
export interface ReadToken {
  /** For the next `refresh`: under the names of RFC 6749, with whatever else was given. */
  readonly token: OAuth2Token;
  /** The value of the header. */
  readonly authorization: string;
  /** Seconds that it lasts; absent when it does not say. */
  readonly lasts: number | undefined;
  /** Milliseconds since 1970 at which it ends, or of a clock that begins later; absent when it does not say. */
  readonly ends: number | undefined;
}

type Field = keyof OAuth2Token;

/**
 * Numbers from here on, 2001 in seconds, to the next, 2001 in milliseconds, are seconds: as others they are long before
 * OAuth.
 */
const SECONDS_FROM = 1_000_000_000;
const MILLISECONDS_FROM = 1_000_000_000_000;
/** Milliseconds. */
const SINCE_1970 = 100_000_000_000;

/**
 * @param from who gave it, for the message, which never shows a part of it
 * @param previous whose refresh token is still good when this one brings none
 * @throws TypeError for what is no token, a token of another type than `bearer`, an invalid time
 */
export function readToken(given: unknown, from: string, previous?: OAuth2Token): ReadToken {
  const record = typeof given === 'string' ? { access_token: given } : given;
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new TypeError(`${from} must be a token such as { access_token, expires_in }, got ${kindOf(given)}`);
  }
  const field = (name: Field): unknown => own(record as OAuth2Token, name) ?? own(record as never, camel(name));
  const [access, type, refresh] = [field('access_token'), field('token_type'), field('refresh_token')];
  if (typeof access !== 'string') throw new TypeError(`${from}: access_token must be a string, got ${kindOf(access)}`);
  // RFC 6749 section 7.1: a token of a type that the client does not understand must not be used.
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'bearer')) {
    const found = typeof type === 'string' ? 'another one' : kindOf(type);
    throw new TypeError(`${from}: token_type must be 'bearer', got ${found}`);
  }
  if (refresh !== undefined && refresh !== null && typeof refresh !== 'string') {
    throw new TypeError(`${from}: refresh_token must be a string, got ${kindOf(refresh)}`);
  }
  return {
    token: { ...(record as OAuth2Token), access_token: access, refresh_token: refresh ?? previous?.refresh_token },
    authorization: authorizationOf(access, from),
    lasts: secondsOf(field('expires_in'), from),
    ends: dateOf(field('expires_at'), from),
  };
}

function authorizationOf(access: string, from: string): string {
  try {
    const plan = authPlan({ bearer: access });
    return has(plan, 'authorization') ? plan.authorization : '';
  } catch {
    throw new TypeError(`${from}: access_token must not be empty or have control characters (RFC 6750 section 2.1)`);
  }
}

function secondsOf(value: unknown, from: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  // Some servers write the number as text.
  const seconds = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof seconds === 'number' && seconds >= 0 && seconds < Number.POSITIVE_INFINITY) return seconds;
  throw new TypeError(`${from}: expires_in must be seconds, 0 or more, got ${described(value)}`);
}

function dateOf(value: unknown, from: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const at = value instanceof Date ? value.getTime() : value;
  if (typeof at === 'number' && at >= 0 && at < Number.POSITIVE_INFINITY) {
    const isSeconds = !(value instanceof Date) && at >= SECONDS_FROM && at < MILLISECONDS_FROM;
    return isSeconds ? at * 1000 : at;
  }
  throw new TypeError(`${from}: expires_at must be a Date, or a number since 1970, got ${described(value)}`);
}

/** A number is no secret, and tells what is wrong. */
function described(value: unknown): string {
  return typeof value === 'number' ? String(value) : kindOf(value);
}

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Until when a token is sent, on one clock. */
export interface Span {
  /** From here on another one is asked for, although this one is good. */
  readonly dueAt: number;
  /** From here on it is not sent. */
  readonly endsAt: number;
}

/**
 * @param now milliseconds of the clock, and `wallNow` since 1970
 * @param early how many milliseconds before its end another one is asked for
 * @param isFresh it was given just now, so that its whole life is known: at most the last half of it is early
 */
export function spanOf(
  { lasts, ends }: ReadToken,
  { now, wallNow }: { readonly now: number; readonly wallNow: number },
  early: number,
  isFresh: boolean,
): Span {
  // A time before 1973 is one of the clock's own count.
  const reference = ends !== undefined && ends < SINCE_1970 ? now : wallNow;
  const left = ends === undefined ? (lasts === undefined ? undefined : lasts * 1000) : ends - reference;
  if (left === undefined) return { dueAt: Number.POSITIVE_INFINITY, endsAt: Number.POSITIVE_INFINITY };
  // Else a token that lasts less than `early` would be asked for anew by every call.
  const ahead = isFresh ? Math.min(early, Math.max(0, left) / 2) : early;
  return { dueAt: now + left - ahead, endsAt: now + left };
}
