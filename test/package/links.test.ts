/** The pages of the package as whoever installs it reads them: a link to a file leads to one that is packed. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { root } from '../architecture/imports.ts';

/** The file list of the tarball. */
function packed(): string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const text = execFileSync('npm', args, { cwd: root, encoding: 'utf8' });
  return (JSON.parse(text) as { files: { path: string }[] }[])[0]!.files.map(({ path }) => path);
}

/** Where the links and images of a page lead, without those to other hosts and to places on the page itself. */
function relativeLinks(markdown: string): string[] {
  const html = new Marked().parse(markdown, { async: false });
  const targets = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, target = '']) =>
    target.replace(/[?#].*/s, ''),
  );
  return targets.filter((target) => target !== '' && !/^(?:[a-z]+:|\/\/)/i.test(target));
}

/** Links of the files at `paths` that lead to none of them. */
function dead(paths: readonly string[], read: (path: string) => string): string[] {
  const files = new Set(paths);
  return paths
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => relativeLinks(read(path)).map((target) => ({ path, target })))
    .filter(({ path, target }) => !files.has(posix.join(posix.dirname(path), decodeURIComponent(target))))
    .map(({ path, target }) => `${path}: ${target}`);
}

describe('the pages of the package', () => {
  const paths = packed();

  it('are those of docs, recipes and other clients among them', () => {
    expect(paths).toEqual(
      expect.arrayContaining(['README.md', 'docs/quickstart.md', 'docs/recipes/hooks.md', 'docs/coming-from/axios.md']),
    );
  });

  it('have no relative link to a file that is not packed', () => {
    expect(dead(paths, (path) => readFileSync(join(root, path), 'utf8'))).toEqual([]);
  });

  it('are told when they have one', () => {
    const page =
      '[a](b.md#c) [gone](../gone.md) ![d](e.png) [far](https://a.example/) `[no](link.md)` <img src="f.svg">';
    expect(dead(['docs/a.md', 'docs/b.md'], (path) => (path === 'docs/a.md' ? page : ''))).toEqual([
      'docs/a.md: ../gone.md',
      'docs/a.md: e.png',
      'docs/a.md: f.svg',
    ]);
  });
});
