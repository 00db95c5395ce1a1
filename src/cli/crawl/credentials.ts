/**
 * Which headers of a crawl go to whom: what is secret stays with the scheme, host and port of the given URLs, however
 * many other hosts the crawl asks.
 */
import { isSecretHeader } from '../../message/redact.ts';

export type HeaderRecord = Readonly<Record<string, string>>;

/** A header for one host: `name`, on every port, or `name:port`. */
export interface HostHeader {
  readonly host: string;
  readonly name: string;
  readonly value: string;
}

export class CrawlHeaders {
  /** For everybody. */
  readonly common: HeaderRecord;
  readonly #secret: HeaderRecord;
  /** By origin; of each its own `user:password@`. */
  readonly #own = new Map<string, HeaderRecord>();
  readonly #ofHosts: readonly HostHeader[];

  /** @param urls the given URLs, whose userinfo is sent as Basic credentials unless there are others */
  constructor(urls: readonly string[], headers: HeaderRecord, ofHosts: readonly HostHeader[] = []) {
    this.#ofHosts = ofHosts;
    const entries = Object.entries(headers);
    this.common = recordOf(entries.filter(([name]) => !isSecretHeader(name)));
    this.#secret = recordOf(entries.filter(([name]) => isSecretHeader(name)));
    for (const text of urls) {
      const url = new URL(text);
      this.#own.set(url.origin, { ...this.#own.get(url.origin), ...basicOf(url) });
    }
  }

  /** What only the origin of this URL is sent; `undefined` when there is nothing. */
  secretFor(url: string): HeaderRecord | undefined {
    const found = this.#ownOf(url);
    if (this.#ofHosts.length === 0) return found;
    const { hostname, host } = new URL(url);
    const more = this.#ofHosts.filter((one) => one.host === host || one.host === hostname);
    if (more.length === 0) return found;
    return { ...found, ...recordOf(more.map(({ name, value }) => [name, value] as const)) };
  }

  #ownOf(url: string): HeaderRecord | undefined {
    const own = this.#own.get(new URL(url).origin);
    if (own === undefined) return undefined;
    const hasOther = Object.keys(this.#secret).some((name) => name.toLowerCase() === 'authorization');
    const all = hasOther ? this.#secret : { ...own, ...this.#secret };
    return Object.keys(all).length === 0 ? undefined : all;
  }
}

/** Without a prototype: names of headers are the caller's. */
function recordOf(entries: readonly (readonly [string, string])[]): HeaderRecord {
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

function basicOf({ username, password }: URL): HeaderRecord {
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
