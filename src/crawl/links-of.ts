/** The links of a page, for the `visit` of a crawl that somebody writes: `readPage` with fewer questions. */
import type { HttpResponse } from '../message/response.ts';
import { bareRecord } from '../options/option-record.ts';
import type { Found } from './frontier.ts';
import { readPage } from './read-page.ts';

/** Which references of a page count as links, and how much of it is read. */
export interface LinksOptions {
  /** Whether what a browser would load counts: images, scripts, style sheets. Default `false`. */
  readonly assets?: boolean | undefined;
  /** Bytes of the page that are read. Default 10 000 000. */
  readonly maxBytes?: number | undefined;
  /** The product token that robots rules of the page may name. Default `sluice`. */
  readonly agent?: string | undefined;
}

const TEN_MB = 10_000_000;

/**
 * Where an HTML page leads: absolute http(s) URLs, each once. None for what is no HTML, is no success, or asks that
 * its links be not followed (`robots` meta element, `X-Robots-Tag`). Links to other sites are among them: a crawl that
 * is to stay on a site filters them.
 * @throws what cut the page short
 */
export async function linksOf(response: HttpResponse, options: LinksOptions = {}): Promise<Found[]> {
  const { assets = false, maxBytes = TEN_MB, agent = 'sluice' } = bareRecord(options);
  const reading = await readPage(response, response.url, { maxBytes, assets, agent });
  if (reading.failure !== undefined) throw reading.failure;
  return reading.links.urls.map((url) => ({ url }));
}
