/** On which pages the broken links of a crawl are, and those that could not be checked, which takes more walks over the journal. */
import type { Journal } from './journal.ts';
import type { BrokenLink } from './summary.ts';

/** Pages and redirects that are named for a broken link. */
const MOST_NAMED = 20;
/** Redirects that are known to lead to a broken link. */
const MOST_REDIRECTS = 100_000;

type Pages = ReadonlyMap<string, BrokenLink>;

/** By URL: the pages given, with those that link to them. */
export function linksTo(wanted: Pages, journal: Journal): BrokenLink[] {
  if (wanted.size === 0) return [];
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
