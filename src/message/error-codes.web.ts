/**
 * Stands in the place of `error-codes.ts` in the builds for browsers and workers: no failure of fetch has a system's
 * code.
 */
import type { Classified } from './error-codes.ts';

export const classifyCode = (_code: string): Classified | undefined => undefined;
export const codeOf = (_failure: unknown): string | undefined => undefined;
export const positiveErrno = (_error: unknown, _ownCode?: string): number | undefined => undefined;
