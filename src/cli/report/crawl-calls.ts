/** Which lines of a crawl are one call: a page that redirects led to, behind them. */
import type { PageLine } from '../crawl/page-line.ts';

/** @returns places of lines, for each call of more than one */
export function crawlCalls(lines: readonly Pick<PageLine, 'url' | 'via' | 'location'>[]): number[][] {
  const redirects = new Map<string, number>();
  for (const [place, { url, location }] of lines.entries()) if (location !== undefined) redirects.set(url, place);
  const taken = new Set<number>();
  const calls: number[][] = [];
  // The longest chain first: a redirect on the way is a line too, with a `via` of its own.
  const ends = [...lines.keys()].filter((place) => (lines[place]!.via?.length ?? 0) > 0);
  ends.sort((a, b) => lines[b]!.via!.length - lines[a]!.via!.length);
  for (const end of ends) {
    if (taken.has(end)) continue;
    const way = lines[end]!.via!.map((url) => redirects.get(url)).filter((place) => place !== undefined);
    const call = [...way.filter((place) => place !== end && !taken.has(place)), end];
    if (call.length < 2) continue;
    for (const place of call) taken.add(place);
    calls.push(call);
  }
  return calls;
}
