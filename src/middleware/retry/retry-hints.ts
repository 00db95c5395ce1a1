/**
 * How long a server asks to be left alone, as pure functions: `Retry-After` (RFC 9110 section 10.2.3), the `RateLimit`
 * fields (draft-ietf-httpapi-ratelimit-headers, in its older and its newer form) and the `X-` names in use.
 */
import type { HttpHeaders } from '../../message/headers.ts';
import { parseHttpDate } from '../../message/http-date.ts';
import type { HttpResponse } from '../../message/response.ts';

/** A wait that the server asks for. */
export interface ServerHint {
  /** Milliseconds from now, 0 for a time that has passed. */
  readonly ms: number;
  /** The header that says so, for messages. */
  readonly header: string;
}

const RESET_HEADERS = ['RateLimit-Reset', 'X-RateLimit-Reset', 'X-Rate-Limit-Reset'];
const REMAINING_HEADERS = ['RateLimit-Remaining', 'X-RateLimit-Remaining', 'X-Rate-Limit-Remaining'];

/** Seconds from here on are a date: they would be a wait of 31 years. */
const EPOCH_SECONDS = 1_000_000_000;
/** And these are milliseconds. */
const EPOCH_MILLISECONDS = 1_000_000_000_000;

/** @param wallNow milliseconds since 1970 */
export function serverHint(response: HttpResponse, wallNow: number): ServerHint | undefined {
  const { headers, status } = response;
  for (const line of headers.getAll('retry-after')) {
    const ms = retryAfter(line.trim(), wallNow);
    if (ms !== undefined) return { ms, header: 'Retry-After' };
  }
  return rateLimit(headers, status === 429) ?? rateLimitReset(headers, status === 429, wallNow);
}

/** Milliseconds of a `Retry-After` value; `undefined` for one that follows neither form. */
function retryAfter(value: string, wallNow: number): number | undefined {
  // RFC 9110 section 10.2.3: delay-seconds. Fractions are not allowed, and sent.
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const date = parseHttpDate(value, wallNow);
  return date === undefined ? undefined : Math.max(0, date - wallNow);
}

/**
 * `RateLimit: "burst";r=0;t=30`, a list of policies with what remains and the seconds until it is reset; before draft 8
 * `limit=100, remaining=0, reset=30`. The longest reset of those that are used up counts.
 */
function rateLimit(headers: HttpHeaders, limited: boolean): ServerHint | undefined {
  const value = headers.get('ratelimit');
  if (value === null) return undefined;
  const older = /(?:^|[,;\s])reset=\d/.test(value);
  const waits = (older ? [value] : value.split(',')).flatMap((policy) => {
    const remaining = /(?:^|[,;\s])(?:r|remaining)=(\d+)/.exec(policy)?.[1];
    const reset = /(?:^|[,;\s])(?:t|reset)=(\d+)/.exec(policy)?.[1];
    return reset !== undefined && isUsedUp(remaining, limited) ? [Number(reset) * 1000] : [];
  });
  return waits.length === 0 ? undefined : { ms: Math.max(...waits), header: 'RateLimit' };
}

function rateLimitReset(headers: HttpHeaders, limited: boolean, wallNow: number): ServerHint | undefined {
  const remaining = REMAINING_HEADERS.map((name) => headers.get(name)).find((value) => value !== null);
  if (!isUsedUp(remaining?.trim(), limited)) return undefined;
  for (const header of RESET_HEADERS) {
    const value = headers.get(header)?.trim();
    if (value === undefined || !/^\d+(?:\.\d+)?$/.test(value)) continue;
    return { ms: Math.ceil(resetIn(Number(value), wallNow)), header };
  }
  return undefined;
}

/** Many servers name the reset in every answer: it says when to come again only where the limit is what was met. */
function isUsedUp(remaining: string | undefined, limited: boolean): boolean {
  return remaining === undefined ? limited : Number(remaining) === 0;
}

/** Milliseconds; some count from now and some from 1970. */
export function resetIn(value: number, wallNow: number): number {
  if (value >= EPOCH_MILLISECONDS) return Math.max(0, value - wallNow);
  if (value >= EPOCH_SECONDS) return Math.max(0, value * 1000 - wallNow);
  return value * 1000;
}
