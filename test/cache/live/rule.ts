/** A rule of RFC 9111 and its kin as a play (`world.ts`): what a cache must do, and what it is for. */
import { at } from '../cached.ts';
import type { Fields, Given, Outcome, Step } from './world.ts';

export interface Rule {
  readonly section: string;
  /** `must`: the rules demand it. `may`: they allow it, and a cache is there for it. */
  readonly level: 'must' | 'may';
  readonly what: string;
  /** In one mode alone. */
  readonly only?: 'private' | 'shared';
  readonly steps: readonly Step[];
}

export type Level = Rule['level'];
export const cc = (value: string | readonly string[], more: Fields = {}): Fields => ({
  'Cache-Control': value,
  ...more,
});
export const rule = (section: string, level: Level, what: string, ...steps: Step[]): Rule => ({
  section,
  level,
  what,
  steps,
});
export const inMode = (only: 'private' | 'shared', one: Rule): Rule => ({ ...one, only });

/** A GET, and another one 3 seconds later: whether the second is answered from the store. */
export function again(section: string, what: string, head: Given['head'], is: Outcome, given: Given = {}): Rule {
  const level = is === 'hit' ? 'may' : 'must';
  return rule(section, level, what, { given: { ...given, head: head ?? {} } }, { after: 3, is });
}

export const long = 'max-age=3600';
export const LM = at(-864_000);
