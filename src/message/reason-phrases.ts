import { builtin } from '../runtime/platform.ts';

/** The registered phrase of a status, or `''` for one that has none. */
export function reasonPhrase(status: number): string {
  return builtin<typeof import('node:http')>('node:http')?.STATUS_CODES[status] ?? '';
}

// RFC 9112 §4: reason-phrase
export function checkedReason(reason: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(reason)) return reason;
  throw new TypeError('reason must not have control characters');
}
