/** The known word that a mistyped one was probably meant to be. */

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
    const found = mistakes(word.toLowerCase(), one);
    if (found < least) [best, least] = [one, found];
  }
  // A word that was cut short: `--out` of `--output`.
  return best ?? (word.length > 2 ? known.find((one) => one.startsWith(word)) : undefined);
}

/** Letters that are missing, too many, wrong, or in the place of their neighbour (optimal string alignment). */
function mistakes(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change, swap));
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
