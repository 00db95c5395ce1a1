/**
 * Which URLs a crawl may ask for: pages of its own hosts, which it reads, and links to others, which it only checks.
 */
import { type Trap, type TrapOptions, trapOf } from './traps.ts';
import { type UrlMatcher, urlMatcher } from './url-pattern.ts';

export interface HostPattern {
  readonly hostname: string;
  /** Every port without one. */
  readonly port: string | undefined;
}

const HOST = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?$/i;

const MOST_KNOWN = 1000;

/** `a.example` on every port, or `a.example:8080`; `undefined` when it is neither. */
export function hostPattern(text: string): HostPattern | undefined {
  const [, name, port] = HOST.exec(text) ?? [];
  if (name === undefined || (port !== undefined && Number(port) > 65_535)) return undefined;
  // By the URL parser, so that names are compared as they are dialled.
  const url = `http://${name}/`;
  return URL.canParse(url) ? { hostname: new URL(url).hostname, port: port && String(Number(port)) } : undefined;
}

/** Answers whether a canonical URL is to be fetched: it is on a host of the start URLs, or on one of `hosts`. */
export function scopeOf(starts: readonly string[], hosts: readonly string[]): (url: string) => boolean {
  const own = new Set(starts.map((start) => siteOf(new URL(start))));
  const listed = hosts.map(hostPattern).filter((pattern) => pattern !== undefined);
  const isIn = (url: URL) =>
    own.has(siteOf(url)) ||
    listed.some(({ hostname, port }) => url.hostname === hostname && (port === undefined || portOf(url) === port));
  /** By origin: it is asked for each link several times, and most are on one site. */
  const known = new Map<string, boolean>();
  // No URL begins so.
  let last = { prefix: '\n', answer: false };
  return (text) => {
    if (text.startsWith(last.prefix)) return last.answer;
    const origin = text.slice(0, text.indexOf('/', 8));
    let answer = known.get(origin);
    if (answer === undefined) {
      if (known.size >= MOST_KNOWN) known.clear();
      answer = isIn(new URL(text));
      known.set(origin, answer);
    }
    last = { prefix: `${origin}/`, answer };
    return answer;
  };
}

export interface ScopeOptions {
  /** Canonical. */
  readonly starts: readonly string[];
  readonly hosts: readonly string[];
  /** Patterns of which one must fit; none for all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Whether links to other hosts are checked. */
  readonly external: boolean;
  readonly traps: TrapOptions;
}

export class CrawlScope {
  /** Whether the URL is on a host of the crawl. */
  readonly isOwn: (url: string) => boolean;
  readonly #options: ScopeOptions;
  readonly #include: readonly UrlMatcher[];
  readonly #exclude: readonly UrlMatcher[];

  constructor(options: ScopeOptions) {
    this.#options = options;
    this.isOwn = scopeOf(options.starts, options.hosts);
    this.#include = options.include.map(urlMatcher);
    this.#exclude = options.exclude.map(urlMatcher);
  }

  /** Whether the page is fetched for what it links to. */
  isPage(url: string): boolean {
    if (!this.isOwn(url) || this.trapOf(url) !== undefined) return false;
    if (this.#include.length === 0 && this.#exclude.length === 0) return true;
    return this.#isIncluded(new URL(url)) && !this.#isExcluded(new URL(url));
  }

  /** Whether it is only looked whether the link works. */
  isExternal(url: string): boolean {
    return this.#options.external && !this.isOwn(url) && !this.#isExcluded(new URL(url));
  }

  /** Why a URL of the crawl's hosts looks like one of an endless number. */
  trapOf(url: string): Trap | undefined {
    return trapOf(url, this.#options.traps);
  }

  #isIncluded(url: URL): boolean {
    return this.#include.length === 0 || this.#include.some((fits) => fits(url));
  }

  #isExcluded(url: URL): boolean {
    return this.#exclude.some((fits) => fits(url));
  }
}

/** Host and port, the port only when it is not the scheme's: http and https of one host are one site. */
function siteOf(url: URL): string {
  return url.host;
}

function portOf(url: URL): string {
  return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
}
