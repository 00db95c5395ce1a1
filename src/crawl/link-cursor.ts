/**
 * A place among the links of a file of lines. The queue has one for all hosts, and a fork of it for each host that it
 * has passed over.
 */
import type { LineReader } from './line-file.ts';
import type { Link } from './link.ts';

/** The links of a line: made one by one, for most of them are known already. */
export type LinksOf<T> = (line: T) => { readonly length: number; at(index: number): Link | undefined };

export class LinkCursor<T> {
  readonly #reader: LineReader<T>;
  readonly #linksOf: LinksOf<T>;
  /** The line whose links are given out, and how many were. */
  #links: ReturnType<LinksOf<T>> | undefined;
  #index = 0;

  constructor(reader: LineReader<T>, linksOf: LinksOf<T>) {
    this.#reader = reader;
    this.#linksOf = linksOf;
  }

  /** The first link from here on that is wanted, which stays the next one until `advance`. */
  peek(isWanted: (link: Link) => boolean): Link | undefined {
    for (;;) {
      this.#links ??= this.#nextLinks();
      if (this.#links === undefined) return undefined;
      for (; this.#index < this.#links.length; this.#index += 1) {
        const link = this.#links.at(this.#index);
        if (link !== undefined && isWanted(link)) return link;
      }
      this.#links = undefined;
    }
  }

  advance(): void {
    this.#index += 1;
  }

  /** Another one at the same place. */
  fork(): LinkCursor<T> {
    const other = new LinkCursor(this.#reader.fork(), this.#linksOf);
    other.#links = this.#links;
    other.#index = this.#index;
    return other;
  }

  park(): void {
    this.#reader.park();
  }

  #nextLinks(): ReturnType<LinksOf<T>> | undefined {
    this.#index = 0;
    const line = this.#reader.next();
    return line === undefined ? undefined : this.#linksOf(line);
  }
}
