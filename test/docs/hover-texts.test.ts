import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, shownCode } from '../../scripts/examples-of.ts';
import { allExports, type Export } from '../../scripts/exports.ts';
import { root } from '../architecture/imports.ts';

const LEAST_MEMBERS = 0.9;
let all: readonly Export[];

/** As an editor shows it, with the place to write at. */
const named = ({ entry, name, place }: Export) => `${name} of ${entry}, ${place}`;
/** An error has no errors of its own; what it says is what it is. */
const canFail = ({ kind, name }: Export) => kind === 'function' || (kind === 'class' && !name.endsWith('Error'));

describe('hover texts', () => {
  beforeAll(() => {
    all = allExports();
  }, 120_000);

  it('say something of every export', () => {
    expect(all.length).toBeGreaterThan(250);
    expect(all.filter(({ isDocumented }) => !isDocumented).map(named)).toEqual([]);
  });

  it('say something of nine members in ten', () => {
    const members = all.flatMap((one) => one.members);
    const bare = members.filter(({ isDocumented }) => !isDocumented).map(({ name }) => name);
    expect(members.length).toBeGreaterThan(600);
    expect(bare.length / members.length, bare.join(', ')).toBeLessThan(1 - LEAST_MEMBERS);
  });

  it('say of every function and class what it fails with, or that it never does', () => {
    const silent = all.filter((one) => canFail(one) && !one.statesErrors);
    expect(silent.map(named)).toEqual([]);
  });

  it('have code in the documentation that shows the export, and that runs', () => {
    const shown = shownCode();
    const bare = all.filter((one) => examplesOf(one, all, shown).length === 0);
    expect(bare.map(named)).toEqual([]);
  });

  it('are of names that some page has', () => {
    const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
    const text = pages
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(join(root, 'docs', name), 'utf8'))
      .join('\n');
    const values = all.filter(({ kind }) => kind !== 'type');
    const lost = values.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(text));
    expect(lost.map((one) => `${named(one)}: no page of docs/ names it`)).toEqual([]);
  });

  it('name pages that are there', () => {
    const links = all.flatMap((one) => [...one.text.matchAll(/\bdocs\/[a-z-]+\.md\b/g)].map(([path]) => path));
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
