/**
 * What a crawl fetches next. The file is the queue: a cursor goes through its lines behind the crawl and gives out
 * each link that was not given out before, so that pages come breadth first, only the set of known URLs is in memory,
 * and a crawl that was killed goes on by reading the same lines again. A host that has enough to do is passed over and
 * gets a cursor of its own from there on: however slow it is and however many pages it has, the others find theirs.
 */
import { HostLoads } from './host-loads.ts';
import type { LineFile, LineFormat } from './line-file.ts';
import { hostOf, type Link } from './link.ts';
import { LinkCursor, type LinksOf } from './link-cursor.ts';
import { FOUND, TAKEN, UrlSet } from './url-set.ts';

/** What a line says about its page. */
export interface PageState {
  /** What the page is known by; `undefined` for a line that is no page's. */
  readonly key: string | undefined;
  /** Whether an interrupted crawl leaves it alone. */
  readonly isSettled: boolean;
  /** Whether nobody asked for it: it does not count for the limit. */
  readonly isRefused: boolean;
  /** A link that comes before all others: the target of a redirect, the page itself once more. */
  readonly first: Again | undefined;
}

/** A link, and how often it was visited before. */
export interface Again {
  readonly link: Link;
  readonly attempt: number;
  /** Not before, in milliseconds since 1970; 0 for at once. */
  readonly at: number;
}

/** How the lines of a crawl's file are read and written. */
export interface PageFormat<T> extends LineFormat<T> {
  page(line: T): PageState;
  readonly linksOf: LinksOf<T>;
  /** Whether the link is in scope and not too far away. */
  mayFetch(link: Link): boolean;
}

export interface LinkQueueOptions<T> {
  readonly file: LineFile<T>;
  readonly format: PageFormat<T>;
  readonly starts: readonly Link[];
  /** Whether what is near must come first, however slow that is: with a limit of depth. */
  readonly nearFirst: boolean;
  /** Pages in all, those of earlier runs included, those that robots.txt refused not. */
  readonly limit: number;
  /** Visits of one host that may be under way. */
  readonly perHost: number;
}

export class LinkQueue<T> {
  readonly #options: LinkQueueOptions<T>;
  readonly #seen = new UrlSet();
  readonly #cursor: LinkCursor<T>;
  /** By host, from the first link on that the cursor has passed over. */
  readonly #behind = new Map<string, LinkCursor<T>>();
  /** Those of them that may have more. */
  readonly #ready = new Set<string>();
  readonly #loads: HostLoads;
  /** Starts, and what a killed crawl had to do at once. */
  readonly #first: Again[];
  /** Visits under way, by depth. */
  readonly #underWay = new Map<number, number>();
  /** Taken, and never asked for. */
  #refused = 0;

  constructor(options: LinkQueueOptions<T>) {
    this.#options = options;
    this.#cursor = new LinkCursor(options.file.reader(), options.format.linksOf);
    this.#loads = new HostLoads(options.perHost);
    this.#first = options.starts.map((link) => ({ link, attempt: 1, at: 0 }));
    for (const { key } of options.starts) this.#seen.mark(key, FOUND);
  }

  /** Pages that are known to be in scope, fetched or not; never more than the limit and what was refused. */
  get known(): number {
    return Math.min(this.#seen.size, this.#options.limit + this.#refused);
  }

  /** Bytes that the set of known URLs takes. */
  get bytes(): number {
    return this.#seen.bytes;
  }

  /** Known, and not given out yet. */
  get left(): number {
    return this.#seen.size - this.#seen.taken;
  }

  /** Hosts that are known. */
  get hosts(): number {
    return this.#loads.size;
  }

  /** Takes note of what an earlier run has written; `each` is told every line that stands. */
  restore(each: (line: T) => void): { unreadable: number } {
    const reader = this.#options.file.reader();
    const firsts = new Map<string, Again>();
    for (const line of reader) {
      const { key, isSettled, isRefused, first } = this.#options.format.page(line);
      if (key !== undefined) firsts.delete(key);
      this.found(line);
      if (isSettled && key !== undefined) {
        if (!this.#seen.mark(key, TAKEN)) continue;
        if (isRefused) this.#refused += 1;
        each(line);
      }
      if (first !== undefined && (first.link.key === key || this.#mayFetch(first.link)))
        firsts.set(first.link.key, first);
    }
    this.#first.push(...firsts.values());
    return { unreadable: reader.unreadable };
  }

  /** Takes note of the links on a page, for the count of what is known. Answers how many are new. */
  found(line: T): number {
    const links = this.#options.format.linksOf(line);
    let added = 0;
    for (let i = 0; i < links.length; i += 1) {
      const link = links.at(i);
      if (link === undefined || !this.#options.format.mayFetch(link)) continue;
      // Most links are known; their host is as well, or will be when they are taken.
      if (!this.#seen.mark(link.key, FOUND)) continue;
      added += 1;
      this.#loads.know(hostOf(link.url));
    }
    return added;
  }

  /** The next page to fetch; `undefined` when there is none, or none until something under way has settled. */
  next(): Again | undefined {
    if (this.#isAtLimit) return undefined;
    const link = this.#nextFirst() ?? this.#nextBehind() ?? this.#nextAhead();
    return link === undefined || 'link' in link ? link : { link, attempt: 1, at: 0 };
  }

  /** Takes a link that comes before all others, unless it is out of scope, given out already, or one too many. */
  takeFirst(link: Link): boolean {
    return !this.#isAtLimit && this.#mayFetch(link) && this.#take(link);
  }

  /** A visit has ended, and its line is in the file. */
  settled({ url, depth }: Link, line: T): void {
    if (this.#options.format.page(line).isRefused) this.#refused += 1;
    const left = (this.#underWay.get(depth) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(depth);
    else this.#underWay.set(depth, left);
    const host = hostOf(url);
    this.#loads.remove(host);
    if (this.#behind.has(host)) this.#ready.add(host);
  }

  get #isAtLimit(): boolean {
    return this.#seen.taken - this.#refused >= this.#options.limit;
  }

  #nextFirst(): Again | undefined {
    for (let again = this.#first[0]; again !== undefined; again = this.#first[0]) {
      if (this.#mustWait(again.link)) return undefined;
      this.#first.shift();
      if (this.#take(again.link)) return again;
    }
    return undefined;
  }

  #nextBehind(): Link | undefined {
    for (const host of this.#ready) {
      const cursor = this.#behind.get(host)!;
      const visit = this.#loads.hasRoom(host) ? this.#peekBehind(host, cursor) : undefined;
      if (!this.#loads.hasRoom(host)) {
        this.#ready.delete(host);
        cursor.park();
      }
      if (visit === undefined || this.#mustWait(visit)) continue;
      cursor.advance();
      if (this.#take(visit)) return visit;
    }
    return undefined;
  }

  #nextAhead(): Link | undefined {
    // When every host has enough to do, the rest of the lines can wait.
    if (this.#first.length > 0 || !this.#loads.someHaveRoom) return undefined;
    const visit = this.#cursor.peek((one) => this.#mayFetch(one) && this.#isInReach(hostOf(one.url)));
    if (visit === undefined || this.#mustWait(visit)) return undefined;
    this.#cursor.advance();
    return this.#take(visit) ? visit : undefined;
  }

  /** Whether the host is not passed over, as it is from the first time on that it has enough to do. */
  #isInReach(host: string): boolean {
    if (this.#behind.has(host)) return false;
    if (this.#loads.hasRoom(host)) return true;
    this.#behind.set(host, this.#cursor.fork());
    return false;
  }

  #peekBehind(host: string, cursor: LinkCursor<T>): Link | undefined {
    return cursor.peek((one) => hostOf(one.url) === host && this.#mayFetch(one));
  }

  /** With a limit of depth, what is near comes first: a page must not be reached by a detour that ends the way on. */
  #mustWait({ depth }: Link): boolean {
    if (!this.#options.nearFirst) return false;
    for (const other of this.#underWay.keys()) if (other < depth) return true;
    for (const [host, cursor] of this.#behind) {
      const other = this.#peekBehind(host, cursor);
      if (other !== undefined && other.depth < depth) return true;
    }
    return false;
  }

  #take(link: Link): boolean {
    if (!this.#seen.mark(link.key, TAKEN)) return false;
    this.#underWay.set(link.depth, (this.#underWay.get(link.depth) ?? 0) + 1);
    this.#loads.add(hostOf(link.url));
    return true;
  }

  #mayFetch(link: Link): boolean {
    return this.#options.format.mayFetch(link) && this.#seen.state(link.key) !== TAKEN;
  }
}
