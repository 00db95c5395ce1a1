/**
 * Walks sites: the crawl of the library over a journal, which keeps what became of each page and is the queue as well,
 * with the figures of all pages.
 */
import { Client } from '../../client/client.ts';
import { CookieJar } from '../../cookies/cookie-jar.ts';
import { crawl } from '../../crawl/crawl.ts';
import type { RunningCrawl } from '../../crawl/crawl-options.ts';
import { QueueFrontier } from '../../crawl/queue-frontier.ts';
import { productToken } from '../../crawl/robots.ts';
import { targetOf } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { PoolClient } from '../../pool/pool-options.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { brokenLinks } from './broken-links.ts';
import { type CrawlOptions, headersOf, mostOfHost, startUrl } from './crawl-options.ts';
import { CrawlHeaders } from './credentials.ts';
import { pageFormat } from './page-format.ts';
import type { PageLine } from './page-line.ts';
import { PageVisitor } from './page-visitor.ts';
import { retryOf } from './retries.ts';
import { scopeOf } from './scope.ts';
import { type BrokenLink, CrawlSummary } from './summary.ts';

export interface CrawlResult {
  readonly summary: CrawlSummary;
  /** By URL. */
  readonly broken: readonly BrokenLink[];
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
    const inScope = scopeOf(starts, options.hosts ?? []);
    const headers = headersOf(options);
    this.#owned = options.client === undefined ? new Client() : undefined;
    this.#headers = new CrawlHeaders(options.urls, headers);
    this.#agent = productToken(headers['User-Agent'] ?? null);
    this.#client = (options.client ?? this.#owned!).extend({
      headers: this.#headers.common,
      ...(options.cookies !== false && { cookies: new CookieJar() }),
    });
    this.#summary = new CrawlSummary(inScope);
    this.#frontier = this.#newFrontier(starts, inScope);
    const { maxBytes = TEN_MB, assets = true, cookies = true } = options;
    this.#visitor = new PageVisitor({ maxBytes, assets, cookies, agent: this.#agent, clock: this.#clock });
  }

  /** Pages done, known, failed, and on their way, now. */
  get figures(): { done: number; known: number; failed: number; running: number } {
    const { pages, broken } = this.#summary;
    const running = this.#running?.running ?? 0;
    return { done: pages, known: this.#frontier.queue.known, failed: broken, running };
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
    return { summary: this.#summary, broken: brokenLinks(this.#summary, this.#options.journal), stopped };
  }

  /** Lets what is in flight come to its end, and starts nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#running?.stop();
  }

  #newFrontier(starts: readonly string[], inScope: (url: string) => boolean): QueueFrontier<PageLine> {
    const { journal, depth = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY, onPage } = this.#options;
    return new QueueFrontier<PageLine>({
      file: journal,
      format: pageFormat({ depth, inScope }),
      starts: starts.map((url) => ({ url, key: url, depth: 0, priority: 1, data: undefined, from: null })),
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
    const client: PoolClient = {
      request: (method, uri, options) => this.#client.request(method, uri, options),
      send: (request, options) => {
        this.#visitor.sent(request.url);
        return this.#client.send(request, options);
      },
    };
    this.#running = crawl(client, this.#frontier, {
      concurrency,
      perHost: { concurrency: perHost, interval },
      robots: robots === false ? false : { agent: this.#agent },
      retries: 0,
      visitTimeout: 0,
      followRedirects: false,
      options: { stream: true, timeout },
      request: (url) => this.#optionsFor(url),
      visit: (response, visit) => this.#visitor.visit(response, visit),
      failed: (error, visit) => this.#visitor.failed(error, visit),
      clock: this.#clock,
    });
    return this.#running;
  }

  #optionsFor(url: string): RequestOptions {
    const headers = this.#headers.secretFor(url);
    const interval = this.#running?.intervalOf(targetOf(url).host) ?? 0;
    const retry = retryOf(this.#options.retry ?? 0, interval, this.#clock, this.#end.signal);
    return { retry, ...(headers !== undefined && { headers }) };
  }
}
