/** What a crawl does with a page: reads its links, and writes down what became of it. */
import type { Outcome, Visit } from '../../crawl/frontier.ts';
import { locationOf, readPage } from '../../crawl/read-page.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { Clock } from '../../time/clock.ts';
import type { PageLine } from './page-line.ts';
import { type Failure, failureOf, redirectTo } from './redirects.ts';
import { type PageVisit, pageVisit } from './visit.ts';

export interface VisitorOptions {
  readonly maxBytes: number;
  readonly assets: boolean;
  readonly cookies: boolean;
  /** The product token. */
  readonly agent: string;
  readonly clock: Clock;
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

  async visit(response: HttpResponse, given: Visit): Promise<Outcome & { readonly line: PageLine }> {
    const visit = pageVisit(given);
    const { maxBytes, assets, agent, cookies } = this.#options;
    const type = response.headers.get('content-type') ?? undefined;
    const reading = await readPage(response, visit.url, { maxBytes, assets, agent });
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
      links: redirect.location === undefined ? reading.links.urls : [redirect.location],
      ...(invalid.length > 0 && { invalid }),
    };
    return { line };
  }

  failed(error: unknown, given: Visit): Outcome & { readonly line: PageLine } {
    const visit = pageVisit(given);
    const { via } = visit;
    const frame = this.#frame(visit, null, failureOf(error));
    return { line: { ...frame, bytes: 0, ...(via.length > 0 && { via }), links: [] }, failed: true };
  }

  #frame({ url, from, depth }: PageVisit, status: number | null, failure: Failure | undefined) {
    const { code = null, message } = failure ?? {};
    const sent = this.#sent.get(url);
    this.#sent.delete(url);
    const ms = sent === undefined ? 0 : Math.round(10 * (this.#options.clock.now() - sent)) / 10;
    return { url, status, error: code, ...(message !== undefined && { message }), from, depth, ms };
  }
}
