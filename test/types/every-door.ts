/**
 * Compiled, never run, at the strictest settings that users have: every export of `sluice`, and every option through every
 * door that takes it, each also as `undefined`, which a value that may not be there is. `strict.test.ts` sees that none is
 * missing.
 */
import * as sluice from 'sluice';
import {
  type AllSettled,
  type ArrayFormat,
  type Attempt,
  type AuthFlow,
  type AuthOption,
  BadResponseError,
  type BatchResults,
  type Beacon,
  type BeaconOptions,
  BodyError,
  type BodyInit,
  type BodyValue,
  type CacheFacts,
  type CacheLayer,
  type CacheMode,
  type CacheOption,
  Client,
  ClientError,
  type ClientOptions,
  type Clock,
  type CloseOptions,
  type CloseOutcome,
  ConnectError,
  type ConnectionBounds,
  ConnectionLimits,
  type ConnectionSettings,
  type ConnectionStats,
  type Cookie,
  type CookieInit,
  CookieJar,
  type CookieJarJSON,
  type CookieJarOptions,
  type CookieJSON,
  type CookieStore,
  chooseHandler,
  type DeclaringMiddleware,
  DelayQueue,
  type DelayQueueOptions,
  type DigestName,
  type DispatcherSettings,
  type DnsCache,
  type DnsCacheOptions,
  type DownloadOptions,
  type DownloadResult,
  type Duration,
  dnsCache,
  type EachControl,
  type EachOptions,
  type EventOptions,
  type Fields,
  type FieldsInit,
  FileCookieJar,
  type FileCookieJarOptions,
  type Handler,
  HandlerStack,
  type HeadersInit,
  type HistoryEntry,
  type HostStats,
  type HttpClient,
  type HttpErrorsOptions,
  HttpHeaders,
  HttpRequest,
  HttpResponse,
  http2Handler,
  type LineOptions,
  type Link,
  type Links,
  type Logger,
  type LogLevel,
  type Lookup,
  MessageFormatter,
  type Middleware,
  type MultipartPart,
  NetworkError,
  type NodeStream,
  nodeHttpHandler,
  type OAuth2Options,
  type OAuth2Token,
  type OAuth2TokenInit,
  type OriginStats,
  oauth2,
  type PagedItems,
  type PaginateOptions,
  type ParseJson,
  type Pem,
  type PerHostOptions,
  Pool,
  type PoolClient,
  type PoolConcurrency,
  type PoolItem,
  type PoolKey,
  type PoolOptions,
  type PoolRequests,
  type PoolResult,
  type PoolStats,
  type PrivateNetworkOptions,
  type Problem,
  type Progress,
  type ProxyOptions,
  type QueryInit,
  type QueryValue,
  RedirectError,
  type RedirectHop,
  type RedirectOptions,
  type RefreshToken,
  RequestBody,
  type RequestChanges,
  RequestError,
  type RequestOptions,
  type RequestPromise,
  type ResponseChanges,
  ResponseError,
  type RetryContext,
  type RetryOptions,
  type SchemaIssue,
  type SchemaOutput,
  ServerError,
  type ServerSentEvent,
  type ServerTiming,
  type Sink,
  type StandardSchema,
  type StringifyJson,
  type SyncResponse,
  streamHandler,
  TimeoutError,
  type TimeoutPhase,
  type Timings,
  type TlsOptions,
  TooManyRedirectsError,
  type TraceMessage,
  type TrailersInit,
  TransferError,
  type TransferErrorInit,
  type TransferErrorJSON,
  type TransferStats,
  type Transport,
  type UndiciDispatcher,
  type Unwrapped,
  type UpgradeOptions,
  undiciHandler,
  VERSION,
  type WebSocketConnection,
  type WebSocketMessage,
  wrapStreaming,
} from 'sluice';
import { memoryCache } from 'sluice/cache';
import { FakeClock } from 'sluice/testing';

declare const bytes: Uint8Array;
declare const signal: AbortSignal;
declare const writable: NodeJS.WritableStream;
declare const uri: string | URL;
declare const client: Client;

/** Every option of a request, each with a value of every kind that it may have. `Required` sees that none is missing. */
export const options: Required<RequestOptions> = {
  baseUri: new URL('https://a.example/v1/'),
  uriVars: { id: 7, list: ['a', 'b'], at: new Date(), big: 10n },
  query: { page: 1, since: new Date(), ids: new Set([1]), of: new Map([['a', 1]]), none: undefined, empty: null },
  arrayFormat: 'brackets' satisfies ArrayFormat,
  allowAbsoluteUrls: false,
  headers: { 'X-A': 'b', 'X-N': 5, 'X-L': ['a', 'b'], 'X-No': null, 'X-Maybe': undefined },
  body: bytes,
  json: { name: 'Ada' },
  stringifyJson: ((value) => JSON.stringify(value)) satisfies StringifyJson,
  parseJson: ((text) => JSON.parse(text)) satisfies ParseJson,
  formParams: new URLSearchParams('a=1'),
  multipart: [
    { name: 'a', contents: 'text' },
    { name: 'b', path: '/a', offset: 1, length: 2, filename: 'b.txt', type: 'text/plain', headers: { 'X-A': 'b' } },
    { name: 'c', contents: { nested: ['x', 1, true, null] } },
    { name: 'd', contents: bytes, filename: undefined, type: undefined, headers: undefined },
    { name: 'e', path: '/a', offset: undefined, length: undefined },
  ] satisfies readonly MultipartPart[],
  multipartBoundary: 'boundary',
  cookies: { a: 'b', c: undefined },
  expect: 1024,
  trailers: (() => ({ 'X-Sum': '1' })) satisfies TrailersInit,
  auth: ['ada', 'secret', 'digest'] satisfies AuthOption,
  allowRedirects: {
    max: 3,
    strict: true,
    referer: true,
    protocols: ['https'],
    onRedirect: async (request: HttpRequest, response: HttpResponse, to: string) =>
      void [request.url, response.status, to],
    keepHeaders: ['x-a'],
    allowDowngrade: false,
  } satisfies Required<RedirectOptions>,
  httpErrors: (status: number) => status >= 500,
  decodeContent: 'gzip',
  retry: {
    limit: 2,
    methods: ['GET'],
    statuses: [503],
    decider: async ({ attempt, request, response, error, elapsed }: RetryContext) =>
      attempt + elapsed > 1 && request.method === 'GET' && response?.status === 503 && error === undefined,
    delay: ({ attempt }: RetryContext) => attempt * 100,
    maxDelay: '10s',
    maxRetryAfter: '1m',
    budget: { ratio: 0.1, min: 5, window: '30s' },
  } satisfies Required<RetryOptions>,
  idempotencyKey: (request: HttpRequest) => request.url,
  delay: '1.5s' satisfies Duration,
  timeout: 1000,
  connectTimeout: '250ms',
  headersTimeout: false,
  readTimeout: null,
  queueTimeout: '2m',
  idleTimeout: '1h30m',
  maxLifetime: 0,
  signal,
  clock: new FakeClock() satisfies Clock,
  stream: true,
  sink: writable satisfies Sink,
  maxResponseSize: 1_000_000,
  maxHeaderSize: 16_384,
  cache: memoryCache() satisfies CacheOption,
  onHeaders: async (response: HttpResponse) => void response.status,
  onStats: (stats: TransferStats) => void stats.timings.firstByte,
  onInformation: (response: HttpResponse) => void response.headers.get('link'),
  onError: (error: unknown) => void error,
  progress: ({ direction, transferred, total }: Progress) => void [direction, transferred, total],
  maxInFlight: 10,
  debug: { write: (text: string) => text },
  redact: ['x-own'],
  context: { any: 'thing' },
  connections: { perOrigin: 6, total: undefined } satisfies ConnectionBounds,
  keepAlive: true,
  version: 'auto',
  proxy: { http: new URL('http://p/'), https: 'socks5h://p', no: ['localhost'] } satisfies ProxyOptions,
  credentials: 'omit',
  denyPrivateNetwork: { allow: ['10.0.0.0/8'], deny: [] } satisfies PrivateNetworkOptions,
  forceIpResolve: 'v6',
  lookup: dnsCache() satisfies Lookup,
  localAddress: '127.0.0.1',
  socketPath: '/run/a.sock',
  verify: '/etc/ca.pem',
  ca: ['/etc/ca.pem', bytes] satisfies readonly Pem[],
  cert: ['/etc/cert.pem', 'passphrase'],
  sslKey: bytes,
  tls: {
    servername: 'a.example',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: 'DEFAULT',
    alpn: ['http/1.1'],
    pfx: [bytes, 'passphrase'],
  } satisfies Required<TlsOptions>,
};

/** What may not be there is given as it is. */
type Maybe<T> = { [K in keyof T]-?: T[K] | undefined };
declare const maybe: Maybe<RequestOptions>;
declare const off: { [K in Exclude<keyof RequestOptions, 'json' | 'context' | 'clock'>]: null };
export const inherits: RequestOptions = maybe;
export const switchedOff: RequestOptions = off;
export const asDefaults: ClientOptions = { ...maybe, handler: undefined };
export const toDownload: DownloadOptions = { ...maybe, digest: undefined, segments: undefined, resume: undefined };
export const toBeacon: BeaconOptions = { ...maybe, method: undefined };
export const toPaginate: PaginateOptions<string> = {
  ...maybe,
  items: undefined,
  next: undefined,
  maxPages: undefined,
  maxItems: undefined,
  delay: undefined,
};
declare const maybeUpgrade: Maybe<UpgradeOptions>;
export const toUpgrade: UpgradeOptions = maybeUpgrade;

/** Settings of everything else, of which each may be missing. */
declare const settings: {
  readonly connection: Maybe<ConnectionSettings>;
  readonly dns: Maybe<DnsCacheOptions>;
  readonly request: Maybe<RequestChanges>;
  readonly response: Maybe<ResponseChanges>;
  readonly error: Maybe<TransferErrorInit>;
  readonly pool: Maybe<PoolOptions>;
  readonly host: Maybe<PerHostOptions>;
  readonly line: Maybe<LineOptions>;
  readonly event: Maybe<EventOptions>;
  readonly retry: Maybe<RetryOptions>;
  readonly redirect: Maybe<RedirectOptions>;
  readonly jar: Maybe<CookieJarOptions>;
  readonly file: Maybe<FileCookieJarOptions>;
  readonly cookie: Maybe<CookieInit>;
  readonly queue: Maybe<DelayQueueOptions>;
  readonly wait: Maybe<NonNullable<Parameters<DelayQueue['add']>[2]>>;
  readonly close: Maybe<CloseOptions>;
  readonly choice: Maybe<NonNullable<Parameters<typeof chooseHandler>[0]>>;
  readonly each: Maybe<EachOptions<number, number>>;
  readonly errors: Maybe<HttpErrorsOptions>;
  readonly tools: Maybe<NonNullable<Parameters<typeof sluice.retry>[1]>>;
  readonly token: Maybe<OAuth2Options>;
};

export async function settingsThatMayBeMissing(request: HttpRequest, response: HttpResponse): Promise<unknown> {
  const { cookie, token } = settings;
  return [
    [undiciHandler(undefined, settings.connection), nodeHttpHandler(settings.connection)],
    [streamHandler(settings.connection), http2Handler(undefined, settings.connection), chooseHandler(settings.choice)],
    [dnsCache(settings.dns), request.with(settings.request), response.with(settings.response)],
    [new TransferError('x', settings.error), new NetworkError('x', settings.error)],
    [new Pool(client, [], settings.pool), new Pool(client, [], { perHost: settings.host })],
    [response.lines(settings.line), response.ndjson(settings.line), response.events(settings.event)],
    [sluice.retry(settings.retry, settings.tools), sluice.httpErrors(settings.errors)],
    { allowRedirects: settings.redirect } satisfies RequestOptions,
    [new CookieJar(settings.jar), await FileCookieJar.open('a', settings.file)],
    await new CookieJar().setCookie({ ...cookie, name: 'a', value: 'b' }, uri),
    await new DelayQueue(settings.queue).add(1, () => 1, settings.wait),
    await sluice.each([1], settings.each),
    await client.close(settings.close),
    oauth2({ ...token, refresh: () => 'token' }),
  ];
}

export async function everyMethod(): Promise<unknown> {
  const { body: _, ...rest } = options;
  const made: Client = new Client({ ...rest, handler: HandlerStack.create() });
  const request = new HttpRequest('POST', uri, { A: 'b' }, 'body', '1.1');
  const all: RequestPromise[] = [
    made.request('GET', uri, options),
    made.requestAsync('GET', uri, options),
    made.get(uri, options),
    made.head(uri, options),
    made.post(uri, options),
    made.put(uri, options),
    made.patch(uri, options),
    made.delete(uri, options),
    made.query(uri, options),
    made.options(uri, options),
    made.send(request, options),
    made.sendAsync(request, options),
    sluice.get(uri, options),
    sluice.head(uri, options),
    sluice.post(uri, options),
    sluice.put(uri, options),
    sluice.patch(uri, options),
    sluice.query(uri, options),
    sluice.del(uri, options),
    sluice.delete(uri, options),
    sluice.options(uri, options),
    sluice.request('GET', uri, options),
  ];
  all[0]?.cancel(new Error('enough'));
  const attempts: Attempt[] = [await made.attempt('GET', uri, options), await sluice.attempt('GET', uri, options)];
  const [answer, error] = attempts[0]!;
  const psr: HttpClient = made;
  const beacon: Beacon = made.beacon(uri, { ...options, method: 'PUT' });
  const digest: Partial<Record<DigestName, string>> = { sha256: 'abc' };
  const saved: DownloadResult = await made.download(uri, '/a', { ...options, digest, segments: 4, resume: false });
  const socket: WebSocketConnection = await made.upgrade(uri, {
    ...rest,
    protocols: ['chat'],
    compression: { threshold: 1, level: 1, memLevel: 1, serverMaxWindowBits: 15, clientMaxWindowBits: true },
    mask: true,
    maxPayload: false,
    autoPong: false,
    onPing: (data, connection) => void [data.length, connection.state],
    closeTimeout: '1s',
  } satisfies UpgradeOptions);
  await socket.send('text', { binary: false, fin: true, compress: undefined, mask: undefined });
  const message: WebSocketMessage | undefined = await socket.receive({ timeout: undefined, signal: undefined });
  const text = message?.type === 'text' ? message.data.length : message?.data.byteLength;
  const outcome: CloseOutcome = await socket.close(1000, 'bye');
  const sync = made.requestSync('GET', uri, options);
  const stats: ConnectionStats = made.stats();
  const web: Response = await made.fetch(uri, { method: 'POST', body: bytes as never });
  for await (const item of made.paginate<{ id: number }>(uri, {
    ...options,
    items: async (response) => response.json<{ id: number }[]>(),
    next: (response) => response.links.next?.url,
    maxPages: 2,
    maxItems: 10,
    delay: '1s',
  })) {
    if (item.id > 5) break;
  }
  await using extended = made.extend({ timeout: undefined });
  await Promise.all([made.drain(), made.close({ timeout: '5s', signal }), made.destroy(new Error('x'))]);
  return [
    answer?.status,
    error,
    psr.sendRequest(request),
    await beacon.flushed,
    await beacon.done,
    saved.resumed,
    saved.bytes,
    text,
    outcome.clean,
    sync.json<number>(),
    stats.origins['x']?.idle,
    web.status,
    extended.stack?.names,
  ];
}

export async function messages(): Promise<unknown> {
  const headers: HeadersInit = new HttpHeaders([['A', 'b']]);
  const request: HttpRequest = new HttpRequest('GET', 'http://a.example/', headers);
  const value: BodyValue = 'text';
  const init: BodyInit = async () => value;
  const response: HttpResponse = new HttpResponse(200, { 'X-A': 'b' }, init, '1.1', 'OK');
  const changed = response.with({ status: 201 }).withHeader('A', 'b').withAddedHeader('A', 'c').withoutHeader('A');
  const links: Links = response.links;
  const link: Link | undefined = links.next;
  const hops: readonly RedirectHop[] = response.redirects;
  const timings: Timings = response.timings;
  const timing: ServerTiming | undefined = response.serverTimings[0];
  const facts: CacheFacts | undefined = response.cache;
  const schema: StandardSchema<{ id: number }> = {
    '~standard': {
      version: 1,
      vendor: 'own',
      validate: (given) => ({ value: given as { id: number } }),
      types: { input: undefined, output: { id: 1 } },
    },
  };
  const output: SchemaOutput<typeof schema> = await changed.json(schema);
  for await (const event of response.events(schema, { maxLineLength: 5 })) {
    const typed: ServerSentEvent<{ id: number }> = event;
    if (typed.data.id === 1) break;
  }
  for await (const line of response.ndjson<{ a: number }>()) if (line.a === 1) break;
  for await (const chunk of response) if (chunk.byteLength === 0) break;
  await response.discard();
  return [
    request.with({ method: 'PUT', url: uri, headers: {}, body: null, protocolVersion: '2' }),
    RequestBody.fromText('a').replayable,
    [link?.rel, hops.length, timings.dns, timing?.duration, facts?.age, output.id],
    [await response.text(), await response.bytes(), await response.blob(), await response.arrayBuffer()],
    [await response.formData(), response.stream(), response.toWeb(), response.toResponse(), response.body],
    [HttpResponse.from(new Response()), HttpResponse.json(1, { status: 201 })],
    [response.cookies['a']?.length, response.ok, response.attempts, response.protocolVersion, response.sink],
    [response.trailers.get('a'), response.streamed, response.bodyUsed, response.request?.url, response.statusText],
  ];
}

export function stacks(): HandlerStack {
  const limits = new ConnectionLimits({ perOrigin: 2 });
  const dispatcher: UndiciDispatcher = { dispatch: () => true };
  const over: DispatcherSettings = { dispatcher };
  const transports: Transport[] = [
    undiciHandler(over),
    undiciHandler(undefined, { connections: limits }),
    nodeHttpHandler({ connections: 5 }),
    streamHandler({ connections: limits }),
    http2Handler(nodeHttpHandler()),
    sluice.fetchHandler((request, init) => fetch(request, init)),
    wrapStreaming(nodeHttpHandler(), streamHandler()),
    chooseHandler({ node: true, fetch: async () => new Response(), connections: 5 }),
  ];
  const entries: HistoryEntry[] = [];
  const own: DeclaringMiddleware = Object.assign((next: Handler): Handler => next, {
    options: ['mine'],
    below: 'auth',
  });
  const flow: AuthFlow = function* (request) {
    const challenge: HttpResponse = yield request;
    if (challenge.status === 401) yield request.withHeader('A', 'b');
  };
  const token: OAuth2Token = { access_token: 'a', expires_in: 5 };
  const refresh: RefreshToken = async (old, { signal: stop }): Promise<OAuth2TokenInit> =>
    stop.aborted ? 'a' : (old ?? token);
  const layers: [string, Middleware][] = [
    ['auth', sluice.auth()],
    ['cache', sluice.cache()],
    ['cookies', sluice.cookies()],
    ['deadline', sluice.deadline()],
    ['debug', sluice.debug()],
    ['decodeContent', sluice.decodeContent()],
    ['delay', sluice.delay(new DelayQueue({ clock: sluice.systemClock }))],
    ['denyPrivateNetwork', sluice.denyPrivateNetwork({ deny: ['10.0.0.0/8'] })],
    ['history', sluice.history(entries)],
    ['httpErrors', sluice.httpErrors({ summarize: async (response) => response.text(), summaryLength: 5 })],
    ['limits', sluice.limits()],
    ['log', sluice.log(console, MessageFormatter.SHORT, 'debug')],
    ['mapRequest', sluice.mapRequest(async (request) => request.withHeader('A', 'b'))],
    ['mapResponse', sluice.mapResponse((response) => response.withHeader('A', 'b'))],
    ['prepareBody', sluice.prepareBody()],
    ['redirect', sluice.redirect()],
    ['retry', sluice.retry({ limit: 1 })],
    ['stats', sluice.stats()],
    [
      'tap',
      sluice.tap(
        (request) => request.url,
        async (_request, _options, promise) => (await promise).status,
      ),
    ],
    ['own', own],
  ];
  const stack = new HandlerStack(transports[0]).setHandler(transports[1]!);
  for (const [name, layer] of layers) stack.push(layer, name);
  stack.unshift(own).before('auth', own, 'before').after('auth', own).remove('own').remove(own);
  new Client({ auth: flow });
  new Client({ auth: oauth2({ token, refresh, early: '60s', timeout: null }) });
  return stack.has('auth') && stack.hasHandler() ? stack.clone() : sluice.defaultStack(stack.resolve());
}

export async function many(poolClient: PoolClient, cookies: CookieStore): Promise<unknown> {
  const item: PoolItem = async (given) => client.get(uri, given);
  const requests: PoolRequests = { a: 'http://a.example/', b: new URL('http://b.example/'), c: item };
  const concurrency: PoolConcurrency = (pending) => pending + 1;
  const pool: Pool = new Pool(poolClient, requests, {
    concurrency,
    perHost: { concurrency: 'auto', interval: (host) => (host === 'a.example' ? '1s' : 0), maxWaiting: 5 },
    options,
    fulfilled: async (response, key: PoolKey, of) => of.add(`${response.url}${key}`),
    rejected: (error, key, of) => {
      if (key === 1) of.cancel(error);
    },
    signal: null,
    clock: sluice.systemClock,
  });
  const stats: PoolStats = pool.stats;
  const host: HostStats | undefined = stats.hosts['a.example'];
  for await (const result of pool.pause().resume()) {
    const { key, response, error, request }: PoolResult = result;
    if (error === undefined && response.status === 200) return [key, request?.url];
  }
  const list: BatchResults<string[]> = await Pool.batch(client, ['a']);
  const record = await Pool.batch(client, { a: 'http://a.example/' });
  const first: PromiseSettledResult<HttpResponse> = record.a;
  return [
    [list[0]?.status, first.status, host?.bytes, cookies.getCookieHeader('http://a.example/')],
    [(await sluice.unwrap({ a: client.get(uri) })).a.status, (await sluice.settle([client.get(uri)]))[0].status],
    [await sluice.some(1, [Promise.resolve(1)]), await sluice.any({ a: Promise.resolve('x') })],
    await sluice.eachLimit([1], 5, (one, key: number, control) => (key > 5 ? control.resolve() : one)),
  ];
}

export function failures(error: unknown, response: HttpResponse, request: HttpRequest): unknown {
  const phase: TimeoutPhase = 'queue';
  const made: TransferError[] = [
    new RequestError('x', request),
    new NetworkError('x', { request, code: 'ERR_X', cause: error, attempts: 0, elapsed: 5 }),
    new ConnectError('x'),
    new TimeoutError('x', { phase }),
    new ResponseError('x', { response }),
    new BadResponseError('x', { response }),
    new ClientError('x', { response }),
    new ServerError('x', { response }),
    new RedirectError('x', { response }),
    new TooManyRedirectsError('x', { response, redirects: [] }),
    new BodyError('x', { response, issues: [{ message: 'x', path: ['a', { key: 0 }] }] }),
  ];
  const json: TransferErrorJSON = made[0]!.toJSON();
  const again: TransferError = TransferError.fromJSON(json);
  if (sluice.isTooManyRedirectsError(error)) return error.redirects.length;
  if (sluice.isRedirectError(error)) return error.response.status;
  if (sluice.isServerError(error)) return error.data;
  if (sluice.isClientError(error) || sluice.isBadResponseError(error)) {
    const problem: Problem | undefined = error.problem;
    return problem?.title;
  }
  if (sluice.isBodyError(error)) {
    const issue: SchemaIssue | undefined = error.issues[0];
    return issue?.message ?? error.errno;
  }
  if (sluice.isResponseError(error)) return error.request.url;
  if (sluice.isTimeoutError(error)) return error.phase;
  if (sluice.isConnectError(error)) return error.errno;
  if (sluice.isNetworkError(error)) return error.request?.url;
  if (sluice.isRequestError(error) || sluice.isTransferError(error)) return [error.code, error.attempts, error.elapsed];
  return [again.request?.method, sluice.milliseconds('1s', 'wait'), VERSION];
}

/** Types that stand for what a user writes down of others. */
export type Named = [
  AllSettled<[Promise<1>]>,
  CacheLayer,
  CacheMode,
  CookieJSON,
  DnsCache,
  EachControl,
  Fields,
  FieldsInit,
  Logger,
  LogLevel,
  NodeStream,
  OriginStats,
  QueryInit,
  QueryValue,
  TraceMessage,
  Unwrapped<[Promise<1>]>,
];

/** What a module exports is written into its declarations, for which each type has to have a name. */
export const pages = client.paginate<string>(uri);
export const pagesByName: PagedItems<string> = pages;
export const sync = client.requestSync('GET', uri);
export const syncByName: SyncResponse = sync;
export const cookies = new CookieJar().getCookies('http://a.example/');
export const cookieByName: Cookie | undefined = cookies[0];
export const saved = new CookieJar().toJSON();
export const savedByName: CookieJarJSON = saved;
export const savedCookie = saved.cookies[0];
export const socket = () => client.upgrade(uri);
export const stream = () => new HttpResponse().stream();
export const opened = FileCookieJar.open('a');
export const settled = sluice.settle([1]);
export const unwrapped = sluice.unwrap({ a: 1 });
export const closing = (given: Parameters<Client['close']>[0]) => client.close(given);
