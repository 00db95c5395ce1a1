/**
 * A store whose failures never fail the call: when it throws, rejects, gives something other than an entry or is too slow,
 * `onError` gets an error, and the call goes on as if nothing was stored. A store that hangs or is busy is not used for a
 * while, so that not every call waits for it.
 */
import { ignore } from '../message/source.ts';
import { BoundedMap } from '../runtime/bounded-map.ts';
import { isThenable, kindOf } from '../runtime/kind-of.ts';
import { type Clock, startTimer } from '../time/clock.ts';
import { guarded, isClockFault } from '../time/guarded-clock.ts';
import { type CacheEntry, type CacheStore, isEntry, StoreBusyError, StoreSlowError } from './entry.ts';

/** Called with what went wrong, while the call goes on. */
export type Tell = (error: unknown) => void;

/** Milliseconds for which a store that did not answer in time is not used. */
const PAUSE = 30_000;
/** Milliseconds for which a method is not used that found the store held by another process. */
const BUSY_PAUSE = 1000;
/** Keys that are remembered because they could not be taken out. */
const MOST_LEFT = 10_000;

export class GuardedStore {
  readonly #store: CacheStore;
  readonly #patience: number;
  /** Until when each method is not used. */
  readonly #pauses = { get: 0, set: 0, delete: 0, keys: 0 };
  /** Keys that could not be taken out. What is there is not used again. */
  readonly #left = new BoundedMap<string, true>(MOST_LEFT);

  /** @param patience milliseconds that a store may take for an answer; 0 is no limit, as for every duration */
  constructor(store: CacheStore, patience: number) {
    this.#store = store;
    this.#patience = patience;
  }

  get(key: string, clock: Clock, tell: Tell): CacheEntry | undefined | Promise<CacheEntry | undefined> {
    if (this.#pauses.get !== 0 && this.#isPaused('get', clock)) return undefined;
    if (this.#left.size > 0 && this.#left.has(key)) return this.delete(key, clock, tell).then(() => undefined);
    return this.#guarded('get', clock, tell, () => this.#store.get(key), entryIn);
  }

  /** Whether it was stored. */
  async set(key: string, entry: CacheEntry, clock: Clock, tell: Tell): Promise<boolean> {
    if (this.#isPaused('set', clock)) return false;
    const isStored = await this.#guarded('set', clock, tell, () => this.#store.set(key, entry), done);
    if (isStored === true) this.#left.delete(key);
    return isStored === true;
  }

  /** What is to be taken out is taken out, however slow the store is: it must not be used again. */
  async delete(key: string, clock: Clock, tell: Tell): Promise<void> {
    const isGone =
      !this.#isPaused('delete', clock) &&
      (await this.#guarded('delete', clock, tell, () => this.#store.delete(key), done)) === true;
    if (isGone) this.#left.delete(key);
    else this.#left.set(key, true);
  }

  async keys(prefix: string, clock: Clock, tell: Tell): Promise<readonly string[]> {
    const given = (await this.#guarded('keys', clock, tell, () => this.#store.keys(prefix), membersIn)) ?? [];
    const keys = given.filter((one) => typeof one === 'string');
    if (keys.length < given.length) {
      const wrong = given.find((one) => typeof one !== 'string');
      tell(new TypeError(`the cache's store must give keys as text, and gave ${kindOf(wrong)}`));
    }
    return keys;
  }

  #isPaused(method: keyof CacheStore, clock: Clock): boolean {
    return clock.now() < this.#pauses[method];
  }

  /**
   * Calls the store and turns whatever goes wrong into `undefined`, told to `tell`.
   * @param read checks what it gave
   */
  #guarded<T>(
    method: keyof CacheStore,
    clock: Clock,
    tell: Tell,
    run: () => unknown,
    read: (given: unknown) => T,
  ): T | undefined | Promise<T | undefined> {
    const failed = (error: unknown): undefined => {
      if (error instanceof StoreBusyError) this.#pauses[method] = clock.now() + BUSY_PAUSE;
      // A clock's fault ends its call, which is no failure of the store.
      if (!isClockFault(error)) tell(error);
    };
    try {
      const given = run();
      if (!isThenable(given)) return read(given);
      return this.#inTime(method, clock, tell, given.then(read)).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  /** Waits for the store as long as it may take; what comes later is ignored. */
  #inTime<T>(method: string, clock: Clock, tell: Tell, given: PromiseLike<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const time = guarded(clock, { abort: reject });
      const stop =
        this.#patience === 0
          ? ignore
          : startTimer(time, this.#patience, () => {
              this.#pauses.get = this.#pauses.set = time.now() + PAUSE;
              tell(
                new StoreSlowError(
                  `the cache's store did not answer ${method} within ${this.#patience} ms; the call went on without it, ` +
                    `and nothing is looked up or stored for ${PAUSE / 1000} s`,
                ),
              );
              resolve(undefined);
            });
      given.then(
        (value) => {
          stop();
          resolve(value);
        },
        (error: unknown) => {
          stop();
          reject(error);
        },
      );
    });
  }
}

/** The result of a method that gives nothing, apart from that of a failure. */
function done(): true {
  return true;
}

/** @throws TypeError for what is no entry */
function entryIn(given: unknown): CacheEntry | undefined {
  if (given === undefined || isEntry(given)) return given;
  const found = typeof given === 'object' && given !== null ? 'a record that is none' : kindOf(given);
  throw new TypeError(`the cache's store must give an entry, or undefined where nothing is stored, and gave ${found}`);
}

/** @throws TypeError for what is no list */
function membersIn(given: unknown): unknown[] {
  const isList = typeof given === 'object' && given !== null && Symbol.iterator in given;
  if (isList) return [...(given as Iterable<unknown>)];
  throw new TypeError(`the cache's store must give a list of keys, and gave ${kindOf(given)}`);
}
