/** What a command line asks for, as data. */

export interface HelpCommand {
  readonly kind: 'help';
  /** The command it is about; all of them without one. */
  readonly topic?: string;
}

export interface VersionCommand {
  readonly kind: 'version';
}

/** Where the body of a request comes from. */
export type BodySource =
  | { readonly from: 'stdin'; readonly json: boolean }
  | { readonly from: 'text'; readonly text: string }
  | { readonly from: 'json'; readonly value: unknown }
  | { readonly from: 'form'; readonly pairs: readonly Pair[] };

export type Pair = readonly [key: string, value: string];

export interface RequestCommand {
  readonly kind: 'request';
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Pair[];
  readonly query: readonly Pair[];
  readonly body: BodySource | undefined;
  readonly auth:
    | readonly [user: string, password: string, scheme: 'basic' | 'digest']
    | { readonly bearer: string }
    | undefined;
  readonly follow: boolean;
  /** Milliseconds of the whole call; 0 is no limit. */
  readonly timeout: number;
  readonly output: string | undefined;
  readonly verbose: boolean;
}

export interface CrawlCommand {
  readonly kind: 'crawl';
  readonly urls: readonly string[];
  readonly hosts: readonly string[];
  readonly depth: number;
  readonly limit: number;
  readonly concurrency: number | 'auto';
  readonly perHost: number | 'auto' | undefined;
  /** Milliseconds from one request of a host until the next. */
  readonly interval: number;
  /** Milliseconds of one page, body included. */
  readonly timeout: number;
  readonly retry: number;
  readonly headers: readonly Pair[];
  readonly maxBytes: number;
  readonly assets: boolean;
  readonly robots: boolean;
  readonly out: string | undefined;
  readonly resume: boolean;
}

export interface ServeCommand {
  readonly kind: 'serve';
  readonly port: number;
  readonly host: string;
}

export type Command = HelpCommand | VersionCommand | RequestCommand | CrawlCommand | ServeCommand;
