import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HANDED_ON, handsOn } from '../../src/handlers/fetch/native-options.ts';
import { root } from '../architecture/imports.ts';
import { runtimeSkips } from '../contract/skips.ts';

const page = readFileSync(join(root, 'docs/runtimes.md'), 'utf8');

/** The cells of the tables' lines in one section. */
function rowsOf(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| ') || line.startsWith('|-'));
  return lines.slice(2).map((line) => line.slice(2, -2).split(' | '));
}

describe('docs/runtimes.md', () => {
  it('lists every condition of the exports with its file', () => {
    const exported = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports['.'] as Record<
      string,
      { import?: { default: string }; default?: string }
    >;
    const listed = rowsOf('Where it runs').flatMap(([, conditions = '', file = '']) =>
      [...conditions.matchAll(/`([^`]+)`/g)].map(([, name]) => [name, `./${file.replaceAll('`', '')}`]),
    );
    const real = Object.entries(exported).map(([name, entry]) => [name, entry.import?.default ?? entry.default]);
    expect(listed.filter(([name]) => name !== 'require').sort()).toEqual(
      real.filter(([name]) => name !== 'require').sort(),
    );
  });

  it('lists what the contract leaves out in another runtime, with the reason', () => {
    const real = Object.entries(runtimeSkips).flatMap(([runtime, handlers]) =>
      Object.entries(handlers ?? {}).flatMap(([handler, skips]) =>
        Object.entries(skips).map(([test, reason]) => `${runtime} | ${handler} | ${reason} | ${test}`),
      ),
    );
    const listed = rowsOf('What the contract leaves out').flatMap(([runtime, handler, reason, tests = '']) =>
      tests.split('; ').map((test) => `${runtime} | ${handler} | ${reason} | ${test}`),
    );
    expect(listed.sort()).toEqual(real.sort());
  });

  it('names options that a fetch of its own takes and no other', () => {
    const named = rowsOf("Options that Bun's and Deno's fetch take").flatMap(([options = '']) =>
      [...options.matchAll(/`(\w+)/g)].map(([, name]) => name!),
    );
    expect([...new Set(named)].filter((name) => !['no', 'servername'].includes(name)).sort()).toEqual(
      [...HANDED_ON.bun, ...HANDED_ON.deno].filter((name, i, all) => all.indexOf(name) === i).sort(),
    );
    expect(handsOn('proxy', { proxy: 'http://p.test' })).toBe(false);
  });
});
