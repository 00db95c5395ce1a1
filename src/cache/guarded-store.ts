/**
 * A store whose failures are none of the call's: what throws, rejects or does not answer in time is told, and counts as
 * if nothing was stored.
 */
import { ignore } from '../message/source.ts';
import { isThenable } from '../runtime/kind-of.ts';
import { type Clock, startTimer } from '../time/clock.ts';
import type { CacheEntry, CacheStore } from './entry.ts';

/** Told of what went wrong; the call goes on. */
export type Tell = (error: unknown) => void;

/** Milliseconds for which a store that did not answer in time is left alone. */
const REST = 30_000;

export class GuardedStore {
  readonly #store: CacheStore;
  readonly #patience: number;
  #restsUntil = 0;

  /** @param patience milliseconds that a store may take for an answer; 0 is no limit, as for every duration */
  constructor(store: CacheStore, patience: number) {
    this.#store = store;
    this.#patience = patience;
  }

  get(key: string, clock: Clock, tell: Tell): CacheEntry | undefined | Promise<CacheEntry | undefined> {
    return this.#guarded('get', clock, tell, () => this.#store.get(key));
  }

  /** Whether it was stored. */
  async set(key: string, entry: CacheEntry, clock: Clock, tell: Tell): Promise<boolean> {
    const stored = await this.#guarded('set', clock, tell, async () => {
      await this.#store.set(key, entry);
      return true;
    });
    return stored === true;
  }

  async delete(key: string, clock: Clock, tell: Tell): Promise<void> {
    await this.#guarded('delete', clock, tell, () => this.#store.delete(key));
  }

  async keys(prefix: string, clock: Clock, tell: Tell): Promise<readonly string[]> {
    return [...((await this.#guarded('keys', clock, tell, () => this.#store.keys(prefix))) ?? [])];
  }

  #guarded<T>(
    method: keyof CacheStore,
    clock: Clock,
    tell: Tell,
    run: () => T | Promise<T>,
  ): T | undefined | Promise<T | undefined> {
    // What is to be taken out is taken out, however slow: it must not be used again.
    if (method === 'get' && clock.now() < this.#restsUntil) return undefined;
    let given: T | Promise<T>;
    try {
      given = run();
    } catch (error) {
      tell(error);
      return undefined;
    }
    if (!isThenable(given)) return given;
    return this.#inTime(method, clock, tell, given);
  }

  #inTime<T>(method: string, clock: Clock, tell: Tell, given: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const stop =
        this.#patience === 0
          ? ignore
          : startTimer(clock, this.#patience, () => {
              this.#restsUntil = clock.now() + REST;
              tell(
                new Error(
                  `the cache's store did not answer ${method} within ${this.#patience} ms; ` +
                    `the call went on without it, and it is not asked for ${REST / 1000} s`,
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
          tell(error);
          resolve(undefined);
        },
      );
    });
  }
}
