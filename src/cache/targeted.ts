/**
 * `CDN-Cache-Control` (RFC 9213): the directives for caches that many share. A dictionary of structured fields (RFC 9651)
 * that is wrong anywhere is no dictionary, and the cache reads `Cache-Control` instead.
 */
import type { Directives } from './cache-control.ts';

/** RFC 9651 section 3.1.2: the name of a member or parameter. */
const KEY = /^[a-z*][a-z0-9_\-.*]*/;
/**
 * RFC 9651 section 3.3, one group for each type that is needed: 1 decimal, 2 integer, 3 string, 4 token, 5 boolean;
 * bytes match without a group.
 */
const ITEM =
  /^(?:(-?\d{1,12}\.\d{1,3})|(-?\d{1,15})(?![\d.])|"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"|([A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*)|:[A-Za-z0-9+/=]*:|\?([01]))/;

/** The directives, or `undefined` when there are none that can be read. */
export function parseTargeted(lines: readonly string[]): Directives | undefined {
  let rest = lines.join(', ').trim();
  const found = new Map<string, (string | true)[]>();
  while (rest !== '') {
    const key = KEY.exec(rest)?.[0];
    if (key === undefined) return undefined;
    rest = rest.slice(key.length);
    let value: string | true | undefined = true;
    if (rest.startsWith('=')) {
      const item = ITEM.exec(rest.slice(1));
      if (item === null) return undefined;
      rest = rest.slice(1 + item[0].length);
      // RFC 9213 section 2.1: durations are integers, switches are booleans; a directive of another type is ignored.
      value = item[2] ?? (item[5] === '1' ? true : undefined);
    }
    const parameters = skipParameters(rest);
    if (parameters === undefined) return undefined;
    rest = parameters;
    if (value === undefined) found.delete(key);
    else found.set(key, [value]);
    if (rest === '') break;
    const comma = /^[ \t]*,[ \t]*/.exec(rest);
    if (comma === null) return undefined;
    rest = rest.slice(comma[0].length);
    if (rest === '') return undefined;
  }
  return found.size === 0 ? undefined : found;
}

/**
 * RFC 9651 section 3.1.2: parameters mean nothing here, and must be well formed all the same. `undefined` when they are
 * not.
 */
function skipParameters(text: string): string | undefined {
  let rest = text;
  for (let match = /^; *([a-z*][a-z0-9_\-.*]*)(=)?/.exec(rest); match !== null; ) {
    rest = rest.slice(match[0].length);
    if (match[2] !== undefined) {
      const item = ITEM.exec(rest);
      if (item === null) return undefined;
      rest = rest.slice(item[0].length);
    }
    match = /^; *([a-z*][a-z0-9_\-.*]*)(=)?/.exec(rest);
  }
  return rest.startsWith(';') ? undefined : rest;
}

/** The strings of a list such as `Cache-Groups: "a", "b"` (RFC 9875 section 2); none when it is no such list. */
export function parseStrings(lines: readonly string[]): string[] {
  const found: string[] = [];
  let rest = lines.join(', ').trim();
  while (rest !== '') {
    const item = ITEM.exec(rest);
    if (item?.[3] === undefined) return [];
    found.push(item[3].replace(/\\(["\\])/g, '$1'));
    const parameters = skipParameters(rest.slice(item[0].length));
    if (parameters === undefined) return [];
    if (parameters === '') break;
    const comma = /^[ \t]*,[ \t]*(?=\S)/.exec(parameters);
    if (comma === null) return [];
    rest = parameters.slice(comma[0].length);
  }
  return found;
}
