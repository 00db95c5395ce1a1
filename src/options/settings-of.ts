/** Reads the settings of layers and makers: each mistake is a `TypeError` that says what was found and what there is. */
import { kindOf } from '../runtime/kind-of.ts';
import { closeTo } from './edit-distance.ts';
import { bareRecord } from './option-record.ts';

/** A copy with nothing inherited. @throws TypeError for anything but a record, and for an unknown name */
export function settingsOf<T extends object>(maker: string, given: T, known: readonly (keyof T & string)[]): T {
  const takes = known.length === 0 ? 'no settings' : `{ ${known.join(', ')} }`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${maker} takes ${takes}, got ${kindOf(given)}`);
  }
  const unknown = Object.keys(given).find((name) => !(known as readonly string[]).includes(name));
  if (unknown === undefined) return bareRecord(given);
  const close = closeTo(unknown, known);
  const hint = close === undefined ? '' : `; did you mean "${close}"?`;
  const all = known.length === 0 ? 'it takes none' : `there are ${known.join(', ')}`;
  throw new TypeError(`${maker} has no setting ${unknown.slice(0, 60)}; ${all}${hint}`);
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
