/**
 * What a crawl keeps of things that there may be millions of, for its report: how many there are, and the first ones.
 */

export class Sample<T> {
  count = 0;
  readonly first: T[] = [];
  readonly #most: number;

  /** @param most of them that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  add(one: T): void {
    this.count += 1;
    if (this.first.length < this.#most) this.first.push(one);
  }
}
