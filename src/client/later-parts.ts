/** What a call needs that is not loaded yet: nothing, but in the build for browsers. */
import type { RequestOptions } from '../options/options.ts';

/** @returns once it is there; `undefined` when nothing is missing */
export function partsToLoad(_options: RequestOptions): Promise<unknown> | undefined {
  return undefined;
}
