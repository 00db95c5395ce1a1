/** Undoes percent-encoding (RFC 3986 section 2.1) in text that a person or another program may have written wrongly. */

/** The text decoded as UTF-8. One with a `%` that begins no escape, or bytes that are not UTF-8, stays as it is written. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The same for a key or value of a query, where a plus sign stands for a space (WHATWG URL section 5.1). */
export function queryDecoded(text: string): string {
  return percentDecoded(text.replaceAll('+', ' '));
}
