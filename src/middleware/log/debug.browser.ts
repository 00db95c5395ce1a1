/** Stands in the place of `debug.ts` in the build for browsers, which loads it with the first call that asks for it. */
import { lazyLayer } from '../../stack/lazy-layer.ts';
import type * as whole from './debug.ts';

export const debug: typeof whole.debug = () =>
  lazyLayer(
    'debug',
    (options) => Boolean(options.debug),
    async () => (await import('./debug.ts')).debug(),
  );
