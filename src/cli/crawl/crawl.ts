/**
 * Walks sites through a `Pool`: the frontier says what is next, robots.txt whether and when, the pool how many at once,
 * and the journal keeps what became of each page.
 */
import { Client } from '../../client/client.ts';
import { CookieJar } from '../../cookies/cookie-jar.ts';
import { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { targetOf } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { Pool } from '../../pool/pool.ts';
import type { PoolClient, PoolItem } from '../../pool/pool-options.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { brokenLinks } from './broken-links.ts';
import { type CrawlOptions, headersOf, mostOfHost, startUrl } from './crawl-options.ts';
import { CrawlHeaders } from './credentials.ts';
import { Frontier } from './frontier.ts';
import type { PageLine } from './page-line.ts';
import { locationOf, readPage } from './read-page.ts';
import { type Failure, failureOf, redirectTo } from './redirects.ts';
import { retryOf } from './retries.ts';
import { productToken } from './robots.ts';
import { RobotsGate } from './robots-gate.ts';
import { scopeOf } from './scope.ts';
import { type BrokenLink, CrawlSummary } from './summary.ts';
import type { Visit } from './visit.ts';

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
  readonly #frontier: Frontier;
  readonly #summary: CrawlSummary;
  readonly #gate: RobotsGate | undefined;
  readonly #pool: Pool;
  readonly #stop = new AbortController();
  /** Ends what takes no slot of the pool. */
  readonly #end = new AbortController();
  /** Why the pool was cancelled, when it was by us. */
  readonly #stopped = new Error('the crawl was stopped');
  /** The visit of a request, a response or an error. */
  readonly #visits = new WeakMap<object, Visit>();
  /** When a page was sent, in milliseconds of the clock. */
  readonly #sent = new Map<string, number>();
  /** Sent, and their line not written. */
  #running = 0;

  /** @throws TypeError for a URL that is none, RangeError for a concurrency below 1 */
  constructor(options: CrawlOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { urls, journal, depth = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY } = options;
    const starts = [...new Set(urls.map(startUrl))];
    const inScope = scopeOf(starts, options.hosts ?? []);
    const headers = headersOf(options);
    this.#owned = options.client === undefined ? new Client() : undefined;
    this.#headers = new CrawlHeaders(urls, headers);
    this.#agent = productToken(headers['User-Agent'] ?? null);
    this.#client = (options.client ?? this.#owned!).extend({
      headers: this.#headers.common,
      ...(options.cookies !== false && { cookies: new CookieJar() }),
    });
    const perHost = mostOfHost(options);
    this.#frontier = new Frontier({ journal, starts, depth, limit, perHost, inScope });
    this.#summary = new CrawlSummary(inScope);
    if (options.robots !== false) this.#gate = this.#newGate();
    this.#pool = this.#newPool();
  }

  /** Pages done, known, failed, and on their way, now. */
  get figures(): { done: number; known: number; failed: number; running: number } {
    const { pages, broken } = this.#summary;
    return { done: pages, known: this.#frontier.known, failed: broken, running: this.#running };
  }

  /**
   * Goes on from what the journal holds; to be called before `run`.
   * @returns how many pages are done already, and how many lines were cut or cannot be read
   */
  resume(): { pages: number; unreadable: number } {
    const isCut = this.#options.journal.repair();
    const { unreadable } = this.#frontier.restore((line) => this.#summary.add(line));
    return { pages: this.#summary.pages, unreadable: unreadable + (isCut ? 1 : 0) };
  }

  /** Resolves when everything was fetched; once stopped, what was in flight. @throws what writing the journal does */
  async run(): Promise<CrawlResult> {
    try {
      this.#feed();
      await this.#pool.promise();
    } catch (error) {
      if (error !== this.#stopped) throw error;
    } finally {
      this.#end.abort();
      await this.#owned?.close();
    }
    const { journal } = this.#options;
    return { summary: this.#summary, broken: brokenLinks(this.#summary, journal), stopped: this.#stop.signal.aborted };
  }

  /** Lets what is in flight come to its end, and starts nothing more. */
  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#pool.pause();
    this.#stop.abort(this.#stopped);
    if (this.#running === 0) this.#pool.cancel(this.#stopped);
  }

  #newGate(): RobotsGate {
    return new RobotsGate({
      client: this.#client,
      agent: this.#agent,
      add: (item) => this.#pool.add(item),
      headers: (url) => this.#headers.secretFor(url),
      signal: AbortSignal.any([this.#stop.signal, this.#end.signal]),
    });
  }

  #newPool(): Pool {
    const { concurrency = 10, perHost, timeout = MINUTE } = this.#options;
    const client: PoolClient = {
      request: (method, uri, options) => this.#client.request(method, uri, options),
      send: (request, options) => this.#send(request, options),
    };
    return new Pool(client, [], {
      concurrency,
      // The frontier bounds what waits.
      perHost: {
        concurrency: perHost,
        interval: (host) => this.#intervalOf(host),
        maxWaiting: Number.POSITIVE_INFINITY,
      },
      options: { stream: true, httpErrors: false, allowRedirects: false, timeout },
      fulfilled: (response) => this.#fulfilled(response),
      rejected: (error) => this.#rejected(error),
      clock: this.#clock,
    });
  }

  #intervalOf(host: string): number {
    return Math.max(this.#options.interval ?? 0, this.#gate?.delayOf(host) ?? 0);
  }

  /** Gives the pool the next pages, a bounded number of each host: the others stay in the journal. */
  #feed(): void {
    while (!this.#stop.signal.aborted) {
      const visit = this.#frontier.next();
      if (visit === undefined) return;
      this.#add(visit);
    }
  }

  /** A page goes to the pool when the rules of its origin are there; before, it takes no slot and no host's turn. */
  #add(visit: Visit): void {
    const request = new HttpRequest('GET', visit.url);
    this.#visits.set(request, visit);
    if (this.#gate === undefined) this.#pool.add(request);
    else
      this.#gate.pass(request, (refusal) =>
        this.#pool.add(refusal === undefined ? request : this.#refused(visit, refusal)),
      );
  }

  /** Settles in the pool's own time as any other: a site may forbid a million pages. */
  #refused(visit: Visit, refusal: Error): PoolItem {
    this.#visits.set(refusal, visit);
    return () => Promise.reject(refusal);
  }

  async #send(request: HttpRequest, options: RequestOptions | undefined): Promise<HttpResponse> {
    const visit = this.#visits.get(request)!;
    try {
      this.#stop.signal.throwIfAborted();
      this.#running += 1;
      this.#sent.set(visit.url, this.#clock.now());
      const headers = this.#headers.secretFor(request.url);
      const retry = retryOf(
        this.#options.retry ?? 0,
        this.#intervalOf(targetOf(request.url).host),
        this.#clock,
        this.#end.signal,
      );
      const response = await this.#client.send(request, {
        ...options,
        retry,
        ...(headers !== undefined && { headers }),
      });
      this.#visits.set(response, visit);
      return response;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (error !== this.#stopped) this.#visits.set(error, visit);
      throw error;
    }
  }

  async #fulfilled(response: HttpResponse): Promise<void> {
    const visit = this.#visits.get(response)!;
    const { maxBytes = TEN_MB, assets = true } = this.#options;
    const type = response.headers.get('content-type') ?? undefined;
    const reading = await readPage(response, visit.url, { maxBytes, assets, agent: this.#agent });
    const { cookies = true } = this.#options;
    const hasCookie = cookies && (visit.hasCookie === true || response.headers.has('set-cookie'));
    const redirect = redirectTo(locationOf(response), { ...visit, hasCookie });
    const failure = reading.failure === undefined ? undefined : failureOf(reading.failure);
    const invalid = [...reading.links.invalid, ...(redirect.invalid ?? [])];
    this.#write(
      { ...visit, hasCookie },
      {
        ...this.#frame(visit, response.status, failure ?? redirect.failure),
        bytes: reading.bytes,
        ...(type !== undefined && { type }),
        ...(reading.truncated && { truncated: true }),
        ...(redirect.location !== undefined && { location: redirect.location }),
        ...(visit.via.length > 0 && { via: visit.via }),
        links: redirect.location === undefined ? reading.links.urls : [redirect.location],
        ...(invalid.length > 0 && { invalid }),
      },
    );
  }

  #rejected(error: unknown): void {
    const visit = this.#visits.get(error as Error);
    // Stopped before it was sent: it has no line, and a resumed crawl finds it again.
    if (visit === undefined) return;
    const { via } = visit;
    const frame = this.#frame(visit, null, failureOf(error));
    this.#write(visit, { ...frame, bytes: 0, ...(via.length > 0 && { via }), links: [] });
  }

  #frame({ url, from, depth }: Visit & object, status: number | null, failure: Failure | undefined) {
    const { code = null, message } = failure ?? {};
    return { url, status, error: code, ...(message !== undefined && { message }), from, depth, ms: 0 };
  }

  #write(visit: Visit, given: PageLine): void {
    const sent = this.#sent.get(visit.url);
    const line = { ...given, ms: sent === undefined ? 0 : Math.round(10 * (this.#clock.now() - sent)) / 10 };
    this.#options.journal.append(line);
    this.#summary.add(line);
    this.#frontier.found(line);
    if (this.#sent.delete(visit.url)) this.#running -= 1;
    const next = this.#stop.signal.aborted ? undefined : this.#frontier.redirect(line);
    if (next !== undefined) this.#add({ ...next, hasCookie: visit.hasCookie === true });
    this.#frontier.settled(visit, line);
    this.#feed();
    this.#options.onPage?.(line);
    if (this.#stop.signal.aborted && this.#running === 0) this.#pool.cancel(this.#stopped);
  }
}
