import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';

const numbered = (letter: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${letter}-${String(from + i).padStart(2, '0')}`);

/** Every capability that the founding documents ask for: Swoole's client, Saber, beacons; PSR-18; Lua. */
const pages: Readonly<Record<string, readonly string[]>> = {
  'from-swoole.md': [
    ...numbered('S', 1, 33),
    ...numbered('S', 40, 51),
    ...numbered('B', 1, 38),
    ...numbered('F', 1, 6),
  ],
  'psr-18.md': numbered('P', 1, 8),
  'from-lua.md': numbered('L', 1, 19),
};

interface Row {
  readonly name: string;
  readonly here: string;
  readonly proof: string;
}

function rowsOf(page: string): Row[] {
  const lines = readFileSync(join(root, 'docs', page), 'utf8').split('\n');
  return lines
    .filter((line) => line.startsWith('| ') && !line.includes('the test that shows it'))
    .map((line) => line.slice(2, -2).split(' | '))
    .filter(({ length }) => length > 2)
    .map((cells) => ({ name: cells[0]!, here: cells.at(-2)!, proof: cells.at(-1)! }));
}

const PROOF = /^`(test\/[^`]+)`: "(.+)"$/;

/** The whole of a literal in the file, whose quotes may be escaped there. */
function hasTitle(file: string, title: string): boolean {
  const text = readFileSync(join(root, file), 'utf8');
  return [title, title.replaceAll("'", "\\'")].some((one) => ["'", '"', '`'].some((q) => text.includes(q + one + q)));
}

describe.each(Object.entries(pages))('docs/%s', (page, ids) => {
  const rows = rowsOf(page);
  const kept = rows.filter(({ here }) => here !== 'no');

  it('has a row for every id, once, with a test', () => {
    expect(ids.filter((id) => kept.filter(({ name }) => name === id).length !== 1)).toEqual([]);
  });

  it.each(kept)('names tests that are there for $name', ({ proof }) => {
    for (const one of proof.split('; `').map((part, i) => (i === 0 ? part : `\`${part}`))) {
      const [, file = '', title = ''] = PROOF.exec(one) ?? [];
      expect(file !== '' && existsSync(join(root, file)), `the file of ${one}`).toBe(true);
      expect(hasTitle(file, title), `${file} has "${title}"`).toBe(true);
    }
  });

  it('says why not for the rest', () => {
    const refused = rows.filter(({ here }) => here === 'no');
    expect(refused.filter(({ proof }) => proof.length < 10)).toEqual([]);
  });
});

describe('the failures of docs/from-swoole.md', () => {
  const table = readFileSync(join(root, 'test/contract/failure-table.test.ts'), 'utf8');
  const expected = [
    ...table.matchAll(/what: '(.+)',\s+error: '(.+)',\s+code: '(.+)',(?:\s+fetchCode: .+,)?\s+errno: (.+),/g),
  ];

  it('are those of the table that is tested, with its classes, codes and numbers', () => {
    expect(expected).toHaveLength(table.match(/^ {4}what: /gm)!.length);
    const rows = new Map(rowsOf('from-swoole.md').map(({ name, here }) => [name, here]));
    for (const [, what = '', error, code, errno = ''] of expected) {
      const numbers = errno.replace(/[[\]]/g, '').replace(', ', ' or ');
      expect([what, rows.get(what)]).toEqual([what, `\`${error}\`, \`${code}\`, ${numbers}`]);
    }
  });
});
