/**
 * The path patterns of robots.txt (RFC 9309 sections 2.2.2 and 2.2.3), as pure functions of linear cost. `--include`
 * and `--exclude` are written the same way.
 */

export interface RobotsPattern {
  /** Octets of the pattern: the longest one that matches decides. */
  readonly length: number;
  /** What stands between its stars. */
  readonly parts: readonly string[];
  /** Characters of those together: no shorter path matches. */
  readonly least: number;
  /** Whether it ends with `$`, so that nothing may follow. */
  readonly anchored: boolean;
}

/** Percent-encoded octets, and whatever may not stand in a URL as it is. */
const ENCODED = /%[\da-fA-F]{2}|%|[^\w.~!$&'()*+,;=:@/?#[\]-]/gu;
const UNRESERVED = /^[\w.~-]$/;
/** In a query these stand for themselves, encoded or not (RFC 3986 section 3.4): the RFC's table has such a row. */
const PLAIN_IN_QUERY = /^[:/?@]$/;

/** @param value of an `Allow` or a `Disallow` line, not empty */
export function robotsPattern(value: string): RobotsPattern {
  // A path starts with a slash; what was written without one meant the same.
  const rooted = /^[/*]/.test(value) ? value : `/${value}`;
  const anchored = rooted.endsWith('$');
  const body = anchored ? rooted.slice(0, -1) : rooted;
  const path = canonical(body.replaceAll('$', '%24')).replace(/\*+/g, '*');
  const parts = path.split('*');
  return { length: path.length + (anchored ? 1 : 0), parts, least: path.length - parts.length + 1, anchored };
}

/** Path and query of a URL in the form that patterns are compared with: its own stars and dollars are no signs. */
export function robotsTarget({ pathname, search }: URL): string {
  return canonical(`${pathname}${search}`).replaceAll('*', '%2A').replaceAll('$', '%24');
}

/** Whether the pattern matches from the beginning of the target; reads each character of both once. */
export function matchesTarget({ parts, least, anchored }: RobotsPattern, target: string): boolean {
  if (target.length < least) return false;
  const first = parts[0]!;
  if (!target.startsWith(first)) return false;
  const end = parts.length - 1;
  if (end === 0) return !anchored || target.length === first.length;
  let at = first.length;
  for (let i = 1; i < end; i += 1) {
    const found = target.indexOf(parts[i]!, at);
    if (found === -1) return false;
    at = found + parts[i]!.length;
  }
  const last = parts[end]!;
  if (anchored) return target.length - last.length >= at && target.endsWith(last);
  return target.indexOf(last, at) !== -1;
}

/** One form of each way to write a path: encoded where it must be, and nowhere else (RFC 9309 section 2.2.2). */
function canonical(path: string): string {
  const query = path.indexOf('?');
  return path.replace(ENCODED, (found, at: number) => {
    if (found === '%') return '%25';
    if (!found.startsWith('%')) return encoded(found);
    const octet = String.fromCharCode(Number.parseInt(found.slice(1), 16));
    const isPlain = UNRESERVED.test(octet) || (query !== -1 && at > query && PLAIN_IN_QUERY.test(octet));
    return isPlain ? octet : found.toUpperCase();
  });
}

function encoded(character: string): string {
  // Half of a surrogate pair is no character, and becomes what a decoder makes of it.
  return encodeURIComponent(/[\ud800-\udfff]/u.test(character) ? '\ufffd' : character);
}
