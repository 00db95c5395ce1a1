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
    // What is sent
    method: 'an argument; write `client.request(method, uri)` or `client.post(uri)`',
    data: BODY,
    payload: BODY,
    content: '`body`',
    form: FORM,
    formData: '`multipart`, or `body` with a FormData',
    files: '`multipart`',
    duplex: 'not needed; a `body` may be a stream',
    maxBodyLength: 'not needed; a body that is sent has no limit',
    // What comes back
    responseType: SHORTCUT,
    responseEncoding: SHORTCUT,
    encoding: SHORTCUT,
    isStream: '`stream`',
    saveTo: '`sink`',
    decompress: '`decodeContent`',
    compress: '`decodeContent`',
    gzip: '`decodeContent`',
    maxContentLength: SIZE,
    resolveBodyOnly: SHORTCUT,
    // Statuses and redirects
    throwHttpErrors: ERRORS,
    throwOnError: ERRORS,
    validateStatus: ERRORS,
    simple: ERRORS,
    exceptions: ERRORS,
    followRedirect: REDIRECTS,
    followRedirects: REDIRECTS,
    followAllRedirects: REDIRECTS,
    redirect: REDIRECTS,
    follow: MAX_REDIRECTS,
    maxRedirects: MAX_REDIRECTS,
    maxRedirections: MAX_REDIRECTS,
    beforeRedirect: '`allowRedirects: { onRedirect }`',
    methodRewriting: '`allowRedirects: { strict }`',
    // Attempts and time
    retries: RETRY,
    maxRetries: RETRY,
    retryLimit: RETRY,
    retryDelay: '`retry: { delay }`',
    bodyTimeout: '`readTimeout`',
    socketTimeout: '`readTimeout`',
    cancelToken: '`signal`',
    abortSignal: '`signal`',
    onUploadProgress: '`progress`',
    onDownloadProgress: '`progress`',
    // Who asks
    username: AUTH,
    password: AUTH,
    user: AUTH,
    bearerToken: '`auth: { bearer }`',
    cookieJar: COOKIES,
    jar: COOKIES,
    withCredentials: "`credentials: 'include'` in a browser and `cookies` elsewhere",
    // Connections
    agent: '`connections`, `keepAlive`, `proxy` and the TLS options, or a `handler`',
    httpAgent: '`connections`, `keepAlive` and `proxy`, or a `handler`',
    httpsAgent: '`connections`, `proxy` and the TLS options, or a `handler`',
    dispatcher: HANDLER,
    adapter: HANDLER,
    fetch: '`handler: fetchHandler(fetch)` of the client',
    rejectUnauthorized: '`verify`',
    strictSSL: '`verify`',
    insecure: '`verify: false`',
    https: TLS,
    key: '`sslKey`',
    passphrase: '`sslKey: [key, passphrase]`',
    http2: "`version: '2'` or `'auto'`",
    dnsLookup: '`lookup`',
    family: "`forceIpResolve: 'v4'` or `'v6'`",
    forever: '`keepAlive`',
    // Hooks
    hooks: LAYERS,
    interceptors: LAYERS,
    transformRequest: LAYERS,
    transformResponse: LAYERS,
    beforeRequest: LAYERS,
    afterResponse: LAYERS,
  }),
);

/** Says what an option of another client is here; `undefined` for a name that none of them has. */
export function oursFor(name: string): string | undefined {
  const [ours, more] = FOREIGN.get(name)?.split('; ') ?? [];
  return ours && `\`${name}\` is ${ours} here${more === undefined ? '' : `; ${more}`}`;
}

/** The names of the table. */
export const foreignNames: readonly string[] = [...FOREIGN.keys()];
