/**
 * Headers that fetch itself adds (WHATWG Fetch sections 4.1, 4.6 and 5.4), when neither the caller nor the client has
 * them.
 */
import type { HttpHeaders } from '../message/headers.ts';

/** A request is conditional, and so not for a cache between, with any of these. */
const CONDITIONS = ['if-modified-since', 'if-none-match', 'if-unmodified-since', 'if-match', 'if-range'];

/**
 * @param defaults the client's, over which the headers of a request win
 * @param isCached the client has a cache, which knows what to do with a condition
 */
export function fetchHeaders(request: Request, defaults: HttpHeaders, isCached: boolean): Headers {
  const headers = new Headers(request.headers);
  const add = (name: string, value: string) => {
    if (!headers.has(name) && !defaults.has(name)) headers.set(name, value);
  };
  add('accept', '*/*');
  const referrer = referrerOf(request);
  if (referrer !== '') headers.set('referer', referrer);
  if (request.cache === 'no-cache') add('cache-control', 'max-age=0');
  const isConditional = !isCached && request.cache === 'default' && CONDITIONS.some((name) => headers.has(name));
  if (isConditional || request.cache === 'no-store' || request.cache === 'reload') {
    add('pragma', 'no-cache');
    add('cache-control', 'no-cache');
  }
  return headers;
}

/** W3C Referrer Policy section 8.3; `''` for none. `about:client`, the default, is nobody where there is no page. */
function referrerOf({ referrer, referrerPolicy, url }: Request): string {
  if (referrer === '' || referrer === 'about:client' || referrerPolicy === 'no-referrer') return '';
  const from = new URL(referrer);
  const to = new URL(url);
  if (!from.protocol.startsWith('http')) return '';
  const full = `${from.origin}${from.pathname}${from.search}`;
  const origin = `${from.origin}/`;
  const isSame = from.origin === to.origin;
  const isDowngrade = from.protocol === 'https:' && to.protocol === 'http:';
  switch (referrerPolicy) {
    case 'unsafe-url':
      return full;
    case 'origin':
      return origin;
    case 'same-origin':
      return isSame ? full : '';
    case 'origin-when-cross-origin':
      return isSame ? full : origin;
    case 'strict-origin':
      return isDowngrade ? '' : origin;
    case 'no-referrer-when-downgrade':
      return isDowngrade ? '' : full;
    default:
      return isSame ? full : isDowngrade ? '' : origin;
  }
}
