/** Which `Cookie` field a request gets from a jar, from the call and from the caller's own hand. Pure. */

import { MAX_LINE_BYTES, MAX_PAIRS } from '../../options/cookie-option.ts';

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
