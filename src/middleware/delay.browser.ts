/** Stands in the place of `delay.ts` in the build for browsers, which loads it with the first call that asks for it. */
import { lazyLayer } from '../stack/lazy-layer.ts';
import type * as whole from './delay.ts';

export const delay: typeof whole.delay = (queue) =>
  lazyLayer(
    'delay',
    (options) => Boolean(options.delay),
    async () => (await import('./delay.ts')).delay(queue),
  );
