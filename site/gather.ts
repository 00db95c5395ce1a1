/** Collects what the site shows into site/.pages: the pages of docs/, and those of the repository's root. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageOf, ROOT_PAGES, relinked, repositoryOf } from './links.ts';
import { groupsOf, unlisted } from './navigation.ts';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));
export const PAGES = join(ROOT, 'site/.pages');

/** In the repository it says how to make the site; on the site it leads to what only the site has. */
const SITE_SENTENCE = /^`npm run docs`.*?\[reference of every export\]\([^)]*\)\.$/ms;

function shown(path: string, text: string): string {
  if (path !== 'docs/README.md') return text;
  if (!SITE_SENTENCE.test(text)) throw new Error('docs/README.md does not lead to the reference of every export');
  return text.replace(SITE_SENTENCE, 'The [reference of every export](./reference/index.md) is made from the types.');
}

/** Writes every page anew; what the reference has made stays. */
export function gather(): void {
  const files = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = files.filter((name) => name.endsWith('.md')).sort();
  const lost = unlisted(groupsOf(readFileSync(join(ROOT, 'docs/README.md'), 'utf8')), pages);
  if (lost.length > 0)
    throw new Error(`docs/README.md has no row for ${lost.map((page) => `docs/${page}`).join(', ')}`);
  for (const name of readdirSync(join(PAGES, '.'))) {
    if (name !== 'reference') rmSync(join(PAGES, name), { recursive: true });
  }
  const places = { root: ROOT, repository: repositoryOf(ROOT) };
  for (const path of [...pages.map((page) => `docs/${page}`), ...Object.keys(ROOT_PAGES)]) {
    const target = join(PAGES, pageOf(path)!);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, shown(path, relinked(path, readFileSync(join(ROOT, path), 'utf8'), places)));
  }
  for (const name of files.filter((file) => /\.(svg|png)$/.test(file)))
    cpSync(join(ROOT, 'docs', name), join(PAGES, name));
}
