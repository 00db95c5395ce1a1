/** Entries in the order in which their requests began, whichever of them ends first. */
import type { HarEntry } from './har-format.ts';

export class HarEntries {
  /** The list of the archive itself. */
  readonly list: HarEntry[];
  /** Of each entry, the number of its request. */
  readonly #numbers: number[];
  #last: number;

  constructor(list: HarEntry[]) {
    this.list = list;
    this.#numbers = list.map((_, at) => at);
    this.#last = list.length;
  }

  /** A number for a request that begins. */
  begin(): number {
    return this.#last++;
  }

  /** Adds the entry of that request, in the place of one that it had before. */
  put(number: number, entry: HarEntry): void {
    let at = this.list.length;
    while (at > 0 && this.#numbers[at - 1]! > number) at -= 1;
    const isKnown = at > 0 && this.#numbers[at - 1] === number;
    this.list.splice(isKnown ? at - 1 : at, isKnown ? 1 : 0, entry);
    this.#numbers.splice(isKnown ? at - 1 : at, isKnown ? 1 : 0, number);
  }

  remove(entry: HarEntry): void {
    const at = this.list.indexOf(entry);
    if (at === -1) return;
    this.list.splice(at, 1);
    this.#numbers.splice(at, 1);
  }
}
