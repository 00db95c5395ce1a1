/** Query strings and forms: nested data out, and the merge of three sources in. */
/** A value for one query or form key; nested ones are spelled by `arrayFormat`. `undefined` is left out, `null` is written empty. */
export type QueryValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly QueryValue[]
  | { readonly [key: string]: QueryValue };

export type QueryInit = string | URLSearchParams | { readonly [key: string]: QueryValue };

/** How a list is spelled in a query or form: `a[0]=1`, `a[]=1`, `a=1&a=2` or `a=1,2`. */
export type ArrayFormat = 'indices' | 'brackets' | 'repeat' | 'comma';

type Pair = readonly [key: string, value: string];

/** Far more than any form has; data in a circle has no end. */
export const DEEPEST = 100;

export function nestedTooDeeply(key: string): TypeError {
  const shown = key.length > 60 ? `${key.slice(0, 60)}...` : key;
  return new TypeError(`the value of "${shown}" is nested more than ${DEEPEST} levels deep; is it in a circle?`);
}

/** Nested data as key and value pairs, the keys spelled by `format`. `undefined` is left out, `null` is written empty. */
export function flatten(data: Readonly<Record<string, QueryValue>>, format: ArrayFormat = 'indices'): Pair[] {
  const pairs: Pair[] = [];
  for (const [key, value] of Object.entries(data)) collect(pairs, key, value, format);
  return pairs;
}

function collect(pairs: Pair[], key: string, value: QueryValue, format: ArrayFormat, depth = 0): void {
  if (depth > DEEPEST) throw nestedTooDeeply(key);
  if (value === undefined) return;
  if (value === null) pairs.push([key, '']);
  else if (Array.isArray(value)) collectList(pairs, key, value as readonly QueryValue[], format, depth);
  else if (typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) collect(pairs, `${key}[${name}]`, inner, format, depth + 1);
  } else if (typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError(
      `the value of "${key}" must be text, a number, a boolean, a list or a record, got ${typeof value}`,
    );
  } else pairs.push([key, String(value)]);
}

function collectList(
  pairs: Pair[],
  key: string,
  list: readonly QueryValue[],
  format: ArrayFormat,
  depth: number,
): void {
  if (format === 'comma') {
    pairs.push([
      key,
      list
        .filter((one) => one !== undefined)
        .map((one) => (one === null ? '' : String(one)))
        .join(','),
    ]);
    return;
  }
  for (const [i, one] of list.entries()) {
    const nested = typeof one === 'object' && one !== null;
    const suffix =
      format === 'indices' || (format === 'brackets' && nested) ? `[${i}]` : format === 'brackets' ? '[]' : '';
    collect(pairs, key + suffix, one, format, depth + 1);
  }
}

/** RFC 3986 percent-encoding: everything but unreserved characters. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());
}

/** `a=1&b=2`, percent-encoded (RFC 3986 section 2.1). */
export function encodeQuery(data: Readonly<Record<string, QueryValue>>, format?: ArrayFormat): string {
  return flatten(data, format)
    .map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`)
    .join('&');
}

/** `application/x-www-form-urlencoded` (WHATWG URL section 5): as a query, with `+` for a space. */
export function encodeForm(data: Readonly<Record<string, QueryValue>> | URLSearchParams, format?: ArrayFormat): string {
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
  const value = Object.hasOwn(call, topKey(pair)) ? call[topKey(pair)] : undefined;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
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
  const key = pair.split('=', 1)[0]!.replaceAll('+', ' ');
  let decoded = key;
  try {
    decoded = decodeURIComponent(key);
  } catch {
    // Not valid percent-encoding: compared as it stands.
  }
  const bracket = decoded.indexOf('[', 1);
  return bracket === -1 ? decoded : decoded.slice(0, bracket);
}
