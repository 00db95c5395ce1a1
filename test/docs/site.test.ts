import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT_PAGES, relinked, repositoryOf } from '../../site/links.ts';
import { groupsOf, unlisted } from '../../site/navigation.ts';
import { root } from '../architecture/imports.ts';

const names = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
const pages = names.filter((name) => name.endsWith('.md')).sort();
const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
const places = { root, repository: repositoryOf(root) };
const linked = (path: string, text: string) => relinked(path, text, places);

describe('docs/README.md', () => {
  it('has a row for every page', () => {
    expect(unlisted(groupsOf(index), pages).map((page) => `docs/${page}`)).toEqual([]);
  });

  it('has no row for a page that is not there', () => {
    const listed = groupsOf(index).flatMap((group) => group.pages.map(({ page }) => page));
    expect(listed.filter((page) => !pages.includes(page))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });
});

describe('a page of the site', () => {
  it.each([...pages.map((page) => `docs/${page}`), ...Object.keys(ROOT_PAGES)])(
    '%s has links to files only that are there',
    (path) => {
      expect(() => linked(path, readFileSync(join(root, path), 'utf8'))).not.toThrow();
    },
  );

  it.each([
    ['README.md', '[cli](docs/cli.md#crawl)', '[cli](./cli.md#crawl)'],
    ['README.md', '[`fetch`](docs/fetch.md) and `x`', '[`fetch`](./fetch.md) and `x`'],
    ['docs/cli.md', '[all](README.md)', '[all](./index.md)'],
    [
      'docs/coming-from/got.md',
      '[from](README.md), [errors](../errors.md#codes)',
      '[from](./index.md), [errors](./../errors.md#codes)',
    ],
    ['docs/security.md', '[report](../SECURITY.md)', '[report](./reporting.md)'],
    ['docs/performance.md', '[run](../bench/run.ts)', `[run](${places.repository}/bench/run.ts)`],
    [
      'docs/cli.md',
      '[there](https://example.com/a.md) [here](#crawl)',
      '[there](https://example.com/a.md) [here](#crawl)',
    ],
    ['docs/README.md', `[site](${places.repository}/CONTRIBUTING.md#the-site)`, '[site](./contributing.md#the-site)'],
    [
      'docs/cli.md',
      `![a](${places.repository}/docs/images/report-light.png?raw=true)`,
      '![a](./images/report-light.png)',
    ],
    ['docs/coming-from/ky.md', `[code](${places.repository}/examples)`, `[code](${places.repository}/examples)`],
    ['docs/cli.md', '`[not](a-link.md)`', '`[not](a-link.md)`'],
    ['docs/cli.md', '```\n[not](a-link.md)\n```', '```\n[not](a-link.md)\n```'],
  ])('of %s writes %j as %j', (path, text, expected) => {
    expect(linked(path, text)).toBe(expected);
  });

  it('names the page and the line of a link to no file', () => {
    expect(() => linked('docs/cli.md', 'a\n[b](gone.md)')).toThrow(
      'docs/cli.md:2: the link "gone.md" leads to no file',
    );
    expect(() => linked('docs/cli.md', `[b](${places.repository}/gone.md)`)).toThrow('leads to no file');
  });
});
