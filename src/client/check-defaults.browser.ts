/** Stands in the place of `check-defaults.ts` in the build for browsers: the layers that would know load with a call. */
export const checkDefaults = (): void => undefined;
