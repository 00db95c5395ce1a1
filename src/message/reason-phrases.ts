/** Checks the status and the reason phrase of a response, and knows the phrases that are registered. */
import { builtin } from '../runtime/platform.ts';

/** The registered phrase of a status, or `''` for one that has none. */
export function reasonPhrase(status: number): string {
  return builtin<typeof import('node:http')>('node:http')?.STATUS_CODES[status] ?? '';
}

/** The phrase, if it is one that a status line can hold (RFC 9112 section 4). @throws TypeError for another */
export function checkedReason(reason: string): string {
  if (reason === 'OK' || /^[\t\x20-\x7e\x80-\xff]*$/.test(reason)) return reason;
  throw new TypeError('reason must not have control characters');
}

/** The status, if it is one that HTTP has room for (RFC 9110 section 15). @throws RangeError for another */
export function checkedStatus(status: number): number {
  if (Number.isInteger(status) && status >= 100 && status <= 999) return status;
  throw new RangeError(`status must be a whole number from 100 to 999, got ${String(status)}`);
}
