/**
 * On which pages the links are that turned out broken, or could not be checked. Nobody keeps who links to whom while
 * the crawl runs: the journal has it, and is walked once more at the end.
 */
import type { Journal } from './journal.ts';
import type { BrokenLink } from './summary.ts';

/** Pages and redirects that are named for a broken link. */
const MOST_NAMED = 20;
/** Redirects that are known to lead to a broken link. */
const MOST_REDIRECTS = 100_000;

type Pages = ReadonlyMap<string, BrokenLink>;

/** By URL: the links given, with the pages that have them. */
export function linksTo(links: readonly BrokenLink[], journal: Journal): BrokenLink[] {
  if (links.length === 0) return [];
  const wanted: Pages = new Map(links.map((link) => [link.url, link]));
  const through = redirectsTo(wanted, journal);
  for (const { url, links, location } of journal.reader()) {
    // The link of a redirect is on the pages that link to the redirect.
    if (location !== undefined) continue;
    const found = new Set(links.map((link) => wanted.get(link) ?? through.get(link)));
    for (const broken of found) {
      if (broken === undefined) continue;
      broken.count += 1;
      if (broken.pages.length < MOST_NAMED) broken.pages.push(url);
    }
  }
  for (const [url, { through: named }] of through) if (named.length < MOST_NAMED) named.push(url);
  return [...wanted.values()].sort((a, b) => (a.url < b.url ? -1 : 1));
}

/** The redirects that lead to a broken page. Each walk finds those that are one step further away. */
function redirectsTo(broken: Pages, journal: Journal): Map<string, BrokenLink> {
  const through = new Map<string, BrokenLink>();
  for (let before = -1; before < through.size; ) {
    before = through.size;
    for (const { url, location } of journal.reader()) {
      if (location === undefined || broken.has(url) || through.has(url) || through.size >= MOST_REDIRECTS) continue;
      const target = broken.get(location) ?? through.get(location);
      if (target !== undefined) through.set(url, target);
    }
  }
  return through;
}
