/** What a function was given that it does not take: it would act on nothing, and is told instead. */
import { closeTo } from './edit-distance.ts';
import { kindOf } from './kind-of.ts';

/**
 * @param maker whose record it is, for the message
 * @param what its members are called there
 * @throws TypeError for anything but a record, and for an unknown name
 */
export function refuseUnknownNames(maker: string, given: unknown, known: readonly string[], what = 'setting'): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const takes = known.length === 0 ? 'no settings' : `{ ${known.join(', ')} }`;
    throw new TypeError(`${maker} takes ${takes}, got ${kindOf(given)}`);
  }
  for (const name of Object.keys(given)) if (!known.includes(name)) throw unknownName(maker, name, known, what);
}

function unknownName(maker: string, name: string, known: readonly string[], what: string): TypeError {
  const close = closeTo(name, known);
  const hint = close === undefined ? '' : `; did you mean "${close}"?`;
  const all = known.length === 0 ? 'it takes none' : `there are ${known.join(', ')}`;
  return new TypeError(`${maker} has no ${what} ${name.slice(0, 60)}; ${all}${hint}`);
}

/** @throws TypeError for more arguments than there are. @param who takes them, and what they are, in words */
export function refuseSurplus(given: ArrayLike<unknown>, taken: number, who: string): void {
  if (given.length > taken) throw new TypeError(`${who}, got ${given.length} argument${given.length === 1 ? '' : 's'}`);
}
