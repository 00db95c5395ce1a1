/** Reads the command line of `sluice crawl`. */
import { byteSize, concurrency, credentials, duration, headerLine, httpUrl, wholeNumber } from './argument-values.ts';
import type { CrawlCommand } from './commands.ts';
import type { HostHeader } from './crawl/credentials.ts';
import { REPORT_FORMATS, type ReportFormat } from './crawl/report-formats.ts';
import { hostPattern } from './crawl/scope.ts';
import { type StatusRange, statusRanges } from './crawl/statuses.ts';
import { isUrlPattern } from './crawl/url-pattern.ts';
import { parseOptions } from './parse-options.ts';
import { UsageError } from './usage-error.ts';

const MINUTE = 60_000;
const TEN_MB = 10_000_000;

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;

const CRAWL_OPTIONS = {
  hosts: text,
  include: list,
  exclude: list,
  external: flag,
  fragments: flag,
  sitemap: flag,
  accept: text,
  depth: text,
  limit: text,
  concurrency: text,
  'per-host': text,
  interval: text,
  timeout: text,
  retry: text,
  header: { ...list, short: 'H' },
  'host-header': list,
  auth: text,
  'user-agent': text,
  'max-bytes': text,
  'max-url': text,
  'max-repeats': text,
  'no-assets': flag,
  'ignore-robots': flag,
  cookies: flag,
  'no-cookies': flag,
  cache: text,
  har: text,
  format: list,
  out: text,
  resume: flag,
  redis: text,
  name: text,
  worker: flag,
  status: flag,
} as const;

export function readCrawl(argv: readonly string[]): CrawlCommand {
  const { values, positionals } = parseOptions('crawl', argv, CRAWL_OPTIONS, true);
  const shared = sharedOf(values);
  if (positionals.length === 0 && shared?.role !== 'worker' && shared?.role !== 'status')
    throw new UsageError('expected at least one URL: sluice crawl URL...');
  if (values.resume && values.out === undefined)
    throw new UsageError('--resume expects --out FILE, the file to go on from');
  if (values.cookies && values['no-cookies']) throw new UsageError('expected --cookies or --no-cookies, got both');
  if (values.cache === '') throw new UsageError('--cache expects the path of a directory');
  if (values.har === '') throw new UsageError('--har expects the path of a file');
  const { depth, limit, interval, timeout, retry } = values;
  return {
    kind: 'crawl',
    urls: positionals.map(httpUrl),
    hosts: hostsOf(values.hosts),
    depth: depth === undefined ? Number.POSITIVE_INFINITY : wholeNumber(depth, '--depth', 0),
    limit: limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber(limit, '--limit', 1),
    concurrency: concurrency(values.concurrency ?? '10', '--concurrency'),
    perHost: values['per-host'] === undefined ? undefined : concurrency(values['per-host'], '--per-host'),
    interval: interval === undefined ? 0 : duration(interval, '--interval'),
    timeout: timeout === undefined ? MINUTE : duration(timeout, '--timeout'),
    retry: retry === undefined ? 0 : wholeNumber(retry, '--retry', 0, 20),
    headers: headersOf(values),
    maxBytes: values['max-bytes'] === undefined ? TEN_MB : byteSize(values['max-bytes'], '--max-bytes'),
    assets: !values['no-assets'],
    robots: !values['ignore-robots'],
    cookies: !values['no-cookies'],
    out: values.out,
    resume: values.resume ?? false,
    ...checks(values),
    ...(shared !== undefined && { shared }),
  };
}

interface SharedValues {
  readonly redis?: string;
  readonly name?: string;
  readonly worker?: boolean;
  readonly status?: boolean;
  readonly limit?: string;
  readonly resume?: boolean;
}

function sharedOf({ redis, name, worker, status, limit, resume }: SharedValues): CrawlCommand['shared'] {
  if (redis === undefined) {
    if (name !== undefined || worker || status)
      throw new UsageError('--name, --worker and --status expect --redis URL');
    return undefined;
  }
  if (!/^rediss?:\/\/[^/]/i.test(redis) || !URL.canParse(redis)) {
    throw new UsageError('--redis expects a URL such as redis://localhost:6379');
  }
  if (name === undefined || !/^[\w.-]{1,100}$/.test(name)) {
    throw new UsageError(
      '--redis expects --name NAME, of letters, digits, ".", "_" and "-": who gives it works with us',
    );
  }
  if (worker && status) throw new UsageError('expected --worker or --status, got both');
  if (limit !== undefined && (worker || status))
    throw new UsageError('--limit is for who starts the crawl; it holds for all who work on it');
  if (resume) throw new UsageError('--resume is for a file; a crawl in Redis goes on whenever somebody joins it');
  return { redis, name, role: worker ? 'worker' : status ? 'status' : 'start' };
}

interface CheckValues {
  readonly include?: string[];
  readonly exclude?: string[];
  readonly external?: boolean;
  readonly fragments?: boolean;
  readonly sitemap?: boolean;
  readonly accept?: string;
  readonly format?: string[];
  readonly cache?: string;
  readonly har?: string;
  readonly 'host-header'?: string[];
  readonly 'max-url'?: string;
  readonly 'max-repeats'?: string;
}

/** What is not given is not there. */
function checks(values: CheckValues): Partial<CrawlCommand> {
  const { include, exclude, external, fragments, sitemap, accept, format, cache, har } = values;
  const [headers, maxUrl, maxRepeats] = [values['host-header'], values['max-url'], values['max-repeats']];
  return {
    ...(include && { include: include.map((one) => pattern(one, '--include')) }),
    ...(exclude && { exclude: exclude.map((one) => pattern(one, '--exclude')) }),
    ...(external && { external }),
    ...(fragments && { fragments }),
    ...(sitemap && { sitemap }),
    ...(accept !== undefined && { accepted: accepted(accept) }),
    ...(format !== undefined && { format: reportFormat(format) }),
    ...(cache !== undefined && { cache }),
    ...(har !== undefined && { har }),
    ...(headers && { hostHeaders: headers.map(hostHeader) }),
    ...((maxUrl ?? maxRepeats) !== undefined && {
      traps: {
        ...(maxUrl !== undefined && { maxUrl: wholeNumber(maxUrl, '--max-url', 1) }),
        ...(maxRepeats !== undefined && { maxRepeats: wholeNumber(maxRepeats, '--max-repeats', 1) }),
      },
    }),
  };
}

interface HeaderValues {
  readonly header?: string[];
  readonly auth?: string;
  readonly 'user-agent'?: string;
}

/** A credential of `--auth` is a secret header: it stays with the given URLs. */
function headersOf(values: HeaderValues): (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = (values.header ?? []).map(headerLine);
  const agent = values['user-agent'];
  if (agent !== undefined) headers.push(['User-Agent', agent]);
  if (values.auth !== undefined) {
    const basic = Buffer.from(credentials(values.auth).join(':')).toString('base64');
    headers.push(['Authorization', `Basic ${basic}`]);
  }
  return headers;
}

function hostsOf(hosts: string | undefined): string[] {
  if (hosts === undefined) return [];
  const found = hosts.split(',').map((host) => host.trim());
  for (const host of found) {
    if (hostPattern(host) === undefined) {
      throw new UsageError(`--hosts expects names such as a.example,b.example:8080, got ${JSON.stringify(host)}`);
    }
  }
  return found;
}

function pattern(given: string, name: string): string {
  if (isUrlPattern(given)) return given;
  const expected = 'a path such as /docs/, or a host such as a.example/docs/*.pdf$ or *.a.example';
  throw new UsageError(`${name} expects ${expected}, got ${JSON.stringify(given.slice(0, 100))}`);
}

function accepted(given: string): StatusRange[] {
  const ranges = statusRanges(given);
  if (ranges !== undefined) return ranges;
  throw new UsageError(
    `--accept expects statuses such as 200..299,403,429, got ${JSON.stringify(given.slice(0, 100))}`,
  );
}

/** A second one is refused: there is one standard output, and the last would win without a word. */
function reportFormat(given: readonly string[]): ReportFormat {
  const [first, second] = given.map(knownFormat);
  if (second === undefined) return first!;
  throw new UsageError(
    `--format is given twice, and a run prints one report; crawl with --out pages.jsonl --format ${first}, ` +
      `then with --out pages.jsonl --resume --format ${second}, which fetches no page again`,
  );
}

function knownFormat(given: string): ReportFormat {
  const found = REPORT_FORMATS.find((one) => one === given);
  if (found !== undefined) return found;
  throw new UsageError(
    `--format expects one of ${REPORT_FORMATS.join(', ')}, got ${JSON.stringify(given.slice(0, 40))}`,
  );
}

/** `HOST Name: value`. */
function hostHeader(given: string): HostHeader {
  const [, host = '', line = ''] = /^(\S+)\s+(.*)$/s.exec(given) ?? [];
  const found = hostPattern(host);
  // Never the text itself, which may hold a credential.
  if (found === undefined) throw new UsageError("--host-header expects 'HOST Name: value', got text without a host");
  const [name, value] = headerLine(line);
  return { host: found.port === undefined ? found.hostname : `${found.hostname}:${found.port}`, name, value };
}
