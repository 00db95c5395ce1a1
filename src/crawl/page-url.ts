/** The one form of the URLs of pages. */

/** An escape, unless half of another one stands before it. */
const ESCAPE = /(?<!%[\da-f]?)%([\da-f]{2})/gi;

/**
 * What is asked for a reference found on a page: absolute, no fragment, no userinfo, in the one form of those that are
 * equal. `undefined`: not http(s), or no URL.
 */
export function pageUrl(reference: string, base: string): string | undefined {
  let url: URL;
  try {
    url = new URL(reference, base);
  } catch {
    return undefined;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.hash = '';
  // A page must not choose the credentials that are sent.
  url.username = '';
  url.password = '';
  return url.href.includes('%') ? url.href.replace(ESCAPE, normalEscape) : url.href;
}

/** RFC 3986 section 6.2.2.1: upper case; section 6.2.2.2: what needs no escape has none. */
function normalEscape(escaped: string, digits: string): string {
  const character = String.fromCharCode(Number.parseInt(digits, 16));
  return /[\w.~-]/.test(character) ? character : escaped.toUpperCase();
}
