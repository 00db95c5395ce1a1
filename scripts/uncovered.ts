/**
 * Writes the tables of docs/coverage.md from what `npm run coverage` counted: the figures of each folder, and every line
 * with a branch that no test took. Reasons stand in the page itself and are carried over by file and text of the line; lines
 * have no number there, because numbers move. Ends with 1 while a line has no reason.
 *
 * `npx tsx scripts/uncovered.ts [coverage/coverage-final.json]`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type FileCoverage, type Miss, missesOf, tally } from './branch-coverage.ts';
import { COUNTED } from './counted-folders.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = `${root}docs/coverage.md`;
const [BEGIN, END] = ['<!-- made by scripts/uncovered.ts -->', '<!-- end -->'];
const NO_REASON = '**no reason yet**';

const counted: Record<string, FileCoverage> = JSON.parse(
  readFileSync(process.argv[2] ?? `${root}coverage/coverage-final.json`, 'utf8'),
);
const files = Object.values(counted)
  .map((coverage) => ({ name: coverage.path.slice(root.length), coverage }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
const text = readFileSync(page, 'utf8');
const [before, old, after] = cut(text);
const reasons = readReasons(old);

const sections = files.flatMap(({ name, coverage }) => {
  const misses = missesOf(coverage, readFileSync(`${root}${name}`, 'utf8'));
  return misses.length === 0 ? [] : [`### \`${name}\`\n\n${table(name, misses)}`];
});
const day = new Date().toISOString().slice(0, 10);
writeFileSync(
  page,
  `${before}${BEGIN}\nCounted on ${day}.\n\n${figures()}\n\n${sections.join('\n\n')}\n${END}${after}`,
);
const open = sections.join('\n').split(NO_REASON).length - 1;
console.log(`${figures()}\n\n${open} lines without a reason`);
process.exitCode = open === 0 ? 0 : 1;

function figures(): string {
  const rows = COUNTED.map((folder) => {
    const of = tally(files.filter(({ name }) => name.startsWith(`${folder}/`)).map(({ coverage }) => coverage));
    return `| \`${folder}\` | ${of.branches} | ${of.statements} | ${of.functions} |`;
  });
  return ['| folder | branches | statements | functions |', '|---|---|---|---|', ...rows].join('\n');
}

function table(name: string, misses: readonly Miss[]): string {
  const rows = misses.map(({ source, what }) => {
    const code = `\`${source.replaceAll('|', '\\|')}\``.replace(/^`(.*`.*)`$/s, '`` $1 ``');
    // Lines of one text have their reasons in the order of the file; the last is for those that follow.
    const known = reasons.get(`${name} ${code}`) ?? [];
    const reason = (known.length > 1 ? known.shift() : known[0]) ?? NO_REASON;
    return `| ${code} | ${what.join('; ')} | ${reason} |`;
  });
  return ['| text | no test takes | why |', '|---|---|---|', ...new Set(rows)].join('\n');
}

function readReasons(tables: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let name = '';
  for (const line of tables.split('\n')) {
    name = /^### `(.*)`$/.exec(line)?.[1] ?? name;
    const [, code, reason] = /^\| (`.*`) \| .*? \| (.*) \|$/.exec(line) ?? [];
    if (code === undefined || reason === undefined || reason === NO_REASON) continue;
    const key = `${name} ${code}`;
    found.set(key, [...(found.get(key) ?? []), reason]);
  }
  return found;
}

function cut(whole: string): [string, string, string] {
  const [begin, end] = [whole.indexOf(BEGIN), whole.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/coverage.md must have ${BEGIN} and ${END}`);
  return [whole.slice(0, begin), whole.slice(begin, end), whole.slice(end + END.length)];
}
