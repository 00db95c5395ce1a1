/** Where two values differ, in lines that a person reads. Values of secret names are not shown. */
import { isSecretKey, MASK } from '../../message/redact.ts';

/** Differences that are told; of very many the first say enough. */
const MOST = 12;
/** Characters of a value in a line. */
const LONGEST = 200;

/** What vitest's and jest's `expect.any(...)` and the like are. */
interface Asymmetric {
  asymmetricMatch(value: unknown): boolean;
  toString?(): string;
}

/** Lines such as `json.name: expected "Ada", got "Eve"`; none when they are equal. */
export function differences(expected: unknown, found: unknown, where: string): string[] {
  const lines: string[] = [];
  compare(expected, found, where, lines, false);
  return lines.length > MOST ? [...lines.slice(0, MOST), `and ${lines.length - MOST} more`] : lines;
}

/**
 * Walks both values together and adds a line for each difference.
 * @param isSecret a name above it was secret
 */
function compare(expected: unknown, found: unknown, where: string, lines: string[], isSecret: boolean): void {
  if (isAsymmetric(expected)) {
    if (!expected.asymmetricMatch(found)) lines.push(line(where, String(expected), found, isSecret));
    return;
  }
  if (expected instanceof RegExp) {
    const text = typeof found === 'string' ? found : undefined;
    const isFound = text !== undefined && new RegExp(expected.source, expected.flags.replace(/[gy]/g, '')).test(text);
    if (!isFound) lines.push(line(where, String(expected), found, isSecret));
    return;
  }
  if (Array.isArray(expected) && Array.isArray(found)) {
    for (let at = 0; at < Math.max(expected.length, found.length); at += 1) {
      compare(expected[at], found[at], `${where}[${at}]`, lines, isSecret);
    }
    return;
  }
  if (isRecord(expected) && isRecord(found)) {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      const [wanted, got] = [memberOf(expected, name), memberOf(found, name)];
      compare(wanted, got, `${where}.${name}`, lines, isSecret || isSecretKey(name));
    }
    return;
  }
  if (!Object.is(expected, found)) lines.push(line(where, shown(expected), found, isSecret));
}

/** One line. `undefined` is what was not there. */
export function line(where: string, expected: string, found: unknown, isSecret = false): string {
  if (isSecret) return `${where}: expected another value (${MASK})`;
  if (found === undefined) return `${where}: expected ${expected}, and it was not sent`;
  if (expected === 'undefined') return `${where}: not expected, got ${shown(found)}`;
  return `${where}: expected ${expected}, got ${shown(found)}`;
}

/** A value in a line, as JSON where it has any. */
export function shown(value: unknown): string {
  if (value instanceof RegExp || typeof value === 'function') return String(value).slice(0, LONGEST);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** How far a request is from the expected one: another URL counts most, then another method, then each other line. */
export function weightOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + (line.startsWith('url: ') ? 100 : line.startsWith('method: ') ? 30 : 1), 0);
}

/** A matcher of a test runner, told by its method: none is imported here. */
export function isAsymmetric(value: unknown): value is Asymmetric {
  return typeof value === 'object' && value !== null && typeof (value as Asymmetric).asymmetricMatch === 'function';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member only. */
function memberOf(record: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
