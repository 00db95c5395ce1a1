/**
 * What may stand in the options of a crawl and of every frontier, checked as they are made: a mistake must not show
 * only when a page comes that needs it.
 */
import { kindOf } from '../runtime/kind-of.ts';
import type { Found } from './frontier.ts';

/** A whole number from 1, or no limit. @throws RangeError */
export function checkedMost(value: number | undefined, name: string): number {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} must be a whole number of at least 1, got ${String(value)}`);
}

/** What `add` of a frontier is given. @throws TypeError */
export function checkedFound<T extends Iterable<Found> | AsyncIterable<Found>>(found: T): T {
  const given: unknown = found;
  const isList =
    typeof given === 'object' && given !== null && (Symbol.iterator in given || Symbol.asyncIterator in given);
  if (isList) return found;
  throw new TypeError(`a frontier adds a list or an iterable of { url }, got ${kindOf(given)}`);
}
