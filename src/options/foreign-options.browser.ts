/** Stands in the place of `foreign-options.ts` in the build for browsers, where its table would weigh more than it helps. */

export const oursFor = (_name: string): string | undefined => undefined;
export const oursWithin = (_option: string, _name: string): string | undefined => undefined;
export const foreignNames: readonly string[] = [];
