/**
 * Parses cache directives (RFC 9111 section 5.2): tokens and quoted strings, in any case, over any number of lines. A value
 * that cannot be read is taken for the one that caches least.
 */

/** Directive names in lower case to the values they came with; `true` for one without an argument. */
export type Directives = ReadonlyMap<string, readonly (string | true)[]>;

const NONE: Directives = new Map();
/** The longest time that is counted, in seconds (RFC 9111 section 1.2.2): larger numbers are this one. */
export const LONGEST = 2_147_483_648;

// RFC 9111 section 5.2: a directive is a token, perhaps with "=" and a token or a quoted string.
const DIRECTIVE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?:=([\s\S]*))?$/;

/** @param lines the values of all lines of the field, joined or not */
export function parseDirectives(lines: readonly string[]): Directives {
  if (lines.length === 0) return NONE;
  const found = new Map<string, (string | true)[]>();
  for (const part of lines.flatMap(splitList)) {
    const match = DIRECTIVE.exec(part);
    if (match === null) continue;
    const name = match[1]!.toLowerCase();
    const value = match[2] === undefined ? true : unquoted(match[2]);
    const before = found.get(name);
    if (before === undefined) found.set(name, [value]);
    else before.push(value);
  }
  return found;
}

/** The members of a list, those in quotation marks whole. */
export function splitList(line: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at <= line.length; at++) {
    const char = line[at];
    if (char === '"') isQuoted = !isQuoted;
    else if (char === '\\' && isQuoted) at += 1;
    else if (char === undefined || (char === ',' && !isQuoted)) {
      parts.push(line.slice(start, at).trim());
      start = at + 1;
    }
  }
  // A quotation mark that nobody closed hides what stands behind it.
  if (start <= line.length && isQuoted) parts.push(line.slice(start).trim());
  return parts.filter((part) => part !== '');
}

function unquoted(value: string): string {
  const match = /^"((?:[^"\\]|\\[\s\S])*)"$/.exec(value);
  return match === null ? value : match[1]!.replace(/\\([\s\S])/g, '$1');
}

/**
 * Seconds of a directive such as `max-age`; `undefined` when it is absent. One that is no whole number, or that comes
 * twice with different values, is 0: RFC 9111 section 4.2.1 lets such a response count as stale.
 */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const values = directives.get(name);
  if (values === undefined) return undefined;
  const [first] = values;
  return values.every((value) => value === first) ? (deltaSeconds(first) ?? 0) : 0;
}

/** RFC 9111 section 1.2.2: digits alone; too large a number is the largest there is. */
export function deltaSeconds(value: string | true | undefined): number | undefined {
  return typeof value === 'string' && /^\d+$/.test(value) ? Math.min(Number(value), LONGEST) : undefined;
}

/** Whether the directive is there without fields; one whose fields cannot be read counts so. */
export function isUnqualified(directives: Directives, name: string): boolean {
  return directives.get(name)?.some((value) => value === true || fieldsIn(value) === undefined) ?? false;
}

/** The field names, in lower case, that directives such as `no-cache="set-cookie"` are about. */
export function qualifiedFields(directives: Directives, name: string): string[] {
  return directives.get(name)?.flatMap((value) => (value === true ? [] : (fieldsIn(value) ?? []))) ?? [];
}

function fieldsIn(value: string): string[] | undefined {
  const names = value.split(',').map((name) => name.trim().toLowerCase());
  return names.every((name) => /^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) ? names : undefined;
}
