/** What a command line asks for, as data. */

import type { DigestName } from '../download/download-options.ts';
import type { MultipartPart } from '../message/multipart-parts.ts';
import type { HostHeader } from './crawl/credentials.ts';
import type { ReportFormat } from './crawl/report-formats.ts';
import type { StatusRange } from './crawl/statuses.ts';
import type { TrapOptions } from './crawl/traps.ts';

export interface HelpCommand {
  readonly kind: 'help';
  /** The command it is about; all of them without one. */
  readonly topic?: string;
}

/** `sluice version`. */
export interface VersionCommand {
  readonly kind: 'version';
}

/** Where the body of a request comes from. */
export type BodySource =
  | { readonly from: 'stdin'; readonly json: boolean }
  | { readonly from: 'text'; readonly text: string }
  | { readonly from: 'json'; readonly value: unknown }
  | { readonly from: 'form'; readonly pairs: readonly Pair[] }
  | { readonly from: 'multipart'; readonly parts: readonly MultipartPart[] };

/** A name and a value, as `--query` and `-H` take them. */
export type Pair = readonly [key: string, value: string];

/** What every command that sends one request takes. */
export interface RequestArguments {
  readonly url: string;
  readonly headers: readonly Pair[];
  readonly query: readonly Pair[];
  readonly auth:
    | readonly [user: string, password: string, scheme: 'basic' | 'digest']
    | { readonly bearer: string }
    | undefined;
  /** Milliseconds of the whole call; 0 is no limit. */
  readonly timeout: number;
  readonly verbose: boolean;
  /** Certificates are not checked. */
  readonly insecure: boolean;
  readonly proxy: string | undefined;
  readonly http2: boolean;
  readonly retry: number;
}

/** `sluice get` and its siblings. */
export interface RequestCommand extends RequestArguments {
  readonly kind: 'request';
  readonly method: string;
  readonly body: BodySource | undefined;
  readonly follow: boolean;
  readonly output: string | undefined;
  /** The head goes to standard output, before the body. */
  readonly include: boolean;
  /** The directory of a cache. */
  readonly cache: string | undefined;
  /** The file of an archive. */
  readonly har: string | undefined;
}

/** `sluice download`. */
export interface DownloadCommand extends RequestArguments {
  readonly kind: 'download';
  /** Where to; without it the file is named by the server or the URL. */
  readonly output: string | undefined;
  /** The name is the URL's, whatever the server says. */
  readonly remoteName: boolean;
  readonly resume: boolean;
  readonly segments: number;
  readonly checksums: Readonly<Partial<Record<DigestName, string>>>;
  /** Bytes a second; without it no limit. */
  readonly limitRate: number | undefined;
  readonly skipExisting: boolean;
  /** A date, or a file whose date it is: only what is newer comes. */
  readonly newerThan: string | undefined;
}

/** `sluice crawl`. It is written as JSON for the other machines of a shared crawl, so that all of it is plain data. */
export interface CrawlCommand {
  readonly kind: 'crawl';
  readonly urls: readonly string[];
  readonly hosts: readonly string[];
  readonly depth: number;
  readonly limit: number;
  readonly concurrency: number | 'auto';
  readonly perHost: number | 'auto' | undefined;
  /** Milliseconds from an answer of a host until its next request. */
  readonly interval: number;
  /** Milliseconds of one page, body included. */
  readonly timeout: number;
  readonly retry: number;
  readonly headers: readonly Pair[];
  readonly maxBytes: number;
  readonly assets: boolean;
  readonly robots: boolean;
  readonly cookies: boolean;
  /** Patterns of which a page must fit one; all without any. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Links to other hosts are checked. */
  readonly external?: boolean;
  readonly fragments?: boolean;
  readonly sitemap?: boolean;
  /** Statuses that are no failure. */
  readonly accepted?: readonly StatusRange[];
  readonly hostHeaders?: readonly HostHeader[];
  readonly traps?: Partial<TrapOptions>;
  /** The directory of a cache. */
  readonly cache?: string;
  /** The file of an archive. */
  readonly har?: string;
  readonly format?: ReportFormat;
  /** A crawl in Redis, which others may join. */
  readonly shared?: { readonly redis: string; readonly name: string; readonly role: 'start' | 'worker' | 'status' };
  readonly out: string | undefined;
  readonly resume: boolean;
}

/** `sluice serve`. */
export interface ServeCommand {
  readonly kind: 'serve';
  readonly port: number;
  readonly host: string;
}

/** `sluice report`. */
export interface ReportCommand {
  readonly kind: 'report';
  /** A HAR, or the lines of a crawl. */
  readonly file: string;
  /** Where the page goes; `-` is standard output, and beside the file without it. */
  readonly output: string | undefined;
}

/** Any of them; `kind` tells which. */
export type Command =
  | HelpCommand
  | VersionCommand
  | RequestCommand
  | DownloadCommand
  | CrawlCommand
  | ReportCommand
  | ServeCommand;
