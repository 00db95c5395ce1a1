/**
 * Stands in the place of `runtime-options.ts` in the builds for browsers and workers: their APIs read a record as it is, so
 * that one without a prototype reads nobody else's.
 */
export const runtimeOptions = <T extends object>(_kind: string, options: T): T =>
  Object.assign(Object.create(null), options) as T;
