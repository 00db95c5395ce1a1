/**
 * What becomes of a visit that failed, and what an answer says about the next one, as pure functions. `visiting.ts`
 * carries them out.
 */
import { isTransferError } from '../message/errors.ts';
import type { HttpResponse } from '../message/response.ts';
import { serverHint } from '../middleware/retry/retry-hints.ts';
import type { Outcome, Visit } from './frontier.ts';
import { ROBOTS_DISALLOWED, ROBOTS_UNREACHABLE } from './robots.ts';

/** Milliseconds until the first repetition; each further one waits twice as long. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 600_000;

/** @param now milliseconds since 1970 */
export function failedOutcome(error: unknown, visit: Visit, retries: number, now: number): Outcome {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = isTransferError(error) ? error.code : name;
  const isForbidden = code === ROBOTS_DISALLOWED || code === ROBOTS_UNREACHABLE;
  if (!isForbidden && visit.attempt <= retries) return { again: { at: now + waitOf(visit) } };
  return { failed: true, line: { url: visit.url, error: code, message } };
}

/** A host that asks for a pause gets it, and the page is asked for again (RFC 6585 section 4, RFC 9110 section 15.6.4). */
export function pausedOutcome(response: HttpResponse, visit: Visit, retries: number, now: number): Outcome | undefined {
  if ((response.status !== 429 && response.status !== 503) || visit.attempt > retries) return undefined;
  const at = now + Math.min(LONGEST_WAIT, serverHint(response, now)?.ms ?? waitOf(visit));
  return { again: { at }, hostAt: at };
}

function waitOf({ attempt }: Visit): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
}
