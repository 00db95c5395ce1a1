/** The figures of a crawl, of a size that does not grow with it. */
import { isBroken, type PageLine } from './page-line.ts';

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

const MOST_SLOW = 10;
const MOST_BROKEN = 10_000;
const MOST_STARTS = 20;
const MOST_INVALID = 1000;
const MOST_HOSTS = 1000;

export class CrawlSummary {
  pages = 0;
  bytes = 0;
  /** Pages to which links are broken. */
  broken = 0;
  /** Starts that gave no page, by a robots.txt or a redirect out of scope too. */
  failedStarts = 0;
  invalid = 0;
  /** Starts that robots.txt forbids, the first ones. */
  readonly forbiddenStarts: { readonly url: string; readonly message: string | undefined }[] = [];
  /** Where starts were redirected to out of scope, the first ones. */
  readonly strayStarts: { readonly url: string; readonly location: string }[] = [];
  /** By status, or by the code of the failure. */
  readonly statuses = new Map<string, number>();
  /** The slowest first. */
  readonly slowest: SlowPage[] = [];
  /** The broken pages, the first ones. */
  readonly brokenPages = new Map<string, BrokenLink>();
  readonly invalidLinks: InvalidLink[] = [];
  /** Links to hosts that are out of scope, by host. */
  readonly outside = new Map<string, number>();
  readonly #inScope: (url: string) => boolean;

  constructor(inScope: (url: string) => boolean) {
    this.#inScope = inScope;
  }

  add(line: PageLine): void {
    const { url, status, error, message, from, ms, bytes } = line;
    this.pages += 1;
    this.bytes += bytes;
    const label = error ?? String(status);
    this.statuses.set(label, (this.statuses.get(label) ?? 0) + 1);
    if (from === null && (status === null || isBroken(line))) {
      this.failedStarts += 1;
      if (!isBroken(line) && this.forbiddenStarts.length < MOST_STARTS) this.forbiddenStarts.push({ url, message });
    }
    if (isBroken(line)) {
      this.broken += 1;
      const link = { url, status, error, message, pages: [], through: [], count: 0 };
      if (this.brokenPages.size < MOST_BROKEN) this.brokenPages.set(url, link);
    }
    this.#lookForStray(line);
    this.#rank({ url, ms, status });
    this.#addLinks(line);
  }

  #lookForStray({ url, depth, location }: PageLine): void {
    if (depth > 0 || location === undefined || this.#inScope(location)) return;
    this.failedStarts += 1;
    if (this.strayStarts.length < MOST_STARTS) this.strayStarts.push({ url, location });
  }

  #rank(page: SlowPage): void {
    const place = this.slowest.findIndex(({ ms }) => ms < page.ms);
    if (place === -1 && this.slowest.length >= MOST_SLOW) return;
    this.slowest.splice(place === -1 ? this.slowest.length : place, 0, page);
    if (this.slowest.length > MOST_SLOW) this.slowest.pop();
  }

  #addLinks({ url, links, invalid = [] }: PageLine): void {
    for (const link of links) {
      if (this.#inScope(link)) continue;
      const { host } = new URL(link);
      const count = this.outside.get(host);
      if (count !== undefined || this.outside.size < MOST_HOSTS) this.outside.set(host, (count ?? 0) + 1);
    }
    this.invalid += invalid.length;
    for (const reference of invalid) {
      if (this.invalidLinks.length < MOST_INVALID) this.invalidLinks.push({ page: url, reference });
    }
  }
}
