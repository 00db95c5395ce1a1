/**
 * Header fields as an immutable value (RFC 9110 section 5): names are looked up in any case and keep the case they were
 * given, the order of lines is kept, and nothing that could split a message on the wire gets in.
 */

import { kindOf } from '../runtime/kind-of.ts';
import { showLines } from './compared.ts';
import { INSPECT, type Inspect, inspected } from './inspected.ts';
import { maskHeaders, type Redact } from './redact.ts';

/** Anything headers can be made from. A value of `undefined` is skipped. */
export type HeadersInit =
  | HttpHeaders
  | Readonly<Record<string, string | number | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** A field as a transport hands it over: a string, or bytes that are read as latin1 when somebody looks. */
export type RawField = string | RawBytes;

/** Node's `Buffer`, as far as a field of a head needs it. */
interface RawBytes {
  readonly length: number;
  readonly [index: number]: number;
  toString(encoding: 'latin1'): string;
}

// RFC 9110 section 5.6.2: token
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// RFC 9110 section 5.5: visible characters, space, tab and obs-text; any other control character could end the line.
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether `name` may stand as a field name or as a method on the wire. */
export function isToken(name: string): boolean {
  return TOKEN.test(name);
}

const NO_FIELDS: readonly RawField[] = [];

/**
 * Header lines as an immutable value: names in any case of letters, several lines of one name, their order kept. A name or
 * an invalid value throws a `TypeError` when it is made.
 */
export class HttpHeaders implements Iterable<[string, string]> {
  /** No lines at all. */
  static readonly empty = new HttpHeaders();

  /** name, value, name, value, ... in the order of the wire. */
  #fields: readonly RawField[];

  /** @throws TypeError for a name that is no token, or a value with a control character or one above U+00FF. */
  constructor(init?: HeadersInit | null) {
    this.#fields = init == null ? NO_FIELDS : init instanceof HttpHeaders ? init.#fields : checkedFields(init);
  }

  /** Takes name, value, name, value, ... that were checked already, as a transport's parser does. Nothing is copied. */
  static fromRaw(fields: readonly RawField[]): HttpHeaders {
    const headers = new HttpHeaders();
    headers.#fields = fields;
    return headers;
  }

  /** The number of lines. */
  get size(): number {
    return this.#fields.length / 2;
  }

  /** The value of `name`, several lines joined with `, ` (RFC 9110 section 5.3), those of `Cookie` with `; `, or `null`. */
  get(name: string): string | null {
    const fields = this.#fields;
    let value: string | null = null;
    for (let i = 0; i < fields.length; i += 2) {
      if (!sameName(fields[i]!, name)) continue;
      const next = text(fields[i + 1]!);
      // RFC 9113 section 8.2.3: a comma within a cookie is part of it.
      value = value === null ? next : value + (sameName(name, 'cookie') ? '; ' : ', ') + next;
    }
    return value;
  }

  /** Every value of `name`, one for each line. */
  getAll(name: string): string[] {
    const fields = this.#fields;
    const values: string[] = [];
    for (let i = 0; i < fields.length; i += 2) if (sameName(fields[i]!, name)) values.push(text(fields[i + 1]!));
    return values;
  }

  /** The `Set-Cookie` lines, which must not be joined (RFC 6265 section 3). */
  getSetCookie(): string[] {
    return this.getAll('set-cookie');
  }

  /** Whether there is a line of this name. */
  has(name: string): boolean {
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i += 2) if (sameName(fields[i]!, name)) return true;
    return false;
  }

  /** Whether the lines of `name` are exactly these. @internal */
  holds(name: string, value: string | number | readonly string[]): boolean {
    const values = Array.isArray(value) ? (value as readonly string[]) : [String(value)];
    const own = this.getAll(name);
    return own.length === values.length && own.length > 0 && own.every((one, i) => one === values[i]);
  }

  /** Replaces every line of `name` by one line for each value, at the place of the first. */
  with(name: string, value: string | number | readonly string[]): HttpHeaders {
    const added = checkedFields([[name, value]]);
    const fields: RawField[] = [];
    let placed = false;
    for (let i = 0; i < this.#fields.length; i += 2) {
      if (!sameName(this.#fields[i]!, name)) fields.push(this.#fields[i]!, this.#fields[i + 1]!);
      else if (!placed) {
        fields.push(...added);
        placed = true;
      }
    }
    if (!placed) fields.push(...added);
    return HttpHeaders.fromRaw(fields);
  }

  /** Adds a line for each value after the others. */
  withAdded(name: string, value: string | number | readonly string[]): HttpHeaders {
    return HttpHeaders.fromRaw([...this.#fields, ...checkedFields([[name, value]])]);
  }

  /** Adds lines (name, value, name, value, ...) that need no check after the others. @internal */
  plus(fields: readonly string[]): HttpHeaders {
    return HttpHeaders.fromRaw([...this.#fields, ...fields]);
  }

  /** Removes every line of `names`; the same instance when there was none. */
  without(...names: string[]): HttpHeaders {
    if (!names.some((name) => this.has(name))) return this;
    const unwanted = new Set(names.map((name) => name.toLowerCase()));
    return this.filter((name) => !unwanted.has(name));
  }

  /** Keeps the lines for which `keep` is true; it sees the name in lower case. The same instance when it keeps all. */
  filter(keep: (name: string, value: string) => boolean): HttpHeaders {
    const fields: RawField[] = [];
    for (let i = 0; i < this.#fields.length; i += 2) {
      const value = this.#fields[i + 1]!;
      if (keep(text(this.#fields[i]!).toLowerCase(), text(value))) fields.push(this.#fields[i]!, value);
    }
    return fields.length === this.#fields.length ? this : HttpHeaders.fromRaw(fields);
  }

  /** Puts the lines of `other` in the place of those with the same name. */
  merge(other: HttpHeaders): HttpHeaders {
    if (other.size === 0) return this;
    if (this.size === 0) return other;
    const fields: RawField[] = [];
    for (let i = 0; i < this.#fields.length; i += 2) {
      if (!other.has(text(this.#fields[i]!))) fields.push(this.#fields[i]!, this.#fields[i + 1]!);
    }
    fields.push(...other.#fields);
    return HttpHeaders.fromRaw(fields);
  }

  /** name, value, name, value, ... as strings, for a transport. Not to be changed. */
  toRaw(): readonly string[] {
    const fields = this.#fields;
    return fields.every((field) => typeof field === 'string') ? (fields as readonly string[]) : fields.map(text);
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (let i = 0; i < this.#fields.length; i += 2) yield [text(this.#fields[i]!), text(this.#fields[i + 1]!)];
  }

  /** Name and value of each line; those of one name joined, as the web's `Headers` do. */
  entries(): IterableIterator<[string, string]> {
    return this[Symbol.iterator]();
  }

  /** The names, in lower case. */
  *keys(): IterableIterator<string> {
    for (const [name] of this) yield name;
  }

  /** The values, those of one name joined. */
  *values(): IterableIterator<string> {
    for (const [, value] of this) yield value;
  }

  /** Calls with value and name of each. */
  forEach(callback: (value: string, name: string, headers: HttpHeaders) => void): void {
    for (const [name, value] of this) callback(value, name, this);
  }

  /** Lower-cased name to value (`string[]` for a repeated one), secrets masked. */
  toJSON(): Record<string, string | string[]> {
    return this.masked();
  }

  /** What `toJSON` gives, with the values of these names masked too. */
  masked(more?: Redact): Record<string, string | string[]> {
    const record: Record<string, string | string[]> = Object.create(null);
    for (const [name, value] of maskHeaders(this, more)) {
      const key = name.toLowerCase();
      const before = record[key];
      record[key] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
    }
    return record;
  }

  /** Read before two values are compared: see `compared.ts`. */
  get [Symbol.toStringTag](): string {
    if (this !== HttpHeaders.prototype) showLines(this, this.toRaw());
    return 'HttpHeaders';
  }

  /** What Node's `inspect` and `console.log` show. */
  [INSPECT](_depth?: number, options?: unknown, inspect?: Inspect): string {
    return inspected('HttpHeaders', { ...this.toJSON() }, options, inspect);
  }
}

/** Latin1, as the wire is read: every byte is one character, and none is lost. */
function text(field: RawField): string {
  return typeof field === 'string' ? field : field.toString('latin1');
}

/**
 * Compares lengths first: a name in lower case is a new text each time. The bytes of a parser are compared as they are:
 * text of each would cost more than all else.
 */
function sameName(field: RawField, name: string): boolean {
  if (field.length !== name.length) return false;
  if (typeof field === 'string') return field === name || field.toLowerCase() === name.toLowerCase();
  for (let i = 0; i < name.length; i++) if (lowerByte(field[i]!) !== lowerByte(name.charCodeAt(i))) return false;
  return true;
}

/** An ASCII letter in lower case, any other byte as it is: names of fields are ASCII (RFC 9110 section 5.1). */
function lowerByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Pairs of any source, a record's entries among them. */
type Entries = Iterable<readonly [string, string | number | readonly string[] | undefined]>;

/**
 * The lines of an init, each checked.
 * @throws TypeError naming what is wrong, never a value
 */
function checkedFields(init: Exclude<HeadersInit, HttpHeaders> | Entries): string[] {
  if (typeof init !== 'object')
    throw new TypeError(`headers must be a record or an iterable of pairs, got ${kindOf(init)}`);
  const entries: Entries = Symbol.iterator in init ? (init as Entries) : Object.entries(init);
  const fields: string[] = [];
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) {
      throw new TypeError('headers given as an iterable must hold [name, value] pairs');
    }
    const [name, value] = entry as [string, string | number | readonly string[] | undefined];
    if (value === undefined) continue;
    if (Array.isArray(value)) for (const one of value) fields.push(checkedName(name), checkedValue(name, one));
    else fields.push(checkedName(name), checkedValue(name, value));
  }
  return fields;
}

/** @throws TypeError for what is no token: it could end the line, and begin another header or the body */
function checkedName(name: unknown): string {
  if (typeof name === 'string' && isToken(name)) return name;
  throw new TypeError(`a header name must be a token (RFC 9110 §5.1), got ${JSON.stringify(name)}`);
}

/** The value itself is never in the message: it may be a credential. */
function checkedValue(name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') {
    const found = kindOf(value);
    throw new TypeError(`the value of header "${name}" must be a string or a list of strings, got ${found}`);
  }
  const trimmed = withoutOuterSpace(String(value));
  if (FIELD_VALUE.test(trimmed)) return trimmed;
  const at = [...trimmed].findIndex((char) => !FIELD_VALUE.test(char));
  const code = trimmed.codePointAt(at)?.toString(16).toUpperCase().padStart(4, '0');
  throw new TypeError(
    `the value of header "${name}" has the character U+${code} at ${at}, which a header cannot carry`,
  );
}

/** RFC 9110 section 5.5: spaces and tabs around a value are no part of it. By hand, in one pass: a pattern could take n². */
function withoutOuterSpace(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(value.charCodeAt(start))) start += 1;
  while (end > start && isSpace(value.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === value.length ? value : value.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
