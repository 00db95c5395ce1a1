/** Which requests are the same question, as a pure rule: equal in all that a server, or a layer below, may look at. */
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';

/** Options that are about the caller alone: each keeps its own, whatever the others have. */
const OWN: ReadonlySet<string> = new Set(
  'signal timeout headers query uriVars baseUri arrayFormat delay parseJson stringifyJson onError'.split(' '),
);
/** With one of these a call has to see its own transfer. */
const WATCHING = ['stream', 'sink', 'onHeaders', 'onInformation', 'progress'] as const;

/** Numbers for what is compared by identity, such as a jar or a function. */
export class Identities {
  readonly #numbers = new WeakMap<object, number>();
  #last = 0;

  of(value: object): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      this.#last += 1;
      number = this.#last;
      this.#numbers.set(value, number);
    }
    return number;
  }
}

/**
 * What equal requests have in common; `undefined` for one that goes alone: no GET, with a body, for a stream. All header
 * lines count, `Authorization` and `Cookie` with them: before the answer nobody knows what it varies by.
 */
export function questionOf(
  { method, url, headers, body }: HttpRequest,
  options: RequestOptions,
  identities: Identities,
): string | undefined {
  if (method !== 'GET' || body !== null || headers.has('upgrade')) return undefined;
  if (WATCHING.some((name) => options[name])) return undefined;
  const lines = [...headers].map(([name, value]) => [name.toLowerCase(), value]);
  lines.sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0));
  const settings: unknown[] = [];
  for (const name of Object.keys(options).sort()) {
    if (OWN.has(name)) continue;
    const value: unknown = options[name as keyof RequestOptions];
    if (value !== undefined) settings.push(name, comparable(value, identities, 0));
  }
  // A fragment is not sent.
  return JSON.stringify([url.replace(/#.*/s, ''), lines, settings]);
}

/** A record in a record in a record: deeper ones are compared by identity, and a circle ends. */
const DEPTH = 4;

/** Plain data by what it holds, anything else by being the same: what JSON can write in one way only. */
function comparable(value: unknown, identities: Identities, depth: number): unknown {
  if (typeof value === 'function') return { is: identities.of(value) };
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  if (depth < DEPTH && Array.isArray(value)) return value.map((one) => comparable(one, identities, depth + 1));
  if (depth === DEPTH || !isPlain(value)) return { is: identities.of(value) };
  const names = Object.keys(value).sort();
  return names.map((name) => [name, comparable((value as Record<string, unknown>)[name], identities, depth + 1)]);
}

/** Records of ours end one step before `Object.prototype`, and count as plain too. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}
