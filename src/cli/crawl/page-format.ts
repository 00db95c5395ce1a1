/** How the lines of pages are a queue: what each leads to, and whether its page is done. */
import type { Link } from '../../crawl/link.ts';
import type { PageFormat } from '../../crawl/link-queue.ts';
import { formatLine, isRefused, isSettled, type PageLine, parseLine } from './page-line.ts';
import { keyOf, type PageData } from './visit.ts';

export interface PageScope {
  /** How many links away from a start may be fetched. */
  readonly depth: number;
  /** Whether the URL may be asked for. */
  inScope(url: string): boolean;
}

/** Where the redirect of a line leads. It is no further away than what it redirects. */
export function redirectLink(line: PageLine): Link | undefined {
  const { location, url, depth, error } = line;
  if (location === undefined || error !== null) return undefined;
  const data: PageData = { via: [...(line.via ?? []), url], ...(line.hasCookie && { hasCookie: true }) };
  const key = keyOf({ url: location, via: data.via });
  return { url: location, key, depth, priority: 0, data, from: url };
}

export function linkAt(line: PageLine, index: number): Link {
  const url = line.links[index]!;
  const redirect = url === line.location ? redirectLink(line) : undefined;
  return redirect ?? { url, key: url, depth: line.depth + 1, priority: 1, data: undefined, from: line.url };
}

export function pageFormat({ depth, inScope }: PageScope): PageFormat<PageLine> {
  return {
    parse: parseLine,
    format: formatLine,
    page: (line) => {
      const isDone = isSettled(line);
      const link = isDone ? redirectLink(line) : undefined;
      const first = link === undefined ? undefined : { link, attempt: 1, at: 0 };
      return { key: keyOf(line), isSettled: isDone, isRefused: isRefused(line), first };
    },
    linksOf: (line) => ({ length: line.links.length, at: (index) => linkAt(line, index) }),
    mayFetch: (link) => link.depth <= depth && inScope(link.url),
  };
}
