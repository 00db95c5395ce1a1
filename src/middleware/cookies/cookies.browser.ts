/** Stands in the place of `cookies.ts` in the build for browsers: the handler refuses what is no wish to be left alone. */
import type { Middleware } from '../../stack/handler.ts';

export function cookies(): Middleware {
  return (next) =>
    function cookies(request, options) {
      return next(request, options);
    };
}
