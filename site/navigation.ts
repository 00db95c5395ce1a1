/** The groups of docs/README.md: they are the site's side bar, so that the order of the pages is kept in one place. */

export interface PageLink {
  readonly title: string;
  /** Below docs/, such as `cli.md`. */
  readonly page: string;
}

export interface PageGroup {
  readonly title: string;
  readonly pages: readonly PageLink[];
}

export function groupsOf(index: string): PageGroup[] {
  return index
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const rows = section.matchAll(/^\| \[(.+?)\]\(([^)]+)\) \|/gm);
      const pages = [...rows].map(([, title = '', page = '']) => ({ title: title.replaceAll('`', ''), page }));
      return { title: section.split('\n')[0]!.trim(), pages };
    });
}

/** The pages that no group has: nobody would find them. Decisions have an index of their own. */
export function unlisted(groups: readonly PageGroup[], pages: readonly string[]): string[] {
  const listed = new Set(groups.flatMap((group) => group.pages.map(({ page }) => page)));
  const own = pages.filter((page) => page !== 'README.md' && !/^decisions\/\d/.test(page));
  return own.filter((page) => !listed.has(page));
}
