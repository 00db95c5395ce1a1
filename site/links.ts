/** Links of a page as the site needs them: those that lead out of docs/ go to other pages of the site or to the repository. */
import { existsSync } from 'node:fs';
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
        if (target === undefined || /^([a-z]+:|#)/i.test(target)) return whole;
        const found = siteLink(path, target, places);
        if (found === undefined) throw new Error(`${path}:${i + 1}: the link "${target}" leads to no file`);
        return `](${found})`;
      });
    })
    .join('\n');
}

function siteLink(path: string, target: string, { root, repository }: LinkPlaces): string | undefined {
  const [file = '', fragment] = target.split('#');
  const aim = normalize(join(dirname(path), file)).replace(/\/$/, '');
  if (!existsSync(join(root, aim))) return undefined;
  const end = fragment === undefined ? '' : `#${fragment}`;
  const page = pageOf(aim);
  const own = pageOf(path);
  if (page === undefined || own === undefined) return `${repository}/${aim}${end}`;
  return `./${relative(dirname(own), page)}${end}`;
}
