/**
 * For how long and for how many requests a connection is kept. A client that reuses a connection at the moment in which its
 * server closes it loses the request (RFC 9112 section 9.5 describes this race). So a connection is closed here a little
 * before the server would do it: by its `Keep-Alive` header, or by a guess where it sends none.
 */

import type { DialSettings } from '../../connect/settings/dial-settings.ts';
import { startTimer } from '../../time/clock.ts';
import { guarded } from '../../time/guarded-clock.ts';

/** Milliseconds where the server sends no `Keep-Alive`: many close after 5 s without saying so. */
export const IDLE_LIMIT = 4000;
/** The longest time that a server's hint may ask for; the option `idleTimeout` takes the place of both limits. */
const LONGEST_IDLE = 600_000;
/** Milliseconds by which we close before the time that the server has announced. */
export const SAFETY = 1000;
/** The longest delay of `setTimeout`, which fires at once when it is given more. */
const UNLIMITED = 2_147_483_647;

/** How long a server keeps a connection, in its own words: the header `Keep-Alive` (RFC 2068 section 19.7.1.1). */
export interface KeepAliveHint {
  /** The server closes the connection when it was idle for so many seconds. */
  readonly timeout: number | undefined;
  /** The server takes so many requests more on this connection. */
  readonly max: number | undefined;
}

const TIMEOUT = /(?:^|[,\s])timeout\s*=\s*"?(\d{1,9})/i;
const MAX = /(?:^|[,\s])max\s*=\s*"?(\d{1,9})/i;

/** Reads a `Keep-Alive` header. */
export function keepAliveHint(value: string): KeepAliveHint {
  const number = (found: RegExpExecArray | null) => (found === null ? undefined : Number(found[1]));
  return { timeout: number(TIMEOUT.exec(value)), max: number(MAX.exec(value)) };
}

/** How many milliseconds a connection may be idle: `usual` without a hint of the server, `longest` whatever the hint. */
export function idleLimits({ idleTimeout }: DialSettings): { readonly usual: number; readonly longest: number } {
  if (idleTimeout === undefined) return { usual: IDLE_LIMIT, longest: LONGEST_IDLE };
  const limit = Math.min(idleTimeout || UNLIMITED, UNLIMITED);
  return { usual: limit, longest: limit };
}

/** How many milliseconds a connection may be idle; 0: it is not kept. @param hinted seconds that the server said */
export function idleLimit(settings: DialSettings, hinted: number | undefined): number {
  const { usual, longest } = idleLimits(settings);
  return hinted === undefined ? usual : Math.min(Math.max(hinted * 1000 - SAFETY, 0), longest);
}

/**
 * Calls `expire` when `maxLifetime` of a connection is over, which also makes it follow a change of DNS. Without that option
 * there is no timer. The returned function stops it.
 */
export function watchAge({ maxLifetime, clock }: DialSettings, expire: () => void): (() => void) | undefined {
  // A clock that throws tells no age: the connection is closed as one that is too old.
  return maxLifetime === undefined
    ? undefined
    : startTimer(guarded(clock, { abort: expire }), maxLifetime, expire, true);
}
