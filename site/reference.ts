/**
 * The reference of every export, made by typedoc from the types and their docstrings into site/.pages/reference: a page
 * for each export, one folder for each entry of the package.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES, ROOT } from './gather.ts';

const REFERENCE = join(PAGES, 'reference');

export function makeReference(): void {
  rmSync(REFERENCE, { recursive: true, force: true });
  mkdirSync(PAGES, { recursive: true });
  const typedoc = join(ROOT, 'site/node_modules/.bin/typedoc');
  const { status } = spawnSync(typedoc, ['--options', join(ROOT, 'site/typedoc.json')], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`the reference was not made: typedoc ended with ${status}`);
  writeFileSync(join(REFERENCE, 'sidebar.json'), JSON.stringify(sidebar()));
}
