/**
 * How the lines of pages are a queue: what each leads to, and whether its page is done. The library's queue asks it for
 * every line that it reads back.
 */
import type { Link } from '../../crawl/link.ts';
import type { PageFormat } from '../../crawl/link-queue.ts';
import { formatLine, isSettled, isUncounted, type PageLine, parseLine } from './page-line.ts';
import type { CrawlScope } from './scope.ts';
import { keyOf, type PageData } from './visit.ts';

/** Indexes of sitemaps that may lead to each other; the protocol has one. */
const MOST_INDEXES = 3;

/** Where the redirect of a line leads. It is no further away than what it redirects. */
export function redirectLink(line: PageLine): Link | undefined {
  const { location, url, depth, error, optional } = line;
  if (location === undefined || error !== null) return undefined;
  const data: PageData = {
    via: [...(line.via ?? []), url],
    ...(line.hasCookie && { hasCookie: true }),
    ...(line.sitemap && { sitemap: line.sitemap.level }),
    ...(optional && { optional }),
  };
  const key = keyOf({ url: location, via: data.via });
  return { url: location, key, depth, priority: 0, data, from: url };
}

export function linkAt(line: PageLine, index: number): Link {
  const url = line.links[index]!;
  const redirect = url === line.location ? redirectLink(line) : undefined;
  if (redirect !== undefined) return redirect;
  const { sitemap } = line;
  const link = { url, key: url, depth: line.depth + 1, priority: 1, data: undefined, from: line.url } as const;
  if (sitemap === undefined) return link;
  // What a sitemap names is a start.
  if (!sitemap.isIndex) return { ...link, depth: line.depth };
  const data: PageData = { via: [], sitemap: sitemap.level + 1, ...(line.optional && { optional: true }) };
  return { ...link, depth: line.depth, data };
}

export function sitemapLevel(data: unknown): number | undefined {
  return (data as PageData | undefined)?.sitemap;
}

/** Whether the link is to be followed, or checked, that many links away from a start. */
export function mayVisit({ url, depth, data }: Pick<Link, 'url' | 'depth' | 'data'>, scope: CrawlScope, most: number) {
  const level = sitemapLevel(data);
  if (level !== undefined) return level <= MOST_INDEXES;
  // A page that may be read is checked to its last link to other hosts.
  return (depth <= most && scope.isPage(url)) || (depth <= most + 1 && scope.isExternal(url));
}

/** @param depth how many links away from a start may be fetched */
export function pageFormat(scope: CrawlScope, depth: number): PageFormat<PageLine> {
  return {
    parse: parseLine,
    format: formatLine,
    page: (line) => {
      const isDone = isSettled(line);
      const link = isDone ? redirectLink(line) : undefined;
      const first = link === undefined ? undefined : { link, attempt: 1, at: 0 };
      return { key: keyOf(line), isSettled: isDone, isRefused: isUncounted(line), first };
    },
    linksOf: (line) => ({ length: line.links.length, at: (index) => linkAt(line, index) }),
    mayFetch: (link) => mayVisit(link, scope, depth),
  };
}
