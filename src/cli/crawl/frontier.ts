/**
 * What a crawl fetches next. The journal is the queue: a cursor goes through its lines behind the crawl and gives out
 * each link that was not given out before, so that pages come breadth first, only the set of known URLs is in memory,
 * and a crawl that was killed goes on by reading the same lines again. A host that has enough to do is passed over and
 * gets a cursor of its own from there on: however slow it is and however many pages it has, the others find theirs.
 */
import { targetOf } from '../../message/uri.ts';
import { HostLoads } from './host-loads.ts';
import type { Journal } from './journal.ts';
import { JournalCursor } from './journal-cursor.ts';
import { isRefused, isSettled, type PageLine } from './page-line.ts';
import { FOUND, TAKEN, UrlSet } from './url-set.ts';
import { isRepeated, redirectOf, type Visit } from './visit.ts';

export interface FrontierOptions {
  readonly journal: Journal;
  /** Canonical. */
  readonly starts: readonly string[];
  /** How many links away from a start may be fetched. */
  readonly depth: number;
  /** Pages in all, those of earlier runs included, those that robots.txt refused not. */
  readonly limit: number;
  /** Visits of one host that may be under way. */
  readonly perHost: number;
  /** Whether the URL may be asked for. */
  inScope(url: string): boolean;
}

export class Frontier {
  readonly #options: FrontierOptions;
  readonly #seen = new UrlSet();
  readonly #cursor: JournalCursor;
  /** By host, from the first link on that the cursor has passed over. */
  readonly #behind = new Map<string, JournalCursor>();
  /** Those of them that may have more. */
  readonly #ready = new Set<string>();
  readonly #loads: HostLoads;
  /** Starts, and redirects whose target a killed crawl did not reach. */
  readonly #first: Visit[];
  /** Visits under way, by depth. */
  readonly #underWay = new Map<number, number>();
  /** Taken, and never asked for. */
  #refused = 0;

  constructor(options: FrontierOptions) {
    this.#options = options;
    this.#cursor = new JournalCursor(options.journal.reader());
    this.#loads = new HostLoads(options.perHost);
    this.#first = options.starts.map((url) => ({ url, from: null, depth: 0, via: [] }));
    for (const { url } of this.#first) this.#seen.mark(url, FOUND);
  }

  /** Pages that are known to be in scope, fetched or not; never more than the limit and what was refused. */
  get known(): number {
    return Math.min(this.#seen.size, this.#options.limit + this.#refused);
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
      if (!isSettled(line) || !(this.#seen.mark(line.url, TAKEN) || isRepeated(line))) continue;
      if (isRefused(line)) this.#refused += 1;
      each(line);
      const next = redirectOf(line);
      if (next !== undefined && (isRepeated(next) || this.#mayFetch(next))) redirects.set(next.url, next);
    }
    this.#first.push(...redirects.values());
    return { unreadable: reader.unreadable };
  }

  /** Takes note of the links on a page, for the count of what is known. */
  found(line: PageLine): void {
    if (line.depth >= this.#options.depth && line.location === undefined) return;
    for (const url of line.links) {
      if (!this.#options.inScope(url)) continue;
      this.#seen.mark(url, FOUND);
      this.#loads.know(hostOf(url));
    }
  }

  /** The next page to fetch; `undefined` when there is none, or none until something under way has settled. */
  next(): Visit | undefined {
    if (this.#isAtLimit) return undefined;
    return this.#nextFirst() ?? this.#nextBehind() ?? this.#nextAhead();
  }

  /** The page that a redirect leads to, unless it is out of scope, given out already, or one too many. */
  redirect(line: PageLine): Visit | undefined {
    const visit = redirectOf(line);
    if (visit === undefined || this.#isAtLimit) return undefined;
    return (isRepeated(visit) || this.#mayFetch(visit)) && this.#take(visit) ? visit : undefined;
  }

  /** A visit has ended, and its line is in the journal. */
  settled({ url, depth }: Visit, line: PageLine): void {
    if (isRefused(line)) this.#refused += 1;
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

  #nextFirst(): Visit | undefined {
    for (let visit = this.#first[0]; visit !== undefined; visit = this.#first[0]) {
      if (this.#mustWait(visit)) return undefined;
      this.#first.shift();
      if (this.#take(visit)) return visit;
    }
    return undefined;
  }

  #nextBehind(): Visit | undefined {
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

  #nextAhead(): Visit | undefined {
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

  #peekBehind(host: string, cursor: JournalCursor): Visit | undefined {
    return cursor.peek((one) => hostOf(one.url) === host && this.#mayFetch(one));
  }

  /** With a limit of depth, what is near comes first: a page must not be reached by a detour that ends the way on. */
  #mustWait({ depth }: Visit): boolean {
    if (this.#options.depth === Number.POSITIVE_INFINITY) return false;
    for (const other of this.#underWay.keys()) if (other < depth) return true;
    for (const [host, cursor] of this.#behind) {
      const other = this.#peekBehind(host, cursor);
      if (other !== undefined && other.depth < depth) return true;
    }
    return false;
  }

  #take(visit: Visit): boolean {
    if (!this.#seen.mark(visit.url, TAKEN) && !isRepeated(visit)) return false;
    this.#underWay.set(visit.depth, (this.#underWay.get(visit.depth) ?? 0) + 1);
    this.#loads.add(hostOf(visit.url));
    return true;
  }

  #mayFetch({ url, depth }: Visit): boolean {
    return depth <= this.#options.depth && this.#options.inScope(url) && this.#seen.state(url) !== TAKEN;
  }
}

/** Name and port, the port only when it is not the scheme's: as a pool tells hosts apart. */
function hostOf(url: string): string {
  return targetOf(url).host;
}
