/**
 * Names that options have in other clients. A request that leaves one out without a word is another request: its body is
 * empty, its errors are answers. So each is told by our name, unless a layer has declared an option of that name.
 */

const QUERY = '`query`';
const FORM = '`formParams`';
const BASE = '`baseUri`; it is resolved by RFC 3986, so end it with a slash';
const ERRORS = '`httpErrors`';
const REDIRECTS = '`allowRedirects`';
const MAX_REDIRECTS = '`allowRedirects: { max }`';
const RETRY = '`retry`, a number or `{ limit, ... }`';
const AUTH = '`auth: [user, password]`';
const BODY = '`json`, `formParams`, `multipart` or `body`';
const HANDLER = '`handler` of the client';
const SIZE = '`maxResponseSize`';
const TLS = 'one of `verify`, `ca`, `cert`, `sslKey` and `tls`';
const COOKIES = '`cookies`';
const URI = 'the first argument';
const SHORTCUT = 'a method of the answer; call `.json()`, `.text()`, `.bytes()` or `.blob()`';
const BEARER = '`auth: { bearer }`';
const SCHEMA = 'an argument; call `.json(schema)`';
const OPEN = '`connectTimeout`';
const DOCUMENTED = 'a flow of `auth`; see docs/tokens.md';
const LAYERS = 'a layer; see `mapRequest`, `mapResponse` and `tap`';

/** Name there, and what it is here; behind a semicolon what more there is to say. */
const FOREIGN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    // URIs
    params: QUERY,
    searchParams: QUERY,
    qs: QUERY,
    paramsSerializer: '`arrayFormat`, or a `query` of text',
    url: URI,
    uri: URI,
    prefixUrl: BASE,
    prefix: BASE,
    baseURL: BASE,
    baseUrl: BASE,
    base: BASE,
    origin: BASE,
    path: URI,
    queries: QUERY,
    queryParams: QUERY,
    qsStringifyOptions: '`arrayFormat`, or a `query` of text',
    useQuerystring: '`arrayFormat`',
    uriModifier: LAYERS,
    // What is sent
    method: 'an argument; write `client.request(method, uri)` or `client.post(uri)`',
    data: BODY,
    payload: BODY,
    content: '`body`',
    form: FORM,
    formData: '`multipart`, or `body` with a FormData',
    files: '`multipart`',
    attach: '`multipart`',
    field: '`multipart`',
    send: BODY,
    formUrl: FORM,
    formSerializer: '`formParams`, or `body` with a FormData',
    jsonReplacer: '`stringifyJson`',
    jsonReviver: '`parseJson`',
    parseReviver: '`parseJson`',
    contentType: "`headers: { 'Content-Type': ... }`",
    accept: '`headers: { Accept: ... }`',
    userAgent: "`headers: { 'User-Agent': ... }`",
    referrer: '`headers: { Referer: ... }`',
    expectContinue: '`expect`',
    keepalive: 'a method; call `client.beacon(uri)`',
    integrity: 'one of `client.fetch`',
    allowGetBody: 'not needed; a GET may have a `body`',
    maxRate: '`rateLimit` of sluice/resilience for requests; there is none for bytes',
    duplex: 'not needed; a `body` may be a stream',
    maxBodyLength: 'not needed; a body that is sent has no limit',
    // What comes back
    responseType: SHORTCUT,
    responseEncoding: SHORTCUT,
    encoding: SHORTCUT,
    isStream: '`stream`',
    saveTo: '`sink`',
    output: '`sink`',
    compressed: '`decodeContent`',
    decodeResponse: '`decodeContent`',
    parseResponse: '`parseJson`',
    parse: SHORTCUT,
    buffer: '`stream: false`',
    resolveWithFullResponse: 'not needed; a call gives its whole response',
    responseHeaders: 'not needed; `response.headers` has names in any case and all lines',
    schema: SCHEMA,
    validate: SCHEMA,
    onInfo: '`onInformation`',
    decompress: '`decodeContent`',
    compress: '`decodeContent`',
    gzip: '`decodeContent`',
    maxContentLength: SIZE,
    resolveBodyOnly: SHORTCUT,
    // Statuses and redirects
    throwHttpErrors: ERRORS,
    throwOnError: ERRORS,
    throw: ERRORS,
    ignoreResponseError: ERRORS,
    ok: ERRORS,
    validateStatus: '`httpErrors`; the other way round: a function that is true for an error',
    simple: ERRORS,
    exceptions: ERRORS,
    followRedirect: REDIRECTS,
    followRedirects: REDIRECTS,
    followAllRedirects: REDIRECTS,
    redirect: REDIRECTS,
    follow: MAX_REDIRECTS,
    followMax: MAX_REDIRECTS,
    redirects: MAX_REDIRECTS,
    followOriginalHttpMethod: '`allowRedirects: { strict }`',
    followKeepMethod: '`allowRedirects: { strict }`',
    followSetReferer: '`allowRedirects: { referer }`',
    removeRefererHeader: '`allowRedirects: { referer }`',
    followSetCookies: COOKIES,
    maxRedirects: MAX_REDIRECTS,
    maxRedirections: MAX_REDIRECTS,
    beforeRedirect: '`allowRedirects: { onRedirect }`',
    methodRewriting: '`allowRedirects: { strict }`',
    // Attempts and time
    retries: RETRY,
    maxRetries: RETRY,
    retryLimit: RETRY,
    retryCount: RETRY,
    attempts: RETRY,
    retryStatusCodes: '`retry: { statuses }`',
    retryMethods: '`retry: { methods }`',
    idempotent: '`retry: { methods }`',
    pagination: 'a method; call `client.paginate(uri)`',
    retryDelay: '`retry: { delay }`',
    bodyTimeout: '`readTimeout`',
    openTimeout: OPEN,
    responseTimeout: '`headersTimeout`',
    requestTimeout: '`timeout`',
    totalTimeout: '`timeout`',
    timeoutErrorMessage: LAYERS,
    socketTimeout: '`readTimeout`',
    cancelToken: '`signal`',
    abortSignal: '`signal`',
    onUploadProgress: '`progress`',
    onDownloadProgress: '`progress`',
    // Who asks
    username: AUTH,
    password: AUTH,
    user: AUTH,
    pass: AUTH,
    bearer: BEARER,
    bearerToken: BEARER,
    token: BEARER,
    accessToken: BEARER,
    oauth: DOCUMENTED,
    aws: DOCUMENTED,
    hawk: DOCUMENTED,
    httpSignature: DOCUMENTED,
    xsrfCookieName: LAYERS,
    xsrfHeaderName: LAYERS,
    withXSRFToken: LAYERS,
    parseCookies: COOKIES,
    ignoreInvalidCookies: COOKIES,
    cookieJar: COOKIES,
    jar: COOKIES,
    withCredentials: "`credentials: 'include'` in a browser and `cookies` elsewhere",
    // Connections
    agent: '`connections`, `keepAlive`, `proxy` and the TLS options, or a `handler`',
    httpAgent: '`connections`, `keepAlive` and `proxy`, or a `handler`',
    httpsAgent: '`connections`, `proxy` and the TLS options, or a `handler`',
    dispatcher: HANDLER,
    adapter: HANDLER,
    transport: HANDLER,
    createConnection: HANDLER,
    agentOptions: '`connections`, `keepAlive` and the TLS options, or a `handler`',
    agentClass: HANDLER,
    fetchOptions: '`handler: fetchHandler(fetch)` of the client',
    useProxyFromEnvVar: '`proxy: false` for none',
    tunnel: '`proxy`',
    maxSockets: '`connections`',
    pipelining: "not there; `version: '2'` shares a connection",
    fetch: '`handler: fetchHandler(fetch)` of the client',
    rejectUnauthorized: '`verify`',
    strictSSL: '`verify`',
    disableTLSCerts: '`verify: false`',
    trustLocalhost: '`verify`',
    pfx: '`tls: { pfx }`',
    insecure: '`verify: false`',
    https: TLS,
    key: '`sslKey`',
    passphrase: '`sslKey: [key, passphrase]`',
    http2: "`version: '2'` or `'auto'`",
    dnsLookup: '`lookup`',
    dnsCache: '`lookup`',
    dnsLookupIpVersion: "`forceIpResolve: 'v4'` or `'v6'`",
    httpVersion: '`version`',
    http2Options: "`version: '2'` or `'auto'`",
    insecureHTTPParser: 'not there; answers are read strictly',
    setHost: '`headers: { Host: ... }`',
    family: "`forceIpResolve: 'v4'` or `'v6'`",
    forever: '`keepAlive`',
    // Hooks
    hooks: LAYERS,
    interceptors: LAYERS,
    transformRequest: LAYERS,
    transformResponse: LAYERS,
    beforeRequest: LAYERS,
    afterResponse: LAYERS,
    onRequest: LAYERS,
    onRequestError: LAYERS,
    onResponse: LAYERS,
    onResponseError: LAYERS,
    middlewares: LAYERS,
    middleware: LAYERS,
    catcher: 'not needed; `.catch` with the guards, such as `isClientError`',
    callback: 'a promise; `await` it',
    transform: LAYERS,
    preserveHooks: LAYERS,
    // What two clients have by names of their own
    enableUnixSockets: '`socketPath`, or a `baseUri` of `unix:`',
    allowedSocketPaths: '`socketPath`, which is the only one that is dialled',
    h2session: "not there; `version: '2'` shares the connections of the client",
    cacheOptions: '`cache`, which takes a cache of sluice/cache',
    copyPipedHeaders: 'not there; give `headers`',
    strictContentLength: 'not needed; a body of another length is an error',
    sensitiveHeaders: 'not there; `allowRedirects: { keepHeaders }` says which ones go to another origin',
    transitional: 'not there; `.json()` refuses what is not JSON, and each timeout has its own code',
    env: 'not there; a `handler` of the client takes another fetch',
  }),
);

const FLAT = '`delay`, a function; without it waits grow and are random';
const DECIDES = '`decider`';

/** Names within a record, by the option. What `timeout` is a record of elsewhere, is an option each here. */
const WITHIN: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries({
    retry: {
      retries: '`limit`',
      maxRetries: '`limit`',
      attempts: '`limit`',
      count: '`limit`',
      statusCodes: '`statuses`',
      afterStatusCodes: '`statuses`',
      errorCodes: DECIDES,
      retryCondition: DECIDES,
      shouldRetry: DECIDES,
      retryOnTimeout: DECIDES,
      validateResponse: DECIDES,
      calculateDelay: '`delay`; 0 is at once, and `decider` gives up',
      retryDelay: '`delay`; 0 is at once, and `decider` gives up',
      backoff: '`delay`',
      backoffLimit: '`maxDelay`',
      maxTimeout: '`maxDelay`',
      minTimeout: FLAT,
      timeoutFactor: FLAT,
      factor: FLAT,
      noise: FLAT,
      jitter: FLAT,
      retryAfter: '`maxRetryAfter`',
      shouldResetTimeout: 'not there; `timeout` limits the whole call, `headersTimeout` and `readTimeout` each attempt',
      enforceRetryRules: 'not needed; `decider` is asked alone where it is given',
      onRetry: LAYERS,
    },
    allowRedirects: { maxRedirects: '`max`', limit: '`max`', beforeRedirect: '`onRedirect`' },
    timeout: {
      request: '`timeout`, a duration',
      deadline: '`timeout`, a duration',
      response: '`headersTimeout`',
      headers: '`headersTimeout`',
      lookup: OPEN,
      connect: OPEN,
      secureConnect: OPEN,
      socket: '`readTimeout`',
      read: '`readTimeout`',
      send: 'not there; `timeout` limits the whole call',
    },
  }).map(([option, names]) => [option, new Map(Object.entries(names))]),
);

/** Says what an option of another client is here; `undefined` for a name that none of them has. */
export function oursFor(name: string): string | undefined {
  return inWords(name, FOREIGN.get(name));
}

/** The same for a name within the record of an option. */
export function oursWithin(option: string, name: string): string | undefined {
  return inWords(name, WITHIN.get(option)?.get(name));
}

function inWords(name: string, said: string | undefined): string | undefined {
  const [ours, more] = said?.split('; ') ?? [];
  return ours && `\`${name}\` is ${ours} here${more === undefined ? '' : `; ${more}`}`;
}

/** The names of the table. */
export const foreignNames: readonly string[] = [...FOREIGN.keys()];
