/**
 * Which stored answers the answer to another request invalidates (RFC 9111 section 4.4, RFC 9875 section 3,
 * Clear-Site-Data).
 */
import { clockOfCall } from '../call/call-clock.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import { keyUrl } from './cache-key.ts';
import { tellOf } from './inquiry.ts';
import type { StoredAnswers } from './stored-answers.ts';
import { parseStrings } from './targeted.ts';

/** Methods that change nothing (RFC 9110 section 9.2.1, and those registered as safe). Any other may have. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'REPORT', 'SEARCH']);

export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

/** URLs, without their fragments, whose stored answers are over: the target and what it points to on the same origin. */
export function invalidated(request: HttpRequest, response: HttpResponse): string[] {
  if (isSafe(request.method) || response.status < 200 || response.status >= 400) return [];
  const target = keyUrl(request.url);
  const found = new Set([target]);
  for (const name of ['location', 'content-location']) {
    for (const reference of response.headers.getAll(name)) {
      const url = resolved(reference, target);
      if (url !== undefined) found.add(url);
    }
  }
  return [...found];
}

/** Another origin cannot be made to forget (RFC 9111 section 4.4). */
function resolved(reference: string, target: string): string | undefined {
  try {
    const url = new URL(reference, target);
    return url.origin === new URL(target).origin ? keyUrl(url.href) : undefined;
  } catch {
    return undefined;
  }
}

/** Takes out of the store what an answer of the origin invalidates. */
export async function forgetAfter(
  answers: StoredAnswers,
  request: HttpRequest,
  response: HttpResponse,
  options: RequestOptions,
): Promise<void> {
  const isUnsafe = !isSafe(request.method);
  if (!isUnsafe && !response.headers.has('clear-site-data')) return;
  const clock = clockOfCall(request, options);
  const tell = tellOf(options);
  if (clearsSite(response)) await answers.clear(new URL(request.url).origin, clock, tell);
  const urls = invalidated(request, response);
  for (const url of urls) await answers.purge(url, clock, tell);
  if (urls.length === 0) return;
  // RFC 9875 section 3: of the same origin, and by unsafe methods alone.
  const groups = parseStrings(response.headers.getAll('cache-group-invalidation'));
  if (groups.length > 0) await answers.invalidate(groups, new URL(request.url).origin, clock, tell);
}

/** Whether the origin asks for everything to be taken out that is stored of it (`Clear-Site-Data: "cache"`). */
function clearsSite(response: HttpResponse): boolean {
  return parseStrings(response.headers.getAll('clear-site-data')).some((one) => one === 'cache' || one === '*');
}
