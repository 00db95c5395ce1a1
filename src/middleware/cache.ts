/**
 * The place of the cache in the stack. The cache itself is in `sluice/cache`, and comes with the option: without one this
 * layer does nothing, and the core holds no line of it.
 */
import { type CacheLayer, cacheOf } from '../options/cache-option.ts';
import { refuseSurplus } from '../runtime/arguments.ts';
import type { Handler, Middleware } from '../stack/handler.ts';
import { normalized } from '../stack/handler-stack.ts';

/** Reads `cache`. What fails in the store of a cache rejects no call: `onError` is told. */
export function cache(): Middleware {
  refuseSurplus(arguments, 0, 'the layer cache takes nothing, it reads option cache');
  return (next) => {
    const handlers = new WeakMap<CacheLayer, Handler>();
    return function cache(request, options) {
      const option = options.cache;
      if (typeof option !== 'object' || option === null) return next(request, options);
      const layer = cacheOf(option)!;
      let handler = handlers.get(layer);
      if (handler === undefined) {
        // Another copy of the package may have made it, or the caller: it has seams, as a layer of the caller's has.
        handler = normalized(layer.layer(normalized(next) as never) as Handler);
        handlers.set(layer, handler);
      }
      return handler(request, options);
    };
  };
}
