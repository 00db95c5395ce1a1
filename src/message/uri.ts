/**
 * The one place that reads URIs. What comes out is the canonical URL of the WHATWG URL standard, so that what a caller
 * checks on `request.url` is what is dialled: percent-escapes, numeric shorthands and names of hosts are resolved here,
 * and spellings that two parsers could read in two ways are refused.
 */
import { percentDecoded } from './percent-decoded.ts';
import { maskUrl, type Redact } from './redact.ts';

/** The parts of a canonical URL that a transport needs. */
export interface Target {
  readonly protocol: 'http:' | 'https:';
  /** Scheme, host and port, without a trailing slash. */
  readonly origin: string;
  /** Host and port, as `Host` has them; the port only when it is not the scheme's. */
  readonly host: string;
  /** An IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Path and query, as the request line has them. */
  readonly path: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
/** Characters that every parser leaves alone in a path and a query. */
const PLAIN = '[A-Za-z0-9\\-._~!$&()*+,;=@%/]*(?:\\?[A-Za-z0-9\\-._~!$&()*+,;=:@%/?]*)?$';
/** URLs that are canonical as they stand: the most common ones, for which no parser needs to run. */
const CANONICAL = new RegExp(
  '^https?://(?:127\\.0\\.0\\.1|(?:[a-z0-9-]+\\.)*[a-z][a-z0-9-]*[a-z0-9])(?::(?!80/|443/)[1-9]\\d{0,3}|:[1-5]\\d{4})?/' +
    PLAIN,
);
// A path and a query that can be put behind a base without a parser.
const SIMPLE_REFERENCE = new RegExp('^(?:/$|/?[A-Za-z0-9_~]' + PLAIN + ')');
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
const DROPPED = /^[\0-\x1f]|[\t\n\r]/;
const RELATIVE = 'the URI "{uri}" is relative; set baseUri or give an absolute URL';
// Dot segments and host names that the parser would change.
const NEEDS_PARSER = /\/\.|%2e|xn--|-\./i;

/** Stands for the URI in the words of an error. */
const URI = '{uri}';

/** A URI that cannot be sent: relative without a base, of a scheme that is not HTTP, or ambiguous. */
export class UriError extends TypeError {
  readonly #fact: string;
  readonly #uri: string;

  /** @param uri stands in the words, secrets masked */
  constructor(fact: string, uri = '') {
    super(fact.replace(URI, () => maskUrl(uri)));
    this.#fact = fact;
    this.#uri = uri;
  }

  /** The words with the values of these names masked too. @internal */
  masked(redact: Redact | undefined): string {
    return this.#fact.replace(URI, () => maskUrl(this.#uri, redact));
  }
}

/**
 * Resolves a reference (RFC 3986 section 5.2) to a canonical absolute URL.
 * @param base canonical, from `canonicalUrl`
 * @throws UriError for a relative reference without a base, a backslash before the query, or no valid URL
 */
export function resolveUri(reference: string, base: string | undefined): string {
  const joined = base === undefined ? undefined : joinedPath(reference, base);
  if (joined !== undefined) return joined;
  // Only an absolute URL is canonical.
  if (reference === lastCanonical) return lastCanonical;
  if (SCHEME.test(reference)) return canonicalUrl(reference);
  refuseAmbiguous(reference);
  // A network-path reference without a base gets http, as users write `//host/x` (RFC 3986 section 4.2).
  if (base === undefined && reference.startsWith('//')) return canonicalUrl('http:' + reference);
  if (base === undefined) {
    throw new UriError(RELATIVE, reference);
  }
  return parsed(reference, base).href;
}

/**
 * A reference that is a plain path, on a canonical base: no parser has to look at it. `undefined` for any other.
 * RFC 3986 section 5.2.3: everything after the last "/" of the base path goes; a path with a leading slash replaces all.
 */
export function joinedPath(reference: string, base: string): string | undefined {
  if (!SIMPLE_REFERENCE.test(reference) || NEEDS_PARSER.test(reference) || /[?#]/.test(base)) return undefined;
  return (reference[0] === '/' ? originOf(base) : directory(base)) + reference;
}

/** The handler asks again what the client has asked: it may be called without one. */
let lastCanonical: string | undefined;

/** Whether an absolute URL is certain to be in its canonical form already; `false` for some that are. */
export function isCanonical(url: string): boolean {
  return CANONICAL.test(url) && !NEEDS_PARSER.test(url);
}

/** The canonical form of an absolute URL. @throws UriError when it is not one that two parsers would read alike */
export function canonicalUrl(url: string): string {
  if (url === lastCanonical) return url;
  if (isCanonical(url)) {
    lastCanonical = url;
    return url;
  }
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    throw new UriError(RELATIVE, url);
  }
  if (scheme !== 'http' && scheme !== 'https') {
    throw new UriError(`the scheme "${scheme}:" cannot be requested; expected http: or https:, got "${URI}"`, url);
  }
  // RFC 9110 section 4.2: an http URI has an authority. Parsers differ on what `http:host` means.
  if (!/^https?:\/\/[^/?#]/i.test(url)) throw new UriError(`the URL "${URI}" has no host`, url);
  refuseAmbiguous(url);
  return parsed(url).href;
}

/** Requests go to the same host in a row, mostly: what was cut from its URL serves again, with its hash computed. */
let lastTarget: Target | undefined;
/** The last URL, and what was cut from it: many calls are for the same one. */
let lastUrl: string | undefined;
let targetOfLast: Target | undefined;

/** Cuts a canonical URL into what a transport needs. */
export function targetOf(url: string): Target {
  if (url === lastUrl) return targetOfLast!;
  targetOfLast = cutTarget(url);
  lastUrl = url;
  return targetOfLast;
}

function cutTarget(url: string): Target {
  const { origin } = lastTarget ?? {};
  const isKnown = origin !== undefined && url.startsWith(origin) && url[origin.length] === '/';
  const { protocol, host, hostname, port, origin: at } = isKnown ? lastTarget! : (lastTarget = siteOf(url));
  const hash = url.indexOf('#', at.length);
  const path = hash === -1 ? url.slice(at.length) : url.slice(at.length, hash);
  return { protocol, origin: at, host, hostname, port, path };
}

/** The target of the URL's host itself. */
function siteOf(url: string): Target {
  const protocol = url.startsWith('https:') ? 'https:' : 'http:';
  const start = protocol.length + 2;
  const slash = url.indexOf('/', start);
  const host = url.slice(start, slash);
  const colon = host.lastIndexOf(':');
  const hasPort = colon !== -1 && host[host.length - 1] !== ']';
  const name = hasPort ? host.slice(0, colon) : host;
  const port = hasPort ? Number(host.slice(colon + 1)) : protocol === 'https:' ? 443 : 80;
  const hostname = name[0] === '[' ? name.slice(1, -1) : name;
  return { protocol, origin: url.slice(0, slash), host, hostname, port, path: '/' };
}

/** The scheme, host and port of a canonical URL. */
export function originOf(url: string): string {
  return url.slice(0, url.indexOf('/', 8));
}

/** The base of requests to a unix socket, which has no host. */
export const UNIX_BASE = 'http://localhost/';

/**
 * The path of the socket that a `unix:` URI names: `unix:/p`, `unix://p` and `unix:///p` are all `/p`. `undefined` for a
 * URI of another scheme.
 * @throws UriError when it names no path
 */
export function unixSocketOf(uri: string): string | undefined {
  const path = /^unix:(.*)$/is.exec(uri)?.[1];
  if (path === undefined) return undefined;
  const plain = percentDecoded(path.replace(/^\/{0,3}/, '/'));
  if (!path.startsWith('/') || plain === '/' || plain.includes('\0')) {
    throw new UriError(`"${uri}" names no socket; write unix:/path/to/socket`);
  }
  return plain;
}

/** Whether a canonical URL stays at or below the directory of a canonical base, on its origin. */
export function isInside(base: string, url: string): boolean {
  const folder = directory(base.replace(/[?#].*$/, ''));
  const path = url.replace(/[?#].*$/, '');
  // An encoded slash or backslash hides a segment from the parser; a server may decode it, a proxy before it once more.
  const decoded = path.replace(/%(?:25)*(?:2f|5c)|\\/gi, '/').replace(/%(?:25)*2e/gi, '.');
  // Some servers drop what follows a semicolon before they resolve `..`.
  if (/\/\.\.?(?:[/;]|%(?:25)*3b|$)/i.test(decoded)) return false;
  return path.startsWith(folder);
}

/** Takes the userinfo out of a canonical URL. */
export function splitUserinfo(url: string): { url: string; userinfo: [user: string, password: string] | undefined } {
  const start = url.indexOf('//') + 2;
  const slash = url.indexOf('/', start);
  const at = url.lastIndexOf('@', slash);
  if (at < start) return { url, userinfo: undefined };
  const [user = '', ...rest] = url.slice(start, at).split(':');
  return {
    url: url.slice(0, start) + url.slice(at + 1),
    userinfo: [percentDecoded(user), percentDecoded(rest.join(':'))],
  };
}

/** The base path up to its last slash (RFC 3986 section 5.2.3). */
function directory(base: string): string {
  return base.slice(0, base.lastIndexOf('/') + 1);
}

/** @throws UriError for a spelling that two parsers read as two URLs: one checks it, the other dials */
function refuseAmbiguous(uri: string): void {
  // The parser drops blanks before a URL, and tabs and line ends within it: what no check took for a scheme would be one.
  if (uri[0] === ' ') {
    throw new UriError(
      `the URI "${URI}" begins with a blank, which parsers read in two ways; write %20 or trim it`,
      uri,
    );
  }
  if (DROPPED.test(uri)) {
    throw new UriError(`the URI "${URI}" has a control character, which parsers read in two ways; escape it`, uri);
  }
  const end = uri.search(/[?#]/);
  // WHATWG reads a backslash as a slash, RFC 3986 as part of a name: `http://a\@b/` has two hosts.
  if ((end === -1 ? uri : uri.slice(0, end)).includes('\\')) {
    throw new UriError(`the URI "${URI}" has a backslash, which parsers read in two ways; write %5C or /`, uri);
  }
}

/**
 * The platform's parser.
 * @throws UriError without the parser's own words, which repeat the URL unmasked
 */
function parsed(uri: string, base?: string): URL {
  try {
    return new URL(uri, base);
  } catch {
    throw new UriError(`"${URI}" is not a valid URL`, uri);
  }
}
