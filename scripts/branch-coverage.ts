/** Reads what was counted for one file (Istanbul's format): the branches that were never taken, in words. Pure. */

interface Place {
  readonly line: number;
  readonly column: number | null;
}

interface Range {
  readonly start: Place;
  readonly end: Place;
}

interface Branch {
  readonly type: string;
  readonly loc: Range;
  readonly locations: readonly Range[];
}

/** One file of coverage-final.json. Lines count from 1, columns from 0. */
export interface FileCoverage {
  readonly path: string;
  readonly branchMap: Readonly<Record<string, Branch>>;
  readonly fnMap: Readonly<Record<string, { readonly name: string; readonly loc: Range }>>;
  /** How often each was taken, run or called. */
  readonly b: Readonly<Record<string, readonly number[]>>;
  readonly s: Readonly<Record<string, number>>;
  readonly f: Readonly<Record<string, number>>;
}

/** A line with something that no test took. */
export interface Miss {
  readonly line: number;
  /** Without the white space around it. */
  readonly source: string;
  readonly what: readonly string[];
}

/** The branches and functions that were never taken, by line. */
export function missesOf(coverage: FileCoverage, source: string): Miss[] {
  const lines = source.split('\n');
  const byLine = new Map<number, string[]>();
  const note = (line: number, what: string) => {
    const found = byLine.get(line) ?? [];
    if (!found.includes(what)) byLine.set(line, [...found, what]);
  };
  for (const [id, branch] of Object.entries(coverage.branchMap)) {
    for (const [index, count] of coverage.b[id]!.entries()) {
      if (count > 0) continue;
      const side = branch.locations[index]!;
      const line = branch.type === 'binary-expr' || branch.type === 'switch' ? side.start.line : branch.loc.start.line;
      note(line ?? branch.loc.start.line, inWords(branch, index, lines));
    }
  }
  for (const [id, { name, loc }] of Object.entries(coverage.fnMap)) {
    // Listeners and catches that only have to be there do nothing when they are called.
    if (coverage.f[id]! > 0 || /^(\(\) => )?undefined;?$/.test(textOf(loc, lines))) continue;
    note(loc.start.line, name.startsWith('(anonymous') ? 'the function of this line' : `the function \`${name}\``);
  }
  return [...byLine]
    .sort(([a], [b]) => a - b)
    .map(([line, what]) => ({ line, source: (lines[line - 1] ?? '').trim(), what }));
}

/** `taken of all (percent)` for each kind. */
export function tally(files: readonly FileCoverage[]): { branches: string; statements: string; functions: string } {
  const share = (counts: readonly number[]): string => {
    const taken = counts.filter((count) => count > 0).length;
    // Rounded down, as the thresholds read it.
    const percent = counts.length === 0 ? 100 : Math.floor((taken / counts.length) * 10_000) / 100;
    return `${taken} of ${counts.length} (${percent} %)`;
  };
  return {
    branches: share(files.flatMap(({ b }) => Object.values(b).flat())),
    statements: share(files.flatMap(({ s }) => Object.values(s))),
    functions: share(files.flatMap(({ f }) => Object.values(f))),
  };
}

function inWords({ type, locations }: Branch, index: number, lines: readonly string[]): string {
  if (type === 'if' || type === 'cond-expr') return index === 0 ? 'the condition true' : 'the condition false';
  if (type === 'default-arg') return 'the default of the parameter';
  return `\`${textOf(locations[index]!, lines).replaceAll('|', '\\|')}\``;
}

/** What stands there, on its first line. */
function textOf({ start, end }: Range, lines: readonly string[]): string {
  const line = lines[start.line - 1] ?? '';
  return line.slice(start.column ?? 0, end.line === start.line ? (end.column ?? undefined) : undefined).trim();
}
