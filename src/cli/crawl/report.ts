/** What a crawl says at its end, as a pure function. Secrets in the queries of URLs are masked. */

import { ROBOTS_DISALLOWED, ROBOTS_UNREACHABLE } from '../../crawl/robots.ts';
import { reasonPhrase } from '../../message/reason-phrases.ts';
import { maskUrl } from '../../message/redact.ts';
import { byteText, columns, plural, printable, timeText } from '../text/text-table.ts';
import type { BrokenFragment } from './broken-fragments.ts';
import { isProxyFailure } from './page-line.ts';
import type { BrokenLink, CrawlSummary } from './summary.ts';

/** Broken links, and invalid ones, that are shown; the file has all. */
const MOST_SHOWN = 50;
const MOST_PAGES = 5;
const MOST_HOSTS = 20;

export interface ReportOptions {
  /** Milliseconds of this run. */
  readonly elapsed: number;
  /** Pages of this run. */
  readonly fetched: number;
  /** Whether there is a file to go on from. Default `false`. */
  readonly isResumable?: boolean;
  /** Links whose fragment is on no place of their page. */
  readonly fragments?: readonly BrokenFragment[];
  /** Links that could not be checked. */
  readonly unchecked?: readonly BrokenLink[];
}

export function reportText(summary: CrawlSummary, broken: readonly BrokenLink[], options: ReportOptions): string {
  const blocks = [
    totals(summary, options),
    statuses(summary, options.isResumable ?? false),
    forbiddenBlock(summary),
    strayBlock(summary),
    slowest(summary),
    trapsBlock(summary),
    cutBlock(summary),
    redirectsBlock(summary),
    brokenBlock(summary, broken),
    uncheckedBlock(summary, options.unchecked ?? []),
    behindProxyBlock(summary, options.unchecked ?? []),
    fragmentsBlock(options.fragments ?? []),
    outsideFragmentsBlock(summary),
    invalidBlock(summary),
    outsideBlock(summary),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function totals({ pages, bytes }: CrawlSummary, { elapsed, fetched }: ReportOptions): string[] {
  const rate = elapsed > 0 ? `, ${((1000 * fetched) / elapsed).toFixed(1)} a second` : '';
  const earlier = pages > fetched ? `, ${pages - fetched} of them in earlier runs` : '';
  return [`${plural(pages, 'page')}${earlier}, ${byteText(bytes)}, ${timeText(elapsed)}${rate}`];
}

function statuses(summary: CrawlSummary, isResumable: boolean): string[] {
  if (summary.statuses.size === 0) return [];
  const sorted = [...summary.statuses].sort(([a], [b]) => (a < b ? -1 : 1));
  return ['statuses', ...columns(sorted.map(([label, count]) => [count, label, phraseOf(label, isResumable)]))];
}

function phraseOf(label: string, isResumable: boolean): string {
  const again = isResumable ? '; --resume asks again' : '';
  if (label === ROBOTS_DISALLOWED) return 'not fetched: robots.txt does not allow it';
  if (label === ROBOTS_UNREACHABLE) return `not fetched: robots.txt could not be read${again}`;
  if (isProxyFailure({ error: label })) return `not fetched: the proxy failed${again}`;
  return /^\d+$/.test(label) ? reasonPhrase(Number(label)) : '';
}

function slowest(summary: CrawlSummary): string[] {
  const rows = summary.slowest
    .filter(({ ms }) => ms > 0)
    .map(({ url, ms, status }) => [Math.round(ms), 'ms', status === null ? '-' : String(status), shown(url)]);
  return rows.length === 0 ? [] : ['slowest pages', ...columns(rows)];
}

function forbiddenBlock({ forbiddenStarts }: CrawlSummary): string[] {
  if (forbiddenStarts.count === 0) return [];
  const lines = forbiddenStarts.first.flatMap(({ url, message = '' }) => [
    `  ${shown(url)}`,
    `      ${printable(message)}`,
  ]);
  return ['not even the start was fetched', ...lines];
}

function strayBlock({ strayStarts }: CrawlSummary): string[] {
  if (strayStarts.count === 0) return [];
  const hosts = [...new Set(strayStarts.first.map(({ location }) => new URL(location).host))].join(',');
  const isOne = strayStarts.count === 1;
  const what = isOne ? 'a start leads to another host, which was' : 'starts lead to other hosts, which were';
  const title = `${what} not fetched; --hosts ${hosts} adds ${isOne ? 'it' : 'them'}`;
  return [
    title,
    ...strayStarts.first.flatMap(({ url, location }) => [`  ${shown(url)}`, `      to ${shown(location)}`]),
  ];
}

function brokenBlock({ broken, pages, failedStarts }: CrawlSummary, links: readonly BrokenLink[]): string[] {
  // Of pages that nobody has seen there is nothing to say.
  if (broken.count === 0) return failedStarts === pages ? [] : ['no broken links'];
  return linksBlock('broken links', broken.count, links);
}

/** No failure: that they are broken is as little known as that they work. */
function uncheckedBlock({ unchecked }: CrawlSummary, links: readonly BrokenLink[]): string[] {
  const ofRobots = links.filter((link) => !isProxyFailure(link));
  return linksBlock('links not checked, because of a robots.txt', unchecked.count, ofRobots);
}

function behindProxyBlock({ behindProxy }: CrawlSummary, links: readonly BrokenLink[]): string[] {
  return linksBlock('links not checked, because the proxy failed', behindProxy.count, links.filter(isProxyFailure));
}

function linksBlock(title: string, count: number, links: readonly BrokenLink[]): string[] {
  if (count === 0) return [];
  return [`${title} (${count})`, ...links.slice(0, MOST_SHOWN).flatMap(brokenLines), ...more(count - MOST_SHOWN)];
}

function brokenLines({ url, status, error, message, pages, through, count }: BrokenLink): string[] {
  const what = printable(error ?? `${status} ${reasonPhrase(status ?? 0)}`.trim());
  const on = pages.slice(0, MOST_PAGES).map((page) => `      on ${shown(page)}`);
  if (count === 0) on.push('      a start of the crawl');
  if (count > MOST_PAGES) on.push(`      and on ${plural(count - MOST_PAGES, 'more page')}`);
  for (const redirect of through.slice(0, MOST_PAGES)) on.push(`      by way of ${shown(redirect)}`);
  const why = error === null || message === undefined ? [] : [`      ${printable(message.split('\n', 1)[0]!)}`];
  return [`  ${what}  ${shown(url)}`, ...why, ...on];
}

function fragmentsBlock(fragments: readonly BrokenFragment[]): string[] {
  if (fragments.length === 0) return [];
  const lines = fragments.slice(0, MOST_SHOWN).flatMap(({ url, pages, count }) => {
    const on = pages.slice(0, MOST_PAGES).map((page) => `      on ${shown(page)}`);
    if (count > MOST_PAGES) on.push(`      and on ${plural(count - MOST_PAGES, 'more page')}`);
    return [`  ${shown(url)}`, ...on];
  });
  return [
    `links to places that are not on their page (${fragments.length})`,
    ...lines,
    ...more(fragments.length - MOST_SHOWN),
  ];
}

function outsideFragmentsBlock({ outsideFragments }: CrawlSummary): string[] {
  if (outsideFragments === 0) return [];
  return [`links to places on pages of other hosts, of which only the page was checked (${outsideFragments})`];
}

/** A warning, and no failure: each link costs two requests, and may be written anew. */
function redirectsBlock({ redirects }: CrawlSummary): string[] {
  if (redirects.count === 0) return [];
  const lines = redirects.first
    .slice(0, MOST_SHOWN)
    .flatMap(({ url, status, location }) => [`  ${status}  ${shown(url)}`, `      to ${shown(location)}`]);
  return [`warning: links to redirects (${redirects.count})`, ...lines, ...more(redirects.count - MOST_SHOWN)];
}

function trapsBlock({ traps }: CrawlSummary): string[] {
  const [example] = traps.first;
  if (example === undefined) return [];
  const title = `links left alone, whose URLs repeat themselves or are too long (${traps.count}); --max-url and --max-repeats say when`;
  return [title, `  such as ${shown(example.slice(0, 200))}`];
}

/** A warning: what the rest leads to may be missing, and nobody would see that. */
function cutBlock({ cut }: CrawlSummary): string[] {
  if (cut.count === 0) return [];
  const lines = cut.first
    .slice(0, MOST_SHOWN)
    .map(
      ({ url, isSitemap }) =>
        `  ${shown(url)}  ${isSitemap ? 'a sitemap of more than 50 000 URLs or 50 MiB' : 'a page of more than --max-bytes'}`,
    );
  return [
    `warning: read only in part, links of the rest are not known (${cut.count})`,
    ...lines,
    ...more(cut.count - MOST_SHOWN),
  ];
}

function invalidBlock({ invalid }: CrawlSummary): string[] {
  if (invalid.count === 0) return [];
  const lines = invalid.first
    .slice(0, MOST_SHOWN)
    .map(({ page, reference }) => `  ${JSON.stringify(shown(reference))} on ${shown(page)}`);
  return [`links that are no URL (${invalid.count})`, ...lines, ...more(invalid.count - MOST_SHOWN)];
}

function outsideBlock({ outside }: CrawlSummary): string[] {
  if (outside.size === 0) return [];
  const sorted = [...outside].sort(([, a], [, b]) => b - a);
  const rows = sorted.slice(0, MOST_HOSTS).map(([host, count]) => [count, host]);
  return ['links to other hosts, not checked', ...columns(rows), ...more(sorted.length - MOST_HOSTS, 'host')];
}

function more(count: number, what = 'one'): string[] {
  if (count <= 0) return [];
  return [`  and ${what === 'one' ? `${count} more` : plural(count, `more ${what}`)}`];
}

function shown(url: string): string {
  return printable(maskUrl(url));
}
