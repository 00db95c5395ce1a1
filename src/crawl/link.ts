/**
 * A URL that waits in a frontier, with everything that was left out filled in: the one door for starts and for what
 * pages lead to.
 */

import { own } from '../message/own.ts';
import { maskUrl } from '../message/redact.ts';
import { targetOf } from '../message/uri.ts';
import type { Found, Priority, Visit } from './frontier.ts';
import { pageUrl } from './page-url.ts';

export interface Link {
  readonly url: string;
  /** What it is known by. */
  readonly key: string;
  readonly depth: number;
  readonly priority: Priority;
  readonly data: unknown;
  readonly from: string | null;
}

/** Name and port, the port only when it is not the scheme's: as a pool tells hosts apart. */
export function hostOf(url: string): string {
  return targetOf(url).host;
}

/** A start. @throws TypeError for what is no absolute http(s) URL, or holds credentials */
export function startLink(found: Found): Link {
  const given: unknown = typeof found === 'object' && found !== null ? own(found, 'url') : found;
  const url = typeof given === 'string' ? pageUrl(given, given) : undefined;
  if (url === undefined || typeof found !== 'object') {
    const shown = typeof given === 'string' ? JSON.stringify(maskUrl(given)) : typeof given;
    throw new TypeError(`a frontier takes { url } with an absolute http(s) URL, got ${shown}`);
  }
  const { username, password } = new URL(given as string);
  if (username !== '' || password !== '') {
    throw new TypeError(
      `a frontier keeps no credentials; give them to the client as auth, and take them out of ${url}`,
    );
  }
  return linkOf(found, url, null, 0);
}

/** What a page links to; `undefined` for what is no http(s) URL. */
export function pageLink(found: Found, page: Pick<Visit, 'url' | 'depth'>): Link | undefined {
  const given: unknown = own(found, 'url');
  const url = typeof given === 'string' ? pageUrl(given, page.url) : undefined;
  return url === undefined ? undefined : linkOf(found, url, page.url, page.depth + 1);
}

function linkOf(found: Found, url: string, from: string | null, depth: number): Link {
  const priority: unknown = own(found, 'priority') ?? 1;
  if (priority !== 0 && priority !== 1 && priority !== 2) {
    throw new TypeError(`the priority of a URL is 0, 1 or 2, got ${shown(priority)}`);
  }
  const links: unknown = own(found, 'depth') ?? depth;
  if (!isDepth(links)) throw new TypeError(`the depth of a URL is a whole number from 0, got ${shown(links)}`);
  const key: unknown = own(found, 'key') ?? url;
  if (typeof key !== 'string') throw new TypeError(`the key of a URL is a string, got ${shown(key)}`);
  return {
    url,
    key,
    depth: links,
    priority,
    data: own(found, 'data'),
    from,
  };
}

function isDepth(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
}
