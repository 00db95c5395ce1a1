/**
 * Where the redirects of a crawl lead, and what their failures and others are called. The crawl follows none itself:
 * each is a page, so that a link to it can be told.
 */

import { pageUrl } from '../../crawl/page-url.ts';
import { ROBOTS_UNREACHABLE } from '../../crawl/robots.ts';
import { isNetworkError, isTransferError } from '../../message/errors.ts';
import { REDIRECT_LOOP } from './page-line.ts';
import type { PageVisit } from './visit.ts';

const MOST_REDIRECTS = 10;

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export function failureOf(error: unknown): Failure {
  const { name, message } = error as Error;
  return { code: isTransferError(error) ? error.code : name, message };
}

/** Why the host of a page is dead, when asking for its robots.txt has shown that. */
export function deadHost(error: unknown): unknown {
  if (!isTransferError(error) || error.code !== ROBOTS_UNREACHABLE) return undefined;
  return isNetworkError(error.cause) ? error.cause : undefined;
}

export function redirectTo(
  reference: string | undefined,
  { url, via, hasCookie = false }: PageVisit,
): { location?: string; failure?: Failure; invalid?: string[] } {
  if (reference === undefined) return {};
  const location = pageUrl(reference, url);
  if (location === undefined) return URL.canParse(reference, url) ? {} : { invalid: [reference.slice(0, 200)] };
  // With a cookie that was set on the way, the same page may answer otherwise.
  const isNew = location !== url && !via.includes(location);
  if ((isNew || hasCookie) && via.length < MOST_REDIRECTS) return { location };
  const message = via.length < MOST_REDIRECTS ? 'the redirect leads back to where it came from' : 'too many redirects';
  return { failure: { code: REDIRECT_LOOP, message } };
}
