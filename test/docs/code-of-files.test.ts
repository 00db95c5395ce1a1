/** A page that shows a file shows it as it is. `UPDATE=1` makes the copies anew. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';
import { codeOf, copiesOf, renewed } from './code-of-files.ts';
import { pages } from './snippets.ts';

if (process.env['UPDATE']) for (const page of pages()) writeFileSync(join(root, page), renewed(page));

const copies = pages().flatMap(copiesOf);
const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(root, 'test', name), 'utf8'))
  .join('\n');

describe('code that a page has from a file', () => {
  it.each(copies)('at $name is that of $file', ({ file, part, code }) => {
    expect(code, 'npm run docs:code makes the copy anew').toBe(codeOf(file, part));
  });

  it.each([...new Set(copies.map(({ file }) => file))])('is run by a test: %s', (file) => {
    expect(new RegExp(`[/'"]${file}['"\`]`).test(tests), `no test names ${file}`).toBe(true);
  });

  it('is what each recipe has', () => {
    const recipes = pages().filter((page) => /^docs\/recipes\/(?!README)/.test(page));
    const bare = recipes.flatMap((page) => {
      const sections = readFileSync(join(root, page), 'utf8').split(/^## /m).slice(1);
      return sections
        .filter((section) => !section.includes('<!-- code: examples/'))
        .map((section) => `${page}: "${section.split('\n')[0]}" shows no file of examples/`);
    });
    expect(recipes.length).toBeGreaterThan(5);
    expect(bare).toEqual([]);
  });

  it('stands behind a mark that a fence follows', () => {
    const marks = pages().flatMap((page) => readFileSync(join(root, page), 'utf8').match(/^<!-- code: /gm) ?? []);
    expect(copies.length).toBe(marks.length);
  });
});
