/**
 * Compares a request with what a test says about it: method, URL, query as a set, the headers that are named, the body by
 * its value. For `expectations()` and `toHaveRequested`. What does not fit is told in lines, so that the request with the
 * fewest is the nearest one.
 */

import { HttpHeaders } from '../../message/headers.ts';
import { type ArrayFormat, encodeQuery, type QueryInit } from '../../message/query.ts';
import { isSecretHeader } from '../../message/redact.ts';
import type { HttpRequest } from '../../message/request.ts';
import { closeTo } from '../../runtime/edit-distance.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { differences, isAsymmetric, line, shown } from './differences.ts';
import { type UrlMatcher, urlMatcher } from './url-matcher.ts';

/** What a request must have beside its method and URL. What is not named may be anything. */
export interface RequestMatch {
  /** All of the query, in any order, written as the option `query` is. */
  readonly query?: QueryInit | undefined;
  /**
   * Lines that there must be; a regular expression is looked for in the value, `null` is a header that must not be there.
   */
  readonly headers?: Readonly<Record<string, string | RegExp | readonly string[] | null>> | undefined;
  /** The whole body as JSON. `expect.any(...)` and the like of a test runner may stand in it. */
  readonly json?: unknown;
  /** The whole body: text, bytes, or a regular expression that is looked for in its text. */
  readonly body?: string | Uint8Array | RegExp | undefined;
}

/** A match that was read and checked. */
export interface Matcher {
  /** `POST /users` */
  readonly name: string;
  /** The pattern, as it was given. */
  readonly url: string;
  /** Whether the body has to be read. */
  readonly readsBody: boolean;
  /** What does not fit, the gravest first; empty for a request that fits. */
  differences(request: HttpRequest, body: Uint8Array | undefined): string[];
}

const PARTS = ['query', 'headers', 'json', 'body'];
/** A test writes a list without saying how it is spelled: each spelling is tried. */
const FORMATS: readonly ArrayFormat[] = ['indices', 'repeat', 'brackets', 'comma'];
/** What a value can be on the wire (RFC 9110 section 5.5), white space around it apart. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @throws TypeError for what can never match */
export function requestMatcher(method: string, uri: string | URL | RegExp, match: RequestMatch = {}): Matcher {
  const url = urlMatcher(uri);
  const name = `${checkedMethod(method)} ${url.text}`;
  const parts = checkedParts(match, name);
  const query = expectedQueries(parts, url, name);
  const headers = Object.entries(parts.headers ?? {}).map(([key, value]) => checkedHeader(key, value, name));
  const hasJson = Object.hasOwn(match, 'json');
  return {
    name,
    url: url.text,
    readsBody: hasJson || parts.body !== undefined,
    differences: (request, body) => [
      ...(method === '*' || method === request.method ? [] : [methodLine(method, request.method)]),
      ...(url.match(request.url) === undefined ? [`url: expected ${url.text}, got ${request.url}`] : []),
      ...(query === undefined ? [] : queryLines(query, request.url)),
      ...headers.flatMap(([key, value]) => headerLines(key, value, request.headers)),
      ...(hasJson ? jsonLines(parts.json, body) : []),
      ...(parts.body === undefined ? [] : bodyLines(parts.body, body)),
    ],
  };
}

/** @throws TypeError for what can be no method; `*` stands for any */
function checkedMethod(method: unknown): string {
  if (typeof method === 'string' && (method === '*' || /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method))) return method;
  throw new TypeError(`a method must be a token such as 'GET', or '*', got ${shown(method)}`);
}

/**
 * The parts without a prototype.
 * @throws TypeError for a name that is none of them
 */
function checkedParts(match: RequestMatch, name: string): RequestMatch {
  if (typeof match !== 'object' || match === null || Array.isArray(match)) {
    throw new TypeError(`what ${name} must have is a record of ${PARTS.join(', ')}, got ${kindOf(match)}`);
  }
  const unknown = Object.keys(match).find((key) => !PARTS.includes(key));
  if (unknown !== undefined) {
    const close = closeTo(unknown, PARTS);
    const hint = close === undefined ? '' : `; did you mean "${close}"?`;
    throw new TypeError(
      `${name}: there is no "${unknown}" in a request to match; there are ${PARTS.join(', ')}${hint}`,
    );
  }
  if (Object.hasOwn(match, 'json') && Object.hasOwn(match, 'body')) {
    throw new TypeError(`${name} has json and body; a request has one body, so give one of them`);
  }
  return { __proto__: null, ...match } as RequestMatch;
}

/** @throws TypeError for a name or a value that no request can have: the test would always fail */
function checkedHeader(
  name: string,
  value: string | RegExp | readonly string[] | null,
  where: string,
): readonly [string, string | RegExp | readonly string[] | null] {
  const values = Array.isArray(value) ? (value as readonly string[]) : [value as string | RegExp | null];
  try {
    new HttpHeaders([[name, '']]);
  } catch (cause) {
    throw new TypeError(`${where} can never match: ${(cause as Error).message}`);
  }
  for (const one of values) {
    if (one === null || one instanceof RegExp || isAsymmetric(one)) continue;
    if (typeof one === 'string' && HEADER_VALUE.test(one) && one === one.trim()) continue;
    throw new TypeError(`${where} can never match: header "${name}" cannot have that value on the wire`);
  }
  return [name, value];
}

type Pairs = Record<string, unknown>;

/** What the query may be: one record, or one for each way in which a list is spelled. */
function expectedQueries(match: RequestMatch, url: UrlMatcher, name: string): readonly Pairs[] | undefined {
  const { query } = match;
  if (query === undefined) return url.query === undefined ? undefined : [recordOf(url.query)];
  if (url.query !== undefined) throw new TypeError(`${name} has a query, and the option query too; give one of them`);
  if (typeof query === 'string') return [recordOf([...new URLSearchParams(query)])];
  if (query instanceof URLSearchParams) return [recordOf([...query])];
  const entries = query instanceof Map ? [...query] : Object.entries(query);
  // A matcher of a test runner, or an expression, is for one value as it comes.
  const [open, plain] = [true, false].map((wanted) => entries.filter(([, value]) => isOpen(value) === wanted));
  const written = FORMATS.map((format) => new URLSearchParams(encodeQuery(Object.fromEntries(plain!), format)));
  return written.map((pairs) => ({ ...recordOf([...pairs]), ...Object.fromEntries(open!) }));
}

/** A value that decides by itself what it matches. */
function isOpen(value: unknown): boolean {
  return value instanceof RegExp || isAsymmetric(value);
}

/** The differences to the spelling that comes nearest. */
function queryLines(expected: readonly Pairs[], url: string): string[] {
  const found = recordOf(queryOf(url));
  const all = expected.map((one) => differences(one, found, 'query'));
  return all.reduce((fewest, lines) => (lines.length < fewest.length ? lines : fewest));
}

function queryOf(url: string): [string, string][] {
  const at = url.indexOf('?');
  return at === -1 ? [] : [...new URLSearchParams(url.slice(at + 1).replace(/#.*$/s, ''))];
}

/** As a set: of a name that comes more than once, the values in order. */
function recordOf(pairs: readonly (readonly [string, string])[]): Record<string, unknown> {
  const record: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    const before = record[name];
    record[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value].sort();
  }
  return record;
}

/** Methods are case-sensitive (RFC 9110 section 9.1), which is easily overlooked. */
function methodLine(expected: string, found: string): string {
  const isCase = expected.toUpperCase() === found.toUpperCase();
  return `method: expected ${expected}, got ${found}${isCase ? ' (methods are case-sensitive)' : ''}`;
}

/** What is wrong with one header; `null` expects that there is none. */
function headerLines(
  name: string,
  expected: string | RegExp | readonly string[] | null,
  headers: HttpHeaders,
): string[] {
  const where = `header ${name}`;
  const isSecret = isSecretHeader(name);
  const found = headers.get(name) ?? undefined;
  if (expected === null) return found === undefined ? [] : [line(where, 'undefined', found, isSecret)];
  const isList = Array.isArray(expected);
  const lines = differences(expected, isList ? headers.getAll(name) : found, where);
  return isSecret && lines.length > 0 ? [line(where, '', found, true)] : lines;
}

/** Compares values, so that spacing and the order of members do not count. */
function jsonLines(expected: unknown, body: Uint8Array | undefined): string[] {
  const text = textOf(body);
  if (text === undefined) return [line('json', shown(expected), undefined)];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [`json: expected ${shown(expected)}, and the body is no JSON`];
  }
  // Through JSON, so that dates and members of the value undefined are what they are on the wire.
  return differences(isPlainJson(expected) ? JSON.parse(JSON.stringify(expected)) : expected, value, 'json');
}

/** Whether it holds nothing that JSON would lose, such as a matcher of a test runner. */
function isPlainJson(value: unknown): boolean {
  if (isAsymmetric(value) || value instanceof RegExp || value === undefined) return false;
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  return Object.values(value).every((one) => one === undefined || isPlainJson(one));
}

/** Compares the body as bytes or as text. */
function bodyLines(expected: string | Uint8Array | RegExp, body: Uint8Array | undefined): string[] {
  if (expected instanceof Uint8Array) {
    const isSame = body?.byteLength === expected.byteLength && expected.every((byte, at) => byte === body[at]);
    return isSame ? [] : [`body: expected ${expected.byteLength} bytes, got ${body?.byteLength ?? 0} that differ`];
  }
  return differences(expected, textOf(body), 'body');
}

function textOf(body: Uint8Array | undefined): string | undefined {
  return body === undefined ? undefined : new TextDecoder().decode(body);
}
