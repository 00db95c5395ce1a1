/** Walks over items with a bound on how many are under way, as Guzzle's `EachPromise` does. */

import pLimit from 'p-limit';
import { settingsOf } from '../options/settings-of.ts';
import { kindOf, valueOrKind } from '../runtime/kind-of.ts';
import { EventLoopShare } from './event-loop-share.ts';

/** What an item of `each` comes to: a function is called, a promise awaited. */
export type EachValue<T> = T extends () => infer R ? Awaited<R> : Awaited<T>;

/** Ends an `each` early. What runs is left alone, and its result ignored. */
export interface EachControl {
  resolve(): void;
  reject(reason: unknown): void;
}

/** How many items `each` has under way, and who is told of what comes of them. */
export interface EachOptions<T, K> {
  /**
   * How many items are under way at once; a function is asked before each pull, with how many are, and 0 means not now.
   * Default: all.
   */
  concurrency?: number | ((pending: number) => number) | undefined;
  /** Awaited before the item's slot is free. A throw ends the `each` with that error. */
  fulfilled?: ((value: T, key: K, control: EachControl) => unknown) | undefined;
  /** Awaited before the item's slot is free. A throw ends the `each` with that error. Default: failures are ignored. */
  rejected?: ((reason: unknown, key: K, control: EachControl) => unknown) | undefined;
}

/**
 * Takes each item once there is a slot for it, and tells `fulfilled` or `rejected` how it ended. Items are pulled only
 * then, so that a generator starts its work no earlier; functions are called, promises and values awaited. An item that
 * fails ends nothing.
 * @throws what the source or a callback throws, once no more items are pulled; TypeError for items that cannot be
 * iterated or a concurrency below 1
 */
export function each<T>(
  items: Iterable<T> | AsyncIterable<T>,
  options?: EachOptions<EachValue<T>, number>,
): Promise<void>;
export function each<T extends object>(
  items: T,
  options?: EachOptions<EachValue<T[keyof T]>, Extract<keyof T, string>>,
): Promise<void>;
export async function each(items: object, options: EachOptions<never, never> = {}): Promise<void> {
  const given = settingsOf('each', options, ['concurrency', 'fulfilled', 'rejected']);
  for (const name of ['fulfilled', 'rejected'] as const) {
    const callback: unknown = given[name];
    if (callback === undefined || typeof callback === 'function') continue;
    throw new TypeError(`${name} of each must be a function, got ${kindOf(callback)}`);
  }
  const { concurrency = Number.POSITIVE_INFINITY } = given;
  if (typeof concurrency !== 'function') checkConcurrency(concurrency);
  const source = entriesOf(items, 'each');
  const walk = new Walk(source, concurrency, given as EachOptions<unknown, string | number>);
  return walk.run();
}

/** `each` with at most `n` items under way at once. Rejects as `each` does, and for an invalid `n`. */
export function eachLimit<T>(
  items: Iterable<T> | AsyncIterable<T>,
  n: number | ((pending: number) => number),
  fulfilled?: EachOptions<EachValue<T>, number>['fulfilled'],
  rejected?: EachOptions<EachValue<T>, number>['rejected'],
): Promise<void>;
export function eachLimit<T extends object>(
  items: T,
  n: number | ((pending: number) => number),
  fulfilled?: EachOptions<EachValue<T[keyof T]>, Extract<keyof T, string>>['fulfilled'],
  rejected?: EachOptions<EachValue<T[keyof T]>, Extract<keyof T, string>>['rejected'],
): Promise<void>;
export async function eachLimit(
  items: object,
  n: number | ((pending: number) => number),
  fulfilled?: EachOptions<never, never>['fulfilled'],
  rejected?: EachOptions<never, never>['rejected'],
): Promise<void> {
  if (typeof n !== 'function') checkConcurrency(n);
  return each(items, { concurrency: n, fulfilled, rejected } as EachOptions<never, never>);
}

/** An item under its key: a name of a record, or its index. */
type Entry = readonly [key: string | number, item: unknown];

/** One run of `each`. */
class Walk implements EachControl {
  readonly #source: AsyncIterator<Entry> | Iterator<Entry>;
  readonly #concurrency: number | ((pending: number) => number);
  readonly #options: EachOptions<unknown, string | number>;
  /** `p-limit`, which bounds what runs; whether to pull at all is asked in `#hasRoom`. */
  readonly #limit: ReturnType<typeof pLimit>;
  /** Items pulled and not finished, their callbacks included. */
  #pending = 0;
  #over = false;
  readonly #share = new EventLoopShare();
  /** Wakes the loop in `#pullAll`, which waits for a slot or for the end. */
  #freed: () => void = () => undefined;
  resolve: () => void = () => undefined;
  reject: (reason: unknown) => void = () => undefined;

  constructor(
    source: AsyncIterator<Entry> | Iterator<Entry>,
    concurrency: number | ((pending: number) => number),
    options: EachOptions<unknown, string | number>,
  ) {
    this.#source = source;
    this.#concurrency = concurrency;
    this.#options = options;
    this.#limit = pLimit(typeof concurrency === 'number' ? concurrency : Number.POSITIVE_INFINITY);
  }

  /** Resolves once all items are finished, or when a callback ends the walk. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        settle();
        this.#over = true;
        this.#freed();
      };
      this.resolve = () => end(resolve);
      this.reject = (reason) => end(() => reject(reason));
      this.#pullAll().then(this.resolve, this.reject);
    });
  }

  /** Pulls as long as there is room, then waits for what still runs. */
  async #pullAll(): Promise<void> {
    try {
      while (!this.#over) {
        if (!this.#hasRoom()) {
          await this.#oneFreed();
          continue;
        }
        const step = await this.#source.next();
        if (step.done) break;
        this.#start(...step.value);
        const turn = this.#share.settled();
        if (turn !== undefined) await turn;
      }
    } finally {
      // A source that has ended or thrown is closed already, for which this is nothing.
      if (this.#over) void Promise.resolve(this.#source.return?.()).catch(() => undefined);
    }
    while (this.#pending > 0 && !this.#over) await this.#oneFreed();
  }

  /** Whether another item may be pulled now. */
  #hasRoom(): boolean {
    if (typeof this.#concurrency === 'number') return this.#pending < this.#concurrency;
    const allowed = this.#concurrency(this.#pending);
    if (this.#pending < allowed) return true;
    // NaN, or nothing under way whose end could change the answer: it would wait for ever.
    if (this.#pending > 0 && allowed >= 0) return false;
    throw new TypeError(`concurrency must allow at least 1 when nothing is under way, got ${valueOrKind(allowed)}`);
  }

  #start(key: string | number, item: unknown): void {
    this.#pending += 1;
    this.#limit(() => this.#handle(key, item)).then(
      () => this.#leave(),
      (error) => {
        this.reject(error);
        this.#leave();
      },
    );
  }

  #leave(): void {
    this.#pending -= 1;
    this.#freed();
  }

  /** Waits for the item and calls the callback. It rejects only with what a callback throws, which ends the walk. */
  async #handle(key: string | number, item: unknown): Promise<void> {
    const { fulfilled, rejected } = this.#options;
    let value: unknown;
    try {
      value = await (typeof item === 'function' ? item() : item);
    } catch (reason) {
      if (!this.#over) await rejected?.(reason, key, this);
      return;
    }
    if (!this.#over) await fulfilled?.(value, key, this);
  }

  /** Resolves when an item has finished. Only the loop waits, so that there is one waiter. */
  #oneFreed(): Promise<void> {
    return new Promise((resolve) => {
      this.#freed = resolve;
    });
  }
}

/** Items with their keys, pulled one by one. */
function entriesOf(items: object, name: string): AsyncIterator<Entry> | Iterator<Entry> {
  checkItems(items, name);
  if (Symbol.asyncIterator in items) return numberedAsync(items as AsyncIterable<unknown>);
  if (Symbol.iterator in items && !Array.isArray(items)) return numbered(items as Iterable<unknown>);
  // They run already: one that fails before its turn is not unhandled.
  for (const item of Object.values(items)) if (item instanceof Promise) item.catch(() => undefined);
  return Array.isArray(items) ? numbered(items) : Object.entries(items)[Symbol.iterator]();
}

/** Items of an iterable under their indexes. */
function* numbered(items: Iterable<unknown>): Generator<Entry> {
  let index = 0;
  for (const item of items) yield [index++, item];
}

async function* numberedAsync(items: AsyncIterable<unknown>): AsyncGenerator<Entry> {
  let index = 0;
  for await (const item of items) yield [index++, item];
}

/** @throws TypeError for what is neither a whole number from 1 nor `Infinity` */
function checkConcurrency(concurrency: unknown): void {
  if (concurrency === Number.POSITIVE_INFINITY || (Number.isInteger(concurrency) && (concurrency as number) >= 1))
    return;
  throw new TypeError(`concurrency must be a whole number of 1 or more, or a function, got ${String(concurrency)}`);
}

/** @throws TypeError for what can hold no items */
export function checkItems(items: unknown, name: string): void {
  if (typeof items === 'object' && items !== null && !(items instanceof Promise)) return;
  throw new TypeError(`${name}() takes an iterable or a record of promises, got ${kindOf(items)}`);
}
