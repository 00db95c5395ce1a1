import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { allSkips } from './skips.ts';

const page = readFileSync(new URL('../../docs/handlers.md', import.meta.url), 'utf8');

it('documents every skip of the handler contract, and no other', () => {
  const section = page.split('## What a transport cannot do\n')[1]?.split(/^## /m)[0] ?? '';
  const rows = section.split('\n').filter((line) => /^\| (?!transport|---)/.test(line));
  expect(rows).toEqual(rowsOf(allSkips));
});

/** One row for each transport and reason. */
function rowsOf(skips: typeof allSkips): string[] {
  return Object.entries(skips).flatMap(([transport, ofTransport]) => {
    const reasons = [...new Set(Object.values(ofTransport))];
    return reasons.map((reason) => {
      const tests = Object.keys(ofTransport).filter((test) => ofTransport[test] === reason);
      return `| ${transport} | ${reason} | ${tests.join('; ')} |`;
    });
  });
}
