/**
 * The one form of the URLs of pages: two links that RFC 3986 calls equal must be one page. Asked for every link of
 * every page, so that most go through without a parser.
 */
import { isCanonical } from '../message/uri.ts';

/** An escape, unless half of another one stands before it. */
const ESCAPE = /(?<!%[\da-f]?)%([\da-f]{2})/gi;

/** A path, and a query, that every parser leaves as they are. */
const PLAIN_PATH =
  /^\/(?:[\w~!$&()*+,;=:@-][\w.~!$&()*+,;=:@-]*(?:\/[\w~!$&()*+,;=:@-][\w.~!$&()*+,;=:@-]*)*\/?)?(?:\?[\w.~!$&()*+,;=:@/?-]*)?$/;

/**
 * What is asked for a reference found on a page: absolute, no fragment, no userinfo, in the one form of those that are
 * equal. `undefined`: not http(s), or no URL.
 */
export function pageUrl(reference: string, base: string): string | undefined {
  return plainUrl(reference, base) ?? parsedUrl(reference, base);
}

/** Most links are in that form as they stand, for which no parser needs to run. */
function plainUrl(reference: string, base: string): string | undefined {
  if (PLAIN_PATH.test(reference)) {
    const end = base.indexOf('/', 8);
    return end !== -1 && isCanonical(base) ? base.slice(0, end) + reference : undefined;
  }
  return !reference.includes('%') && isCanonical(reference) ? reference : undefined;
}

function parsedUrl(reference: string, base: string): string | undefined {
  let url: URL;
  try {
    url = new URL(reference, base);
  } catch {
    return undefined;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.href.includes('#')) url.hash = '';
  // A page must not choose the credentials that are sent.
  if (url.href.includes('@')) {
    url.username = '';
    url.password = '';
  }
  return url.href.includes('%') ? url.href.replace(ESCAPE, normalEscape) : url.href;
}

/** RFC 3986 section 6.2.2.1: upper case; section 6.2.2.2: what needs no escape has none. */
function normalEscape(escaped: string, digits: string): string {
  const character = String.fromCharCode(Number.parseInt(digits, 16));
  return /[\w.~-]/.test(character) ? character : escaped.toUpperCase();
}
