/** Stands in the place of `eager-checks.ts` in the build for browsers: there the call is told, by whoever reads the option. */
export const checkEagerly = (): void => undefined;
