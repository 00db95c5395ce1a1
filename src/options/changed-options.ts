/** Options with a change over them, for a layer or a handler that makes the same change for every request. */
import { extendOptions } from './option-record.ts';
import type { RequestOptions } from './options.ts';

/**
 * The copy of frozen options is frozen too and kept while they come again: handlers know options by identity. Others may
 * have been changed since.
 */
export function changedOptions(changes: RequestOptions): (options: RequestOptions) => RequestOptions {
  let last: RequestOptions | undefined;
  let made: RequestOptions;
  return (options) => {
    if (options === last) return made;
    const copy = extendOptions(options, changes);
    if (!Object.isFrozen(options)) return copy;
    last = options;
    return (made = Object.freeze(copy));
  };
}
