/** Stands in the place of `sink.ts` in the build for browsers, which loads it with the first call that has one. */
import type * as whole from './sink.ts';

export const sunk: typeof whole.sunk = async (...given) => (await import('./sink.ts')).sunk(...given);
