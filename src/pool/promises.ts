/**
 * Waiting for many promises: over records, tuples and iterables, keeping their keys. What Guzzle's promise
 * `Utils` do, in the terms of JavaScript's own combinators.
 */
import { checkItems } from './each.ts';

export { type EachControl, type EachOptions, type EachValue, each, eachLimit } from './each.ts';

/** A record or a tuple with every promise replaced by what it gives. */
export type Unwrapped<T> = { -readonly [K in keyof T]: Awaited<T[K]> };

/** A record or a tuple with every promise replaced by how it ended, in the shape of `Promise.allSettled`. */
export type AllSettled<T> = { -readonly [K in keyof T]: PromiseSettledResult<Awaited<T[K]>> };

/**
 * The values, under the keys of the promises.
 * @throws the reason of the first that rejects
 */
export function unwrap<const T extends readonly unknown[]>(promises: T): Promise<Unwrapped<T>>;
export function unwrap<T>(promises: Iterable<T>): Promise<Awaited<T>[]>;
export function unwrap<T extends object>(promises: T): Promise<Unwrapped<T>>;
export async function unwrap(promises: object): Promise<unknown> {
  const { keys, items } = collect(promises, 'unwrap');
  return keyed(keys, await Promise.all(items));
}

/** How each promise ended, under their keys. Never rejects for a promise that does. */
export function settle<const T extends readonly unknown[]>(promises: T): Promise<AllSettled<T>>;
export function settle<T>(promises: Iterable<T>): Promise<PromiseSettledResult<Awaited<T>>[]>;
export function settle<T extends object>(promises: T): Promise<AllSettled<T>>;
export async function settle(promises: object): Promise<unknown> {
  const { keys, items } = collect(promises, 'settle');
  return keyed(keys, await Promise.allSettled(items));
}

/**
 * The values of the first `n` promises that fulfil, in the order of the input.
 * @throws AggregateError with the reasons, in the order of the input, as soon as fewer than `n` can fulfil; TypeError
 * when `n` is no whole number
 */
export function some<T>(n: number, promises: Iterable<T>): Promise<Awaited<T>[]>;
export function some<T extends object>(n: number, promises: T): Promise<Awaited<T[keyof T]>[]>;
export async function some(n: number, promises: object): Promise<unknown[]> {
  if (!(Number.isInteger(n) && n >= 0)) throw new TypeError(`some() takes a whole number first, got ${String(n)}`);
  const { items } = collect(promises, 'some');
  return new Promise((resolve, reject) => {
    const values = new Map<number, unknown>();
    const reasons = new Map<number, unknown>();
    const check = (): void => {
      if (values.size === n) resolve(inOrder(values));
      else if (items.length - reasons.size < n) reject(tooFew(n, items.length, inOrder(reasons)));
    };
    for (const [index, item] of items.entries()) {
      Promise.resolve(item).then(
        // A promise settles once, so what comes after the n-th changes nothing.
        (value) => {
          if (values.size < n) values.set(index, value);
          check();
        },
        (reason) => {
          reasons.set(index, reason);
          check();
        },
      );
    }
    check();
  });
}

/**
 * The value of the first promise that fulfils.
 * @throws AggregateError with the reasons when none does
 */
export function any<T>(promises: Iterable<T>): Promise<Awaited<T>>;
export function any<T extends object>(promises: T): Promise<Awaited<T[keyof T]>>;
export async function any(promises: object): Promise<unknown> {
  const [value] = await some(1, promises);
  return value;
}

/** All items now, and the keys of a record. */
function collect(promises: object, name: string): { keys: string[] | undefined; items: unknown[] } {
  checkItems(promises, name);
  if (Symbol.asyncIterator in promises) {
    throw new TypeError(`${name}() takes an iterable or a record of promises, got an async iterable`);
  }
  if (Symbol.iterator in promises) return { keys: undefined, items: [...(promises as Iterable<unknown>)] };
  return { keys: Object.keys(promises), items: Object.values(promises) };
}

/** Values under the keys of a record; as a list for an iterable. */
function keyed(keys: readonly string[] | undefined, values: unknown[]): unknown {
  return keys === undefined ? values : Object.fromEntries(keys.map((key, index) => [key, values[index]]));
}

/** Values in the order of the input, whatever order they came in. */
function inOrder(found: ReadonlyMap<number, unknown>): unknown[] {
  return [...found].sort(([a], [b]) => a - b).map(([, value]) => value);
}

/** The error of `some` when too many have rejected. */
function tooFew(n: number, total: number, reasons: unknown[]): AggregateError {
  const found = `${reasons.length} of ${total} rejected`;
  return new AggregateError(reasons, `not enough promises fulfilled: ${n} wanted, ${found}`);
}
