/** Stands in the place of `native-options.ts` in the builds for browsers and workers, whose fetch is the standard's. */

export const handsOn = (): boolean => false;
export const keptBack = (): undefined => undefined;
