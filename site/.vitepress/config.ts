/** The site: what it is called, how its pages are found, and how they are searched. Nothing it shows comes from elsewhere. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { groupsOf } from '../navigation.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { version, repository } = JSON.parse(readFileSync(file('../../package.json'), 'utf8')) as {
  version: string;
  repository: { url: string };
};

function pageLink(page: string): string {
  return `/${page.replace(/\.md$/, '').replace(/(^|\/)README$/, '$1')}`;
}

/** The reference's own groups, one for each entry of the package, as its generator wrote them. */
function referenceItems(): DefaultTheme.SidebarItem[] {
  const made = file('../.pages/reference/sidebar.json');
  return existsSync(made) ? (JSON.parse(readFileSync(made, 'utf8')) as DefaultTheme.SidebarItem[]) : [];
}

const groups: DefaultTheme.SidebarItem[] = groupsOf(readFileSync(file('../../docs/README.md'), 'utf8')).map(
  ({ title, pages }) => ({ text: title, items: pages.map((one) => ({ text: one.title, link: pageLink(one.page) })) }),
);

/** A heading's fragment as code hosts make it: the links of the pages hold in both places. */
function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

export default defineConfig({
  title: 'sluice',
  description: 'An HTTP client for TypeScript: a stack of named layers around a handler chosen at run time.',
  lang: 'en',
  srcDir: '.pages',
  cleanUrls: false,
  metaChunk: true,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }]],
  markdown: { anchor: { slugify }, theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  vite: { publicDir: file('../public'), build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Quickstart', link: '/quickstart' },
      { text: 'Options', link: '/request-options' },
      { text: 'Errors', link: '/errors' },
      { text: 'API', link: '/reference/' },
      { text: version, link: '/changelog' },
    ],
    sidebar: {
      '/reference/': referenceItems(),
      '/': [...groups, { text: 'Exports', items: [{ text: 'API reference', link: '/reference/' }] }],
    },
    outline: { level: [2, 3] },
    socialLinks: [{ icon: 'github', link: repository.url.replace(/^git\+/, '').replace(/\.git$/, '') }],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          options: {
            // `headersTimeout` and `ERR_TIMEOUT_READ` are found whole and by each of their words.
            tokenize: (text: string) =>
              text
                .split(/[^\p{L}\p{N}_]+/u)
                .flatMap((word) => [word, ...word.split(/_|(?<=[a-z0-9])(?=[A-Z])/)])
                .filter((word) => word !== ''),
          },
          searchOptions: {
            // What is asked for counts whole: of a long name its words alone would find half the site.
            tokenize: (text: string) => text.split(/[^\p{L}\p{N}_]+/u).filter((word) => word !== ''),
            combineWith: 'AND',
            fuzzy: (word: string) => (word.includes('_') || word.length < 5 ? false : 0.2),
            prefix: true,
            boost: { title: 6, text: 2, titles: 1 },
            // A name that has a heading of its own: there first, the card of an option before all, then the page of an export. A
            // member of many classes (`json`, `body`) has as many headings in the reference, which come behind the pages.
            boostDocument: (id: string, term: string) => {
              const heading = id.slice(id.indexOf('#') + 1).toLowerCase();
              const name = term.toLowerCase();
              const isReference = /\/reference\//.test(id);
              if (
                isReference &&
                heading.replace(/^(?:class|function|interface|type-alias|variable)-/, '-') === `-${name}`
              )
                return 20;
              const weight = isReference ? 0.2 : /\/request-options\b/.test(id) ? 2 : 1;
              return heading === name ? 20 * weight : weight;
            },
          },
        },
      },
    },
  },
});
