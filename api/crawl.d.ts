// CrawlEnd
interface CrawlEnd {
    readonly done: number;
    readonly failed: number;
    readonly stopped: boolean;
    readonly elapsed: number;
}
// CrawlOptions
interface CrawlOptions {
    visit(response: HttpResponse, visit: Visit): Said | PromiseLike<Said>;
    failed?(error: unknown, visit: Visit): Said | PromiseLike<Said>;
    readonly concurrency?: PoolConcurrency | undefined;
    readonly perHost?: Pick<PerHostOptions, 'concurrency' | 'interval'> | undefined;
    readonly hosts?: number | undefined;
    readonly depth?: number | undefined;
    readonly limit?: number | undefined;
    readonly followRedirects?: boolean | undefined;
    readonly retries?: number | undefined;
    readonly visitTimeout?: Duration | undefined;
    readonly robots?: boolean | {
        readonly agent: string;
    } | undefined;
    readonly options?: RequestOptions | undefined;
    request?(url: string): RequestOptions | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly clock?: Clock | undefined;
}
// FileFrontierOptions
interface FileFrontierOptions {
    readonly maxWaiting?: number | undefined;
    readonly clock?: Clock | undefined;
}
// Found
interface Found {
    readonly url: string;
    readonly depth?: number | undefined;
    readonly priority?: Priority | undefined;
    readonly data?: unknown;
    readonly key?: string | undefined;
}
// Frontier
interface Frontier extends AsyncDisposable {
    add(found: Iterable<Found> | AsyncIterable<Found>): Promise<{
        readonly added: number;
        readonly known: number;
        readonly full: boolean;
    }>;
    leases(options: LeaseOptions): AsyncIterable<HostLease>;
    lines(after?: string): AsyncIterable<Line>;
    stats(): Promise<FrontierStats>;
    readonly shared?: SharedFacts;
}
// FrontierStats
interface FrontierStats {
    readonly known: number;
    readonly waiting: number;
    readonly leased: number;
    readonly done: number;
    readonly failed: number;
    readonly hosts: number;
    readonly workers: number;
}
// HostLease
interface HostLease extends AsyncDisposable {
    readonly host: string;
    readonly signal: AbortSignal;
    take(n: number): Promise<Visit[]>;
    settle(visit: Visit, outcome: Outcome): Promise<boolean>;
}
// LeaseOptions
interface LeaseOptions {
    readonly signal: AbortSignal;
    readonly hosts: number;
}
// Line
interface Line {
    readonly id: string;
    readonly line: string;
}
// LinksOptions
interface LinksOptions {
    readonly assets?: boolean | undefined;
    readonly maxBytes?: number | undefined;
    readonly agent?: string | undefined;
}
// MemoryFrontierOptions
interface MemoryFrontierOptions {
    readonly maxWaiting?: number | undefined;
    readonly clock?: Clock | undefined;
}
// Outcome
interface Outcome {
    readonly line?: unknown;
    readonly found?: Iterable<Found> | undefined;
    readonly again?: {
        readonly at: number;
    } | undefined;
    readonly hostAt?: number | undefined;
    readonly failed?: boolean | undefined;
}
// Priority
type Priority = 0 | 1 | 2;
// RunningCrawl
interface RunningCrawl extends Promise<CrawlEnd> {
    stop(): void;
    pause(): void;
    resume(): void;
    readonly stats: PoolStats;
    readonly running: number;
    intervalOf(host: string): number;
}
// SharedFacts
interface SharedFacts {
    get(key: string): Promise<string | undefined>;
    set(key: string, value: string, ttl: number): Promise<void>;
}
// Visit
interface Visit {
    readonly url: string;
    readonly depth: number;
    readonly priority: Priority;
    readonly data: unknown;
    readonly host: string;
    readonly attempt: number;
    readonly from: string | null;
    readonly token: string;
}
// WriteLinesOptions
interface WriteLinesOptions {
    readonly follow?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly clock?: Clock | undefined;
}
// WrittenLines
interface WrittenLines {
    readonly lines: number;
}
// crawl
declare function crawl(client: PoolClient, frontier: CrawlSource, options: CrawlOptions): RunningCrawl;
// fileFrontier
declare function fileFrontier(path: string, options?: FileFrontierOptions): Frontier;
// linksOf
declare function linksOf(response: HttpResponse, options?: LinksOptions): Promise<Found[]>;
// memoryFrontier
declare function memoryFrontier(options?: MemoryFrontierOptions): Frontier;
// writeLines
declare function writeLines(frontier: Frontier, path: string, options?: WriteLinesOptions): Promise<WrittenLines>;
// Mentioned above, and not exported by a name
type CrawlSource = Pick<Frontier, 'leases' | 'shared'>;
type Said = Outcome | undefined | void;
