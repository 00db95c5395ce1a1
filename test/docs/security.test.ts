/** `docs/security.md` is what is tested: its tables are written from the rows of the tests, and what it names is there. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutationTable, sectionOf, withSection } from '../../scripts/mutation-table.ts';
import { mutations } from '../../scripts/mutations.ts';
import { root } from '../architecture/imports.ts';
import { advisories, chapters } from '../security/advisories/index.ts';

const path = join(root, 'docs/security.md');
const HEAD = ['| id | client | what went wrong | rule here | the test shows |', '|---|---|---|---|---|'];

/** One row for each advisory; the rule is the part of the page that has it. */
function advisoryTable(): string {
  const rows = Object.entries(chapters).flatMap(([chapter, found]) =>
    found.map(({ id, client, flaw, test }) => {
      const cells = [id, client, flaw, `[${chapter}](#${chapter.toLowerCase()})`, test];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    }),
  );
  return [...HEAD, ...rows].join('\n');
}

describe('docs/security.md', () => {
  const written = readFileSync(path, 'utf8');
  if (process.env['UPDATE'] === '1') writeFileSync(path, withSection(written, 'advisories', advisoryTable()));
  const page = readFileSync(path, 'utf8');

  it('has the advisories that are tested and no other', () => {
    expect(sectionOf(page, 'advisories')).toBe(advisoryTable());
    expect(advisories.length).toBeGreaterThanOrEqual(60);
  });

  it('names each advisory as the databases do', () => {
    for (const { id } of advisories)
      expect(id).toMatch(/^(?:CVE-20\d\d-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})$/);
  });

  it('has the table of the mutations, all of which a test noticed', () => {
    const killed = mutations.map(() => true);
    expect(sectionOf(page, 'mutations')).toBe(mutationTable(mutations, killed));
    expect(mutations.length).toBeGreaterThanOrEqual(10);
  });

  it.each(mutations)('the rule "$rule" stands once in $file, and its test is there', ({ file, from, test }) => {
    expect(readFileSync(join(root, file), 'utf8').split(from)).toHaveLength(2);
    const [testFile, title] = test;
    const id = /^(.*):$/.exec(title)?.[1];
    if (id === undefined) expect(readFileSync(join(root, testFile), 'utf8')).toContain(title);
    else expect(advisories.map((row) => row.id)).toContain(id);
  });

  it('names files that are there, and a source and a test for each rule', () => {
    const named = [...page.matchAll(/`((?:src|test|scripts|docs)\/[\w./-]+\.ts)`/g)].map(([, file]) => file!);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    const rules = page.slice(page.indexOf('## The rules'), page.indexOf('## What is not covered'));
    const rows = rules.split('\n').filter((line) => /^\| (?!rule \|)/.test(line));
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) expect(row).toMatch(/\| `src\/[^|]*` \| `test\/[^|]*` \|$/);
  });

  it('has a part for each rule that an advisory names', () => {
    for (const chapter of Object.keys(chapters)) expect(page).toContain(`\n### ${chapter}\n`);
  });
});
