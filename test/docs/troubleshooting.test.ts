/** What to do about an error stands under its code, for each code; what it means stands in docs/errors.md alone. `UPDATE=1` brings that over. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';
import { exists, spans } from './names.ts';

const path = join(root, 'docs/troubleshooting.md');
/** What `docs/errors.md` says of a code: its last cell but that of the option. */
const meanings = new Map(
  [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `(ERR_[A-Z_]+)` \| (.+) \|$/gm)].map(
    ([, code = '', cells = '']) => {
      const [first = '', second = ''] = cells.split(' | ');
      const isClass = /^`\w+Error`/.test(first);
      return [code, code.startsWith('ERR_TIMEOUT_') ? `it took too long: ${first}` : isClass ? second : first] as const;
    },
  ),
);

const SECTION =
  /^### (ERR_[A-Z_]+)\n\n> (.*)\n\n- \*\*Usual causes:\*\* (.+)\n- \*\*What to do:\*\* (.+)\n- \*\*Options:\*\* (.+)$/gm;

if (process.env['UPDATE']) {
  const renewed = readFileSync(path, 'utf8').replaceAll(
    /^(### (ERR_[A-Z_]+)\n\n> ).*$/gm,
    (line, head: string, code: string) => (meanings.has(code) ? head + meanings.get(code) : line),
  );
  writeFileSync(path, renewed);
}

const text = readFileSync(path, 'utf8');
const sections = [...text.matchAll(SECTION)].map(([, code = '', meaning = '', , , options = '']) => ({
  code,
  meaning,
  options,
}));

describe('docs/troubleshooting.md', () => {
  it('has a section for each code, in the order of docs/errors.md, and for no other', () => {
    const wanted = [...meanings.keys(), 'ERR_TRANSFER'];
    const missing = wanted.filter((code) => !sections.some((section) => section.code === code));
    expect(missing, 'docs/troubleshooting.md lacks a section, or one of its four lines').toEqual([]);
    expect(sections.map(({ code }) => code)).toEqual(wanted);
    expect(text.match(/^### ERR_/gm)?.length).toBe(wanted.length);
  });

  it.each(sections)('says of $code what docs/errors.md says', ({ code, meaning }) => {
    expect(meaning, 'UPDATE=1 brings the sentence over').toBe(meanings.get(code) ?? meaning);
    expect(meaning).not.toBe('');
  });

  it.each(sections)('names options that there are, with $code', ({ options }) => {
    const names = spans(options);
    expect(names.filter((name) => !exists(name))).toEqual([]);
    expect(names.length > 0 || options === 'none').toBe(true);
  });

  it('leads to each of its sections from the top', () => {
    const [index = ''] = text.split('\n## ');
    expect(sections.filter(({ code }) => !index.includes(`(#${code.toLowerCase()})`))).toEqual([]);
  });
});
