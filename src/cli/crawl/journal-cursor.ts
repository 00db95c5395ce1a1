/** A place among the links of a journal. */
import type { JournalReader } from './journal.ts';
import type { PageLine } from './page-line.ts';
import { redirectOf, type Visit } from './visit.ts';

export class JournalCursor {
  readonly #reader: JournalReader;
  /** The line whose links are given out, and how many were. */
  #line: PageLine | undefined;
  #index = 0;

  constructor(reader: JournalReader) {
    this.#reader = reader;
  }

  /** The first link from here on that is wanted, which stays the next one until `advance`. */
  peek(isWanted: (visit: Visit) => boolean): Visit | undefined {
    for (;;) {
      this.#line ??= this.#nextLine();
      if (this.#line === undefined) return undefined;
      const { links } = this.#line;
      for (; this.#index < links.length; this.#index += 1) {
        const visit = visitOf(this.#line, links[this.#index]!);
        if (isWanted(visit)) return visit;
      }
      this.#line = undefined;
    }
  }

  advance(): void {
    this.#index += 1;
  }

  /** Another one at the same place. */
  fork(): JournalCursor {
    const other = new JournalCursor(this.#reader.fork());
    other.#line = this.#line;
    other.#index = this.#index;
    return other;
  }

  park(): void {
    this.#reader.park();
  }

  #nextLine(): PageLine | undefined {
    this.#index = 0;
    return this.#reader.next();
  }
}

function visitOf(line: PageLine, url: string): Visit {
  const redirect = url === line.location ? redirectOf(line) : undefined;
  return redirect ?? { url, from: line.url, depth: line.depth + 1, via: [] };
}
