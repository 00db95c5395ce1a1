/**
 * Stands in the place of `redirect.ts` in the build for browsers. They follow redirects by themselves unless told of which,
 * so that the layer is loaded for options of its own, and for an app's own fetch that leaves them to us.
 */
import { isRedirect } from '../../semantics/redirects.ts';
import type { Middleware } from '../../stack/handler.ts';
import type * as whole from './redirect.ts';

export const redirect: typeof whole.redirect = () => {
  let loaded: Promise<Middleware> | undefined;
  const load = async (): Promise<Middleware> => (await import('./redirect.ts')).redirect();
  return (next) =>
    function redirect(request, options) {
      const { allowRedirects } = options;
      if (allowRedirects === false || allowRedirects === null) return next(request, options);
      const whole = async (first: typeof next) => (await (loaded ??= load()))(first)(request, options);
      if ((allowRedirects !== undefined && allowRedirects !== true) || options.onHeaders) return whole(next);
      return next(request, options).then((response) => {
        if (!isRedirect(response)) return response;
        // The answer that is here is the first that the whole layer gets.
        let isFirst = true;
        return whole((asked, given) => {
          if (!isFirst) return next(asked, given);
          isFirst = false;
          return Promise.resolve(response);
        });
      });
    };
};
