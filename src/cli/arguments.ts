/** Reads a command line, as a pure function: what it means, or a `UsageError` that says what was expected. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import {
  byteSize,
  concurrency,
  credentials,
  duration,
  headerLine,
  httpUrl,
  pair,
  quoted,
  wholeNumber,
} from './argument-values.ts';
import type { BodySource, Command, CrawlCommand, RequestCommand } from './commands.ts';
import { hostPattern } from './crawl/scope.ts';
import { UsageError } from './usage-error.ts';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
const COMMANDS = [...METHODS, 'crawl', 'serve', 'help', 'version'];
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
  if (!COMMANDS.includes(name)) {
    throw new UsageError(`unknown command ${JSON.stringify(name)}; expected one of ${COMMANDS.join(', ')}`);
  }
  if (rest.includes('--help') || rest.includes('-h')) return { kind: 'help', topic: topicOf([name]) };
  if (name === 'crawl') return readCrawl(rest);
  if (name === 'serve') return readServe(rest);
  return readRequest(name, rest);
}

function topicOf([name]: readonly string[]): string | undefined {
  if (name === undefined) return undefined;
  return METHODS.some((method) => method === name) ? 'request' : name;
}

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;

const REQUEST_OPTIONS = {
  header: { ...list, short: 'H' },
  json: text,
  body: text,
  form: list,
  query: list,
  auth: text,
  digest: flag,
  bearer: text,
  follow: { ...flag, short: 'L' },
  timeout: text,
  output: { ...text, short: 'o' },
  verbose: { ...flag, short: 'v' },
} as const;

function readRequest(name: string, argv: readonly string[]): RequestCommand {
  const { values, positionals } = parsed({ args: [...argv], options: REQUEST_OPTIONS, allowPositionals: true });
  const [url, dash, ...more] = positionals;
  if (url === undefined) throw new UsageError(`expected a URL: sluice ${name} URL`);
  const extra = dash === '-' ? more[0] : dash;
  if (extra !== undefined) {
    throw new UsageError(`unexpected argument ${quoted(extra)} after the URL; only - (body from stdin) may follow`);
  }
  return {
    kind: 'request',
    method: name.toUpperCase(),
    url: httpUrl(url),
    headers: (values.header ?? []).map(headerLine),
    query: (values.query ?? []).map((one) => pair(one, '--query')),
    body: bodySource(values, dash === '-'),
    auth: authOf(values),
    follow: values.follow ?? false,
    timeout: values.timeout === undefined ? 0 : duration(values.timeout, '--timeout'),
    output: values.output,
    verbose: values.verbose ?? false,
  };
}

interface BodyArguments {
  readonly json?: string;
  readonly body?: string;
  readonly form?: string[];
}

function bodySource({ json, body, form }: BodyArguments, stdin: boolean): BodySource | undefined {
  const given = [
    json !== undefined && '--json',
    body !== undefined && '--body',
    form !== undefined && '--form',
    stdin && json !== '-' && '-',
  ];
  const names = given.filter((one) => one !== false);
  if (names.length > 1) throw new UsageError(`expected one body, got ${names.join(' and ')}`);
  if (json === '-') return { from: 'stdin', json: true };
  if (json !== undefined) return { from: 'json', value: jsonValue(json) };
  if (form !== undefined) return { from: 'form', pairs: form.map((one) => pair(one, '--form')) };
  if (stdin || body === '-') return { from: 'stdin', json: false };
  return body === undefined ? undefined : { from: 'text', text: body };
}

function jsonValue(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Without the parser's message, which may quote the text.
    throw new UsageError(`--json expects a JSON text such as '{"a":1}', or - for standard input`);
  }
}

function authOf(values: { auth?: string; digest?: boolean; bearer?: string }): RequestCommand['auth'] {
  const { auth, digest = false, bearer } = values;
  if (auth !== undefined && bearer !== undefined) throw new UsageError('expected --auth or --bearer, got both');
  if (digest && auth === undefined) throw new UsageError('--digest expects --auth user:password beside it');
  if (bearer !== undefined) return { bearer };
  return auth === undefined ? undefined : [...credentials(auth), digest ? 'digest' : 'basic'];
}

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
  out: text,
  resume: flag,
} as const;

function readCrawl(argv: readonly string[]): CrawlCommand {
  const { values, positionals } = parsed({ args: [...argv], options: CRAWL_OPTIONS, allowPositionals: true });
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
  const { values } = parsed({ args: [...argv], options, allowPositionals: false });
  const port = values.port === undefined ? 0 : wholeNumber(values.port, '--port', 0, 65_535);
  return { kind: 'serve', port, host: values.host ?? '127.0.0.1' };
}

/** Node's own reader; its mistakes are the user's, and what it says of them is clear. */
function parsed<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw new UsageError((cause as Error).message.split('\n', 1)[0]!);
  }
}
