/** What a crawl of the command is made from, and what follows from that alone. */
import type { Client, ClientOptions } from '../../client/client.ts';
import type { CrawlSource } from '../../crawl/crawl.ts';
import { pageUrl } from '../../crawl/page-url.ts';
import { VERSION } from '../../runtime/version.ts';
import type { Clock } from '../../time/clock.ts';
import type { HostHeader } from './credentials.ts';
import type { Journal } from './journal.ts';
import type { PageLine } from './page-line.ts';
import type { StatusRange } from './statuses.ts';
import type { TrapOptions } from './traps.ts';

export interface CrawlOptions {
  /** Where to start: absolute http(s) URLs. Their hosts are in scope. */
  readonly urls: readonly string[];
  readonly journal: Journal;
  /** Other hosts in scope: `name` on every port, or `name:port`. Default none. */
  readonly hosts?: readonly string[];
  /** Links from a start. Default no limit. */
  readonly depth?: number;
  /** Pages in all, those already in the journal included, those that robots.txt refuses not. Default no limit. */
  readonly limit?: number;
  /** Default 10. */
  readonly concurrency?: number | 'auto';
  readonly perHost?: number | 'auto' | undefined;
  /** Milliseconds from an answer of a host until its next request. Default 0; a longer `Crawl-delay` wins. */
  readonly interval?: number;
  /** Milliseconds of one page, body included. Default 60 000. */
  readonly timeout?: number;
  /** Default 0. */
  readonly retry?: number;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Bytes of a page that are read. Default 10 000 000. */
  readonly maxBytes?: number;
  /** Whether what a browser loads is fetched: images, scripts, style sheets. Default `true`. */
  readonly assets?: boolean;
  /** Whether robots.txt is asked for and obeyed. Default `true`. */
  readonly robots?: boolean;
  /** Whether cookies are kept and sent back. Default `true`. */
  readonly cookies?: boolean;
  /** Sends the requests. Default one of its own, closed at the end. */
  readonly client?: Client;
  /** Options of the client of its own. */
  readonly clientOptions?: ClientOptions;
  /** Patterns of which a page must fit one. Default all. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Whether links to other hosts are checked, once each, and not followed. Default `false`. */
  readonly external?: boolean;
  /** Whether fragments are checked. Default `false`. */
  readonly fragments?: boolean;
  /** Whether the sitemaps of the starts' sites are starts too. Default `false`. */
  readonly sitemap?: boolean;
  /** Statuses that are no failure. Default all below 400. */
  readonly accepted?: readonly StatusRange[];
  readonly hostHeaders?: readonly HostHeader[];
  readonly traps?: Partial<TrapOptions>;
  /** Where the pages wait, for a crawl that others share. Default the journal. */
  readonly source?: CrawlSource;
  readonly clock?: Clock;
  /** Told each page, when its line is in the journal. */
  readonly onPage?: (line: PageLine) => void;
}

/** Visits of one host that may be under way: enough for those that run, and few enough for many hosts. */
const MOST_OF_HOST = 100;
const MOST_OF_HOST_AUTO = 1000;
const ACCEPT = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5';

export function mostOfHost({ concurrency }: CrawlOptions): number {
  return concurrency === 'auto' ? MOST_OF_HOST_AUTO : Math.max(MOST_OF_HOST, concurrency ?? 0);
}

export function startUrl(url: string): string {
  const start = pageUrl(url, url);
  if (start === undefined) throw new TypeError(`a crawl starts at an absolute http(s) URL, got ${JSON.stringify(url)}`);
  return start;
}

/** The caller's own win, whatever the case of their names. */
export function headersOf({ headers = [] }: CrawlOptions): Record<string, string> {
  const all: Record<string, string> = Object.create(null);
  for (const [name, value] of [['User-Agent', `sluice/${VERSION}`], ['Accept', ACCEPT], ...headers] as const) {
    const known = Object.keys(all).find((one) => one.toLowerCase() === name.toLowerCase());
    all[known ?? name] = value;
  }
  return all;
}
