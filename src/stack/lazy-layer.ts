/** A layer that is loaded with the first call that needs it: few do, and everybody who bundles the package would ship it. */
import type { RequestOptions } from '../options/options.ts';
import type { Handler, Middleware } from './handler.ts';

/**
 * @param name what the layer is printed as
 * @param needs whether these options ask for it
 * @param load gives the layer; asked once for each stack
 */
export function lazyLayer(
  name: string,
  needs: (options: RequestOptions) => boolean,
  load: () => Promise<Middleware>,
): Middleware {
  let loaded: Promise<Middleware> | undefined;
  return (next) => {
    let composed: Promise<Handler> | undefined;
    const layer: Handler = (request, options) => {
      if (!needs(options)) return next(request, options);
      composed ??= (loaded ??= load()).then((made) => made(next));
      return composed.then((handler) => handler(request, options));
    };
    return Object.defineProperty(layer, 'name', { value: name });
  };
}
