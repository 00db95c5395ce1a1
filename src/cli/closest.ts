/** The known word that a mistyped one was probably meant to be. */

import { editDistance } from '../runtime/edit-distance.ts';

/** Letters of it that may be wrong: one of a short word, two of a longer one. */
function mostMistakes(word: string): number {
  return word.length < 4 ? 1 : 2;
}

/** `undefined` when none is near. */
export function closest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = mostMistakes(word) + 1;
  for (const one of known) {
    if (Math.abs(one.length - word.length) >= least) continue;
    const found = editDistance(word.toLowerCase(), one);
    if (found < least) [best, least] = [one, found];
  }
  // A word that was cut short: `--out` of `--output`.
  return best ?? (word.length > 2 ? known.find((one) => one.startsWith(word)) : undefined);
}
