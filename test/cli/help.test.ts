import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { helpText } from '../../src/cli/help.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const optionsOf = (text: string) => [...new Set(text.match(/(?<![\w-])--[a-z][a-z-]*/g))].sort();

describe('the help', () => {
  it('names the options that the documentation names', () => {
    const general = ['--help'];
    expect(optionsOf(page).filter((name) => !general.includes(name))).toEqual(optionsOf(helpText(undefined)));
  });

  it.each(['request', 'download', 'crawl', 'report', 'serve'])('fits a terminal: %s', (topic) => {
    for (const line of helpText(topic).split('\n')) expect(line.length).toBeLessThanOrEqual(92);
  });
});
