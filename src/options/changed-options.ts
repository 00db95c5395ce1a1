/** Options with a change over them, for a layer or a handler that makes the same change for every request. */
import { extendOptions, readOnce } from './option-record.ts';
import type { RequestOptions } from './options.ts';

/** The copy of frozen options is frozen too, and kept with them: what was read from it once need not be read again. */
export function changedOptions(changes: RequestOptions): (options: RequestOptions) => RequestOptions {
  const changed = (options: RequestOptions) => extendOptions(options, changes);
  const shared = (options: RequestOptions) => Object.freeze(changed(options));
  return (options) => readOnce(shared, options, changed);
}
