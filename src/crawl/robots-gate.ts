/**
 * Says whether robots.txt lets a visit of `crawl` through, once it was read. Each file is fetched once, in its host's
 * turn but outside the slots of the pool: one that hangs must keep no other host waiting.
 */
import pLimit from 'p-limit';
import { isConnectError, isTimeoutError, isTransferError, RequestError, TransferError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { originOf, targetOf } from '../message/uri.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { aside } from '../pool/aside.ts';
import type { PoolClient, PoolItem } from '../pool/pool-options.ts';
import type { SharedFacts } from './frontier.ts';
import { pageUrl } from './page-url.ts';
import { locationOf } from './read-page.ts';
import {
  type ConnectionFailure,
  ROBOTS_BYTES,
  ROBOTS_DISALLOWED,
  ROBOTS_UNREACHABLE,
  type RobotsAnswer,
  type RobotsRules,
  robotsRules,
} from './robots.ts';

export interface RobotsGateOptions {
  readonly client: PoolClient;
  /** The product token that the rules are looked up by. */
  readonly agent: string;
  /** Adds to the pool that the pages go through, so that all of a host's requests keep one pace. */
  add(item: PoolItem): void;
  /** Those of every request, with what is only for the URL: the file is asked for by the same way as a page. */
  options(url: string): RequestOptions;
  /** Where the workers of a crawl tell each other what a file says. */
  readonly shared?: SharedFacts | undefined;
  /** Ends what is asked for. */
  readonly signal: AbortSignal;
}

/** Told whether the request may be sent: `undefined`, or the reason why not. */
export type Verdict = (refusal: RequestError | undefined) => void;

interface Site {
  rules: RobotsRules | undefined;
  /** Those who want to know them. */
  waiting: (() => void)[];
}

/**
 * What is the file's own, whatever is asked for with the pages: a short text, of which the beginning counts. All its retries
 * have the same 30 seconds.
 */
const OWN: RequestOptions = {
  allowRedirects: false,
  httpErrors: false,
  stream: true,
  timeout: '30s',
  query: undefined,
  sink: undefined,
  decodeContent: undefined,
  maxResponseSize: undefined,
};
// RFC 9309 section 2.4: what was read holds for a day at most.
const DAY = 24 * 3_600_000;
const MINUTE = 60_000;
// RFC 9309 section 2.3.1.2: five redirects at least, to other hosts too.
const MOST_REDIRECTS = 5;
/** Files that are fetched at a time: they take no slot of the pool, and there may be many hosts. */
const MOST_AT_ONCE = 100;

export class RobotsGate {
  readonly #options: RobotsGateOptions;
  readonly #limit = pLimit(MOST_AT_ONCE);
  /** By origin. */
  readonly #sites = new Map<string, Site>();
  /** Milliseconds of `Crawl-delay`, by host. */
  readonly #delays = new Map<string, number>();

  constructor(options: RobotsGateOptions) {
    this.#options = options;
  }

  /** Milliseconds from an answer of the host until its next request; 0 when its robots.txt does not say. */
  delayOf(host: string): number {
    return this.#delays.get(host) ?? 0;
  }

  /** Tells the verdict, at once when the rules are known. The refusal is `ERR_ROBOTS_DISALLOWED` or `_UNREACHABLE`. */
  pass(request: HttpRequest, tell: Verdict): void {
    const origin = originOf(request.url);
    let site = this.#sites.get(origin);
    if (site === undefined) {
      site = { rules: undefined, waiting: [] };
      this.#sites.set(origin, site);
      this.#ask(site, origin, `${origin}/robots.txt`, 0);
    }
    const { rules } = site;
    if (rules !== undefined) tell(refusalOf(rules, request));
    else site.waiting.push(() => this.pass(request, tell));
  }

  /** A redirect is a request of its own, in the turn of the host it leads to. */
  #ask(site: Site, origin: string, url: string, redirects: number): void {
    let next: string | undefined;
    const task = async () => {
      const told = redirects === 0 ? await this.#told(origin) : undefined;
      if (told !== undefined) return this.#learn(site, origin, told);
      const { location, connection, ...rest } = await this.#limit(() => this.#fetch(url));
      // A redirect may lead to another host: its being dead says nothing of the one that answered.
      const answer = connection !== undefined && redirects === 0 ? { ...rest, connection } : rest;
      next = redirects < MOST_REDIRECTS ? location : undefined;
      if (next !== undefined) return;
      this.#learn(site, origin, answer);
      await this.#tell(origin, answer);
    };
    const done = () => {
      if (this.#options.signal.aborted) return;
      if (next !== undefined) this.#ask(site, origin, next, redirects + 1);
      else for (const pass of site.waiting.splice(0)) pass();
    };
    this.#options.add(aside(url, task, done));
  }

  #learn(site: Site, origin: string, answer: RobotsAnswer): void {
    site.rules = robotsRules(answer, this.#options.agent);
    const { host } = targetOf(`${origin}/`);
    const delay = Math.max(this.delayOf(host), site.rules.crawlDelay);
    if (delay > 0) this.#delays.set(host, delay);
  }

  /** What another worker of the crawl has read. */
  async #told(origin: string): Promise<RobotsAnswer | undefined> {
    const text = await this.#options.shared?.get(`robots:${origin}`);
    return text === undefined ? undefined : (JSON.parse(text) as RobotsAnswer);
  }

  async #tell(origin: string, answer: RobotsAnswer): Promise<void> {
    if (NOT_THEIRS.test(answer.failure ?? '')) return;
    const isRead = answer.status !== undefined && answer.status < 500;
    await this.#options.shared?.set(`robots:${origin}`, JSON.stringify(answer), isRead ? DAY : MINUTE);
  }

  async #fetch(url: string): Promise<RobotsAnswer & { readonly location?: string | undefined }> {
    const { client, signal } = this.#options;
    const options = extendOptions(this.#options.options(url), { ...OWN, signal });
    try {
      const response = await client.request('GET', url, options);
      const { status, ok } = response;
      if (ok) return { status, text: await beginningOf(response) };
      await response.discard();
      return { status, text: '', location: pageUrl(locationOf(response) ?? 'none:', url) };
    } catch (error) {
      const connection = connectionFailure(error);
      return { status: undefined, text: '', failure: failureOf(error), ...(connection && { connection }) };
    }
  }
}

function refusalOf(rules: RobotsRules, request: HttpRequest): RequestError | undefined {
  if (rules.unreachable !== undefined) {
    const fact = `${rules.unreachable}, so that nothing may be fetched (RFC 9309 section 2.3.1.4)`;
    const { connection } = rules;
    const cause = connection && TransferError.fromJSON({ ...connection, attempts: 1, elapsed: 0 });
    return new RequestError(fact, { request, code: ROBOTS_UNREACHABLE, cause });
  }
  if (rules.isAllowed(request.url)) return undefined;
  return new RequestError('robots.txt does not allow it', { request, code: ROBOTS_DISALLOWED });
}

/** The code, and what happened in words: that the connection was refused, for one. */
function failureOf(error: unknown): string {
  const { name, message } = error as Error;
  return `${isTransferError(error) ? error.code : name}: ${message.split('\n', 1)[0]}`;
}

/** What this machine lacks says nothing of the host. */
const OUR_OWN: ReadonlySet<string> = new Set(['ERR_RESOURCES', 'ERR_LOCAL_ADDRESS']);
/** Of a failure in words: that of this worker's machine, or of its proxy, is none of the others'. */
const NOT_THEIRS = /^ERR_(?:RESOURCES|LOCAL_ADDRESS|PROXY(?:_[A-Z]+)?):/;

/** DNS, TCP or TLS failed: no page of the host would have been answered either. */
function connectionFailure(error: unknown): ConnectionFailure | undefined {
  const isDead = isConnectError(error) || (isTimeoutError(error) && error.phase === 'connect');
  if (!isDead || OUR_OWN.has(error.code)) return undefined;
  const { name, message, code } = error;
  return { name, message, code };
}

/** What counts of the file: a longer one is not read to its end, and a line that is cut there is none. */
async function beginningOf(response: HttpResponse): Promise<string> {
  // RFC 9309 section 2.3: UTF-8, whatever the Content-Type says.
  const decoder = new TextDecoder();
  let text = '';
  let left = ROBOTS_BYTES;
  for await (const chunk of response) {
    text += decoder.decode(chunk.subarray(0, left), { stream: true });
    left -= chunk.byteLength;
    if (left < 0) return text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
  }
  return text + decoder.decode();
}
