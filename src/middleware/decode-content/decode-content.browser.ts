/** Stands in the place of `decode-content.ts` in the build for browsers, whose fetch decodes whatever it asks for. */
import type { Middleware } from '../../stack/handler.ts';

export function decodeContent(): Middleware {
  return (next) =>
    function decodeContent(request, options) {
      return next(request, options);
    };
}
