/**
 * What a crawl fetches next. The journal is the queue: a reader goes through its lines behind the crawl and gives out
 * each link that was not given out before, so that pages come breadth first, only the set of known URLs is in memory,
 * and a crawl that was killed goes on by reading the same lines again.
 */
import type { Journal, JournalReader } from './journal.ts';
import { isSettled, type PageLine } from './page-line.ts';
import { FOUND, TAKEN, UrlSet } from './url-set.ts';

/** A page that is to be fetched. */
export interface Visit {
  readonly url: string;
  readonly from: string | null;
  readonly depth: number;
  /** The redirects that led here. */
  readonly via: readonly string[];
}

export interface FrontierOptions {
  readonly journal: Journal;
  /** Canonical. */
  readonly starts: readonly string[];
  /** How many links away from a start may be fetched. */
  readonly depth: number;
  /** Pages in all, those of earlier runs included. */
  readonly limit: number;
  /** Whether the URL may be asked for. */
  inScope(url: string): boolean;
}

export class Frontier {
  readonly #options: FrontierOptions;
  readonly #seen = new UrlSet();
  readonly #reader: JournalReader;
  /** Starts, and redirects whose target a killed crawl did not reach. */
  readonly #first: Visit[];
  /** The line whose links are given out, and how many were. */
  #line: PageLine | undefined;
  #index = 0;
  /** Visits under way, by depth. */
  readonly #underWay = new Map<number, number>();

  constructor(options: FrontierOptions) {
    this.#options = options;
    this.#reader = options.journal.reader();
    this.#first = options.starts.map((url) => ({ url, from: null, depth: 0, via: [] }));
    for (const { url } of this.#first) this.#seen.mark(url, FOUND);
  }

  /** Pages that are known to be in scope, fetched or not; never more than the limit. */
  get known(): number {
    return Math.min(this.#seen.size, this.#options.limit);
  }

  /** Bytes that the set of known URLs takes. */
  get bytes(): number {
    return this.#seen.bytes;
  }

  /** Takes note of what an earlier run has written; `each` is told every line that stands. */
  restore(each: (line: PageLine) => void): { unreadable: number } {
    const reader = this.#options.journal.reader();
    const redirects = new Map<string, Visit>();
    for (const line of reader) {
      redirects.delete(line.url);
      this.found(line);
      if (!isSettled(line) || !this.#seen.mark(line.url, TAKEN)) continue;
      each(line);
      const next = redirectOf(line);
      if (next !== undefined && this.#mayFetch(next)) redirects.set(next.url, next);
    }
    this.#first.push(...redirects.values());
    return { unreadable: reader.unreadable };
  }

  /** Takes note of the links on a page, for the count of what is known. */
  found(line: PageLine): void {
    if (line.depth >= this.#options.depth && line.location === undefined) return;
    for (const url of line.links) {
      if (this.#options.inScope(url)) this.#seen.mark(url, FOUND);
    }
  }

  /** The next page to fetch; `undefined` when there is none, or none until something under way has settled. */
  next(): Visit | undefined {
    for (let visit = this.#peek(); visit !== undefined; visit = this.#peek()) {
      if (this.#seen.taken >= this.#options.limit) return undefined;
      // With a limit of depth, what is near comes first: a page must not be reached by a detour that ends the way on.
      if (this.#options.depth !== Number.POSITIVE_INFINITY && this.#isNearerUnderWay(visit.depth)) return undefined;
      this.#advance();
      if (this.#take(visit)) return visit;
    }
    return undefined;
  }

  /** The page that a redirect leads to, unless it is out of scope, given out already, or one too many. */
  redirect(line: PageLine): Visit | undefined {
    const visit = redirectOf(line);
    if (visit === undefined || this.#seen.taken >= this.#options.limit || !this.#mayFetch(visit)) return undefined;
    return this.#take(visit) ? visit : undefined;
  }

  /** A visit has ended, and its line is in the journal. */
  settled({ depth }: Visit): void {
    const left = (this.#underWay.get(depth) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(depth);
    else this.#underWay.set(depth, left);
  }

  #take(visit: Visit): boolean {
    if (!this.#seen.mark(visit.url, TAKEN)) return false;
    this.#underWay.set(visit.depth, (this.#underWay.get(visit.depth) ?? 0) + 1);
    return true;
  }

  #isNearerUnderWay(depth: number): boolean {
    for (const other of this.#underWay.keys()) if (other < depth) return true;
    return false;
  }

  #mayFetch({ url, depth }: Visit): boolean {
    return depth <= this.#options.depth && this.#options.inScope(url) && this.#seen.state(url) !== TAKEN;
  }

  /** The next candidate, which stays the next one until `#advance`. */
  #peek(): Visit | undefined {
    const first = this.#first[0];
    if (first !== undefined) return first;
    for (;;) {
      this.#line ??= this.#nextLine();
      if (this.#line === undefined) return undefined;
      const { links } = this.#line;
      for (; this.#index < links.length; this.#index += 1) {
        const visit = visitOf(this.#line, links[this.#index]!);
        if (this.#mayFetch(visit)) return visit;
      }
      this.#line = undefined;
    }
  }

  #advance(): void {
    if (this.#first.length > 0) this.#first.shift();
    else this.#index += 1;
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

/** A redirect is no further away than what it redirects. */
function redirectOf(line: PageLine): Visit | undefined {
  if (line.location === undefined || line.error !== null) return undefined;
  return { url: line.location, from: line.url, depth: line.depth, via: [...(line.via ?? []), line.url] };
}
