/**
 * Links whose fragment is on no place of their page. They are known only at the end, since the page may come after the
 * link: each step is a walk over the journal.
 */
import { percentDecoded } from '../../message/percent-decoded.ts';
import type { Journal } from './journal.ts';

export interface BrokenFragment {
  /** With the fragment. */
  readonly url: string;
  /** Pages that link to it, the first ones. */
  readonly pages: readonly string[];
  readonly count: number;
}

interface Wanted {
  readonly url: string;
  readonly fragment: string;
  readonly pages: string[];
  count: number;
}

const MOST_WANTED = 200_000;
const MOST_NAMED = 20;
/** Steps of redirects that a fragment is carried over. */
const MOST_STEPS = 10;

/** By URL. */
export function brokenFragments(journal: Journal): BrokenFragment[] {
  let wanted = wantedOf(journal);
  const broken: Wanted[] = [];
  for (let step = 0; step < MOST_STEPS && wanted.size > 0; step += 1) {
    const next = new Map<string, Wanted[]>();
    for (const { url, ids, location } of journal.reader()) {
      const here = wanted.get(url);
      if (here === undefined) continue;
      // RFC 9110 section 10.2.2: a target without a fragment inherits that of the link.
      if (location !== undefined) next.set(location, [...(next.get(location) ?? []), ...here]);
      else if (ids !== undefined) broken.push(...missing(here, new Set(ids)));
    }
    wanted = next;
  }
  return broken.map(({ url, pages, count }) => ({ url, pages, count })).sort((a, b) => (a.url < b.url ? -1 : 1));
}

/** By page. */
function wantedOf(journal: Journal): Map<string, Wanted[]> {
  const all = new Map<string, Wanted>();
  for (const { url: page, fragments = [] } of journal.reader()) {
    for (const url of fragments) {
      const known = all.get(url);
      if (known !== undefined) {
        known.count += 1;
        if (known.pages.length < MOST_NAMED) known.pages.push(page);
      } else if (all.size < MOST_WANTED) {
        const fragment = url.slice(url.indexOf('#') + 1);
        all.set(url, { url, fragment, pages: [page], count: 1 });
      }
    }
  }
  const byPage = new Map<string, Wanted[]>();
  for (const wanted of all.values()) {
    const page = wanted.url.slice(0, wanted.url.indexOf('#'));
    const list = byPage.get(page);
    if (list === undefined) byPage.set(page, [wanted]);
    else list.push(wanted);
  }
  return byPage;
}

/** HTML, find a potential indicated element: as it stands, then decoded; the empty one and `top` are the top. */
function missing(wanted: readonly Wanted[], ids: ReadonlySet<string>): Wanted[] {
  return wanted.filter(({ fragment }) => {
    // A text fragment is for the browser's eyes.
    const name = fragment.split(':~:', 1)[0]!;
    const decoded = percentDecoded(name);
    return name !== '' && !ids.has(name) && !ids.has(decoded) && decoded.toLowerCase() !== 'top';
  });
}
