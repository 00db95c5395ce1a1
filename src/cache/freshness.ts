/** How old an answer is, and how long it may be used (RFC 9111 section 4.2). Seconds throughout. */
import { parseHttpDate } from '../message/http-date.ts';
import { type Directives, deltaSeconds, isUnqualified, parseDirectives, secondsOf } from './cache-control.ts';
import { type CacheEntry, linesOf } from './entry.ts';
import { parseTargeted } from './targeted.ts';

/** What the stored headers say, read once for each entry. */
export interface Terms {
  readonly directives: Directives;
  /** Seconds of use from its date on; 0 when only its origin can tell. */
  readonly lifetime: number;
  /** Whether the headers state the lifetime; otherwise it is a guess. */
  readonly isExplicit: boolean;
  /** Its age when it came. */
  readonly initialAge: number;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Never used without asking. */
  readonly alwaysAsk: boolean;
  /** Never used stale, whatever the request allows. */
  readonly neverStale: boolean;
}

/** RFC 9110 section 15.1: cacheable without being told so. */
const HEURISTIC: ReadonlySet<number> = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]);
/** RFC 9111 section 4.2.2: a typical share of the time since the last change. */
const HEURISTIC_SHARE = 0.1;

// Terms differ between private and shared caches, and one store may serve both.
const readPrivate = new WeakMap<CacheEntry, Terms>();
const readShared = new WeakMap<CacheEntry, Terms>();

/** What the headers of an entry say, for a private or a shared cache. */
export function termsOf(entry: CacheEntry, shared: boolean): Terms {
  const known = shared ? readShared : readPrivate;
  let terms = known.get(entry);
  if (terms === undefined) {
    terms = readTerms(entry, shared);
    known.set(entry, terms);
  }
  return terms;
}

/** The directives that count for this cache. */
export function directivesOf(entry: CacheEntry, shared: boolean): Directives {
  const targeted = shared ? parseTargeted(linesOf(entry, 'cdn-cache-control')) : undefined;
  return targeted ?? parseDirectives(linesOf(entry, 'cache-control'));
}

function readTerms(entry: CacheEntry, shared: boolean): Terms {
  const directives = directivesOf(entry, shared);
  // RFC 9213 section 2.2: beside a targeted field, neither Cache-Control nor Expires counts.
  const isTargeted = shared && parseTargeted(linesOf(entry, 'cdn-cache-control')) !== undefined;
  const { receivedAt } = entry;
  const date = single(linesOf(entry, 'date'), receivedAt) ?? receivedAt;
  const explicit = explicitLifetime(entry, directives, shared, isTargeted, date);
  const apparentAge = Math.max(0, Math.floor((receivedAt - date) / 1000));
  const delay = Math.max(0, receivedAt - entry.requestedAt) / 1000;
  return {
    directives,
    lifetime: explicit ?? heuristicLifetime(entry, directives, date),
    isExplicit: explicit !== undefined,
    // RFC 9111 section 4.2.3: corrected_initial_age
    initialAge: Math.max(apparentAge, ageOf(linesOf(entry, 'age')) + delay),
    etag: etagOf(linesOf(entry, 'etag')),
    lastModified: lastModifiedOf(entry),
    alwaysAsk: isUnqualified(directives, 'no-cache'),
    neverStale:
      directives.has('must-revalidate') ||
      isUnqualified(directives, 'no-cache') ||
      // RFC 9111 section 5.2.2.10: s-maxage says proxy-revalidate too.
      (shared && (directives.has('proxy-revalidate') || directives.has('s-maxage'))),
  };
}

/**
 * RFC 9111 section 4.2.1: `s-maxage` for shared caches, then `max-age`, then `Expires`; `undefined` when none is given.
 */
function explicitLifetime(
  entry: CacheEntry,
  directives: Directives,
  shared: boolean,
  isTargeted: boolean,
  date: number,
): number | undefined {
  const told = (shared ? secondsOf(directives, 's-maxage') : undefined) ?? secondsOf(directives, 'max-age');
  if (told !== undefined || isTargeted) return told;
  const expires = linesOf(entry, 'expires');
  if (expires.length === 0) return undefined;
  // RFC 9111 section 5.3: an invalid date, such as the frequent "0", is a time in the past.
  const until = single(expires, entry.receivedAt);
  return until === undefined ? 0 : Math.max(0, (until - date) / 1000);
}

/** A guess where the headers state no lifetime: a tenth of the time since the last change (RFC 9111 section 4.2.2). */
function heuristicLifetime(entry: CacheEntry, directives: Directives, date: number): number {
  if (!HEURISTIC.has(entry.status) && !directives.has('public')) return 0;
  const changed = single(linesOf(entry, 'last-modified'), entry.receivedAt);
  return changed === undefined ? 0 : Math.max(0, ((date - changed) / 1000) * HEURISTIC_SHARE);
}

/** The date of a field that must come once; lines that differ are no date. */
function single(lines: readonly string[], wallNow: number): number | undefined {
  const [first] = lines;
  if (first === undefined || lines.some((line) => line !== first)) return undefined;
  return parseHttpDate(first, wallNow) ?? parseHttpDate(inUsualCase(first), wallNow);
}

/** RFC 9111 section 4.2: the dates of a head are read in any case. */
function inUsualCase(date: string): string {
  const words = date.toLowerCase().replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
  return words.replace(/ Gmt$/, ' GMT');
}

/** RFC 9111 section 5.1: the first member counts; an invalid one counts as absent. */
function ageOf(lines: readonly string[]): number {
  return deltaSeconds(lines[0]?.split(',', 1)[0]?.trim()) ?? 0;
}

/** Several lines, or an empty one, cannot be compared with anything. */
function etagOf(lines: readonly string[]): string | null {
  const [first] = lines;
  return lines.length === 1 && first !== undefined && first !== '' ? first : null;
}

/** The line as it came, because it is sent back; `null` when it is not a valid date. */
function lastModifiedOf(entry: CacheEntry): string | null {
  const lines = linesOf(entry, 'last-modified');
  return single(lines, entry.receivedAt) === undefined ? null : lines[0]!;
}

/** RFC 9111 section 4.2.3: current_age. A clock that went back lets no answer grow younger than it came. */
export function ageAt(entry: CacheEntry, terms: Terms, now: number): number {
  return terms.initialAge + Math.max(0, now - entry.receivedAt) / 1000;
}
