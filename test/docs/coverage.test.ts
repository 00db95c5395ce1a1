import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FileCoverage, missesOf, tally } from '../../scripts/branch-coverage.ts';
import { root } from '../architecture/imports.ts';

describe('docs/coverage.md', () => {
  const page = readFileSync(join(root, 'docs/coverage.md'), 'utf8');

  /** Each file with the rows of its table. */
  const tables = page
    .split(/^### /m)
    .slice(1)
    .map((section) => ({
      file: /^`(.*)`$/m.exec(section)?.[1] ?? section.slice(0, 40),
      rows: [...section.matchAll(/^\| `.*$/gm)].map(([row]) => row),
    }));

  it('gives a reason for every line that it lists', () => {
    const rows = tables.flatMap((table) => table.rows);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => !/ \| [^|]*[a-z][^|]* \|$/.test(row) || row.includes('no reason yet'))).toEqual([]);
  });

  it('quotes lines that are in their files still, in the order of files', () => {
    const gone = tables.flatMap(({ file, rows }) => {
      const path = join(root, file);
      const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
      const there = new Set(lines.map((line) => line.trim()));
      const texts = rows.map((row) => /^\| (`+) ?(.*?) ?\1 \| /.exec(row)?.[2]?.replaceAll('\\|', '|') ?? row);
      return texts
        .filter((text) => !there.has(text))
        .map((text) => `docs/coverage.md: ${file} has no line ${text} any more: take its row out`);
    });
    expect(gone).toEqual([]);
    const files = tables.map(({ file }) => file);
    expect(files).toEqual([...new Set(files)].sort());
  });

  it('shows figures that the thresholds let pass', () => {
    const shares = [...page.matchAll(/^\| `src\/\w+` \| \d+ of \d+ \(([\d.]+) %\)/gm)].map(([, share]) =>
      Number(share),
    );
    expect(shares).toHaveLength(2);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(95);
  });
});

describe('what is read of a count', () => {
  const source = "if (a)\n  b(c ?? 'd');\ne.on('error', () => undefined);\nf(() => g());\n";
  const range = (line: number, from: number, to: number) => ({
    start: { line, column: from },
    end: { line, column: to },
  });
  const coverage: FileCoverage = {
    path: 'x.ts',
    branchMap: {
      0: { type: 'if', loc: range(1, 0, 6), locations: [range(1, 0, 6), range(1, 0, 6)] },
      1: { type: 'binary-expr', loc: range(2, 4, 12), locations: [range(2, 4, 5), range(2, 9, 12)] },
    },
    fnMap: { 0: { name: '(anonymous_0)', loc: range(3, 20, 29) }, 1: { name: '(anonymous_1)', loc: range(4, 8, 11) } },
    b: { 0: [3, 0], 1: [3, 0] },
    s: { 0: 3, 1: 0, 2: 1 },
    f: { 0: 0, 1: 0 },
  };

  it('is each line with something that no test took, and nothing about functions that do nothing', () => {
    expect(missesOf(coverage, source)).toEqual([
      { line: 1, source: 'if (a)', what: ['the condition false'] },
      { line: 2, source: "b(c ?? 'd');", what: ["`'d'`"] },
      { line: 4, source: 'f(() => g());', what: ['the function of this line'] },
    ]);
  });

  it('is a share of each kind, rounded down', () => {
    expect(tally([coverage])).toEqual({
      branches: '2 of 4 (50 %)',
      statements: '2 of 3 (66.66 %)',
      functions: '0 of 2 (0 %)',
    });
  });
});
