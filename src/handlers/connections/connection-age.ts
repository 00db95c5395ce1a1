/** For how long and for how many requests a connection is kept: our own limits, and what the server says of its own. */

import type { DialSettings } from '../../connect/settings/dial-settings.ts';
import { startTimer } from '../../time/clock.ts';

/** Many servers close after 5 s without saying so; a second earlier no request meets a closing connection. */
export const IDLE_LIMIT = 4000;
/** The longest time that a server's word is taken for, where no option says otherwise. */
export const LONGEST_IDLE = 600_000;
/** A request must not meet the closing of its connection: milliseconds before it. */
export const SAFETY = 1000;
/** What a timer can hold: no limit. */
const UNLIMITED = 2_147_483_647;

/** What a server says of a connection (RFC 2068 section 19.7.1.1). */
export interface KeepAliveHint {
  /** Seconds of rest after which it closes. */
  readonly timeout: number | undefined;
  /** Requests that it still takes after this one. */
  readonly max: number | undefined;
}

const TIMEOUT = /(?:^|[,\s])timeout\s*=\s*"?(\d{1,9})/i;
const MAX = /(?:^|[,\s])max\s*=\s*"?(\d{1,9})/i;

/** Reads a `Keep-Alive` header. */
export function keepAliveHint(value: string): KeepAliveHint {
  const number = (found: RegExpExecArray | null) => (found === null ? undefined : Number(found[1]));
  return { timeout: number(TIMEOUT.exec(value)), max: number(MAX.exec(value)) };
}

/** Milliseconds of rest without a hint, and the most that a hint can make of them. */
export function idleLimits({ idleTimeout }: DialSettings): { readonly usual: number; readonly longest: number } {
  if (idleTimeout === undefined) return { usual: IDLE_LIMIT, longest: LONGEST_IDLE };
  const limit = Math.min(idleTimeout || UNLIMITED, UNLIMITED);
  return { usual: limit, longest: limit };
}

/** Milliseconds that a connection may rest; 0 is not at all. @param hinted seconds that the server gives it */
export function idleLimit(settings: DialSettings, hinted: number | undefined): number {
  const { usual, longest } = idleLimits(settings);
  return hinted === undefined ? usual : Math.min(Math.max(hinted * 1000 - SAFETY, 0), longest);
}

/** Calls `expire` when a connection is as old as it may get. One timer for each connection, where there is a limit. */
export function watchAge({ maxLifetime, clock }: DialSettings, expire: () => void): (() => void) | undefined {
  return maxLifetime === undefined ? undefined : startTimer(clock, maxLifetime, expire, true);
}
