/**
 * What is still to be sent by a pool: what its source gives, one by one and not before it is asked for, and what was added
 * meanwhile. Each gets its key here.
 */

import { Entry, letGoOf } from './entry.ts';
import { Fifo } from './fifo.ts';
import type { Source } from './source.ts';

/** There may be a next entry, but the source has to be waited for: see `Intake.pull`. */
export const PULL = Symbol('pull');

export class Intake {
  readonly #source: Source;
  /** Taken from the source or added, and not started. */
  readonly #held = new Fifo<Entry>();
  /** An asynchronous source was asked and has not answered. */
  #isPulling = false;
  #keys = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** How many are known to be there; those of a source that does not know its length are not. */
  get waiting(): number {
    return this.#held.size + this.#source.remaining;
  }

  /** Whether nothing more can come, unless something is added. */
  get isEmpty(): boolean {
    return !this.#isPulling && this.#held.size === 0 && this.#source.exhausted;
  }

  add(item: unknown): void {
    this.#held.push(new Entry(this.#source.length + this.#keys, item));
    this.#keys += 1;
  }

  /** The next entry, `undefined` when there is none now. @throws what the source throws */
  next(): Entry | typeof PULL | undefined {
    const source = this.#source;
    const held = !source.counted || source.exhausted ? this.#held.shift() : undefined;
    if (held !== undefined || source.exhausted || this.#isPulling) return held;
    if (source.async) return PULL;
    const pulled = source.pull() as IteratorResult<unknown>;
    return pulled.done ? this.#held.shift() : this.#entryOf(pulled.value);
  }

  /** Asks an asynchronous source for one more, which `next` then gives if `isWanted` still says so. */
  async pull(isWanted: () => boolean): Promise<void> {
    this.#isPulling = true;
    try {
      const pulled = await this.#source.pull();
      if (pulled.done) return;
      const entry = this.#entryOf(pulled.value);
      if (isWanted()) this.#held.push(entry);
      else letGoOf(entry);
    } finally {
      this.#isPulling = false;
    }
  }

  /** Forgets what was not started, and tells the source that nothing more is asked of it. */
  close(): void {
    for (const entry of this.#held.clear()) letGoOf(entry);
    this.#source.close();
  }

  /** The key is the place in an array, a set or a record, and otherwise the next one that nobody has. */
  #entryOf(item: unknown): Entry {
    const source = this.#source;
    if (source.counted) return new Entry(source.key, item);
    this.#keys += 1;
    return new Entry(this.#keys - 1, item);
  }
}
