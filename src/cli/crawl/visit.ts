/** How a page was come to: what a crawl keeps with its URL beside the frontier's own, as the `data` of its visits. */
import type { Visit } from '../../crawl/frontier.ts';

export interface PageData {
  /** The redirects that led here. */
  readonly via: readonly string[];
  /** One of these redirects set a cookie: what they lead back to may answer otherwise now. */
  readonly hasCookie?: boolean;
  /** It is read as a sitemap: how many indexes led to it. Level 0 is a robots.txt. */
  readonly sitemap?: number;
  /** Nobody linked to it: it may be missing. */
  readonly optional?: true;
}

export type PageVisit = Pick<Visit, 'url' | 'depth' | 'from'> & PageData;

const NONE: PageData = { via: [] };

export function pageVisit({ url, depth, from, data }: Pick<Visit, 'url' | 'depth' | 'from' | 'data'>): PageVisit {
  return { url, depth, from, ...((data as PageData | undefined) ?? NONE) };
}

/** What a page is known by: one that is asked once more, because a redirect that set a cookie led back to it, is another. */
export function keyOf({
  url,
  via = [],
}: {
  readonly url: string;
  readonly via?: readonly string[] | undefined;
}): string {
  return via.includes(url) ? `${url}#${via.length}` : url;
}
