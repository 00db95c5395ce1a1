import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';

const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
const [used = '', left = ''] = page.split('## Looked at and left out');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const names = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);

it('has a row for each runtime dependency and for no other', () => {
  expect(names(used).sort()).toEqual(Object.keys(dependencies).sort());
});

it('fills every cell', () => {
  const cells = [...used.matchAll(/^\| `.*$/gm)].map(([row]) => row.slice(1, -1).split('|'));
  expect(cells.filter((row) => row.length !== 7 || row.some((cell) => cell.trim() === ''))).toEqual([]);
});

it('names nothing as left out that is used', () => {
  expect(names(left).filter((name) => name in dependencies)).toEqual([]);
});
