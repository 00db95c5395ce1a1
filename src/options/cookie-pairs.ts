/** The cookies that a caller gives as a record, in the form in which they are sent. */
import { isToken } from '../message/headers.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { type CookieRecord, MAX_PAIR_BYTES } from './cookie-option.ts';

// RFC 6265 section 4.1.1: cookie-octet, as they are or in quotes.
const COOKIE_VALUE = /^(?:"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"|[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)$/;

/**
 * The pairs of a record, ready to be sent.
 * @throws TypeError naming the cookie and never showing its value
 */
export function pairsOf(record: CookieRecord): string[] {
  const pairs: string[] = [];
  for (const name of Object.keys(record)) {
    const value: unknown = record[name];
    if (value === undefined) continue;
    const which = `option cookies: cookie ${JSON.stringify(name)}`;
    if (!isToken(name)) throw new TypeError(`${which} must have a token as its name (RFC 6265 §4.1.1)`);
    if (typeof value !== 'string') {
      throw new TypeError(`${which} must be a string, got ${kindOf(value)}`);
    }
    if (!COOKIE_VALUE.test(value)) {
      throw new TypeError(`${which} has characters that a cookie cannot carry (RFC 6265 §4.1.1); encode it`);
    }
    const pair = `${name}=${value}`;
    if (name.length + value.length > MAX_PAIR_BYTES)
      throw new TypeError(`${which} is longer than ${MAX_PAIR_BYTES} bytes`);
    pairs.push(pair);
  }
  return pairs;
}
