/**
 * The reference of every export, made by typedoc from the types and their docstrings into site/.pages/reference: a page
 * for each export, a folder for each entry of the package, and below each page the code of the documentation that shows it.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { examplesOf, type Shown, shownCode } from '../scripts/examples-of.ts';
import { allExports, type Export } from '../scripts/exports.ts';
import { PAGES, ROOT } from './gather.ts';

const REFERENCE = join(PAGES, 'reference');
const MOST_EXAMPLES = 3;
/** The folders that the generator makes of kinds, in the order in which they are shown. */
const KINDS = ['classes', 'functions', 'variables', 'interfaces', 'type-aliases', 'namespaces'];

export function makeReference(): void {
  rmSync(REFERENCE, { recursive: true, force: true });
  mkdirSync(PAGES, { recursive: true });
  const typedoc = join(ROOT, 'site/node_modules/.bin/typedoc');
  const { status } = spawnSync(typedoc, ['--options', join(ROOT, 'site/typedoc.json')], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`the reference was not made: typedoc ended with ${status}`);
  nameEntries();
  const all = allExports();
  const shown = shownCode();
  for (const one of all) showExamples(one, examplesOf(one, all, shown));
  const entries = [...new Set(all.map(({ entry }) => entry))];
  writeFileSync(join(REFERENCE, 'sidebar.json'), JSON.stringify(entries.map(entryGroup)));
  writeFileSync(join(REFERENCE, 'index.md'), indexOf(entries, all));
}

/** The way to a page begins with what one imports: `sluice/testing`, where the generator says `testing`, and `index`. */
function nameEntries(): void {
  const pages = readdirSync(REFERENCE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  for (const page of pages) {
    const text = readFileSync(join(REFERENCE, page), 'utf8');
    const named = text.replace(
      /^API reference \/ \[([^\]]+)\]/,
      (_, folder: string) => `API reference / [${entryOf(folder)}]`,
    );
    if (named !== text) writeFileSync(join(REFERENCE, page), named);
  }
}

function entryOf(folder: string): string {
  return folder === 'index' ? 'sluice' : `sluice/${folder}`;
}

/** `sluice/testing/matchers` has the folder `testing/matchers`, and `sluice` itself `index`. */
function folderOf(entry: string): string {
  return entry === 'sluice' ? 'index' : entry.slice('sluice/'.length);
}

function pageOf({ entry, name }: Export): string | undefined {
  const kind = KINDS.find((one) => existsSync(join(REFERENCE, folderOf(entry), one, `${name}.md`)));
  return kind && join(folderOf(entry), kind, `${name}.md`);
}

/** What the documentation shows of an export, at the end of its page. */
function showExamples(one: Export, found: readonly Shown[]): void {
  const page = pageOf(one);
  if (page === undefined || found.length === 0) return;
  const up = '../'.repeat(page.split('/').length);
  const parts = found.slice(0, MOST_EXAMPLES).map(({ page: from, heading, code }) => {
    const link = up + from.replace(/^docs\//, '').replace(/README\.md$/, 'index.md');
    return `From [${heading.replaceAll('`', '')}](${link}):\n\n\`\`\`ts\n${code}\`\`\`\n`;
  });
  appendFileSync(join(REFERENCE, page), `\n## In use\n\n${parts.join('\n')}`);
}

function entryGroup(entry: string): object {
  const items = KINDS.flatMap((kind) => {
    const folder = join(REFERENCE, folderOf(entry), kind);
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.md')) : [];
    return names.sort().map((name) => ({
      text: name.replace(/\.md$/, ''),
      link: `/reference/${folderOf(entry)}/${kind}/${name.replace(/\.md$/, '')}`,
    }));
  });
  return { text: entry, collapsed: entry !== 'sluice', items };
}

/** Every export in one list: its entry, its name, its first sentence. */
function indexOf(entries: readonly string[], all: readonly Export[]): string {
  const lists = entries.map((entry) => {
    const rows = all
      .filter((one) => one.entry === entry)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => `| ${linked(one)} | ${one.kind} | ${firstSentence(one.text)} |`);
    return [`## \`${entry}\``, '', '| | | |', '|---|---|---|', ...rows].join('\n');
  });
  const head = '# API reference\n\nEvery export of every entry, made from the types and their docstrings.';
  return `---\noutline: 2\n---\n\n${head}\n\n${lists.join('\n\n')}\n`;
}

function linked(one: Export): string {
  const page = pageOf(one);
  return page === undefined ? `\`${one.name}\`` : `[\`${one.name}\`](./${page})`;
}

function firstSentence(text: string): string {
  const [first = ''] = /^.*?[.:](?=\s|$)/s.exec(text) ?? [text];
  return first.replaceAll('\n', ' ').replace(/:$/, '.').replaceAll('|', '\\|');
}
