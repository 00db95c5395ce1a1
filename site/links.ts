/** Links of a page as the site needs them: those that lead out of docs/ go to other pages of the site or to the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** Files outside of docs/ that are pages of the site too. */
export const ROOT_PAGES: Readonly<Record<string, string>> = {
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'reporting.md',
  'README.md': 'readme.md',
};

export interface LinkPlaces {
  /** Where the repository is on this machine. */
  readonly root: string;
  /** Where its files are shown, without a slash at the end. */
  readonly repository: string;
}

/** Where the files of the repository at `root` are shown, as its package.json has it. */
export function repositoryOf(root: string): string {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    repository: { url: string };
  };
  return `${repository.url.replace(/^git\+/, '').replace(/\.git$/, '')}/blob/main`;
}

/** The page's name on the site, of a file's path in the repository; `undefined` for a file that is no page. */
export function pageOf(path: string): string | undefined {
  if (path.startsWith('docs/')) return path.slice('docs/'.length).replace(/(^|\/)README\.md$/, '$1index.md');
  return ROOT_PAGES[path];
}

/** The text of the file at `path`, with links that hold on the site. A link to a file that is not there is an error. */
export function relinked(path: string, text: string, places: LinkPlaces): string {
  const lines = text.split('\n');
  let isCode = false;
  return lines
    .map((line, i) => {
      if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
      if (isCode) return line;
      // A code span is passed over as it is.
      return line.replaceAll(/`[^`]*`|\]\(([^)\s]+)\)/g, (whole, target: string | undefined) => {
        if (target === undefined || target.startsWith('#')) return whole;
        const aim = aimOf(path, target, places.repository);
        if (aim === undefined) return whole;
        const found = siteLink(path, aim, places);
        if (found === undefined) throw new Error(`${path}:${i + 1}: the link "${target}" leads to no file`);
        return `](${found})`;
      });
    })
    .join('\n');
}

/**
 * What a link leads to, from the root of the repository; `undefined` for another place. A page that is packed names files
 * that are not by their address where the repository is shown: the site has them, or says that they are not there.
 */
function aimOf(path: string, target: string, repository: string): string | undefined {
  if (target.startsWith(`${repository}/`)) return target.slice(repository.length + 1).replace(/\?raw=true$/, '');
  return /^[a-z]+:/i.test(target) ? undefined : join(dirname(path), target);
}

function siteLink(path: string, target: string, { root, repository }: LinkPlaces): string | undefined {
  const [file = '', fragment] = target.split('#');
  const aim = normalize(file).replace(/\/$/, '');
  if (!existsSync(join(root, aim))) return undefined;
  const end = fragment === undefined ? '' : `#${fragment}`;
  const page = pageOf(aim);
  const own = pageOf(path);
  if (page === undefined || own === undefined) return `${repository}/${aim}${end}`;
  return `./${relative(dirname(own), page)}${end}`;
}
