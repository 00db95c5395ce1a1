/**
 * The cards of docs/request-options.md, made of the docstrings of `RequestOptions`: `npm run docs:cards` compares, and
 * with `--update` writes. A card's heading, its first paragraph, its facts and the table of its settings come from the
 * types; what stands below them on the page, and above the contents, is kept by hand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OptionFacts, type OptionTheme, optionThemes } from './option-facts.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const CARDS_PAGE = 'docs/request-options.md';

const CONTENTS = '<!-- contents: made of the types, as the head of each card is (npm run docs:cards) -->';
const END = '<!-- end -->';

/** The page as the types want it: what is kept by hand is taken from the page as it is. */
export function pageOfCards(page: string, themes: readonly OptionTheme[] = optionThemes()): string {
  const begin = page.indexOf('<!-- contents');
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${CARDS_PAGE} must have ${CONTENTS} and ${END}`);
  const kept = keptByHand(page.slice(end));
  const known = new Set(themes.flatMap(({ title, options }) => [title, ...options.map(({ name }) => name)]));
  const orphans = [...kept].filter(([name, text]) => !known.has(name) && text !== '').map(([name]) => name);
  if (orphans.length > 0) {
    const names = orphans.map((name) => `"${name}"`).join(', ');
    throw new Error(
      `${CARDS_PAGE} has text for ${names}, which the types of src/options do not have: rename or remove it`,
    );
  }
  const parts = [page.slice(0, begin) + contents(themes), ...themes.flatMap((theme) => sections(theme, kept))];
  return `${parts.join('\n\n')}\n`;
}

function contents(themes: readonly OptionTheme[]): string {
  const lines = themes.map(({ title, options }) => {
    const links = options.map(({ name }) => `[\`${name}\`](#${name.toLowerCase()})`);
    return wrapped([`- **${title}:**`, ...links], '  ');
  });
  return [CONTENTS, ...lines, END].join('\n');
}

function sections({ title, options }: OptionTheme, kept: ReadonlyMap<string, string>): string[] {
  const cards = options.flatMap((facts) => [head(facts), kept.get(facts.name) ?? '']);
  return [`## ${title}`, kept.get(title) ?? '', ...cards].filter((part) => part !== '');
}

function head({ name, summary, takes, fallback, readBy, settings }: OptionFacts): string {
  const facts = [
    wrapped(['- **Type:**', ...takes.split(' ')], '  '),
    wrapped(['- **Default:**', ...fallback.split(' ')], '  '),
    wrapped(['- **Read by:**', ...readBy.split(' ')], '  '),
  ];
  const rows = settings.map((one) => `| \`${one.name}\` | ${one.fallback || 'none'} | ${one.summary} |`);
  const table = rows.length === 0 ? [] : [['| setting | default | |', '|---|---|---|', ...rows].join('\n')];
  return [`### \`${name}\``, wrapped(summary.split(' '), ''), facts.join('\n'), ...table].join('\n\n');
}

/** Of each heading the text that no generator makes: below a theme's title, and below the facts of a card. */
function keptByHand(text: string): Map<string, string> {
  const found = text.split(/^(?=##+ )/m).slice(1);
  return new Map(
    found.map((part) => {
      const [, name = ''] = /^##+ `?([^`\n]+)`?\n/.exec(part) ?? [];
      const body = part.slice(part.indexOf('\n')).trim();
      const facts = /^- \*\*Read by:\*\*.*(\n {2}.*)*/m.exec(body);
      const below = facts === null ? body : body.slice(facts.index + facts[0].length).trim();
      return [name, below.replace(/^\| setting \|.*(\n\|.*)*/, '').trim()];
    }),
  );
}

/** Words in lines of at most 120 columns. */
function wrapped(words: readonly string[], indent: string): string {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > 120) lines.push(indent + word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(root, CARDS_PAGE);
  const page = readFileSync(file, 'utf8');
  const wanted = pageOfCards(page);
  if (page === wanted) console.log(`${CARDS_PAGE} is what the types say`);
  else if (process.argv.includes('--update')) {
    writeFileSync(file, wanted);
    console.log(`${CARDS_PAGE} is written`);
  } else {
    console.error(`${CARDS_PAGE} is not what the types of src/options say: npm run docs:cards -- --update`);
    process.exitCode = 1;
  }
}
