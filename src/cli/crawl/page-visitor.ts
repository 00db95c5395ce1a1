/**
 * What the command does with an answer: reads its links, and makes the line that says what became of the page. It is
 * the `visit` and the `failed` of its crawl.
 */
import type { CountedOutcome, Visit } from '../../crawl/frontier.ts';
import { locationOf, type PageReading, readPage } from '../../crawl/read-page.ts';
import { ROBOTS_BYTES } from '../../crawl/robots.ts';
import { readSitemap, sitemapsOf } from '../../crawl/sitemap.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { Clock } from '../../time/clock.ts';
import { isUncounted, type PageLine } from './page-line.ts';
import { deadHost, type Failure, failureOf, redirectTo } from './redirects.ts';
import type { CrawlScope } from './scope.ts';
import { type PageVisit, pageVisit } from './visit.ts';

export interface VisitorOptions {
  readonly maxBytes: number;
  readonly assets: boolean;
  readonly cookies: boolean;
  readonly fragments: boolean;
  readonly scope: CrawlScope;
  /** The product token. */
  readonly agent: string;
  readonly clock: Clock;
}

interface SitemapReading {
  readonly isIndex: boolean;
  /** It was guessed at, or what it leads to is. */
  readonly isOptional: boolean | undefined;
}

/** As much as counts of a robots.txt. */
async function robotsText(response: HttpResponse): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= ROBOTS_BYTES) break;
  }
  return text;
}

export class PageVisitor {
  readonly #options: VisitorOptions;
  /** When a page was sent, in milliseconds of the clock. */
  readonly #sent = new Map<string, number>();

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  sent(url: string): void {
    this.#sent.set(url, this.#options.clock.now());
  }

  async visit(response: HttpResponse, given: Visit): Promise<CountedOutcome & { readonly line: PageLine }> {
    const visit = pageVisit(given);
    const { cookies, scope } = this.#options;
    const type = response.headers.get('content-type') ?? undefined;
    const isExternal = visit.sitemap === undefined && !scope.isOwn(visit.url);
    const { isIndex, isOptional, ...reading } = await this.#read(response, visit, isExternal);
    const hasCookie = cookies && (visit.hasCookie === true || response.headers.has('set-cookie'));
    const redirect = redirectTo(locationOf(response), { ...visit, hasCookie });
    const failure = reading.failure === undefined ? undefined : failureOf(reading.failure);
    const invalid = [...reading.links.invalid, ...(redirect.invalid ?? [])];
    const line: PageLine = {
      ...this.#frame(visit, response.status, failure ?? redirect.failure),
      bytes: reading.bytes,
      ...(type !== undefined && { type }),
      ...(reading.truncated && { truncated: true }),
      ...(redirect.location !== undefined && { location: redirect.location }),
      ...(visit.via.length > 0 && { via: visit.via }),
      ...(redirect.location !== undefined && hasCookie && { hasCookie }),
      ...(visit.sitemap !== undefined && { sitemap: { level: visit.sitemap, isIndex } }),
      ...(isOptional && { optional: true }),
      ...(isExternal && { external: true }),
      ...(reading.links.fragments?.length && { fragments: reading.links.fragments }),
      ...(reading.links.ids && { ids: reading.links.ids }),
      links: redirect.location === undefined ? reading.links.urls : [redirect.location],
      ...(invalid.length > 0 && { invalid }),
    };
    return { line, ...(isUncounted(line) && { uncounted: true }) };
  }

  failed(error: unknown, given: Visit): CountedOutcome & { readonly line: PageLine } {
    const visit = pageVisit(given);
    const { via, sitemap, optional } = visit;
    const dead = deadHost(error);
    const line: PageLine = {
      ...this.#frame(visit, null, failureOf(dead ?? error)),
      bytes: 0,
      ...(via.length > 0 && { via }),
      ...(sitemap !== undefined && { sitemap: { level: sitemap, isIndex: false } }),
      ...(optional && { optional }),
      ...(sitemap === undefined && !this.#options.scope.isOwn(visit.url) && { external: true }),
      ...(dead !== undefined && { unasked: true }),
      links: [],
    };
    return { line, failed: true, ...(isUncounted(line) && { uncounted: true }) };
  }

  async #read(
    response: HttpResponse,
    { url, sitemap, optional }: PageVisit,
    isExternal: boolean,
  ): Promise<PageReading & SitemapReading> {
    const { maxBytes, assets, agent, fragments } = this.#options;
    if (sitemap === undefined && !isExternal) {
      const reading = await readPage(response, url, { maxBytes, assets, agent, fragments });
      return { ...reading, isIndex: false, isOptional: false };
    }
    const nothing = { bytes: 0, truncated: false, links: { urls: [], invalid: [] }, failure: undefined };
    // The sitemap that has no line in a robots.txt.
    const usual = sitemap === 0 && optional ? [new URL('/sitemap.xml', url).href] : [];
    if (isExternal || !response.ok) {
      await response.discard();
      return { ...nothing, links: { urls: usual, invalid: [] }, isIndex: sitemap === 0, isOptional: optional };
    }
    if (sitemap === 0) {
      const urls = sitemapsOf(await robotsText(response), url);
      const isUsual = urls.length === 0;
      return { ...nothing, links: { urls: isUsual ? usual : urls, invalid: [] }, isIndex: true, isOptional: isUsual };
    }
    const { urls, isIndex, bytes, truncated, failure } = await readSitemap(response, url);
    return { bytes, truncated, failure, links: { urls, invalid: [] }, isIndex, isOptional: optional };
  }

  #frame({ url, from, depth }: PageVisit, status: number | null, failure: Failure | undefined) {
    const { code = null, message } = failure ?? {};
    const sent = this.#sent.get(url);
    this.#sent.delete(url);
    const ms = sent === undefined ? 0 : Math.round(10 * (this.#options.clock.now() - sent)) / 10;
    return { url, status, error: code, ...(message !== undefined && { message }), from, depth, ms };
  }
}
