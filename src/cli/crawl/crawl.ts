/**
 * Walks sites: the crawl of the library over a journal, which keeps what became of each page and is the queue as well,
 * with the figures of all pages.
 */
import { Client } from '../../client/client.ts';
import { CookieJar } from '../../cookies/cookie-jar.ts';
import { crawl } from '../../crawl/crawl.ts';
import type { RunningCrawl } from '../../crawl/crawl-options.ts';
import type { Found } from '../../crawl/frontier.ts';
import type { Link } from '../../crawl/link.ts';
import { QueueFrontier } from '../../crawl/queue-frontier.ts';
import { productToken } from '../../crawl/robots.ts';
import { targetOf } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { type BrokenFragment, brokenFragments } from './broken-fragments.ts';
import { linksTo } from './broken-links.ts';
import { CheckingClient } from './checking-client.ts';
import { type CrawlOptions, headersOf, mostOfHost, startUrl } from './crawl-options.ts';
import { CrawlHeaders } from './credentials.ts';
import { linkAt, mayVisit, pageFormat } from './page-format.ts';
import type { PageLine } from './page-line.ts';
import { PageVisitor } from './page-visitor.ts';
import { retryOf } from './retries.ts';
import { CrawlScope } from './scope.ts';
import { ACCEPTED } from './statuses.ts';
import { type BrokenLink, CrawlSummary } from './summary.ts';
import { TRAPS } from './traps.ts';
import type { PageData } from './visit.ts';

export interface CrawlResult {
  readonly summary: CrawlSummary;
  /** By URL. */
  readonly broken: readonly BrokenLink[];
  /** Links that could not be checked, because of a robots.txt or a proxy, by URL. */
  readonly unchecked: readonly BrokenLink[];
  /** Links whose fragment is on no place of their page, by URL. */
  readonly fragments: readonly BrokenFragment[];
  /** Whether it was stopped before its end. */
  readonly stopped: boolean;
}

const MINUTE = 60_000;
const TEN_MB = 10_000_000;

export class Crawl {
  readonly #options: CrawlOptions;
  readonly #clock: Clock;
  readonly #owned: Client | undefined;
  readonly #client: Client;
  readonly #headers: CrawlHeaders;
  readonly #agent: string;
  readonly #frontier: QueueFrontier<PageLine>;
  readonly #scope: CrawlScope;
  readonly #visitor: PageVisitor;
  readonly #summary: CrawlSummary;
  /** Ends the waits of retries. */
  readonly #end = new AbortController();
  #running: RunningCrawl | undefined;
  #isStopped = false;

  /** @throws TypeError for a URL that is none, RangeError for a concurrency below 1 */
  constructor(options: CrawlOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const starts = [...new Set(options.urls.map(startUrl))];
    const headers = headersOf(options);
    this.#scope = scopeFor(options, starts);
    this.#owned = options.client === undefined ? new Client(options.clientOptions ?? {}) : undefined;
    this.#headers = new CrawlHeaders(options.urls, headers, options.hostHeaders);
    this.#agent = productToken(headers['User-Agent'] ?? null);
    this.#client = (options.client ?? this.#owned!).extend({
      headers: this.#headers.common,
      ...(options.cookies !== false && { cookies: new CookieJar() }),
    });
    const { maxBytes = TEN_MB, assets = true, cookies = true, fragments = false, external = false } = options;
    this.#summary = new CrawlSummary(this.#scope.isOwn, {
      ...(options.accepted && { accepted: options.accepted }),
      trapOf: (url) => this.#scope.trapOf(url),
      external,
    });
    this.#frontier = this.#newFrontier(starts);
    const [agent, clock, scope] = [this.#agent, this.#clock, this.#scope];
    this.#visitor = new PageVisitor({ maxBytes, assets, cookies, fragments, scope, agent, clock });
  }

  /** Pages done, known, failed, and on their way, now. */
  get figures(): { done: number; known: number; failed: number; running: number } {
    const { pages, broken } = this.#summary;
    const running = this.#running?.running ?? 0;
    return { done: pages, known: this.#frontier.queue.known, failed: broken.count, running };
  }

  /**
   * Goes on from what the journal holds; to be called before `run`.
   * @returns how many pages are done already, and how many lines were cut or cannot be read
   */
  resume(): { pages: number; unreadable: number } {
    const isCut = this.#options.journal.repair();
    const { unreadable } = this.#frontier.queue.restore((line) => this.#summary.add(line));
    return { pages: this.#summary.pages, unreadable: unreadable + (isCut ? 1 : 0) };
  }

  /** Resolves when everything was fetched; once stopped, what was in flight. @throws what writing the journal does */
  async run(): Promise<CrawlResult> {
    let stopped = this.#isStopped;
    try {
      if (!stopped) ({ stopped } = await this.#start());
    } finally {
      this.#end.abort();
      await this.#owned?.close();
    }
    return this.report(stopped);
  }

  /** What the journal says, of pages that were resumed too. */
  report(stopped: boolean): CrawlResult {
    const { journal, fragments } = this.#options;
    const summary = this.#summary;
    return {
      summary,
      broken: linksTo(summary.broken.first, journal),
      unchecked: linksTo([...summary.unchecked.first, ...summary.behindProxy.first], journal),
      fragments: fragments ? brokenFragments(journal) : [],
      stopped,
    };
  }

  /** Where the crawl begins. */
  get starts(): Found[] {
    const links = [...new Set(this.#options.urls.map(startUrl))];
    const starts = links.map((url) => startAt(url, undefined));
    return (this.#options.sitemap ? [...starts, ...sitemapStarts(links)] : starts).map(asFound);
  }

  /** Lets what is in flight come to its end, and starts nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#running?.stop();
  }

  #newFrontier(starts: readonly string[]): QueueFrontier<PageLine> {
    const { journal, depth = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY, onPage } = this.#options;
    return new QueueFrontier<PageLine>({
      file: journal,
      format: pageFormat(this.#scope, depth),
      starts: [
        ...starts.map((url) => startAt(url, undefined)),
        ...(this.#options.sitemap ? sitemapStarts(starts) : []),
      ],
      nearFirst: depth !== Number.POSITIVE_INFINITY,
      limit,
      perHost: mostOfHost(this.#options),
      clock: this.#clock,
      lineOf: (_visit, { line }) => line as PageLine,
      onLine: (line) => {
        this.#summary.add(line);
        onPage?.(line);
      },
    });
  }

  #start(): RunningCrawl {
    const { concurrency = 10, perHost, interval = 0, timeout = MINUTE, robots } = this.#options;
    const checking = new CheckingClient(this.#client, {
      sent: (url) => this.#visitor.sent(url),
      isExternal: (url) => this.#scope.isExternal(url),
      accepted: this.#options.accepted ?? ACCEPTED,
      pause: (url) => this.#clock.sleep(this.#running?.intervalOf(targetOf(url).host) ?? 0, this.#end.signal),
    });
    const { source } = this.#options;
    this.#running = crawl(checking, source ?? this.#frontier, {
      concurrency,
      perHost: { concurrency: perHost, interval },
      robots: robots === false ? false : { agent: this.#agent },
      retries: 0,
      visitTimeout: 0,
      followRedirects: false,
      options: { stream: true, timeout },
      request: (url) => this.#optionsFor(url),
      visit: async (response, visit) => {
        const outcome = await this.#visitor.visit(response, visit);
        // The journal finds the links in its lines.
        return source === undefined ? outcome : { ...outcome, found: this.#foundOn(outcome.line) };
      },
      failed: (error, visit) => this.#visitor.failed(error, visit),
      clock: this.#clock,
    });
    return this.#running;
  }

  #foundOn(line: PageLine): Found[] {
    const { depth = Number.POSITIVE_INFINITY } = this.#options;
    const links = line.links.map((_url, index) => linkAt(line, index));
    return links.filter((link) => mayVisit(link, this.#scope, depth)).map(asFound);
  }

  #optionsFor(url: string): RequestOptions {
    const headers = this.#headers.secretFor(url);
    const interval = this.#running?.intervalOf(targetOf(url).host) ?? 0;
    const retry = retryOf(this.#options.retry ?? 0, interval, this.#clock, this.#end.signal);
    return { retry, ...(headers !== undefined && { headers }) };
  }
}

function scopeFor(options: CrawlOptions, starts: readonly string[]): CrawlScope {
  const { hosts = [], include = [], exclude = [], external = false, traps } = options;
  return new CrawlScope({ starts, hosts, include, exclude, external, traps: { ...TRAPS, ...traps } });
}

function asFound({ url, key, depth, priority, data }: Link): Found {
  return { url, key, depth, priority, ...(data !== undefined && { data }) };
}

function startAt(url: string, data: PageData | undefined): Link {
  return { url, key: url, depth: 0, priority: 1, data, from: null };
}

/** The robots.txt of each site, which names its sitemaps. */
function sitemapStarts(starts: readonly string[]): Link[] {
  const origins = new Set(starts.map((start) => new URL(start).origin));
  return [...origins].map((origin) => startAt(`${origin}/robots.txt`, { via: [], sitemap: 0, optional: true }));
}
