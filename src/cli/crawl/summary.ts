/**
 * The figures of a crawl, of a size that does not grow with it. Every line goes through `add`, those of earlier runs
 * too.
 */
import { isBroken, isProxyFailure, isUnchecked, type PageLine } from './page-line.ts';
import { Sample } from './sample.ts';
import { ACCEPTED, type StatusRange } from './statuses.ts';
import type { Trap } from './traps.ts';

export interface SlowPage {
  readonly url: string;
  readonly ms: number;
  readonly status: number | null;
}

export interface BrokenLink {
  readonly url: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly message: string | undefined;
  /** Pages that link to it, or to a redirect that leads to it, the first ones; empty for a start. */
  readonly pages: string[];
  /** Those redirects, the first ones. */
  readonly through: string[];
  /** How many pages link to it. */
  count: number;
}

export interface InvalidLink {
  readonly page: string;
  readonly reference: string;
}

export interface Redirect {
  readonly url: string;
  readonly status: number | null;
  readonly location: string;
}

export interface CutPage {
  readonly url: string;
  readonly isSitemap: boolean;
}

export interface SummaryOptions {
  /** Statuses that are no failure. Default all below 400. */
  readonly accepted?: readonly StatusRange[];
  trapOf?(url: string): Trap | undefined;
  /** Whether links to other hosts are checked. Default `false`. */
  readonly external?: boolean;
}

const MOST_SLOW = 10;
const MOST_BROKEN = 10_000;
const MOST_STARTS = 20;
/** Of the findings that no other page needs to be looked up for. */
const MOST_NAMED = 1000;
const MOST_HOSTS = 1000;

export class CrawlSummary {
  pages = 0;
  bytes = 0;
  /** Starts that gave no page, by a robots.txt or a redirect out of scope too. */
  failedStarts = 0;
  /** Starts that nobody could ask for: robots.txt forbids them, or a proxy failed. */
  readonly forbiddenStarts = new Sample<{ readonly url: string; readonly message: string | undefined }>(MOST_STARTS);
  /** Where starts were redirected to out of scope. */
  readonly strayStarts = new Sample<{ readonly url: string; readonly location: string }>(MOST_STARTS);
  /** By status, or by the code of the failure. */
  readonly statuses = new Map<string, number>();
  /** The slowest first. */
  readonly slowest: SlowPage[] = [];
  /** Pages to which links are broken. */
  readonly broken = new Sample<BrokenLink>(MOST_BROKEN);
  /** Links of which nobody knows whether they work, because of a robots.txt. */
  readonly unchecked = new Sample<BrokenLink>(MOST_BROKEN);
  /** The same, because the proxy that leads there failed. */
  readonly behindProxy = new Sample<BrokenLink>(MOST_BROKEN);
  /** Those of them that are pages of the crawl itself, which it should have read. */
  lostPages = 0;
  readonly invalid = new Sample<InvalidLink>(MOST_NAMED);
  /** Pages, and sitemaps, of which only the beginning was read. */
  readonly cut = new Sample<CutPage>(MOST_NAMED);
  /** Links to hosts that are out of scope, by host. */
  readonly outside = new Map<string, number>();
  /** Links to a place on a page of another host, which is not read. */
  outsideFragments = 0;
  /** Redirects that links led to. */
  readonly redirects = new Sample<Redirect>(MOST_NAMED);
  /** Links that were left alone because they look like ones of an endless number. */
  readonly traps = new Sample<string>(1);
  readonly #inScope: (url: string) => boolean;
  readonly #options: SummaryOptions;

  constructor(inScope: (url: string) => boolean, options: SummaryOptions = {}) {
    this.#inScope = inScope;
    this.#options = options;
  }

  isBroken(line: PageLine): boolean {
    return isBroken(line, this.#options.accepted ?? ACCEPTED);
  }

  add(line: PageLine): void {
    const { url, status, error, message, from, ms, bytes } = line;
    this.pages += 1;
    this.bytes += bytes;
    const label = error ?? String(status);
    this.statuses.set(label, (this.statuses.get(label) ?? 0) + 1);
    const isBad = this.isBroken(line);
    if (from === null && !line.optional && (status === null || isBad)) {
      this.failedStarts += 1;
      if (!isBad) this.forbiddenStarts.add({ url, message });
    }
    const link = { url, status, error, message, pages: [], through: [], count: 0 };
    if (isBad) this.broken.add(link);
    else if (isUnchecked(line)) this.#addUnchecked(line, link);
    if (line.truncated) this.cut.add({ url, isSitemap: line.sitemap !== undefined });
    this.#lookForStray(line);
    this.#noteRedirect(line);
    this.#rank({ url, ms, status });
    this.#addLinks(line);
  }

  #addUnchecked(line: PageLine, link: BrokenLink): void {
    const isBehindProxy = isProxyFailure(line);
    (isBehindProxy ? this.behindProxy : this.unchecked).add(link);
    if (isBehindProxy && !line.external) this.lostPages += 1;
  }

  #lookForStray({ url, depth, location, external, sitemap }: PageLine): void {
    if (external || sitemap !== undefined || depth > 0 || location === undefined || this.#inScope(location)) return;
    this.failedStarts += 1;
    this.strayStarts.add({ url, location });
  }

  #noteRedirect({ url, status, location, from, sitemap }: PageLine): void {
    if (location === undefined || from === null || sitemap !== undefined) return;
    this.redirects.add({ url, status, location });
  }

  #rank(page: SlowPage): void {
    const place = this.slowest.findIndex(({ ms }) => ms < page.ms);
    if (place === -1 && this.slowest.length >= MOST_SLOW) return;
    this.slowest.splice(place === -1 ? this.slowest.length : place, 0, page);
    if (this.slowest.length > MOST_SLOW) this.slowest.pop();
  }

  #addLinks({ url, links, fragments = [], invalid = [] }: PageLine): void {
    if (this.#options.external) this.outsideFragments += fragments.filter((link) => !this.#inScope(link)).length;
    for (const link of links) {
      if (this.#inScope(link)) {
        if (this.#options.trapOf?.(link) !== undefined) this.traps.add(link);
        continue;
      }
      if (this.#options.external) continue;
      const { host } = new URL(link);
      const count = this.outside.get(host);
      if (count !== undefined || this.outside.size < MOST_HOSTS) this.outside.set(host, (count ?? 0) + 1);
    }
    for (const reference of invalid) this.invalid.add({ page: url, reference });
  }
}
