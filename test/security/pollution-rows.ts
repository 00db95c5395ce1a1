/** What is put on `Object.prototype`: every option, and what options hold, with a value that would do harm. */
import { optionNames } from '../../src/options/option-rules.ts';
import type { RequestOptions } from '../../src/options/options.ts';

const fail = (): never => {
  throw new Error('a function of the prototype was called');
};

/** What somebody would put there to do harm. */
const evil: Readonly<Record<keyof RequestOptions, unknown>> = {
  baseUri: 'http://evil.invalid/',
  uriVars: { next: 'evil' },
  headers: { 'X-Evil': '1', Authorization: 'evil' },
  query: { evil: 1 },
  arrayFormat: 'comma',
  body: 'evil',
  json: { evil: 1 },
  stringifyJson: fail,
  parseJson: fail,
  formParams: { evil: 1 },
  multipartBoundary: 'evil',
  multipart: [{ name: 'evil', contents: 'evil' }],
  auth: ['evil', 'evil'],
  allowRedirects: false,
  httpErrors: false,
  cookies: { evil: '1' },
  decodeContent: 'evil',
  retry: 3,
  idempotencyKey: 'evil',
  delay: 60_000,
  timeout: 1,
  connectTimeout: 1,
  headersTimeout: 1,
  readTimeout: 1,
  queueTimeout: 1,
  connections: { perOrigin: 1, total: 1 },
  idleTimeout: 1,
  maxLifetime: 1,
  signal: AbortSignal.abort(new Error('the signal of the prototype')),
  stream: true,
  sink: '/nowhere/evil',
  maxResponseSize: 1,
  maxHeaderSize: 1,
  expect: true,
  trailers: { 'X-Evil': '1' },
  onHeaders: fail,
  onStats: fail,
  onInformation: fail,
  progress: fail,
  denyPrivateNetwork: true,
  allowAbsoluteUrls: false,
  keepAlive: false,
  credentials: 'include',
  redact: ['host'],
  proxy: 'http://127.0.0.1:1',
  verify: false,
  ca: 'evil',
  cert: 'evil',
  sslKey: 'evil',
  tls: { servername: 'evil' },
  version: '2',
  forceIpResolve: 'v6',
  onError: fail,
  maxInFlight: 1,
  lookup: fail,
  localAddress: '203.0.113.1',
  socketPath: '/nowhere/evil',
  debug: { write: fail },
  context: { evil: true },
  cache: 'only-if-cached',
  clock: { now: fail, sleep: fail },
};

/** What options within options are called. */
const nested = {
  max: 0,
  strict: true,
  referer: true,
  protocols: [],
  keepHeaders: ['x-evil'],
  onRedirect: fail,
  limit: 9,
  decider: fail,
  budget: false,
  filename: 'evil.txt',
  path: '/etc/passwd',
  offset: 1,
  length: 1,
  contents: 'evil',
  jar: {},
  send: { evil: '1' },
  bearer: 'evil',
  allow: ['127.0.0.1'],
  deny: ['127.0.0.1'],
  http: 'http://127.0.0.1:1',
  no: '*',
  servername: 'evil',
  family: 6,
  method: 'EVIL',
  agent: false,
  host: 'evil.invalid',
  port: 1,
};

const STREAMS = "the runtime's own streams read `signal` of records that it makes itself";
const EVENTS = 'a socket of the runtime takes it for a listener of the event of this name, and throws';
const OWN = "the runtime's fetch reads it of records that it makes itself";

/**
 * Names that the runtime itself reads from `Object.prototype`, with the reason. A call may fail then; it must not send
 * anything else.
 */
export const readByRuntime: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  undici: { signal: STREAMS },
  'node:http': { signal: STREAMS, timeout: EVENTS },
  stream: { signal: STREAMS, timeout: EVENTS },
  fetch: {
    timeout: EVENTS,
    ...Object.fromEntries(
      'query body signal connections idleTimeout maxResponseSize maxHeaderSize keepAlive localAddress socketPath'
        .split(' ')
        .map((name) => [name, OWN]),
    ),
  },
};

/**
 * Name to properties, one name at a time and all at once. What would end the process is left out. Names that the runtime
 * reads are last: its fetch keeps a pool for an origin with what it read then, and a later round may get that port again.
 */
export function pollutionRows(handler: string): (readonly [string, Readonly<Record<string, unknown>>])[] {
  const runtime = readByRuntime[handler] ?? {};
  const all = Object.fromEntries(Object.entries(evil).filter(([name]) => !Object.hasOwn(runtime, name)));
  const single = optionNames.map((name) => [name, { [name]: evil[name as keyof RequestOptions] }] as const);
  return [
    ...single.filter(([name]) => !Object.hasOwn(runtime, name)),
    ['all at once', { ...nested, ...all }],
    ...Object.entries(nested).map(([name, value]) => [`${name}, within an option`, { [name]: value }] as const),
    ...single.filter(([name]) => Object.hasOwn(runtime, name) && runtime[name] !== EVENTS),
  ];
}
