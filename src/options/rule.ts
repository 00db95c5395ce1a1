/**
 * The rule of one option: what it takes, what "off" becomes, how it is read. `option-rules.ts` has the table and applies
 * it.
 */
import { milliseconds } from '../time/duration.ts';
import { isFilled, isFunction } from './option-values.ts';

export interface Rule {
  /** For the message: "timeout must be ...". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** What `null` and `false` become; absent when they are ordinary values. */
  readonly off?: unknown;
  /** Turns what was given into what is stored. */
  readonly read?: (value: never, name: string) => unknown;
  /** The names in a record of settings, which may be in Guzzle's spelling too. */
  readonly nested?: readonly string[];
  /** It is text, lists and records alone. What leaves the door of it is a copy that nobody can change. */
  readonly isData?: boolean;
  /** Reads the settings in that record for whoever acts on them, who finds them kept with it. */
  readonly settings?: (record: never) => unknown;
}

export const oneOf = (...allowed: unknown[]): Rule => ({
  expected: allowed.map((one) => JSON.stringify(one)).join(', '),
  accepts: (value) => allowed.includes(value),
});
export const toggle: Rule = { expected: 'a boolean', accepts: (value) => typeof value === 'boolean', off: false };
export const duration: Rule = { expected: 'a duration', accepts: () => true, off: 0, read: milliseconds };
export const callback: Rule = { expected: 'a function', accepts: isFunction, off: undefined };
export const bytes: Rule = {
  expected: 'a whole number of bytes above 0',
  accepts: (value) => (Number.isInteger(value) && (value as number) > 0) || value === Number.POSITIVE_INFINITY,
  off: Number.POSITIVE_INFINITY,
};
export const filledText: Rule = { expected: 'text that is not empty', accepts: isFilled, off: undefined };
export const anything: Rule = { expected: 'anything', accepts: () => true };
