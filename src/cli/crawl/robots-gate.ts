/** Lets a crawl through where robots.txt does, and no faster than it asks. Each robots.txt is fetched once. */

import { DelayQueue } from '../../call/delay-queue.ts';
import type { Client } from '../../client/client.ts';
import { isRedirectError, isTransferError, RequestError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { originOf } from '../../message/uri.ts';
import type { Clock } from '../../time/clock.ts';
import { raceAbort } from '../../time/stop.ts';
import { ROBOTS_DISALLOWED, ROBOTS_UNREACHABLE } from './page-line.ts';
import { ROBOTS_BYTES, type RobotsAnswer, type RobotsRules, robotsRules } from './robots.ts';

export interface RobotsGateOptions {
  readonly client: Client;
  /** The product token that the rules are looked up by. */
  readonly agent: string;
  /** What only the origin of the URL is sent. */
  headers(url: string): Readonly<Record<string, string>> | undefined;
  readonly clock: Clock;
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

interface Site {
  readonly rules: Promise<RobotsRules>;
  /** When the next request may be sent, in milliseconds of the clock. */
  nextAt: number;
}

const TIMEOUT = '30s';

export class RobotsGate {
  readonly #options: RobotsGateOptions;
  readonly #queue: DelayQueue;
  readonly #sites = new Map<string, Site>();

  constructor(options: RobotsGateOptions) {
    this.#options = options;
    this.#queue = new DelayQueue({ clock: options.clock });
  }

  /**
   * Resolves when the request may be sent.
   * @throws RequestError (`ERR_ROBOTS_DISALLOWED`, `ERR_ROBOTS_UNREACHABLE`) when it may not, the signal's reason
   */
  async pass(request: HttpRequest): Promise<void> {
    const { signal, clock } = this.#options;
    const site = this.#site(originOf(request.url));
    const rules = await raceAbort(site.rules, signal);
    if (rules.unreachable !== undefined) {
      const fact = `${rules.unreachable}, so that nothing may be fetched (RFC 9309 section 2.3.1.4)`;
      throw new RequestError(fact, { request, code: ROBOTS_UNREACHABLE });
    }
    if (!rules.isAllowed(request.url)) {
      throw new RequestError('robots.txt does not allow it', { request, code: ROBOTS_DISALLOWED });
    }
    if (rules.crawlDelay === 0) return;
    const now = clock.now();
    const at = Math.max(now, site.nextAt);
    site.nextAt = at + rules.crawlDelay;
    if (at > now) await this.#queue.add(Math.ceil(at - now), () => undefined, { signal });
  }

  #site(origin: string): Site {
    let site = this.#sites.get(origin);
    if (site === undefined) {
      site = { rules: this.#fetch(`${origin}/robots.txt`), nextAt: 0 };
      this.#sites.set(origin, site);
    }
    return site;
  }

  async #fetch(url: string): Promise<RobotsRules> {
    return robotsRules(await this.#ask(url), this.#options.agent);
  }

  async #ask(url: string): Promise<RobotsAnswer> {
    const { client, signal } = this.#options;
    const headers = this.#options.headers(url);
    try {
      const response = await client.get(url, {
        ...(headers !== undefined && { headers }),
        // RFC 9309 §2.3.1.2: five redirects at least, to other hosts too.
        allowRedirects: { max: 5 },
        httpErrors: false,
        stream: true,
        timeout: TIMEOUT,
        signal,
      });
      const { status, ok } = response;
      if (ok) return { status, text: await beginningOf(response) };
      await response.discard();
      return { status, text: '' };
    } catch (error) {
      if (isRedirectError(error)) return { status: error.response.status, text: '' };
      return { status: undefined, text: '', failure: isTransferError(error) ? error.code : (error as Error).name };
    }
  }
}

/** What counts of the file: a longer one is not read to its end, and a line that is cut there is none. */
async function beginningOf(response: HttpResponse): Promise<string> {
  // RFC 9309 §2.3: UTF-8, whatever the Content-Type says.
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
