/**
 * The place of the cache in the stack. The cache itself is in `sluice/cache`, and comes with the option: without one this
 * layer does nothing, and the core holds no line of it.
 */
import { type CacheLayer, cacheOf } from '../options/cache-option.ts';
import { refuseSurplus } from '../runtime/arguments.ts';
import type { Handler, Middleware } from '../stack/handler.ts';

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
        handler = layer.layer(next as never) as Handler;
        handlers.set(layer, handler);
      }
      return handler(request, options);
    };
  };
}
