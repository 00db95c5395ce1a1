/** Parts out of a complete stored answer (RFC 9110 section 14). Pure. */

import type { HttpHeaders } from '../message/headers.ts';
import { parseHttpDate } from '../message/http-date.ts';
import { type CacheEntry, fieldOf } from './entry.ts';

/** First and last byte, or what the answer is instead: all of it, or a 416. */
export type Part = { readonly first: number; readonly last: number } | 'whole' | 'unsatisfiable';

/** Whether the range is one that is cut out here; several are for the origin. */
export function isSimpleRange(range: string): boolean {
  return /^bytes=[ \t]*(?:\d+-\d*|-\d+)[ \t]*$/i.test(range);
}

/** What of the stored answer the request is about. */
export function partOf(headers: HttpHeaders, entry: CacheEntry): Part {
  const range = headers.get('range');
  if (range === null || entry.status !== 200 || !isSimpleRange(range)) return 'whole';
  if (!isStillThe(headers.get('if-range'), entry)) return 'whole';
  const [, from = '', to = ''] = /=[ \t]*(\d*)-(\d*)/.exec(range)!;
  const length = entry.body.byteLength;
  if (from === '') {
    const count = Math.min(Number(to), length);
    return count === 0 ? 'unsatisfiable' : { first: length - count, last: length - 1 };
  }
  const first = Number(from);
  const last = to === '' ? length - 1 : Math.min(Number(to), length - 1);
  if (to !== '' && Number(to) < first) return 'whole';
  return first >= length ? 'unsatisfiable' : { first, last };
}

/** RFC 9110 section 13.1.5: a strong tag, or the exact date. */
function isStillThe(condition: string | null, entry: CacheEntry): boolean {
  if (condition === null) return true;
  if (condition.includes('"')) return !condition.startsWith('W/') && condition === fieldOf(entry, 'etag');
  const changed = fieldOf(entry, 'last-modified');
  const at = parseHttpDate(condition, entry.receivedAt);
  return at !== undefined && changed !== null && at === parseHttpDate(changed, entry.receivedAt);
}
