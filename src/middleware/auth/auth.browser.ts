/** Stands in the place of `auth.ts` in the build for browsers, which loads it with the first call that asks for it. */
import { lazyLayer } from '../../stack/lazy-layer.ts';
import type * as whole from './auth.ts';

export const auth: typeof whole.auth = () =>
  lazyLayer(
    'auth',
    (options) => Boolean(options.auth),
    async () => (await import('./auth.ts')).auth(),
  );
