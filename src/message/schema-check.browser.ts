/** Stands in the place of `schema-check.ts` in the build for browsers, which loads it with the first schema. */
import type * as whole from './schema-check.ts';

export const validated: typeof whole.validated = async (schema, value, redact, fail) =>
  (await import('./schema-check.ts')).validated(schema, value, redact, fail);
