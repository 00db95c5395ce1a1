/**
 * What the values of a query, a form or a URI template are: text, a list or a record. What is none of them is refused with
 * its key, because a value that is left out without a word changes what is asked for.
 */
import { kindOf } from '../runtime/kind-of.ts';

/**
 * The text of a single value: a `Date` in ISO 8601, the `href` of a URL, numbers, booleans and what they are boxed in, and
 * objects that can write themselves. `undefined` for lists, sets, maps and records.
 * @throws TypeError naming the key for what has no text form
 */
export function textOf(value: unknown, key: string): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null || isCollection(value) ? undefined : textOfObject(value, key);
    default:
      throw withoutText(value, key);
  }
}

/** The members of a list or a set; `undefined` for everything else. */
export function membersOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof Set ? [...value] : undefined;
}

/** The entries of a map or a record, own ones only. The keys of a map must be text or numbers. */
export function entriesOf(value: object, key: string): [name: string, value: unknown][] {
  if (!(value instanceof Map)) return Object.entries(value);
  return [...value].map(([name, inner]: [unknown, unknown]) => {
    const text = typeof name === 'object' ? undefined : textOf(name, key);
    if (text === undefined) throw new TypeError(`a key of the map "${shortened(key)}" must be text or a number`);
    return [text, inner];
  });
}

/**
 * Whether an object can be a record of names to values: a plain one, a map, or an object with properties of its own. A
 * date, a set, a promise and the like would be records without entries.
 */
export function isFields(value: object): boolean {
  if (isPlain(value) || value instanceof Map || Object.keys(value).length > 0) return !Array.isArray(value);
  return !(Symbol.iterator in value || 'then' in value) && ownText(value) === undefined;
}

/** Whether there is a value and nothing in it: an empty list, set, map or record. */
export function isEmptyCollection(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !isCollection(value)) return false;
  const { length = entriesOf(value, '').length } = membersOf(value) ?? {};
  return length === 0;
}

/** For a message: a key is of the program, but may be as long as it likes. */
export function shortened(key: string): string {
  return key.length > 60 ? `${key.slice(0, 60)}...` : key;
}

function isCollection(value: object): boolean {
  return Array.isArray(value) || value instanceof Set || value instanceof Map || isPlain(value);
}

/** A record of this realm or another, or one without a prototype. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function textOfObject(value: object, key: string): string {
  if (isDate(value) && Number.isNaN(value.getTime())) {
    throw new TypeError(`the value of "${shortened(key)}" is an invalid date`);
  }
  const text = ownText(value);
  if (text === undefined) throw withoutText(value, key);
  return text;
}

/** Of this realm or another. */
function isDate(value: object): value is Date {
  return value instanceof Date || Object.prototype.toString.call(value) === '[object Date]';
}

/**
 * What an object says of itself: by `toJSON` when that gives text or a number, as dates and decimals do, else by a
 * `toString` that is not the one all objects have. Bytes and errors have one, and are no values.
 */
function ownText(value: object): string | undefined {
  if (ArrayBuffer.isView(value) || value instanceof Error) return undefined;
  const { toJSON: asJson, toString: asText } = value as { toJSON?: unknown; toString: unknown };
  if (typeof asJson === 'function' && asJson !== (Object.prototype as { toJSON?: unknown }).toJSON) {
    const json: unknown = asJson.call(value, '');
    if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return String(json);
  }
  if (typeof asText !== 'function' || isOfAllObjects(asText, value)) return undefined;
  const text: unknown = asText.call(value);
  return typeof text === 'string' ? text : undefined;
}

/** The `toString` of the last prototype, of whatever realm, writes `[object Object]`. */
function isOfAllObjects(method: unknown, value: object): boolean {
  let last: object = value;
  for (let next: object | null = last; next !== null; next = Object.getPrototypeOf(next)) last = next;
  return method === (last as { toString: unknown }).toString;
}

function withoutText(value: unknown, key: string): TypeError {
  return new TypeError(
    `the value of "${shortened(key)}" must be text, a number, a boolean, a date, a list or a record, got ${kindOf(value)}`,
  );
}
