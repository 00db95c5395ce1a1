/** Reads the settings of layers and makers: each mistake is a `TypeError` that says what was found and what there is. */
import { kindOf } from '../runtime/kind-of.ts';
import { bareRecord } from './option-record.ts';

/** A copy with nothing inherited. @throws TypeError for what is no record, or has a name that there is not */
export function settingsOf<T extends object>(maker: string, given: T, known: readonly (keyof T & string)[]): T {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${maker} takes { ${known.join(', ')} }, got ${kindOf(given)}`);
  }
  const unknown = Object.keys(given).find((name) => !(known as readonly string[]).includes(name));
  if (unknown === undefined) return bareRecord(given);
  throw new TypeError(`${maker} has no setting ${unknown}; there are ${known.join(', ')}`);
}
