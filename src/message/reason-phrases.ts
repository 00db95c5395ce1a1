import { builtin } from '../runtime/platform.ts';

/** The registered phrase of a status, or `''` for one that has none. */
export function reasonPhrase(status: number): string {
  return builtin<typeof import('node:http')>('node:http')?.STATUS_CODES[status] ?? '';
}
