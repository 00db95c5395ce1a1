import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, sourceFiles } from '../architecture/imports.ts';

const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
const [used = '', peers = '', bundled = '', left = ''] = page.split(
  /^## (?:Optional peers|Bundled|Looked at and left out)$/m,
);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { dependencies, devDependencies, peerDependencies } = manifest as Record<
  'dependencies' | 'devDependencies' | 'peerDependencies',
  Record<string, string>
>;
const names = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);

/** The package of what is imported, which may be a file of it. */
const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

it('has a row for each runtime dependency and for no other', () => {
  expect(names(used).sort()).toEqual(Object.keys(dependencies).sort());
});

it('has a row for each peer, all of which are optional', () => {
  expect(names(peers).sort()).toEqual(Object.keys(peerDependencies).sort());
  const { peerDependenciesMeta } = manifest as { peerDependenciesMeta: Record<string, { optional: boolean }> };
  for (const name of Object.keys(peerDependencies)) expect(peerDependenciesMeta[name]).toEqual({ optional: true });
});

it('has a row for each package of development that the source imports', () => {
  const library = sourceFiles().filter(({ path }) => !path.startsWith('src/cli/'));
  const imported = library
    .flatMap(({ packages }) => packages.map(({ name }) => packageOf(name)))
    // It reads the source of the thread of `requestSync`, where there is no build.
    .filter((name) => name in devDependencies && !(name in peerDependencies) && name !== 'tsx');
  expect(names(bundled).sort()).toEqual([...new Set(imported)].sort());
});

it('fills every cell', () => {
  const cells = [...`${used}${peers}${bundled}`.matchAll(/^\| `.*$/gm)].map(([row]) => row.slice(1, -1).split('|'));
  expect(cells.filter((row) => row.length !== 7 || row.some((cell) => cell.trim() === ''))).toEqual([]);
});

it('names nothing as left out that is used', () => {
  expect(names(left).filter((name) => name in dependencies || names(bundled).includes(name))).toEqual([]);
});
