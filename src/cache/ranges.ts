/** Parts out of a stored answer (RFC 9110 section 14). Pure. */

import type { HttpHeaders } from '../message/headers.ts';
import { parseHttpDate } from '../message/http-date.ts';
import type { HttpRequest } from '../message/request.ts';
import { type CacheEntry, fieldOf } from './entry.ts';
import { heldOf, isPart } from './parts.ts';
import { isConditional } from './validation.ts';

/**
 * First and last byte, or what the answer is instead: all that is stored, or a 416. `elsewhere`: only the origin has the
 * bytes, or can tell which ones are meant.
 */
export type Part = { readonly first: number; readonly last: number } | 'whole' | 'unsatisfiable' | 'elsewhere';

/** Whether the range is one that is cut out here; several are for the origin. */
export function isSimpleRange(range: string): boolean {
  return /^bytes=[ \t]*(?:\d+-\d*|-\d+)[ \t]*$/i.test(range);
}

/** Whether all that the request asks for is in this stored part (RFC 9111 section 3.3). */
export function isInPart(request: HttpRequest, entry: CacheEntry): boolean {
  return request.method === 'GET' && !isConditional(request) && partOf(request.headers, entry) !== 'elsewhere';
}

/** What of the stored answer the request is about. */
export function partOf(headers: HttpHeaders, entry: CacheEntry): Part {
  const range = headers.get('range');
  if (range === null) return isPart(entry) ? 'elsewhere' : 'whole';
  const part = cut(range, headers.get('if-range'), entry);
  if (!isPart(entry)) return part === 'elsewhere' ? 'whole' : part;
  return part === 'whole' ? 'elsewhere' : part;
}

/**
 * The bytes that a `Range` asks for (RFC 9110 section 14.1.2). A range that is not valid is ignored, which gives the
 * whole.
 */
function cut(range: string, condition: string | null, entry: CacheEntry): Part {
  if ((entry.status !== 200 && !isPart(entry)) || !isSimpleRange(range) || !isStillThe(condition, entry))
    return 'whole';
  const held = heldOf(entry);
  if (held === undefined) return 'elsewhere';
  const { total } = held;
  const [, from = '', to = ''] = /=[ \t]*(\d*)-(\d*)/.exec(range)!;
  // Without the length of the whole nobody knows where its last bytes are.
  if (total === undefined && (from === '' || to === '')) return 'elsewhere';
  const end = total ?? Number(to) + 1;
  if (from === '') {
    const count = Math.min(Number(to), end);
    return count === 0 ? 'unsatisfiable' : within(held, end - count, end - 1);
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return 'whole';
  if (first >= end) return 'unsatisfiable';
  return within(held, first, to === '' ? end - 1 : Math.min(Number(to), end - 1));
}

/** The part, if the store has all of it. */
function within(held: { readonly start: number; readonly end: number }, first: number, last: number): Part {
  return first >= held.start && last < held.end ? { first, last } : 'elsewhere';
}

/** RFC 9110 section 13.1.5: a strong tag, or the exact date. */
function isStillThe(condition: string | null, entry: CacheEntry): boolean {
  if (condition === null) return true;
  if (condition.includes('"')) return !condition.startsWith('W/') && condition === fieldOf(entry, 'etag');
  const changed = fieldOf(entry, 'last-modified');
  const at = parseHttpDate(condition, entry.receivedAt);
  return at !== undefined && changed !== null && at === parseHttpDate(changed, entry.receivedAt);
}
