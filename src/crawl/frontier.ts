/**
 * What a frontier is: where the URLs of a crawl wait, in memory, in a file, or in Redis for many machines. `crawl`
 * knows this interface and none of the three, and one suite of tests holds for all.
 */

/** Which of a host's pages come first: 0 before 1 before 2. */
export type Priority = 0 | 1 | 2;

/** A URL that is to be visited. */
export interface Found {
  /** Absolute, http or https. In an `Outcome` it may be relative to the page it was found on. */
  readonly url: string;
  /** Links from a start. Default: 0, and in an `Outcome` one more than that of the page. */
  readonly depth?: number | undefined;
  /** Default 1. */
  readonly priority?: Priority | undefined;
  /** Anything that JSON can hold: the visit has it too. */
  readonly data?: unknown;
  /** What the URL is known by. Default the URL itself; what is known under this name is not visited again. */
  readonly key?: string | undefined;
}

/** A URL that was handed out to be visited. */
export interface Visit {
  /** What is to be visited. */
  readonly url: string;
  /** Links from a start. */
  readonly depth: number;
  /** As it was queued with. */
  readonly priority: Priority;
  /** As it was queued with. */
  readonly data: unknown;
  /** Name and port, the port only when it is not the scheme's. */
  readonly host: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** The page that it was found on; `null` for a start. */
  readonly from: string | null;
  /** Says that the visit is still its holder's. */
  readonly token: string;
}

/** What became of a visit. Times are milliseconds since 1970. */
export interface Outcome {
  /** Anything that JSON can hold, for `lines()`: it comes there once. Default none. */
  readonly line?: unknown;
  /** What is new of it is queued. */
  readonly found?: Iterable<Found> | undefined;
  /** The URL is to be visited again, not before this time. */
  readonly again?: { readonly at: number } | undefined;
  /** Nobody asks the host anything before this time. */
  readonly hostAt?: number | undefined;
  /** Whether it counts as failed. Default `false`. */
  readonly failed?: boolean | undefined;
}

/** An outcome that says whether a limit counts the page: not one that nobody asked for. */
export interface CountedOutcome extends Outcome {
  readonly uncounted?: boolean;
}

/** How far a crawl is, as its frontier counts. */
export interface FrontierStats {
  /** URLs that were ever found. */
  readonly known: number;
  /** Those that nobody has taken yet, and those that are to be visited again. */
  readonly waiting: number;
  /** Taken, and not settled. */
  readonly leased: number;
  /** All that settled. */
  readonly done: number;
  /** Those of `done` that failed. */
  readonly failed: number;
  /** Hosts that were ever found. */
  readonly hosts: number;
  /** Crawls that take from it now. */
  readonly workers: number;
}

/** How many hosts are handed out at once, and until when. */
export interface LeaseOptions {
  /** Ends the iteration; what was leased stays leased. */
  readonly signal: AbortSignal;
  /** Hosts that may be leased at once. */
  readonly hosts: number;
}

/** A line that a visit left, for the report of a crawl. */
export interface Line {
  /** Where the line stands: the argument that makes `lines` go on behind it. */
  readonly id: string;
  /** JSON. */
  readonly line: string;
}

/** Where URLs wait. One that was disposed of refuses whatever it is asked. */
export interface Frontier extends AsyncDisposable {
  /**
   * Queues what is not known yet. `full` says that `maxWaiting` URLs wait: the rest of `found` was not read then.
   * @throws TypeError for what is no absolute http(s) URL
   */
  add(
    found: Iterable<Found> | AsyncIterable<Found>,
  ): Promise<{ readonly added: number; readonly known: number; readonly full: boolean }>;
  /** Hosts that are the caller's alone, until it lets go of them. Ends when nothing waits and nothing is under way. */
  leases(options: LeaseOptions): AsyncIterable<HostLease>;
  /** The lines there are now, in the order in which their pages settled. @param after the `id` of a line before */
  lines(after?: string): AsyncIterable<Line>;
  /** How far the crawl is. */
  stats(): Promise<FrontierStats>;
  /** What the workers of one crawl tell each other; only where there may be several. */
  readonly shared?: SharedFacts;
}

/** A host that is somebody's alone for now. Letting go of it puts back what was taken and not settled. */
export interface HostLease extends AsyncDisposable {
  /** Name and port, the port only when it is not the scheme's. */
  readonly host: string;
  /** Aborts when the lease is lost; one whose time has run out, at the latest when it is read. */
  readonly signal: AbortSignal;
  /** Up to `n` visits, once the host may be asked; none when it has none for now, or not soon. */
  take(n: number): Promise<Visit[]>;
  /** Does all that the outcome says in one step. `false`: somebody else has the visit by now, and nothing was done. */
  settle(visit: Visit, outcome: Outcome): Promise<boolean>;
}

/** Small facts with a time to live, such as the robots.txt of a host. */
export interface SharedFacts {
  /** What is known under a key, while it lasts. */
  get(key: string): Promise<string | undefined>;
  /**
   * Keeps a fact for a while.
   * @param ttl milliseconds
   */
  set(key: string, value: string, ttl: number): Promise<void>;
}
