/**
 * Which URLs a double answers: a path in the syntax of `URLPattern`, a whole URL in it, a `URL`, or a regular expression.
 * The query is taken out of the pattern and compared as a set, because its order says nothing. `URLPattern` is that of a
 * polyfill: Node 20 and 22 have none.
 */
import { URLPattern } from 'urlpattern-polyfill/urlpattern';
import { percentDecoded } from '../../message/percent-decoded.ts';

export interface UrlMatcher {
  /** As it was given. */
  readonly text: string;
  /** What the query must be, when the pattern says so. */
  readonly query: readonly (readonly [string, string])[] | undefined;
  /** The groups of the pattern, decoded; `undefined` for a URL that it does not fit. */
  match(url: string): Record<string, string> | undefined;
}

/** Where a query begins: a `?` with a name and a value behind it. Any other is a modifier of the pattern, as in `/:id?`. */
const QUERY = /\?(?=[^/?{}()]*=)/;

/** @throws TypeError for an invalid pattern, and for one that can never match */
export function urlMatcher(pattern: string | URL | RegExp): UrlMatcher {
  if (pattern instanceof RegExp) return byExpression(pattern);
  const text = String(pattern);
  refuseUnsendable(text);
  const [before = '', query] = pattern instanceof URL ? text.split('?', 2) : split(text);
  const path = pattern instanceof URL ? escaped(before) : before;
  const compiled = compile(path, text);
  return {
    text,
    query: query === undefined ? undefined : [...new URLSearchParams(query)],
    match(url) {
      const found = URL.canParse(url) ? compiled.exec(url) : null;
      return found === null ? undefined : groupsOf(found);
    },
  };
}

function byExpression(pattern: RegExp): UrlMatcher {
  return {
    text: String(pattern),
    query: undefined,
    match(url) {
      const found = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(url);
      return found === null ? undefined : { ...found.groups };
    },
  };
}

function split(text: string): [string, string?] {
  const at = text.search(QUERY);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** @throws TypeError for what no request has in its URL when it comes to a handler */
function refuseUnsendable(text: string): void {
  const isWhole = text.includes('://');
  if (!isWhole && !/^[/*{]/.test(text)) {
    throw new TypeError(`a pattern must be a path that begins with "/", or a whole URL, got ${JSON.stringify(text)}`);
  }
  if (text.includes('#')) {
    throw new TypeError(`a pattern with a fragment can never match, because none is sent: ${JSON.stringify(text)}`);
  }
  if (isWhole && /^[^:]*:\/\/[^/?]*@/.test(text)) {
    throw new TypeError('a pattern with userinfo can never match, because that leaves the URL: take the user out');
  }
  const path = isWhole ? text.replace(/^.*?:\/\/[^/]*/, '') : text;
  if (/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$|\?)/i.test(path)) {
    throw new TypeError(
      `a pattern with "." or ".." can never match, because URLs are sent without: ${JSON.stringify(text)}`,
    );
  }
}

function compile(path: string, text: string): URLPattern {
  try {
    return path.includes('://') ? new URLPattern(path) : new URLPattern({ pathname: path });
  } catch (cause) {
    throw new TypeError(`${JSON.stringify(text)} is no URLPattern: ${(cause as Error).message}`);
  }
}

function groupsOf({ hostname, pathname }: NonNullable<ReturnType<URLPattern['exec']>>): Record<string, string> {
  const groups: Record<string, string> = Object.create(null);
  // A host that the pattern leaves open is a group without a name.
  const named = Object.entries(hostname.groups).filter(([name]) => !/^\d+$/.test(name));
  for (const [name, value] of [...named, ...Object.entries(pathname.groups)]) {
    if (value !== undefined) groups[name] = percentDecoded(value);
  }
  return groups;
}

/** The path of a `URL`, in which no character is meant as syntax of a pattern. */
function escaped(url: string): string {
  const at = url.indexOf('/', url.indexOf('://') + 3);
  return at === -1 ? url : url.slice(0, at) + url.slice(at).replace(/[:*?+(){}\\]/g, '\\$&');
}
