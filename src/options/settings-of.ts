/** Reads the settings of layers and makers: each mistake is a `TypeError` that says what was found and what there is. */
import { refuseUnknownNames } from '../runtime/arguments.ts';
import { closeTo } from '../runtime/edit-distance.ts';
import { bareRecord } from './option-record.ts';

/** A copy with nothing inherited. @throws TypeError for anything but a record, and for an unknown name */
export function settingsOf<T extends object>(maker: string, given: T, known: readonly (keyof T & string)[]): T {
  refuseUnknownNames(maker, given, known);
  return bareRecord(given);
}

/**
 * Refuses a name that is close to one of a call's own settings, among options that others check.
 * @param taken names that are options, and mean what they say
 * @throws TypeError
 */
export function refuseNearly(maker: string, given: object, own: readonly string[], taken: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (own.includes(name) || taken.includes(name)) continue;
    const close = closeTo(name, own);
    if (close !== undefined) throw new TypeError(`${maker} has no setting ${name}; did you mean "${close}"?`);
  }
}
