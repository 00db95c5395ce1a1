/** Stands in the place of `retry.ts` in the build for browsers, which loads it with the first call that asks for it. */
import { lazyLayer } from '../../stack/lazy-layer.ts';
import type * as whole from './retry.ts';

export const retry: typeof whole.retry = (defaults, tools) =>
  lazyLayer(
    'retry',
    (options) => Boolean(options.retry ?? defaults),
    async () => (await import('./retry.ts')).retry(defaults, tools),
  );
