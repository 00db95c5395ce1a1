/** How far two words are apart, for the guess at what a mistyped name was meant to be. */

/** Letters that are missing, too many, wrong, or in the place of their neighbour (optimal string alignment). */
export function editDistance(a: string, b: string): number {
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

/** The name that a mistyped one was meant to be, if one is close enough. Guzzle's spelling, `max_pages`, is read too. */
export function closeTo(word: string, names: readonly string[]): string | undefined {
  const wanted = word.replace(/_/g, '').toLowerCase();
  return names.find((name) => editDistance(name.toLowerCase(), wanted) <= (name.length > 5 ? 2 : 1));
}
