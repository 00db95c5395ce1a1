/**
 * Reads `Set-Cookie`. tough-cookie knows what we do not: the pair, the dates, and the public suffix list. The list is large
 * and only responses that set a cookie need it, so it is loaded then. The attributes are read here: a cookie of the library
 * takes those that a line leaves out from `Object.prototype`.
 */
import { expiryAfter, type SameSite, sameSiteOf } from './cookie.ts';
import { type CookieDraft, MAX_ATTRIBUTE_BYTES, MAX_SET_COOKIE_BYTES, type Refusal } from './cookie-policy.ts';

export interface CookieParser {
  /** Reads a `Set-Cookie` line (RFC 6265 section 5.2). @param now milliseconds since 1970 */
  parse(line: string, now: number): CookieDraft | Refusal;
  /** Whether anybody can register a name right below this one. */
  isPublicSuffix(domain: string): boolean;
}

type Library = typeof import('tough-cookie');

/** Set once the library is there; from then on parsing is synchronous. */
let loaded: CookieParser | undefined;

/** The parser if it is there already. */
export function cookieParser(): CookieParser | undefined {
  return loaded;
}

/** Loads the library with the public suffix list. Concurrent callers share the import. */
export async function loadCookieParser(): Promise<CookieParser> {
  loaded ??= parserOver(await import('tough-cookie'));
  return loaded;
}

// RFC 6265bis section 5.6: a line with a control character other than a tab is ignored. What is above U+00FF was never
// a byte.
const UNREADABLE = /[^\t\x20-\x7e\x80-\xff]/;
// A dot before the name is dropped (RFC 6265bis section 5.6.3); what is left is no name when it is empty or begins with
// these.
const NO_HOST = /^\.(?:$|[.\t ])/;

/** The parser, over the parts of tough-cookie that it uses. */
function parserOver({ Cookie, getPublicSuffix, parseDate }: Library): CookieParser {
  return {
    parse(line, now) {
      if (line.length > MAX_SET_COOKIE_BYTES) return `the line is longer than ${MAX_SET_COOKIE_BYTES} bytes`;
      if (UNREADABLE.test(line)) return 'the line has characters that a header cannot carry';
      const [pair = '', ...attributes] = line.split(';');
      const cookie = Cookie.parse(pair);
      if (cookie === undefined) return 'the line does not begin with name=value';
      const found = attributesOf(attributes, parseDate);
      const { domain, path, secure, httpOnly, sameSite } = found;
      if (domain !== undefined && NO_HOST.test(domain)) return 'its domain is no name of a host';
      return {
        name: cookie.key,
        value: cookie.value,
        domain: domain || undefined,
        path,
        expires: expiryOf(found, now),
        secure,
        httpOnly,
        sameSite,
      };
    },
    isPublicSuffix(domain) {
      // Without a dot it is one, whatever the list says: cookies of `localhost` do not reach `app.localhost`.
      if (!domain.includes('.')) return true;
      return getPublicSuffix(domain, { allowSpecialUseDomain: true, ignoreError: true }) === undefined;
    },
  };
}

/** The attributes of a line; those that it leaves out, or gives no value that can be read, as they are without it. */
interface Attributes {
  domain: string | undefined;
  path: string | undefined;
  expires: Date | undefined;
  /** Seconds. */
  maxAge: number | undefined;
  secure: boolean;
  httpOnly: boolean;
  sameSite: SameSite | undefined;
}

/** RFC 6265 section 5.2: the last one of a name decides. */
function attributesOf(lines: readonly string[], parseDate: Library['parseDate']): Attributes {
  const found: Attributes = {
    ...{ domain: undefined, path: undefined, expires: undefined, maxAge: undefined },
    ...{ secure: false, httpOnly: false, sameSite: undefined },
  };
  for (const line of lines) {
    const value = valueIn(line);
    // RFC 6265bis section 5.6: one that is too long counts as not given, so that an earlier one of its name holds.
    if (value.length > MAX_ATTRIBUTE_BYTES) continue;
    const name = line.replace(/=.*/s, '').trim().toLowerCase();
    if (name === 'secure') found.secure = true;
    else if (name === 'httponly') found.httpOnly = true;
    else if (name === 'samesite') found.sameSite = sameSiteOf(value);
    else if (name === 'path') found.path = value.startsWith('/') ? value : undefined;
    // RFC 6265bis section 5.7: an empty one decides too.
    else if (name === 'domain') found.domain = value;
    else if (name === 'max-age' && /^-?\d+$/.test(value)) found.maxAge = Number(value);
    else if (name === 'expires') found.expires = parseDate(value) ?? found.expires;
  }
  return found;
}

/** RFC 6265 section 5.2: spaces around the value do not count; without `=` it is empty. */
function valueIn(attribute: string): string {
  const equals = attribute.indexOf('=');
  return equals === -1 ? '' : attribute.slice(equals + 1).replace(/^[\t ]+|[\t ]+$/g, '');
}

/** RFC 6265 section 5.3 step 3: Max-Age wins over Expires, and counts from now. */
function expiryOf({ maxAge, expires }: Attributes, now: number): number | undefined {
  return maxAge === undefined ? expires?.getTime() : expiryAfter(now, maxAge);
}
