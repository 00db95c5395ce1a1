/** The table of mutations, and parts of a page that are written by a program. */
import type { Mutation } from './mutations.ts';

/** One row for each, as Markdown. */
export function mutationTable(mutations: readonly Mutation[], killed: readonly boolean[]): string {
  const rows = mutations.map(({ rule, file, test }, i) => {
    const [testFile, title] = test;
    return `| ${rule} | \`${file}\` | \`${testFile}\`, "${title}" | ${killed[i] ? 'yes' : 'no'} |`;
  });
  return ['| rule that is taken out | in | test | fails then |', '|---|---|---|---|', ...rows].join('\n');
}

/** The page with this text between the marks of the section. @throws Error when the page has no such marks */
export function withSection(page: string, name: string, text: string): string {
  const [before, rest] = cut(page, `<!-- ${name} -->`, name);
  const [, after] = cut(rest, `<!-- end of ${name} -->`, name);
  return `${before}<!-- ${name} -->\n${text}\n<!-- end of ${name} -->${after}`;
}

/** What stands between the marks. */
export function sectionOf(page: string, name: string): string {
  const [, rest] = cut(page, `<!-- ${name} -->`, name);
  return cut(rest, `<!-- end of ${name} -->`, name)[0].trim();
}

function cut(text: string, mark: string, name: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`the page has no section "${name}": ${mark} is missing`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
