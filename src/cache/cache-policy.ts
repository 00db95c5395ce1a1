/** Whether a stored answer may be given for a request, now (RFC 9111 section 4). Pure: request, entry and time in. */
import type { HttpHeaders } from '../message/headers.ts';
import type { CacheMode } from '../options/cache-option.ts';
import { type Directives, deltaSeconds, parseDirectives, secondsOf } from './cache-control.ts';
import type { CacheEntry } from './entry.ts';
import { ageAt, type Terms, termsOf } from './freshness.ts';

/** What the caller allows: the option `cache`, in the words of fetch, and the `Cache-Control` of the request. */
export interface Wishes {
  readonly mode: CacheMode;
  readonly directives: Directives;
}

/** `use` it, use it although it is `stale`, use it and `refresh` it in the background, or `ask` the origin first. */
export type Verdict = 'use' | 'stale' | 'refresh' | 'ask';

/** How far the clock may be set back before stored times are not believed, in milliseconds. */
const CLOCK_SLACK = 1000;

/** Reads both. */
export function wishesOf(headers: HttpHeaders, mode: CacheMode): Wishes {
  const lines = headers.getAll('cache-control');
  // RFC 9111 section 5.4: Pragma counts where there is no Cache-Control.
  if (lines.length > 0 || !headers.has('pragma')) return { mode, directives: parseDirectives(lines) };
  const isNoCache = parseDirectives(headers.getAll('pragma')).has('no-cache');
  return { mode, directives: parseDirectives(isNoCache ? ['no-cache'] : []) };
}

/** Whether a stored answer may be given for a request now, by the caller's wishes and by its own directives. */
export function verdictOf(entry: CacheEntry, { mode, directives }: Wishes, shared: boolean, now: number): Verdict {
  if (mode === 'no-cache' || mode === 'reload') return 'ask';
  const terms = termsOf(entry, shared);
  const age = ageAt(entry, terms, now);
  const left = terms.lifetime - age;
  if (mode === 'force-cache' || mode === 'only-if-cached') return left > 0 ? 'use' : 'stale';
  if (terms.alwaysAsk || directives.has('no-cache') || entry.receivedAt > now + CLOCK_SLACK) return 'ask';
  const maxAge = secondsOf(directives, 'max-age');
  if (maxAge !== undefined && age > maxAge) return 'ask';
  // `max-age=0` is how browsers ask for the origin's own answer, also when the stored one is not a second old.
  if (maxAge === 0) return 'ask';
  const minFresh = secondsOf(directives, 'min-fresh') ?? 0;
  if (left > minFresh || (left > 0 && left >= minFresh)) return 'use';
  if (left > 0 || terms.neverStale) return 'ask';
  if (directives.has('max-stale')) {
    const [most] = directives.get('max-stale')!;
    // RFC 9111 section 5.2.1.2: staler than the caller takes is not taken, whatever the answer allows.
    return most === true || -left <= (deltaSeconds(most) ?? -1) ? 'stale' : 'ask';
  }
  // RFC 9111 section 5.2.1.3: who wants a fresh one takes no stale one.
  if (directives.has('min-fresh')) return 'ask';
  // RFC 5861 section 3: for a time the answer may be given stale, and is asked about behind it.
  return -left <= (secondsOf(terms.directives, 'stale-while-revalidate') ?? -1) ? 'refresh' : 'ask';
}

/**
 * Whether a stale answer may be given because the origin failed.
 * @param isAnswer whether it answered, with a server error, and not at all otherwise
 */
export function mayServeStale(
  entry: CacheEntry,
  { mode, directives }: Wishes,
  shared: boolean,
  now: number,
  isAnswer: boolean,
): boolean {
  const terms = termsOf(entry, shared);
  if (terms.neverStale || mode === 'no-cache' || mode === 'reload' || directives.has('no-cache')) return false;
  // RFC 5861 section 4: in a response or in a request.
  const allowed = secondsOf(terms.directives, 'stale-if-error') ?? secondsOf(directives, 'stale-if-error');
  if (allowed !== undefined) return ageAt(entry, terms, now) - terms.lifetime <= allowed;
  if (isAnswer) return false;
  // RFC 9111 section 4.2.4: a cache that cannot reach the origin may use what it has; the request's own limits hold.
  return !directives.has('max-age') && !directives.has('min-fresh');
}

/** Seconds that are left, negative for a stale answer. */
export function timesOf(entry: CacheEntry, shared: boolean, now: number): { age: number; ttl: number } {
  const terms: Terms = termsOf(entry, shared);
  const age = ageAt(entry, terms, now);
  return { age: Math.floor(age), ttl: Math.round(terms.lifetime - age) };
}
