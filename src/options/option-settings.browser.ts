/**
 * Stands in the place of `option-settings.ts` in the build for browsers: the layers that read the settings load with a
 * call.
 */
export const redirectPolicy = (): void => undefined;
export const retryRules = (): void => undefined;
