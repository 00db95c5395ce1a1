/** Stands in the place of `fetch.ts` in the build for browsers, which loads it with the first call. */
import type * as whole from './fetch.ts';

/** Taken here, before anybody puts a client's `fetch` into its place. */
const { fetch: platformFetch } = globalThis;

export const fetchThrough: typeof whole.fetchThrough = async (settings, input, init) =>
  (await import('./fetch.ts')).fetchThrough(settings, input, init, platformFetch);
