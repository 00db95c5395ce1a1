/** What options may be: a record of names, and nothing that has a meaning of its own. */

import { kindOf, valueOrKind } from '../runtime/kind-of.ts';
import type { RequestOptions } from './options.ts';

export { refuseSurplus } from '../runtime/arguments.ts';

/** Where that goes which is taken for options most often. What is in none of these is a body. */
const PLACES: Readonly<Record<string, string>> = {
  'a list': '{ json: ... }',
  'a promise': 'what it resolves with',
  Headers: '{ headers: ... }',
  HttpHeaders: '{ headers: ... }',
  AbortSignal: '{ signal: ... }',
  AbortController: '{ signal: controller.signal }',
  URL: '{ baseUri: ... }',
  URLSearchParams: '{ body: ... }, or { query: ... } for the URI',
};

/**
 * Whether it is a record whose own keys are all there is to read. Only a record, of this realm or another, has a prototype
 * that inherits from nothing; that of a FormData, a Buffer or a Map does.
 */
export function isPlainRecord(given: unknown): given is object {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** @throws TypeError saying where it goes, for what would be read as no options at all */
export function refuseNoRecord(given: unknown): void {
  if (!isPlainRecord(given)) throw noRecord(given);
}

/** Stands in the place of options when there are too many arguments: refused where these are read. */
class Surplus {
  readonly #words: string;

  constructor(words: string) {
    this.#words = words;
  }

  static wordsOf(given: unknown): string | undefined {
    return typeof given === 'object' && given !== null && #words in given ? given.#words : undefined;
  }
}

/**
 * What a call reads for its options when it got more arguments than it has: the door refuses it, like any other mistake.
 * @param taken how many the call has, the options being the last
 * @param shape what those are, in words
 */
export function surplus(
  given: ArrayLike<unknown>,
  taken: number,
  shape = taken === 2 ? 'a URI and options' : 'a method, a URI and options',
): RequestOptions {
  const words = `a call takes ${shape}, got ${given.length} arguments; data goes into the options as { json: ... } or { body: ... }, headers as { headers: ... }`;
  // With what it may have brought, so that a stream in it is let go of.
  return Object.assign(new Surplus(words) as RequestOptions, given[taken - 1]);
}

function noRecord(given: unknown): TypeError {
  const words = Surplus.wordsOf(given);
  if (words !== undefined) return new TypeError(words);
  const isData = typeof given === 'string' || (typeof given === 'object' && given !== null);
  const kind = kindOf(given);
  const place = Object.hasOwn(PLACES, kind) ? PLACES[kind] : '{ body: ... }';
  return new TypeError(
    `options must be a record, got ${valueOrKind(given)}${isData ? `; give it as \`${place}\`` : ''}`,
  );
}
