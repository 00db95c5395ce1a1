/** Which part of a whole an answer brings, and when two parts are of one whole (RFC 9110 sections 8.8.3 and 14.4). */

/** RFC 9110 section 14.4; `undefined` for what is not known or not said. */
export interface ContentRange {
  readonly start: number | undefined;
  /** The byte behind the last. */
  readonly end: number | undefined;
  readonly total: number | undefined;
}

/** `bytes 0-99/200`, `bytes 0-99/*` or `bytes * /200`; `undefined` for anything else. */
export function parseContentRange(value: string | null): ContentRange | undefined {
  const match = /^bytes\s+(?:(\d{1,15})-(\d{1,15})|\*)\/(?:(\d{1,15})|\*)$/i.exec(value?.trim() ?? '');
  if (match === null) return undefined;
  const [start, last, total] = match.slice(1).map((digits) => (digits === undefined ? undefined : Number(digits)));
  if (start === undefined || last === undefined) return { start: undefined, end: undefined, total };
  if (last < start || (total !== undefined && last >= total)) return undefined;
  return { start, end: last + 1, total };
}

/** RFC 9110 section 8.8.3: a weak one says "as good as", not "byte for byte". */
export function isStrong(etag: string): boolean {
  return /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag);
}
