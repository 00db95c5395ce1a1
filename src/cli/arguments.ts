/** Reads a command line, as a pure function: what it means, or a `UsageError` that says what was expected. */
import { byteSize, concurrency, duration, headerLine, httpUrl, quoted, wholeNumber } from './argument-values.ts';
import { closest } from './closest.ts';
import type { Command, CrawlCommand } from './commands.ts';
import { hostPattern } from './crawl/scope.ts';
import { parseOptions } from './parse-options.ts';
import { readDownload, readRequest } from './request-arguments.ts';
import { UsageError } from './usage-error.ts';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
const COMMANDS = [...METHODS, 'download', 'crawl', 'serve', 'help', 'version'];
const MINUTE = 60_000;
const TEN_MB = 10_000_000;

/**
 * @param argv without the runtime and the script
 * @throws UsageError
 */
export function readArguments(argv: readonly string[]): Command {
  const [name, ...rest] = argv;
  if (name === undefined) {
    throw new UsageError(`expected a command: ${COMMANDS.join(', ')}; 'sluice --help' explains them`);
  }
  if (name === '--help' || name === '-h' || name === 'help') return { kind: 'help', topic: topicOf(rest) };
  if (name === '--version' || name === 'version') return { kind: 'version' };
  if (!COMMANDS.includes(name)) throw unknownCommand(name);
  if (rest.includes('--help') || rest.includes('-h')) return { kind: 'help', topic: topicOf([name]) };
  if (name === 'crawl') return readCrawl(rest);
  if (name === 'serve') return readServe(rest);
  if (name === 'download') return readDownload(rest);
  return readRequest(name, rest);
}

function unknownCommand(name: string): UsageError {
  const near = closest(name, COMMANDS);
  // A URL in the place of the command is the most common mistake, and may hold a password.
  const isUrl = /^[a-z]+:\/\//i.test(name);
  const hint = near !== undefined ? `; did you mean ${near}?` : isUrl ? '; did you mean: sluice get URL' : '';
  return new UsageError(`unknown command ${quoted(name)}${hint}; expected one of ${COMMANDS.join(', ')}`);
}

function topicOf([name]: readonly string[]): string | undefined {
  if (name === undefined) return undefined;
  if (!COMMANDS.includes(name)) throw unknownCommand(name);
  return METHODS.some((method) => method === name) ? 'request' : name;
}

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;

const CRAWL_OPTIONS = {
  hosts: text,
  depth: text,
  limit: text,
  concurrency: text,
  'per-host': text,
  interval: text,
  timeout: text,
  retry: text,
  header: { ...list, short: 'H' },
  'max-bytes': text,
  'no-assets': flag,
  'ignore-robots': flag,
  'no-cookies': flag,
  out: text,
  resume: flag,
} as const;

function readCrawl(argv: readonly string[]): CrawlCommand {
  const { values, positionals } = parseOptions('crawl', argv, CRAWL_OPTIONS, true);
  if (positionals.length === 0) throw new UsageError('expected at least one URL: sluice crawl URL...');
  if (values.resume && values.out === undefined)
    throw new UsageError('--resume expects --out FILE, the file to go on from');
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
    headers: (values.header ?? []).map(headerLine),
    maxBytes: values['max-bytes'] === undefined ? TEN_MB : byteSize(values['max-bytes'], '--max-bytes'),
    assets: !values['no-assets'],
    robots: !values['ignore-robots'],
    cookies: !values['no-cookies'],
    out: values.out,
    resume: values.resume ?? false,
  };
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

function readServe(argv: readonly string[]): Command {
  const options = { port: { ...text, short: 'p' }, host: text } as const;
  const { values } = parseOptions('serve', argv, options, false);
  const port = values.port === undefined ? 0 : wholeNumber(values.port, '--port', 0, 65_535);
  return { kind: 'serve', port, host: values.host ?? '127.0.0.1' };
}
