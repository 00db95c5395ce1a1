/**
 * What tough-cookie knows and we do not: the grammar of `Set-Cookie` with its dates, and the public suffix list. The
 * list is large and only responses that set a cookie need it, so it is loaded then.
 */
import { expiryAfter, sameSiteOf } from './cookie.ts';
import { type CookieDraft, MAX_ATTRIBUTE_BYTES, MAX_SET_COOKIE_BYTES, type Refusal } from './cookie-policy.ts';

export interface CookieParser {
  /** Reads a `Set-Cookie` line (RFC 6265 section 5.2). @param now milliseconds since 1970 */
  parse(line: string, now: number): CookieDraft | Refusal;
  /** Whether anybody can register a name right below this one. */
  isPublicSuffix(domain: string): boolean;
}

type Library = typeof import('tough-cookie');

let loaded: CookieParser | undefined;

/** The parser if it is there already. */
export function cookieParser(): CookieParser | undefined {
  return loaded;
}

export async function loadCookieParser(): Promise<CookieParser> {
  loaded ??= parserOver(await import('tough-cookie'));
  return loaded;
}

// RFC 6265bis §5.6: a line with a control character other than a tab is ignored. What is above U+00FF was never a byte.
const UNREADABLE = /[^\t\x20-\x7e\x80-\xff]/;
// A dot before the name is dropped (RFC 6265bis §5.6.3); what is left is no name when it is empty or begins with these.
const NO_HOST = /^\.(?:$|[.\t ])/;

function parserOver({ Cookie, getPublicSuffix }: Library): CookieParser {
  return {
    parse(line, now) {
      if (line.length > MAX_SET_COOKIE_BYTES) return `the line is longer than ${MAX_SET_COOKIE_BYTES} bytes`;
      if (UNREADABLE.test(line)) return 'the line has characters that a header cannot carry';
      const cookie = Cookie.parse(withoutLongAttributes(line));
      if (cookie === undefined) return 'the line does not begin with name=value';
      const domain = lastDomain(line);
      if (domain !== undefined && NO_HOST.test(domain)) return 'its domain is no name of a host';
      return {
        name: cookie.key,
        value: cookie.value,
        domain: domain || undefined,
        path: cookie.path ?? undefined,
        expires: expiryOf(cookie, now),
        secure: cookie.secure,
        httpOnly: cookie.httpOnly,
        sameSite: sameSiteOf(cookie.sameSite),
      };
    },
    isPublicSuffix(domain) {
      // Without a dot it is one, whatever the list says: cookies of `localhost` do not reach `app.localhost`.
      if (!domain.includes('.')) return true;
      return getPublicSuffix(domain, { allowSpecialUseDomain: true, ignoreError: true }) === undefined;
    },
  };
}

/** RFC 6265bis section 5.6: an attribute that is too long counts as not given, so that an earlier one of its name holds. */
function withoutLongAttributes(line: string): string {
  if (line.length <= MAX_ATTRIBUTE_BYTES) return line;
  const [pair = '', ...attributes] = line.split(';');
  return [pair, ...attributes.filter((one) => valueIn(one).length <= MAX_ATTRIBUTE_BYTES)].join(';');
}

/** RFC 6265bis section 5.7: the last one decides, an empty one too; the library passes empty ones over. */
function lastDomain(line: string): string | undefined {
  const named = line
    .split(';')
    .slice(1)
    .filter((one) => /^[\t ]*domain[\t ]*(?:=|$)/i.test(one));
  const values = named.map(valueIn).filter((value) => value.length <= MAX_ATTRIBUTE_BYTES);
  return values.at(-1);
}

function valueIn(attribute: string): string {
  const equals = attribute.indexOf('=');
  return equals === -1 ? '' : attribute.slice(equals + 1).replace(/^[\t ]+|[\t ]+$/g, '');
}

type Lifetime = Pick<InstanceType<Library['Cookie']>, 'maxAge' | 'expires'>;

/** RFC 6265 §5.3 step 3: Max-Age wins over Expires, and counts from now. */
function expiryOf({ maxAge, expires }: Lifetime, now: number): number | undefined {
  if (maxAge === 'Infinity') return expiryAfter(now, Number.POSITIVE_INFINITY);
  if (maxAge === '-Infinity') return 0;
  if (typeof maxAge === 'number') return expiryAfter(now, maxAge);
  return expires instanceof Date ? expires.getTime() : undefined;
}
