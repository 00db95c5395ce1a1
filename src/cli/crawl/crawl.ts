/**
 * Walks sites through a `Pool`: the frontier says what is next, robots.txt whether and when, the pool how many at once,
 * and the journal keeps what became of each page.
 */
import { Client } from '../../client/client.ts';
import { isTransferError } from '../../message/errors.ts';
import { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { Pool } from '../../pool/pool.ts';
import type { PoolClient } from '../../pool/pool-options.ts';
import { VERSION } from '../../runtime/version.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { CrawlHeaders } from './credentials.ts';
import { Frontier, type Visit } from './frontier.ts';
import type { Journal } from './journal.ts';
import { type PageLine, REDIRECT_LOOP } from './page-line.ts';
import { locationOf, readPage } from './read-page.ts';
import { productToken } from './robots.ts';
import { RobotsGate } from './robots-gate.ts';
import { pageUrl, scopeOf } from './scope.ts';
import { type BrokenLink, brokenLinks, CrawlSummary } from './summary.ts';

export interface CrawlOptions {
  /** Where to start: absolute http(s) URLs. Their hosts are in scope. */
  readonly urls: readonly string[];
  readonly journal: Journal;
  /** Other hosts in scope: `name` on every port, or `name:port`. Default none. */
  readonly hosts?: readonly string[];
  /** Links from a start. Default no limit. */
  readonly depth?: number;
  /** Pages in all, those already in the journal included. Default no limit. */
  readonly limit?: number;
  /** Default 10. */
  readonly concurrency?: number | 'auto';
  readonly perHost?: number | 'auto' | undefined;
  /** Milliseconds from one request of a host until the next. Default 0; a longer `Crawl-delay` wins. */
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
  /** Sends the requests. Default one of its own, closed at the end. */
  readonly client?: Client;
  readonly clock?: Clock;
  /** Told each page, when its line is in the journal. */
  readonly onPage?: (line: PageLine) => void;
}

export interface CrawlResult {
  readonly summary: CrawlSummary;
  /** By URL. */
  readonly broken: readonly BrokenLink[];
  /** Whether it was stopped before its end. */
  readonly stopped: boolean;
}

/** Visits that the pool may hold beside those that run, so that it finds work for each host. */
const WAITING = 1000;
const MOST_REDIRECTS = 10;
const MINUTE = 60_000;
const TEN_MB = 10_000_000;
const ACCEPT = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5';

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
  /** Why the pool was cancelled, when it was by us. */
  readonly #stopped = new Error('the crawl was stopped');
  /** The visit of a request, a response or an error. */
  readonly #visits = new WeakMap<object, Visit>();
  /** When a visit was sent, in milliseconds of the clock. */
  readonly #sent = new WeakMap<Visit, number>();
  /** Given to the pool and not settled. */
  #pending = 0;
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
    this.#client = (options.client ?? this.#owned!).extend({ headers: this.#headers.common });
    this.#frontier = new Frontier({ journal, starts, depth, limit, inScope });
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
    const headers = (url: string) => this.#headers.secretFor(url);
    const signal = this.#stop.signal;
    return new RobotsGate({ client: this.#client, agent: this.#agent, headers, clock: this.#clock, signal });
  }

  #newPool(): Pool {
    const { concurrency = 10, perHost, interval = 0, timeout = MINUTE, retry = 0 } = this.#options;
    const client: PoolClient = {
      request: (method, uri, options) => this.#client.request(method, uri, options),
      send: (request, options) => this.#send(request, options),
    };
    return new Pool(client, [], {
      concurrency,
      perHost: perHost === undefined && interval === 0 ? null : { concurrency: perHost, interval, maxWaiting: WAITING },
      options: { stream: true, httpErrors: false, allowRedirects: false, timeout, retry },
      fulfilled: (response) => this.#fulfilled(response),
      rejected: (error) => this.#rejected(error),
      clock: this.#clock,
    });
  }

  /** Gives the pool the next pages, a bounded number of them: the others stay in the journal. */
  #feed(): void {
    while (this.#pending < WAITING && !this.#stop.signal.aborted) {
      const visit = this.#frontier.next();
      if (visit === undefined) return;
      this.#add(visit);
    }
  }

  #add(visit: Visit): void {
    const request = new HttpRequest('GET', visit.url);
    this.#visits.set(request, visit);
    this.#pending += 1;
    this.#pool.add(request);
  }

  async #send(request: HttpRequest, options: RequestOptions | undefined): Promise<HttpResponse> {
    const visit = this.#visits.get(request)!;
    try {
      await this.#gate?.pass(request);
      this.#stop.signal.throwIfAborted();
      this.#running += 1;
      this.#sent.set(visit, this.#clock.now());
      const headers = this.#headers.secretFor(request.url);
      const response = await this.#client.send(request, headers === undefined ? options : { ...options, headers });
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
    const redirect = redirectTo(locationOf(response), visit);
    const failure = reading.failure === undefined ? undefined : failureOf(reading.failure);
    const invalid = [...reading.links.invalid, ...(redirect.invalid ?? [])];
    this.#write(visit, {
      ...this.#frame(visit, response.status, failure ?? redirect.failure),
      bytes: reading.bytes,
      ...(type !== undefined && { type }),
      ...(reading.truncated && { truncated: true }),
      ...(redirect.location !== undefined && { location: redirect.location }),
      ...(visit.via.length > 0 && { via: visit.via }),
      links: redirect.location === undefined ? reading.links.urls : [redirect.location],
      ...(invalid.length > 0 && { invalid }),
    });
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
    const sent = this.#sent.get(visit);
    const line = { ...given, ms: sent === undefined ? 0 : Math.round(10 * (this.#clock.now() - sent)) / 10 };
    this.#options.journal.append(line);
    this.#summary.add(line);
    this.#frontier.found(line);
    if (sent !== undefined) this.#running -= 1;
    this.#pending -= 1;
    const next = this.#stop.signal.aborted ? undefined : this.#frontier.redirect(line);
    if (next !== undefined) this.#add(next);
    this.#frontier.settled(visit);
    this.#feed();
    this.#options.onPage?.(line);
    if (this.#stop.signal.aborted && this.#running === 0) this.#pool.cancel(this.#stopped);
  }
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

function failureOf(error: unknown): Failure {
  const { name, message } = error as Error;
  return { code: isTransferError(error) ? error.code : name, message };
}

function redirectTo(
  reference: string | undefined,
  { url, via }: Visit,
): { location?: string; failure?: Failure; invalid?: string[] } {
  if (reference === undefined) return {};
  const location = pageUrl(reference, url);
  if (location === undefined) return URL.canParse(reference, url) ? {} : { invalid: [reference.slice(0, 200)] };
  if (location !== url && !via.includes(location) && via.length < MOST_REDIRECTS) return { location };
  const message = via.length < MOST_REDIRECTS ? 'the redirect leads back to where it came from' : 'too many redirects';
  return { failure: { code: REDIRECT_LOOP, message } };
}

function startUrl(url: string): string {
  const start = pageUrl(url, url);
  if (start === undefined) throw new TypeError(`a crawl starts at an absolute http(s) URL, got ${JSON.stringify(url)}`);
  return start;
}

/** The caller's own win, whatever the case of their names. */
function headersOf({ headers = [] }: CrawlOptions): Record<string, string> {
  const all: Record<string, string> = Object.create(null);
  for (const [name, value] of [['User-Agent', `sluice/${VERSION}`], ['Accept', ACCEPT], ...headers] as const) {
    const known = Object.keys(all).find((one) => one.toLowerCase() === name.toLowerCase());
    all[known ?? name] = value;
  }
  return all;
}
