import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HandlerStack } from '../../src/index.ts';
import { root } from '../architecture/imports.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const plain = readme.replaceAll(/\s+/g, ' ');

/** Cells of the first row of a page's table that begins with `name`. */
function row(page: string, name: string): string[] {
  const line = read(page)
    .split('\n')
    .find((one) => one.startsWith(`| ${name} `));
  return (line ?? '').split('|').map((cell) => cell.trim());
}

const column = (page: string, name: string, at: number) => row(page, name)[at] ?? 'not there';
const between = (page: string, begin: string, end: string) => read(page).split(begin)[1]?.split(end)[0] ?? '';
const [, requests, unsettled] = /requests (\d+), settled \d+, unsettled (\d+)/.exec(read('docs/soak.md')) ?? [];
const [, connections] = /leaked connections (\d+)/.exec(read('docs/soak.md')) ?? [];
const cases = between('docs/websocket.md', '## Conformance', '\n## ').matchAll(/^\| \d+ \|(.+)\|$/gm);
const autobahn = [...cases].map(([, cells = '']) => cells.split('|').map((cell) => Number(cell)));
const sum = (at: number) => autobahn.reduce((total, cells) => total + (cells[at] ?? Number.NaN), 0);
const advisories = between('docs/security.md', '<!-- advisories -->', '<!-- end').match(/^\| (?!id )\S/gm) ?? [];
const guards = between('docs/security.md', '<!-- mutations -->', '<!-- end').match(/\| yes \|$/gm) ?? [];

describe('a figure of README.md', () => {
  it.each([
    ['the layers', `${HandlerStack.create().names.length} layers`],
    ['the speed', `takes ${column('docs/performance.md', 'sluice', 3)} of the processor time of \`undici.request\``],
    ['the speed of axios', `axios takes ${column('docs/performance.md', 'axios', 3)},`],
    ['the speed of fetch', `built-in fetch ${column('docs/performance.md', 'built-in fetch', 3)},`],
    ['the speed of got', `got ${column('docs/performance.md', 'got', 3)},`],
    ['the speed of ky', `ky ${column('docs/performance.md', 'ky', 3)} (`],
    ['the soak', `${requests} requests`],
    ['what the soak left', `${unsettled} unsettled, ${connections} connections leaked`],
    ['the advisories', `${advisories.length} published flaws`],
    ['the guards', `and ${guards.length} guards`],
    ['the cases of Autobahn', `${sum(1)} cases of Autobahn's`],
    ['those that fail', `[${sum(5)} fail](docs/websocket.md#conformance)`],
  ])('is what a page states: %s', (_, words) => {
    expect(plain).toContain(words);
  });

  it('stands on two screens', () => {
    expect(readme.split('\n').length).toBeLessThan(100);
  });

  it('shows the layers in their order', () => {
    const drawn = [...(readme.split('## The stack')[1] ?? '').matchAll(/^ ([a-z]\w+) {2,}\w/gim)].map(
      ([, name]) => name,
    );
    expect(drawn).toEqual([...HandlerStack.create().names]);
  });
});
