/** Which of the URLs that a page led to are queued, as pure functions. `crawl` asks them before it settles a visit. */

import { own } from '../message/own.ts';
import type { HttpResponse } from '../message/response.ts';
import type { Found, Visit } from './frontier.ts';
import { pageUrl } from './page-url.ts';
import { locationOf } from './read-page.ts';

/** Those that are not too many links away from a start. */
export function withinDepth(found: Iterable<Found> | undefined, visit: Visit, depth: number): Found[] {
  const all = [...(found ?? [])];
  if (depth === Number.POSITIVE_INFINITY) return all;
  return all.filter((one) => (own(one, 'depth') ?? visit.depth + 1) <= depth);
}

/** Where a redirect leads, no link further away: from a start anywhere, and otherwise on the same host name. */
export function redirectFound(response: HttpResponse, { url, depth, data, from }: Visit): Found | undefined {
  const location = locationOf(response);
  const target = location === undefined ? undefined : pageUrl(location, url);
  if (target === undefined || (from !== null && new URL(target).hostname !== new URL(url).hostname)) return undefined;
  return { url: target, depth, data, priority: 0 };
}
