import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageOfCards } from '../../scripts/option-cards.ts';
import { optionNames } from '../../src/options/option-rules.ts';
import { root } from '../architecture/imports.ts';

const page = readFileSync(join(root, 'docs/request-options.md'), 'utf8');
/** Name to text, in the order of the page. */
const cards = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((card) => [/^`(\w+)`\n/.exec(card)?.[1] ?? card.slice(0, 40), card.split(/^## /m)[0] ?? ''] as const),
);

describe('docs/request-options.md', () => {
  it('has a card for every option and no other', () => {
    expect([...cards.keys()].sort()).toEqual([...optionNames].sort());
  });

  it('says what the types say: npm run docs:cards -- --update writes it', () => {
    expect(pageOfCards(page)).toBe(page);
  });

  it('refuses text for an option that the types do not have', () => {
    const other = page.replace('### `timeout`', '### `timeLimit`');
    expect(() => pageOfCards(other)).toThrow('docs/request-options.md has text for "timeLimit"');
  });

  it('lists every card in its table of contents', () => {
    const listed = [...page.matchAll(/\[`(\w+)`\]\(#(\w+)\)/g)].map(([, name, anchor]) => [name, anchor]);
    expect(listed).toEqual([...cards.keys()].map((name) => [name, name.toLowerCase()]));
  });

  it.each(optionNames)('says type, default, reader and example of %s', (name) => {
    const card = cards.get(name) ?? '';
    for (const part of ['- **Type:** ', '- **Default:** ', '- **Read by:** ', '```ts\n']) expect(card).toContain(part);
  });
});
