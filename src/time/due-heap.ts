/**
 * Entries by due time, first come first among equals: the heap under everything that waits. `tinyqueue` is the heap; it
 * cannot remove from its middle, so a removed entry stays until it surfaces or until half of the heap is such entries.
 */
import TinyQueue from 'tinyqueue';

/** What a heap may hold. */
export interface Due {
  /** Milliseconds of the clock. */
  readonly at: number;
}

interface Slot<T> {
  readonly at: number;
  readonly order: number;
  entry: T | undefined;
}

/** Below this a rebuild would cost more than the slots it frees. */
const COMPACT_FROM = 64;

export class DueHeap<T extends Due> {
  #heap = new TinyQueue<Slot<T>>([], byDueTime);
  readonly #slots = new Map<T, Slot<T>>();
  #order = 0;

  get size(): number {
    return this.#slots.size;
  }

  /** Takes O(log n). An entry is held once. */
  push(entry: T): void {
    const slot = { at: entry.at, order: this.#order, entry };
    this.#order += 1;
    this.#slots.set(entry, slot);
    this.#heap.push(slot);
  }

  /** The entry due first. */
  peek(): T | undefined {
    this.#dropRemoved();
    return this.#heap.peek()?.entry;
  }

  /** Takes the entry due first, in O(log n). */
  pop(): T | undefined {
    this.#dropRemoved();
    const entry = this.#heap.pop()?.entry;
    if (entry !== undefined) this.#slots.delete(entry);
    return entry;
  }

  /** Takes an entry out, in O(log n) amortised. Whether it was there. */
  remove(entry: T): boolean {
    const slot = this.#slots.get(entry);
    if (slot === undefined) return false;
    this.#slots.delete(entry);
    slot.entry = undefined;
    if (this.#heap.length >= COMPACT_FROM && this.#heap.length > 2 * this.#slots.size) {
      this.#heap = new TinyQueue([...this.#slots.values()], byDueTime);
    }
    return true;
  }

  /** Takes everything out, in the order it came in. */
  clear(): T[] {
    const entries = [...this.#slots.keys()];
    this.#slots.clear();
    this.#heap = new TinyQueue<Slot<T>>([], byDueTime);
    return entries;
  }

  #dropRemoved(): void {
    while (this.#heap.length > 0 && this.#heap.peek()?.entry === undefined) this.#heap.pop();
  }
}

function byDueTime(a: Slot<unknown>, b: Slot<unknown>): number {
  return a.at - b.at || a.order - b.order;
}
