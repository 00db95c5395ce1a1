/** Query strings and forms: nested data out, and the merge of three sources in. */
import { entriesOf, isEmptyCollection, membersOf, shortened, textOf } from './field-value.ts';
import { queryDecoded } from './percent-decoded.ts';

/** An object whose type is an interface, or that can write itself. What is in it is checked when it is written. */
export type Fields = object & {
  readonly [Symbol.iterator]?: never;
  readonly [Symbol.hasInstance]?: never;
  readonly then?: never;
};

/**
 * A value for one query or form key: a date is written in ISO 8601, a URL as its `href`, an object with a `toJSON` or
 * `toString` of its own as the text that gives, a set as a list, a map as a record. Nested ones are spelled by
 * `arrayFormat`. `undefined` is left out, `null` is written empty.
 */
export type QueryValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | URL
  | ReadonlySet<unknown>
  | ReadonlyMap<string | number, unknown>
  | readonly QueryValue[]
  | { readonly [key: string]: QueryValue }
  | Fields;

/** Names to values: a record, a map, or an object of an interface of yours. */
export type FieldsInit = { readonly [key: string]: QueryValue } | ReadonlyMap<string, unknown> | Fields;

/** What the option `query` takes: text, `URLSearchParams`, or names to values. */
export type QueryInit = string | URLSearchParams | FieldsInit;

/** How a list is spelled in a query or form: `a[0]=1`, `a[]=1`, `a=1&a=2` or `a=1,2`. */
export type ArrayFormat = 'indices' | 'brackets' | 'repeat' | 'comma';

/** One pair before it is encoded. */
type Pair = readonly [key: string, value: string];

/** Far more than any form has; data in a circle has no end. */
export const DEEPEST = 100;

/** The error for data that refers to itself, or is nested beyond reason. */
export function nestedTooDeeply(key: string): TypeError {
  return new TypeError(
    `the value of "${shortened(key)}" is nested more than ${DEEPEST} levels deep; is it in a circle?`,
  );
}

/**
 * Nested data as key and value pairs, the keys spelled by `format`. `undefined` is left out, `null` is written empty.
 * @throws TypeError naming the key for a value that cannot be written
 */
export function flatten(data: object, format: ArrayFormat = 'indices'): Pair[] {
  const pairs: Pair[] = [];
  for (const [key, value] of entriesOf(data, 'the query')) collect(pairs, key, value, format);
  return pairs;
}

/**
 * Appends the pairs of one value: text as it is, lists by `format`, records by `key[name]`.
 * @param depth levels around the value, to end data in a circle
 */
function collect(pairs: Pair[], key: string, value: unknown, format: ArrayFormat, depth = 0): void {
  if (depth > DEEPEST) throw nestedTooDeeply(key);
  if (value === undefined) return;
  if (value === null) {
    pairs.push([key, '']);
    return;
  }
  const text = textOf(value, key);
  const list = text === undefined ? membersOf(value) : undefined;
  if (text !== undefined) pairs.push([key, text]);
  else if (list !== undefined) collectList(pairs, key, list, format, depth);
  else {
    for (const [name, inner] of entriesOf(value as object, key)) {
      collect(pairs, `${key}[${name}]`, inner, format, depth + 1);
    }
  }
}

/**
 * The four spellings of a list. A record within `brackets` gets its index, since `a[][b]=1&a[][c]=2` could be one
 * member or two.
 */
function collectList(pairs: Pair[], key: string, list: readonly unknown[], format: ArrayFormat, depth: number): void {
  if (format === 'comma') {
    pairs.push([key, commaList(list, key, depth)]);
    return;
  }
  for (const [i, one] of list.entries()) {
    const nested = typeof one === 'object' && one !== null && textOf(one, key) === undefined;
    const suffix =
      format === 'indices' || (format === 'brackets' && nested) ? `[${i}]` : format === 'brackets' ? '[]' : '';
    collect(pairs, key + suffix, one, format, depth + 1);
  }
}

/** `1,2`; lists within lists are of one level. */
function commaList(list: readonly unknown[], key: string, depth: number): string {
  if (depth > DEEPEST) throw nestedTooDeeply(key);
  const given = list.filter((one) => one !== undefined);
  return given
    .map((one) => {
      if (one === null) return '';
      const inner = membersOf(one);
      const text = inner === undefined ? textOf(one, key) : commaList(inner, key, depth + 1);
      if (text !== undefined) return text;
      throw new TypeError(`a list in "${shortened(key)}" has a record in it, which arrayFormat: 'comma' cannot write`);
    })
    .join(',');
}

/**
 * RFC 3986 percent-encoding: everything but unreserved characters.
 * @param key whose value the text is, for a message
 * @throws TypeError for half of a surrogate pair, which no encoding has
 */
export function percentEncode(text: string, key: string): string {
  let encoded: string;
  try {
    encoded = encodeURIComponent(text);
  } catch {
    throw new TypeError(
      `the text of "${shortened(key)}" has half of a surrogate pair, as text that was cut has; toWellFormed() mends it`,
    );
  }
  return encoded.replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());
}

/** `a=1&b=2`, percent-encoded (RFC 3986 section 2.1). @throws TypeError naming the key for what cannot be written */
export function encodeQuery(data: FieldsInit, format?: ArrayFormat): string {
  return flatten(data, format)
    .map(([key, value]) => `${percentEncode(key, key)}=${percentEncode(value, key)}`)
    .join('&');
}

/** `application/x-www-form-urlencoded` (WHATWG URL section 5): as a query, with `+` for a space. */
export function encodeForm(data: FieldsInit | URLSearchParams, format?: ArrayFormat): string {
  return data instanceof URLSearchParams ? String(data) : encodeQuery(data, format).replaceAll('%20', '+');
}

/**
 * The query of a call: for one key the call's wins over the URI's, which wins over the client's. A string, of the call or
 * of the client, replaces all that it wins over.
 */
export function mergeQuery(
  inUri: string,
  client: QueryInit | undefined,
  call: QueryInit | undefined,
  format?: ArrayFormat,
): string {
  if (typeof call === 'string') return stripMark(call);
  const parts: string[][] = [];
  if (typeof client === 'string') {
    if (inUri === '' && call === undefined) return stripMark(client);
    parts.push(inUri === '' ? split(stripMark(client)) : []);
  } else parts.push(client === undefined ? [] : split(encodeInit(client, format)));
  parts.push(split(inUri), call === undefined ? [] : split(encodeInit(call, format)));
  const overridden = (pair: string, by: readonly string[]) => by.some((other) => topKey(other) === topKey(pair));
  const [fromClient = [], fromUri = [], fromCall = []] = parts;
  const uriKept = fromUri.filter((pair) => !overridden(pair, fromCall) && !removes(call, pair));
  const clientKept = fromClient.filter((pair) => !overridden(pair, fromCall) && !overridden(pair, fromUri));
  return [...clientKept, ...uriKept, ...fromCall].join('&');
}

/** An empty list or record of the call takes the key out. */
function removes(call: QueryInit | undefined, pair: string): boolean {
  if (call === undefined || typeof call === 'string' || call instanceof URLSearchParams) return false;
  const key = topKey(pair);
  if (call instanceof Map) return isEmptyCollection(call.get(key));
  return Object.hasOwn(call, key) && isEmptyCollection((call as Record<string, unknown>)[key]);
}

function encodeInit(init: Exclude<QueryInit, string>, format: ArrayFormat | undefined): string {
  return init instanceof URLSearchParams ? String(init) : encodeQuery(init, format);
}

function stripMark(query: string): string {
  return query.startsWith('?') ? query.slice(1) : query;
}

function split(query: string): string[] {
  return query === '' ? [] : query.split('&');
}

/** The name before any bracket, decoded: `a[0]` and `a%5B1%5D` are both of `a`. */
function topKey(pair: string): string {
  const decoded = queryDecoded(pair.split('=', 1)[0]!);
  const bracket = decoded.indexOf('[', 1);
  return bracket === -1 ? decoded : decoded.slice(0, bracket);
}
