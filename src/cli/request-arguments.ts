/** Reads the command lines that send one request: `sluice get` and its siblings, and `sluice download`. */
import {
  byteSize,
  checksum,
  credentials,
  duration,
  formPart,
  headerLine,
  httpUrl,
  methodName,
  pair,
  proxyUrl,
  quoted,
  wholeNumber,
} from './argument-values.ts';
import type { BodySource, DownloadCommand, RequestArguments, RequestCommand } from './commands.ts';
import { parseOptions } from './parse-options.ts';
import { UsageError } from './usage-error.ts';

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;

/**
 * In the form of `util.parseArgs`. Values are texts here; they are checked below, with messages that name the option.
 */
const COMMON_OPTIONS = {
  header: { ...list, short: 'H' },
  query: list,
  auth: text,
  digest: flag,
  bearer: text,
  timeout: text,
  retry: text,
  proxy: text,
  http2: flag,
  insecure: { ...flag, short: 'k' },
  output: { ...text, short: 'o' },
  verbose: { ...flag, short: 'v' },
} as const;

const REQUEST_OPTIONS = {
  ...COMMON_OPTIONS,
  request: { ...text, short: 'X' },
  json: text,
  body: text,
  form: list,
  multipart: { ...list, short: 'F' },
  follow: { ...flag, short: 'L' },
  include: { ...flag, short: 'i' },
  cache: text,
  har: text,
} as const;

const DOWNLOAD_OPTIONS = {
  ...COMMON_OPTIONS,
  'remote-name': { ...flag, short: 'O' },
  'no-resume': flag,
  segments: text,
  checksum: list,
  'limit-rate': text,
  'skip-existing': flag,
  'newer-than': { ...text, short: 'z' },
} as const;

/** Retries of a download, which is long and can go on where it stopped. */
const DOWNLOAD_RETRIES = 3;

/**
 * The command line of a method.
 * @throws UsageError naming the argument, what was expected and what was found
 */
export function readRequest(name: string, argv: readonly string[]): RequestCommand {
  const { values, positionals } = parseOptions(name, argv, REQUEST_OPTIONS, true);
  const [url, dash, ...more] = positionals;
  if (url === undefined) throw new UsageError(`expected a URL: sluice ${name} URL`);
  if (values.cache === '') throw new UsageError('--cache expects the path of a directory');
  if (values.har === '') throw new UsageError('--har expects the path of a file');
  const extra = dash === '-' ? more[0] : dash;
  if (extra !== undefined) {
    throw new UsageError(`unexpected argument ${quoted(extra)} after the URL; only - (body from stdin) may follow`);
  }
  return {
    kind: 'request',
    ...commonOf(url, values, 0),
    method: values.request === undefined ? name.toUpperCase() : methodName(values.request),
    body: bodySource(values, dash === '-'),
    follow: values.follow ?? false,
    output: values.output,
    include: values.include ?? false,
    cache: values.cache,
    har: values.har,
  };
}

/**
 * The command line of `sluice download`.
 * @throws UsageError
 */
export function readDownload(argv: readonly string[]): DownloadCommand {
  const { values, positionals } = parseOptions('download', argv, DOWNLOAD_OPTIONS, true);
  const [url, extra] = positionals;
  if (url === undefined) throw new UsageError('expected a URL: sluice download URL');
  if (extra !== undefined) {
    throw new UsageError(`unexpected argument ${quoted(extra)} after the URL; a file is named by -o FILE`);
  }
  const { output, segments } = values;
  if (output !== undefined && values['remote-name']) throw new UsageError('expected -o FILE or -O, got both');
  if (output === '' || output === '-')
    throw new UsageError('-o expects the path of a file; to a pipe writes sluice get');
  return {
    kind: 'download',
    ...commonOf(url, values, DOWNLOAD_RETRIES),
    output,
    remoteName: values['remote-name'] ?? false,
    resume: !values['no-resume'],
    segments: segments === undefined ? 1 : wholeNumber(segments, '--segments', 1, 64),
    checksums: Object.fromEntries((values.checksum ?? []).map(checksum)),
    limitRate: values['limit-rate'] === undefined ? undefined : byteSize(values['limit-rate'], '--limit-rate'),
    skipExisting: values['skip-existing'] ?? false,
    newerThan: values['newer-than'],
  };
}

/** The values of the common options, as `parseArgs` gives them. */
interface CommonValues extends AuthValues {
  readonly header?: string[];
  readonly query?: string[];
  readonly timeout?: string;
  readonly retry?: string;
  readonly proxy?: string;
  readonly http2?: boolean;
  readonly insecure?: boolean;
  readonly verbose?: boolean;
}

/**
 * The checked values of the common options.
 * @param retries when `--retry` is not given
 */
function commonOf(url: string, values: CommonValues, retries: number): RequestArguments {
  const { header = [], query = [], timeout, retry, proxy, http2, insecure, verbose } = values;
  return {
    url: httpUrl(url),
    headers: header.map(headerLine),
    query: query.map((one) => pair(one, '--query')),
    auth: authOf(values),
    timeout: timeout === undefined ? 0 : duration(timeout, '--timeout'),
    verbose: verbose ?? false,
    insecure: insecure ?? false,
    proxy: proxy === undefined ? undefined : proxyUrl(proxy),
    http2: http2 ?? false,
    retry: retry === undefined ? retries : wholeNumber(retry, '--retry', 0, 20),
  };
}

/** The options that make a body. */
interface BodyArguments {
  readonly json?: string;
  readonly body?: string;
  readonly form?: string[];
  readonly multipart?: string[];
}

/**
 * Where the body comes from.
 * @throws UsageError when more than one option says so
 */
function bodySource({ json, body, form, multipart }: BodyArguments, stdin: boolean): BodySource | undefined {
  const given = [
    json !== undefined && '--json',
    body !== undefined && '--body',
    form !== undefined && '--form',
    multipart !== undefined && '-F',
    stdin && json !== '-' && '-',
  ];
  const names = given.filter((one) => one !== false);
  if (names.length > 1) throw new UsageError(`expected one body, got ${names.join(' and ')}`);
  if (json === '-') return { from: 'stdin', json: true };
  if (json !== undefined) return { from: 'json', value: jsonValue(json) };
  if (form !== undefined) return { from: 'form', pairs: form.map((one) => pair(one, '--form')) };
  if (multipart !== undefined) return { from: 'multipart', parts: multipart.map(formPart) };
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

interface AuthValues {
  readonly auth?: string;
  readonly digest?: boolean;
  readonly bearer?: string;
}

/** Credentials in the form of the option `auth`. */
function authOf(values: AuthValues): RequestArguments['auth'] {
  const { auth, digest = false, bearer } = values;
  if (auth !== undefined && bearer !== undefined) throw new UsageError('expected --auth or --bearer, got both');
  if (digest && auth === undefined) throw new UsageError('--digest expects --auth user:password beside it');
  if (bearer !== undefined) return { bearer };
  return auth === undefined ? undefined : [...credentials(auth), digest ? 'digest' : 'basic'];
}
