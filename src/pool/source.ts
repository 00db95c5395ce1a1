/** Where a pool's requests come from: any iterable, async iterable or record behind one way to pull. */

import { HttpRequest } from '../message/request.ts';
import { valueOrKind } from '../runtime/kind-of.ts';
import type { PoolKey } from './pool-options.ts';

type Pulled = IteratorResult<unknown>;
type Opened = Iterator<unknown> | AsyncIterator<unknown>;

export class Source {
  /** There is nothing more to pull: it ended, failed or was closed. */
  exhausted = false;
  readonly async: boolean;
  /** Whether the length is known without pulling. */
  readonly counted: boolean;
  /** The names of a record. */
  readonly names: readonly string[] | undefined;
  readonly #requests: object;
  #iterator: Opened | undefined;
  /** Items taken so far. */
  #pulled = 0;

  /** @throws TypeError when `requests` is not a source, with a word on what looks like one and is not */
  constructor(requests: unknown) {
    if (typeof requests !== 'object' || requests === null || requests instanceof HttpRequest) refuse(requests);
    this.#requests = requests;
    this.async = Symbol.asyncIterator in requests;
    if (this.async || Symbol.iterator in requests) {
      this.counted = Array.isArray(requests) || requests instanceof Set;
      if (this.counted) for (const item of requests as Iterable<unknown>) quiet(item);
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(requests);
    if (prototype !== null && prototype !== Object.prototype) refuse(requests);
    this.names = Object.keys(requests);
    this.counted = true;
    for (const item of Object.values(requests)) quiet(item);
  }

  /** How many items there are in all; 0 when nobody knows. */
  get length(): number {
    if (!this.counted) return 0;
    if (this.names !== undefined) return this.names.length;
    return Array.isArray(this.#requests) ? this.#requests.length : (this.#requests as Set<unknown>).size;
  }

  /** How many are known to come. */
  get remaining(): number {
    return this.exhausted ? 0 : Math.max(0, this.length - this.#pulled);
  }

  /** The key of the item that was pulled last. */
  get key(): PoolKey {
    return this.names?.[this.#pulled - 1] ?? this.#pulled - 1;
  }

  /** Takes the next item; a promise when the source is asynchronous. @throws what the source throws */
  pull(): Pulled | Promise<Pulled> {
    try {
      this.#iterator ??= this.#open();
      const pulled = this.#iterator.next();
      return this.async ? this.#later(pulled) : this.#counted(pulled as Pulled);
    } catch (error) {
      this.exhausted = true;
      throw error;
    }
  }

  /** Lets the source release what it holds, if it was opened and has not ended. A failure of the source is then ignored. */
  close(): void {
    if (this.exhausted) return;
    this.exhausted = true;
    try {
      const closed: unknown = this.#iterator?.return?.();
      if (closed instanceof Promise) closed.catch(() => undefined);
    } catch {
      // A generator that cancels the pool from inside is running, and cannot be closed.
    }
  }

  /** The iterator, made with the first pull: a generator must not run before the pool does. */
  #open(): Opened {
    if (this.names !== undefined) return valuesOf(this.#requests as Record<string, unknown>, this.names);
    if (this.async) return (this.#requests as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return (this.#requests as Iterable<unknown>)[Symbol.iterator]();
  }

  /** The same for a promise of an item. */
  async #later(pulled: unknown): Promise<Pulled> {
    try {
      return this.#counted((await pulled) as Pulled);
    } catch (error) {
      this.exhausted = true;
      throw error;
    }
  }

  /** Keeps count, by which items get their keys. */
  #counted(pulled: Pulled): Pulled {
    if (pulled.done) this.exhausted = true;
    else this.#pulled += 1;
    return pulled;
  }
}

/** Only the names that were there when the pool was made. */
function* valuesOf(record: Record<string, unknown>, names: readonly string[]): Generator<unknown> {
  for (const name of names) yield record[name];
}

/** @throws TypeError, with a hint for what is easily given by mistake */
function refuse(requests: unknown): never {
  const single = typeof requests === 'string' || requests instanceof URL || requests instanceof HttpRequest;
  const hint = single ? '; put it into a list' : requests instanceof Promise ? '; await it first' : '';
  const found = `${single ? 'a single one' : valueOrKind(requests)}${hint}`;
  throw new TypeError(`requests must be an iterable, an async iterable or a record of requests, got ${found}`);
}

/**
 * A promise where a request is expected fails alone and by name, when its turn comes. It may reject before that, which
 * must not end the process.
 */
export function quiet(item: unknown): void {
  if (item instanceof Promise) item.catch(() => undefined);
}
