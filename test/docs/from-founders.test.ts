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
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const lines = [...text.matchAll(/^\| (.+) \| (.+?) \| (`test\/.+"|[^|]+) \|$/gm)];
  return lines
    .map(([, name = '', here = '', proof = '']) => ({ name: name.split(' | ')[0]!, here, proof }))
    .filter(({ proof }) => !proof.startsWith('the test'));
}

/** A title is a literal of the file, or the beginning of one; its quotes may be escaped there. */
function hasTitle(file: string, title: string): boolean {
  const text = readFileSync(join(root, file), 'utf8');
  return [title, title.replaceAll("'", "\\'")].some((one) => ["'", '"', '`'].some((q) => text.includes(q + one)));
}

describe.each(Object.entries(pages))('docs/%s', (page, ids) => {
  const rows = rowsOf(page);

  it('has a row for every id, once, with a test', () => {
    const found = rows.filter(({ here }) => here !== 'no').map(({ name }) => name);
    expect(ids.filter((id) => found.filter((name) => name === id).length !== 1)).toEqual([]);
  });

  it.each(rows.filter(({ here }) => here !== 'no'))('names a test that is there for $name', ({ proof }) => {
    const [, file = '', title = ''] = /^`(.+)`: "(.+)"$/.exec(proof) ?? [];
    expect(existsSync(join(root, file)), `${file} of ${proof}`).toBe(true);
    expect(hasTitle(file, title), `${file} has "${title}"`).toBe(true);
  });

  it('says why not for the rest', () => {
    const refused = rows.filter(({ here }) => here === 'no');
    expect(refused.filter(({ proof }) => proof.length < 10)).toEqual([]);
  });
});
