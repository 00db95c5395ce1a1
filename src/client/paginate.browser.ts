/** Stands in the place of `paginate.ts` in the build for browsers, which loads it with the first page. */
import type * as whole from './paginate.ts';

export const paginate: typeof whole.paginate = async function* (source, uri, options) {
  yield* (await import('./paginate.ts')).paginate(source, uri, options);
} as typeof whole.paginate;
