/** Which `Cookie` field a request gets from a jar, from the call and from the caller's own hand. Pure. */

import { isToken } from '../../message/headers.ts';
import { type CookieRecord, MAX_LINE_BYTES, MAX_PAIR_BYTES, MAX_PAIRS } from '../../options/cookie-option.ts';
import { kindOf } from '../../runtime/kind-of.ts';

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

/**
 * The jar's pairs, then those given for the call, then those of the request's own field. By name, a later source replaces
 * an earlier one; when there are more than a line holds, the jar's are left out, the last first.
 * @param jar the value of a `Cookie` field
 * @param own values of `Cookie` fields
 */
export function mergeCookieLines(jar: string, given: readonly string[], own: readonly string[]): string {
  if (given.length === 0 && own.length === 0) return jar;
  const hand = own.flatMap(split);
  const byHand = namesOf(hand);
  const chosen = [...given.filter((pair) => !byHand.has(nameOf(pair))), ...hand];
  const names = namesOf(chosen);
  let bytes = 'Cookie: '.length + chosen.join('; ').length;
  const kept: string[] = [];
  for (const pair of split(jar)) {
    if (names.has(nameOf(pair))) continue;
    bytes += pair.length + '; '.length;
    if (bytes > MAX_LINE_BYTES || kept.length + chosen.length >= MAX_PAIRS) break;
    kept.push(pair);
  }
  return [...kept, ...chosen].join('; ');
}

function split(line: string): string[] {
  return line
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=');
  return equals === -1 ? pair : pair.slice(0, equals).trimEnd();
}

function namesOf(pairs: readonly string[]): Set<string> {
  return new Set(pairs.map(nameOf));
}
