/** When a stream of events is asked for again, and what may follow, as pure rules (WHATWG HTML section 9.2.3). */
import { isTimeoutError } from '../message/errors.ts';
import type { HttpResponse } from '../message/response.ts';
import { isTransient } from '../middleware/retry/retry-policy.ts';

/** Milliseconds until the stream is asked for again, where the server sets no `retry`: what browsers take. */
const RECONNECTION_TIME = 3000;
/** The most that failures add, and the longest that a timer can wait. */
const MOST_BACKOFF = 30_000;
const LONGEST_WAIT = 2_147_483_647;

/**
 * Milliseconds until the next attempt.
 * @param retry what the server has set
 * @param fruitless how many connections in a row gave no event: from the second on the wait doubles
 */
export function reconnectionTime(retry: number | undefined, fruitless: number): number {
  const wait = Math.min(retry ?? RECONNECTION_TIME, LONGEST_WAIT);
  return fruitless < 2 ? wait : Math.max(wait, Math.min(MOST_BACKOFF, 1000 * 2 ** Math.min(fruitless - 1, 10)));
}

/**
 * Whether a failure ends the connection alone, and not the stream: the network's, but for what lasts and the end of all
 * time.
 */
export function mayReconnect(error: unknown): boolean {
  return isTransient(error) && !(isTimeoutError(error) && error.phase === 'total');
}

/** What is wrong with an answer that should be a stream of events; `undefined` when it is one. */
export function noStreamOfEvents({ status, headers }: HttpResponse): string | undefined {
  const type = headers.get('content-type');
  const essence = type?.split(';', 1)[0]?.trim().toLowerCase();
  if (status === 200 && essence === 'text/event-stream') return undefined;
  return `the answer is no stream of events: its status is ${status} and its Content-Type ${type ?? 'absent'}; needed are 200 and text/event-stream`;
}

/** The id as a header can carry it: its octets in UTF-8. `undefined` for one that no header can. */
export function lastEventId(id: string): string | undefined {
  const octets = Array.from(new TextEncoder().encode(id), (octet) => String.fromCharCode(octet)).join('');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no header may have
  return /[\u0000-\u0008\u000a-\u001f\u007f]/.test(octets) ? undefined : octets;
}
