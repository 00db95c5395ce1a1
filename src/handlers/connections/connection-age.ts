/** For how long and for how many requests a connection is kept: our own limits, and what the server says of its own. */

import type { DialSettings } from '../../connect/settings/dial-settings.ts';
import { startTimer } from '../../time/clock.ts';

/** Many servers close after 5 s without saying so; a second earlier no request meets a closing connection. */
export const IDLE_LIMIT = 4000;
/** No server keeps a connection for longer, whatever its hint says and unless an option says otherwise. */
export const LONGEST_IDLE = 600_000;
/** Milliseconds by which we close earlier than the server said that it will: no request is to meet its closing. */
export const SAFETY = 1000;
/** The most milliseconds that a timer can hold, for where there is no limit. */
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

/** How many milliseconds a connection may be idle: without a hint of the server, and at most with one. */
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

/** Calls `expire` when `maxLifetime` of a connection is over. Without that option there is no timer. */
export function watchAge({ maxLifetime, clock }: DialSettings, expire: () => void): (() => void) | undefined {
  return maxLifetime === undefined ? undefined : startTimer(clock, maxLifetime, expire, true);
}
