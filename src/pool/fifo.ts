/** A queue where both ends cost O(1), however long it is: `shift` of an array moves all items behind the first. */

/** Below this many taken places a copy would cost more than the places. */
const COMPACT_FROM = 1024;

/** Taken places stay at the front, and are cut off once they are more than half. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  /** The place of the next item; everything before it is taken. */
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_FROM && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes everything out. */
  clear(): T[] {
    const rest = this.#items.slice(this.#head) as T[];
    this.#items = [];
    this.#head = 0;
    return rest;
  }
}
