// AllSettled
type AllSettled<T> = {
    -readonly [K in keyof T]: PromiseSettledResult<Awaited<T[K]>>;
};
// ArrayFormat
type ArrayFormat = 'indices' | 'brackets' | 'repeat' | 'comma';
// Attempt
type Attempt = readonly [
    response: HttpResponse,
    error: undefined
] | readonly [
    response: undefined,
    error: NonNullable<unknown>
];
// AuthFlow
type AuthFlow = (request: HttpRequest, options: RequestOptions) => Generator<HttpRequest, HttpResponse | undefined | void, HttpResponse> | AsyncGenerator<HttpRequest, HttpResponse | undefined | void, HttpResponse>;
// AuthOption
type AuthOption = readonly [
    user: string,
    password: string,
    scheme?: 'basic' | 'digest'
] | {
    readonly bearer: string;
} | AuthFlow;
// BadResponseError
declare class BadResponseError extends ResponseError {
    static readonly code: string;
    get data(): unknown;
    get problem(): Problem | undefined;
}
// BatchResults
type BatchResults<R extends PoolRequests> = R extends Iterable<PoolItem> ? PromiseSettledResult<HttpResponse>[] : R extends AsyncIterable<PoolItem> ? PromiseSettledResult<HttpResponse>[] : {
    [K in keyof R]: PromiseSettledResult<HttpResponse>;
};
// Beacon
interface Beacon {
    readonly flushed: Promise<boolean>;
    readonly done: Promise<HttpResponse | undefined>;
}
// BeaconOptions
interface BeaconOptions extends RequestOptions {
    method?: string | undefined;
}
// BodyError
declare class BodyError extends ResponseError {
    static readonly code: string;
    readonly errno: number | undefined;
    constructor(fact: string, init: TransferErrorInit & {
        response: HttpResponse;
        issues?: readonly SchemaIssue[] | undefined;
    });
    get issues(): readonly SchemaIssue[];
    toJSON(): TransferErrorJSON;
}
// BodyInit
type BodyInit = BodyValue | URLSearchParams | FormData | RequestBody | (() => BodyValue | Promise<BodyValue>);
// BodyValue
type BodyValue = string | Uint8Array | ArrayBuffer | ArrayBufferView | Blob | URLSearchParams | RequestBody | Streamable;
// CacheFacts
interface CacheFacts {
    readonly status: 'hit' | 'miss' | 'stale' | 'revalidated' | 'bypass';
    readonly age: number;
    readonly ttl: number;
    readonly key: string;
}
// CacheLayer
interface CacheLayer {
    layer(next: never): unknown;
    drain?(): Promise<void>;
}
// CacheMode
type CacheMode = 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached';
// CacheOption
type CacheOption = CacheLayer | CacheMode | CacheWithMode | false | null;
// Client
declare class Client implements AsyncDisposable, HttpClient, Verbs {
    #private;
    constructor(options?: ClientOptions);
    get stack(): HandlerStack | undefined;
    request(method: string, uri: Uri$1, options?: RequestOptions): RequestPromise;
    requestAsync(method: string, uri: Uri$1, options?: RequestOptions): RequestPromise;
    get(uri: Uri$1, options?: RequestOptions): RequestPromise;
    head(uri: Uri$1, options?: RequestOptions): RequestPromise;
    post(uri: Uri$1, options?: RequestOptions): RequestPromise;
    put(uri: Uri$1, options?: RequestOptions): RequestPromise;
    patch(uri: Uri$1, options?: RequestOptions): RequestPromise;
    delete(uri: Uri$1, options?: RequestOptions): RequestPromise;
    query(uri: Uri$1, options?: RequestOptions): RequestPromise;
    options(uri: Uri$1, options?: RequestOptions): RequestPromise;
    send(request: HttpRequest, options?: RequestOptions): RequestPromise;
    sendAsync(request: HttpRequest, options?: RequestOptions): RequestPromise;
    sendRequest(request: HttpRequest): Promise<HttpResponse>;
    attempt(method: string, uri: Uri$1, options?: RequestOptions): Promise<Attempt>;
    readonly fetch: typeof globalThis.fetch;
    upgrade(uri: Uri$1, options?: UpgradeOptions): Promise<WebSocketConnection>;
    paginate<T = unknown>(uri: Uri$1, options?: PaginateOptions<T>): PagedItems<T>;
    download(uri: Uri$1, path: string, options?: DownloadOptions): Promise<DownloadResult>;
    beacon(uri: Uri$1, options?: BeaconOptions): Beacon;
    requestSync(method: string, uri: Uri$1, options?: RequestOptions): SyncResponse;
    drain(): Promise<void>;
    extend(options: ClientOptions): Client;
    close(options?: CloseOptions): Promise<void>;
    destroy(reason?: unknown): Promise<void>;
    stats(): ConnectionStats;
    [Symbol.asyncDispose](): Promise<void>;
}
// ClientError
declare class ClientError extends BadResponseError {
    static readonly code: string;
}
// ClientOptions
interface ClientOptions extends RequestOptions {
    handler?: HandlerStack | Handler | undefined;
}
// Clock
interface Clock {
    now(): number;
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
// CloseOptions
interface CloseOptions {
    timeout?: Duration | false | null | undefined;
    signal?: AbortSignal | null | undefined;
}
// CloseOutcome
interface CloseOutcome {
    readonly code: number;
    readonly reason: string;
    readonly clean: boolean;
}
// ConnectError
declare class ConnectError extends NetworkError {
    static readonly code: string;
}
// ConnectionBounds
interface ConnectionBounds {
    readonly perOrigin?: number | undefined;
    readonly total?: number | undefined;
}
// ConnectionLimits
declare class ConnectionLimits {
    #private;
    constructor(connections?: number | ConnectionBounds);
    stats(): ConnectionStats;
}
// ConnectionSettings
interface ConnectionSettings {
    readonly connections?: number | ConnectionBounds | ConnectionLimits | undefined;
}
// ConnectionStats
interface ConnectionStats extends OriginStats {
    readonly origins: Readonly<Record<string, OriginStats>>;
}
// Cookie
interface Cookie {
    readonly name: string;
    readonly value: string;
    readonly domain: string;
    readonly path: string;
    readonly expires: number | undefined;
    readonly secure: boolean;
    readonly httpOnly: boolean;
    readonly hostOnly: boolean;
    readonly sameSite: SameSite | undefined;
    readonly created: number;
}
// CookieInit
interface CookieInit {
    name: string;
    value: string;
    domain?: string | undefined;
    path?: string | undefined;
    expires?: Date | number | undefined;
    maxAge?: number | undefined;
    secure?: boolean | undefined;
    httpOnly?: boolean | undefined;
    sameSite?: SameSite | undefined;
}
// CookieJSON
interface CookieJSON {
    key: string;
    value: string;
    domain: string;
    path: string;
    expires?: string;
    secure?: boolean;
    httpOnly?: boolean;
    hostOnly: boolean;
    sameSite?: SameSite;
    creation: string;
}
// CookieJar
declare class CookieJar implements CookieStore, Iterable<Cookie> {
    #private;
    constructor(options?: CookieJarOptions);
    static from(cookies: Readonly<Record<string, string>> | CookieJarJSON | string, scope?: string | URL, options?: CookieJarOptions): CookieJar;
    static fromJSON(json: CookieJarJSON | string | object, options?: CookieJarOptions): CookieJar;
    get size(): number;
    [Symbol.iterator](): IterableIterator<Cookie>;
    getCookieHeader(url: string | URL): string | Promise<string>;
    getCookies(url: string | URL): Cookie[];
    setCookie(cookie: string | CookieInit, url?: string | URL): Promise<boolean>;
    store(url: string | URL, lines: readonly string[]): void | Promise<void>;
    clear(domain?: string, path?: string, name?: string): void | Promise<void>;
    clearSessionCookies(): void | Promise<void>;
    toJSON(): CookieJarJSON;
    serialize(): string;
}
// CookieJarJSON
interface CookieJarJSON {
    version: string;
    cookies: CookieJSON[];
}
// CookieJarOptions
interface CookieJarOptions {
    strict?: boolean | undefined;
    maxCookies?: number | undefined;
    maxPerDomain?: number | undefined;
    clock?: {
        now(): number;
    } | undefined;
}
// CookieStore
interface CookieStore {
    getCookieHeader(url: string): string | Promise<string>;
    store(url: string, lines: readonly string[]): void | Promise<void>;
}
// DeclaringMiddleware
interface DeclaringMiddleware extends Middleware {
    readonly options?: readonly string[];
    readonly below?: string | undefined;
}
// DelayQueue
declare class DelayQueue {
    #private;
    constructor(options?: DelayQueueOptions);
    get size(): number;
    get nextAt(): number | undefined;
    add<T>(delay: Duration, task: () => T | PromiseLike<T>, options?: {
        signal?: AbortSignal | null | undefined;
    }): Promise<T>;
    close(): void;
}
// DelayQueueOptions
interface DelayQueueOptions {
    clock?: Clock | undefined;
}
// DigestName
type DigestName = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';
// DispatcherSettings
interface DispatcherSettings {
    readonly dispatcher: UndiciDispatcher;
}
// DnsCache
interface DnsCache extends Lookup {
    (...args: Parameters<Lookup>): void;
    clear(hostname?: string): void;
}
// DnsCacheOptions
interface DnsCacheOptions {
    readonly size?: number | undefined;
    readonly maxTtl?: Duration | undefined;
    readonly fallbackTtl?: Duration | undefined;
    readonly servers?: readonly string[] | undefined;
    readonly clock?: Clock | undefined;
}
// DownloadOptions
interface DownloadOptions extends RequestOptions {
    digest?: Partial<Readonly<Record<DigestName, string>>> | null | false | undefined;
    segments?: number | null | false | undefined;
    resume?: boolean | null | undefined;
}
// DownloadResult
interface DownloadResult {
    readonly response: HttpResponse;
    readonly path: string;
    readonly bytes: number;
    readonly resumed: boolean;
}
// Duration
type Duration = number | string | false;
// EachControl
interface EachControl {
    resolve(): void;
    reject(reason: unknown): void;
}
// EachOptions
interface EachOptions<T, K> {
    concurrency?: number | ((pending: number) => number) | undefined;
    fulfilled?: ((value: T, key: K, control: EachControl) => unknown) | undefined;
    rejected?: ((reason: unknown, key: K, control: EachControl) => unknown) | undefined;
}
// EventOptions
interface EventOptions extends LineOptions {
    readonly reconnect?: boolean | undefined;
}
// Fields
type Fields = object & {
    readonly [Symbol.iterator]?: never;
    readonly [Symbol.hasInstance]?: never;
    readonly then?: never;
};
// FieldsInit
type FieldsInit = {
    readonly [key: string]: QueryValue;
} | ReadonlyMap<string, unknown> | Fields;
// FileCookieJar
declare class FileCookieJar extends CookieJar implements AsyncDisposable {
    #private;
    readonly path: string;
    private constructor();
    static open(path: string, options?: FileCookieJarOptions): Promise<FileCookieJar>;
    save(): Promise<void>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
    protected changed(): void;
}
// FileCookieJarOptions
interface FileCookieJarOptions extends Omit<CookieJarOptions, 'clock'> {
    session?: boolean | undefined;
    clock?: Clock | undefined;
}
// Handler
type Handler = (request: HttpRequest, options: RequestOptions) => Promise<HttpResponse>;
// HandlerStack
declare class HandlerStack {
    #private;
    static create: (handler?: Handler) => HandlerStack;
    constructor(handler?: Handler);
    get names(): readonly string[];
    get declaredOptions(): readonly string[];
    has(name: string): boolean;
    hasHandler(): boolean;
    get handler(): Transport | undefined;
    setHandler(handler: Handler): this;
    push(middleware: Middleware, name?: string): this;
    unshift(middleware: Middleware, name?: string): this;
    before(name: string, middleware: Middleware, newName?: string): this;
    after(name: string, middleware: Middleware, newName?: string): this;
    remove(which: string | Middleware): this;
    resolve(): Handler;
    clone(): HandlerStack;
    toString(): string;
}
// HeadersInit
type HeadersInit = HttpHeaders | Readonly<Record<string, string | number | readonly string[] | undefined>> | Iterable<readonly [
    string,
    string
]>;
// HistoryEntry
interface HistoryEntry {
    readonly request: HttpRequest;
    readonly response: HttpResponse | undefined;
    readonly error: unknown;
    readonly options: RequestOptions;
}
// HostStats
interface HostStats {
    readonly waiting: number;
    readonly running: number;
    readonly done: number;
    readonly failed: number;
    readonly bytes: number;
    readonly concurrency: number;
}
// HttpClient
interface HttpClient {
    sendRequest(request: HttpRequest): Promise<HttpResponse>;
}
// HttpErrorsOptions
interface HttpErrorsOptions {
    summarize?: ((response: HttpResponse) => string | null | undefined | Promise<string | null | undefined>) | undefined;
    summaryLength?: number | undefined;
}
// HttpHeaders
declare class HttpHeaders implements Iterable<[
    string,
    string
]> {
    #private;
    static readonly empty: HttpHeaders;
    constructor(init?: HeadersInit | null);
    static fromRaw(fields: readonly RawField[]): HttpHeaders;
    get size(): number;
    get(name: string): string | null;
    getAll(name: string): string[];
    getSetCookie(): string[];
    has(name: string): boolean;
    with(name: string, value: string | number | readonly string[]): HttpHeaders;
    withAdded(name: string, value: string | number | readonly string[]): HttpHeaders;
    without(...names: string[]): HttpHeaders;
    filter(keep: (name: string, value: string) => boolean): HttpHeaders;
    merge(other: HttpHeaders): HttpHeaders;
    toRaw(): readonly string[];
    [Symbol.iterator](): IterableIterator<[
        string,
        string
    ]>;
    entries(): IterableIterator<[
        string,
        string
    ]>;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string>;
    forEach(callback: (value: string, name: string, headers: HttpHeaders) => void): void;
    toJSON(): Record<string, string | string[]>;
    masked(more?: Redact): Record<string, string | string[]>;
    get [Symbol.toStringTag](): string;
    [INSPECT](_depth?: number, options?: unknown, inspect?: Inspect): string;
}
// HttpRequest
declare class HttpRequest extends HttpRequest_base implements Message<HttpRequest> {
    readonly method: string;
    readonly url: string;
    readonly headers: HttpHeaders;
    readonly body: RequestBody | null;
    readonly protocolVersion: string;
    constructor(method: string, uri: string | URL, headers?: HeadersInit | null, body?: BodyInit | null, protocolVersion?: string);
    with(changes: RequestChanges): HttpRequest;
    withHeader(name: string, value: string | number | readonly string[]): HttpRequest;
    withAddedHeader(name: string, value: string | number | readonly string[]): HttpRequest;
    withoutHeader(name: string): HttpRequest;
    text(): Promise<string>;
    json<T = unknown>(): Promise<T>;
    bytes(): Promise<Uint8Array>;
    toJSON(): {
        method: string;
        url: string;
        headers: Record<string, string | string[]>;
        body: unknown;
    };
    toString(): string;
    [INSPECT](_depth?: number, options?: unknown, inspect?: Inspect): string;
}
// HttpResponse
declare class HttpResponse implements Answered {
    #private;
    readonly status: number;
    readonly statusText: string;
    readonly headers: HttpHeaders;
    readonly protocolVersion: string;
    readonly url: string;
    readonly redirects: readonly RedirectHop[];
    readonly attempts: number;
    readonly timings: Timings;
    readonly sink: unknown;
    constructor(status?: number, headers?: HeadersInit | null, body?: ResponseBodyInit, protocolVersion?: string, reason?: string, facts?: ResponseFacts);
    static json(value: unknown, init?: ResponseInit): HttpResponse;
    static from(response: Response): HttpResponse;
    get request(): HttpRequest | undefined;
    get cache(): ResponseFacts['cache'];
    get ok(): boolean;
    get cookies(): Record<string, string>;
    get links(): Links;
    get serverTimings(): readonly ServerTiming[];
    get trailers(): HttpHeaders;
    get streamed(): boolean;
    get bodyUsed(): boolean;
    get body(): ReadableStream<Uint8Array>;
    with(changes: ResponseChanges): HttpResponse;
    withHeader(name: string, value: string | number | readonly string[]): HttpResponse;
    withAddedHeader(name: string, value: string | number | readonly string[]): HttpResponse;
    withoutHeader(name: string): HttpResponse;
    bytes(): Promise<Uint8Array>;
    arrayBuffer(): Promise<ArrayBuffer>;
    blob(): Promise<Blob>;
    text(): Promise<string>;
    json<T = unknown>(): Promise<T>;
    json<S extends StandardSchema>(schema: S): Promise<SchemaOutput<S>>;
    formData(): Promise<FormData>;
    stream(): NodeJS.ReadableStream & NodeStream;
    toWeb(): ReadableStream<Uint8Array>;
    toResponse(): Response;
    [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined>;
    events(options?: EventOptions): AsyncGenerator<ServerSentEvent, void, undefined>;
    events<S extends StandardSchema>(schema: S, options?: EventOptions): AsyncGenerator<ServerSentEvent<SchemaOutput<S>>, void, undefined>;
    lines(options?: LineOptions): AsyncGenerator<string, void, undefined>;
    ndjson<T = unknown>(options?: LineOptions): AsyncGenerator<T, void, undefined>;
    ndjson<S extends StandardSchema>(schema: S, options?: LineOptions): AsyncGenerator<SchemaOutput<S>, void, undefined>;
    discard(): Promise<void>;
    toJSON(): Record<string, unknown>;
    [INSPECT](_depth?: number, options?: unknown, inspect?: Inspect): string;
}
// LineOptions
interface LineOptions {
    readonly maxLineLength?: number | undefined;
}
// Link
interface Link {
    readonly url: string;
    readonly rel: string;
    readonly anchor?: string;
    readonly title?: string;
    readonly type?: string;
    readonly media?: string;
    readonly hreflang?: readonly string[];
    readonly params: Readonly<Record<string, string>>;
}
// Links
interface Links extends Iterable<Link> {
    readonly next?: Link;
    readonly prev?: Link;
    readonly first?: Link;
    readonly last?: Link;
    readonly self?: Link;
    readonly [rel: string]: Link | undefined;
}
// LogLevel
type LogLevel = 'trace' | 'debug' | 'info' | 'log' | 'warn' | 'error';
// Logger
type Logger = {
    error(line: string): unknown;
} & {
    readonly [level in LogLevel]?: (line: string) => unknown;
};
// Lookup
type Lookup = (hostname: string, options: {
    family?: number;
    all?: boolean;
    hints?: number;
}, callback: (error: Error | null, address: string | {
    address: string;
    family: number;
}[], family?: number) => void) => unknown;
// MessageFormatter
declare class MessageFormatter {
    #private;
    static readonly CLF = "{hostname} {req_header_User-Agent} - [{date_common_log}] \"{method} {target} HTTP/{version}\" {code} {res_header_Content-Length}";
    static readonly SHORT = "[{ts}] \"{method} {target} HTTP/{version}\" {code}";
    static readonly DEBUG = ">>>>>>>>\n{request}\n<<<<<<<<\n{response}\n--------\n{error}";
    readonly template: string;
    constructor(template?: string | null);
    format(request: HttpRequest, response?: HttpResponse | null, error?: unknown, options?: RequestOptions): string;
}
// Middleware
type Middleware = (next: Handler) => Handler;
// MultipartPart
type MultipartPart = ContentsPart | FilePart;
// NetworkError
declare class NetworkError extends TransferError {
    static readonly code: string;
    readonly errno: number | undefined;
    constructor(fact: string, init?: TransferErrorInit | HttpRequest);
    toJSON(): TransferErrorJSON;
}
// NodeStream
interface NodeStream extends AsyncIterable<Uint8Array> {
    pipe(target: NodeJS.WritableStream): unknown;
    resume(): unknown;
    destroy(error?: Error): unknown;
    once(event: string, listener: (...args: never[]) => void): unknown;
    readonly destroyed: boolean;
    readonly closed: boolean;
    readonly readableFlowing?: boolean | null;
    readonly readableDidRead?: boolean;
}
// OAuth2Options
interface OAuth2Options {
    token?: OAuth2TokenInit | undefined;
    refresh: RefreshToken;
    early?: Duration | null | undefined;
    timeout?: Duration | null | undefined;
}
// OAuth2Token
interface OAuth2Token {
    readonly access_token: string;
    readonly token_type?: string | undefined;
    readonly expires_in?: number | undefined;
    readonly expires_at?: number | Date | undefined;
    readonly refresh_token?: string | undefined;
}
// OAuth2TokenInit
type OAuth2TokenInit = string | OAuth2Token | {
    readonly accessToken: string;
    readonly tokenType?: string | undefined;
    readonly expiresIn?: number | undefined;
    readonly expiresAt?: number | Date | undefined;
    readonly refreshToken?: string | undefined;
};
// OriginStats
interface OriginStats {
    readonly connections: number;
    readonly idle: number;
    readonly running: number;
    readonly waiting: number;
}
// PagedItems
interface PagedItems<T> extends AsyncIterator<T, undefined, undefined> {
    next(): Promise<IteratorResult<T, undefined>>;
    return(): Promise<IteratorResult<T, undefined>>;
    [Symbol.asyncIterator](): PagedItems<T>;
}
// PaginateOptions
interface PaginateOptions<T> extends RequestOptions {
    items?: ((response: HttpResponse) => Items<T> | Promise<Items<T>>) | undefined;
    next?: ((response: HttpResponse) => Next | Promise<Next>) | undefined;
    maxPages?: number | undefined;
    maxItems?: number | undefined;
    delay?: Duration | null | undefined;
}
// ParseJson
type ParseJson = (text: string) => unknown;
// Pem
type Pem = string | Uint8Array;
// PerHostOptions
interface PerHostOptions {
    concurrency?: number | 'auto' | undefined;
    interval?: Duration | ((host: string) => Duration) | undefined;
    maxWaiting?: number | undefined;
}
// Pool
declare class Pool implements AsyncIterable<PoolResult> {
    #private;
    readonly stats: PoolStats;
    constructor(client: PoolClient, requests: PoolRequests, given?: PoolOptions);
    static batch<R extends PoolRequests>(client: PoolClient, requests: R, given?: PoolOptions): Promise<BatchResults<R>>;
    promise(): Promise<void>;
    [Symbol.asyncIterator](): AsyncIterableIterator<PoolResult>;
    add(...items: readonly PoolItem[]): this;
    pause(): this;
    resume(): this;
    cancel(reason?: unknown): void;
}
// PoolClient
interface PoolClient {
    request(method: string, uri: string | URL, options?: RequestOptions): PromiseLike<HttpResponse>;
    send(request: HttpRequest, options?: RequestOptions): PromiseLike<HttpResponse>;
}
// PoolConcurrency
type PoolConcurrency = number | 'auto' | ((pending: number) => number);
// PoolItem
type PoolItem = string | URL | HttpRequest | ((options: RequestOptions) => HttpResponse | PromiseLike<HttpResponse>);
// PoolKey
type PoolKey = number | string;
// PoolOptions
interface PoolOptions extends PoolSettings<Pool> {
}
// PoolRequests
type PoolRequests = Iterable<PoolItem> | AsyncIterable<PoolItem> | {
    readonly [name: string]: PoolItem;
};
// PoolResult
type PoolResult = {
    readonly key: PoolKey;
    readonly item: unknown;
    readonly request: HttpRequest | undefined;
} & ({
    readonly response: HttpResponse;
    readonly error: undefined;
} | {
    readonly response: undefined;
    readonly error: NonNullable<unknown>;
});
// PoolStats
interface PoolStats {
    readonly waiting: number;
    readonly running: number;
    readonly done: number;
    readonly failed: number;
    readonly bytes: number;
    readonly concurrency: number;
    readonly hosts: {
        readonly [host: string]: HostStats;
    };
}
// PrivateNetworkOptions
interface PrivateNetworkOptions {
    readonly allow?: readonly string[] | undefined;
    readonly deny?: readonly string[] | undefined;
}
// Problem
interface Problem {
    readonly type: string;
    readonly title?: string;
    readonly status?: number;
    readonly detail?: string;
    readonly instance?: string;
    readonly [member: string]: unknown;
}
// Progress
interface Progress {
    readonly direction: 'upload' | 'download';
    readonly transferred: number;
    readonly total: number | undefined;
}
// ProxyOptions
interface ProxyOptions {
    readonly http?: string | URL | false | undefined;
    readonly https?: string | URL | false | undefined;
    readonly no?: string | readonly string[] | undefined;
}
// QueryInit
type QueryInit = string | URLSearchParams | FieldsInit;
// QueryValue
type QueryValue = string | number | bigint | boolean | null | undefined | Date | URL | ReadonlySet<unknown> | ReadonlyMap<string | number, unknown> | readonly QueryValue[] | {
    readonly [key: string]: QueryValue;
} | Fields;
// RedirectError
declare class RedirectError extends ResponseError {
    static readonly code: string;
}
// RedirectHop
interface RedirectHop {
    readonly status: number;
    readonly method: string;
    readonly url: string;
}
// RedirectOptions
interface RedirectOptions {
    max?: number | undefined;
    strict?: boolean | undefined;
    referer?: boolean | undefined;
    protocols?: readonly string[] | undefined;
    onRedirect?: ((request: HttpRequest, response: HttpResponse, uri: string) => void | Promise<void>) | undefined;
    keepHeaders?: readonly string[] | undefined;
    allowDowngrade?: boolean | undefined;
}
// RefreshToken
type RefreshToken = (token: OAuth2Token | undefined, context: {
    readonly signal: AbortSignal;
}) => OAuth2TokenInit | Promise<OAuth2TokenInit>;
// RequestBody
declare class RequestBody {
    #private;
    readonly bytes: Uint8Array | undefined;
    readonly length: number | undefined;
    readonly replayable: boolean;
    readonly contentType: string | undefined;
    private constructor();
    static fromBytes(bytes: Uint8Array, contentType?: string): RequestBody;
    static fromText(text: string, contentType?: string): RequestBody;
    static fromFactory(open: () => BodySource | Promise<BodySource>, length?: number, contentType?: string): RequestBody;
    static once(source: BodySource, length?: number, contentType?: string): RequestBody;
    get used(): boolean;
    open(scope?: Scope): BodyReader;
    release(): void;
    toBytes(): Promise<Uint8Array>;
    text(): Promise<string>;
    toString(): string;
    toJSON(): {
        length: number | undefined;
        replayable: boolean;
    };
}
// RequestChanges
interface RequestChanges {
    method?: string | undefined;
    url?: string | URL | undefined;
    headers?: HeadersInit | undefined;
    body?: BodyInit | null | undefined;
    protocolVersion?: string | undefined;
}
// RequestError
declare class RequestError extends TransferError {
    static readonly code: string;
}
// RequestOptions
interface RequestOptions extends WhereOptions, ContentOptions, AnswerOptions, TimeOptions, WatchOptions, WireOptions, TrustOptions {
    auth?: AuthOption | Off | undefined;
}
// RequestPromise
declare class RequestPromise extends Promise<HttpResponse> {
    json<T = unknown>(): Promise<T>;
    json<S extends StandardSchema>(schema: S): Promise<SchemaOutput<S>>;
    text(): Promise<string>;
    bytes(): Promise<Uint8Array>;
    arrayBuffer(): Promise<ArrayBuffer>;
    blob(): Promise<Blob>;
    formData(): Promise<FormData>;
    cancel(reason?: unknown): void;
}
// ResponseChanges
interface ResponseChanges extends ResponseFacts {
    status?: number | undefined;
    statusText?: string | undefined;
    headers?: HeadersInit | undefined;
    body?: ResponseBodyInit | undefined;
    protocolVersion?: string | undefined;
}
// ResponseError
declare class ResponseError extends TransferError {
    static readonly code: string;
    constructor(fact: string, init: TransferErrorInit & {
        response: HttpResponse;
    });
    get request(): HttpRequest;
    set request(request: HttpRequest);
    get response(): HttpResponse;
    toJSON(): TransferErrorJSON;
}
// RetryContext
interface RetryContext {
    readonly attempt: number;
    readonly request: HttpRequest;
    readonly response: HttpResponse | undefined;
    readonly error: unknown;
    readonly elapsed: number;
}
// RetryOptions
interface RetryOptions {
    limit?: number | undefined;
    methods?: readonly string[] | undefined;
    statuses?: readonly number[] | undefined;
    decider?: ((context: RetryContext) => boolean | Promise<boolean>) | undefined;
    delay?: ((context: RetryContext) => number | Promise<number>) | undefined;
    maxDelay?: Duration | undefined;
    maxRetryAfter?: Duration | undefined;
    budget?: {
        ratio?: number | undefined;
        min?: number | undefined;
        window?: Duration | undefined;
    } | false | undefined;
}
// SchemaIssue
interface SchemaIssue {
    readonly message: string;
    readonly path?: readonly (PropertyKey | {
        readonly key: PropertyKey;
    })[] | undefined;
}
// SchemaOutput
type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];
// ServerError
declare class ServerError extends BadResponseError {
    static readonly code: string;
}
// ServerSentEvent
interface ServerSentEvent<Data = string> {
    readonly event: string;
    readonly data: Data;
    readonly id: string;
    readonly retry: number | undefined;
}
// ServerTiming
interface ServerTiming {
    readonly name: string;
    readonly duration: number;
    readonly description: string;
}
// Sink
type Sink = string | NodeJS.WritableStream | WritableStream<Uint8Array>;
// StandardSchema
interface StandardSchema<Output = unknown> {
    readonly '~standard': {
        readonly version: 1;
        readonly vendor: string;
        readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
        readonly types?: {
            readonly input: unknown;
            readonly output: Output;
        } | undefined;
    };
}
// StringifyJson
type StringifyJson = (value: unknown) => string;
// SyncResponse
interface SyncResponse {
    readonly status: number;
    readonly statusText: string;
    readonly headers: HttpHeaders;
    readonly url: string;
    readonly body: Uint8Array;
    text(): string;
    json<T = unknown>(): T;
}
// TimeoutError
declare class TimeoutError extends NetworkError {
    static readonly code: string;
    readonly phase: TimeoutPhase;
    constructor(fact: string, init?: TransferErrorInit & {
        phase?: TimeoutPhase | undefined;
    });
    toJSON(): TransferErrorJSON;
}
// TimeoutPhase
type TimeoutPhase = 'connect' | 'headers' | 'read' | 'total' | 'queue';
// Timings
interface Timings {
    readonly queue?: number;
    readonly dns?: number;
    readonly connect?: number;
    readonly tls?: number;
    readonly send?: number;
    readonly firstByte?: number;
    readonly end?: number;
    readonly total?: number;
}
// TlsOptions
interface TlsOptions {
    readonly servername?: string | undefined;
    readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
    readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
    readonly ciphers?: string | undefined;
    readonly alpn?: readonly string[] | undefined;
    readonly pfx?: Pem | readonly [
        Pem,
        string
    ] | undefined;
}
// TooManyRedirectsError
declare class TooManyRedirectsError extends RedirectError {
    static readonly code: string;
    constructor(fact: string, init: TransferErrorInit & {
        response: HttpResponse;
        redirects?: HttpResponse['redirects'];
    });
    get redirects(): HttpResponse['redirects'];
    toJSON(): TransferErrorJSON;
}
// TraceMessage
interface TraceMessage {
    readonly request: HttpRequest;
    readonly options: RequestOptions;
    response: HttpResponse | undefined;
    error: unknown;
    stats: TransferStats | undefined;
}
// TrailersInit
type TrailersInit = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);
// TransferError
declare class TransferError extends Error {
    #private;
    static readonly code: string;
    readonly code: string;
    attempts: number;
    elapsed: number;
    constructor(fact: string, init?: TransferErrorInit | HttpRequest);
    get request(): HttpRequest | undefined;
    set request(request: HttpRequest | undefined);
    toJSON(): TransferErrorJSON;
    static fromJSON(json: TransferErrorJSON): TransferError;
}
// TransferErrorInit
interface TransferErrorInit {
    request?: HttpRequest | undefined;
    response?: HttpResponse | undefined;
    code?: string | undefined;
    cause?: unknown;
    attempts?: number | undefined;
    elapsed?: number | undefined;
}
// TransferErrorJSON
interface TransferErrorJSON {
    name: string;
    message: string;
    code: string;
    attempts: number;
    elapsed: number;
    stack?: string | undefined;
    request?: {
        method: string;
        url: string;
        headers: [
            string,
            string
        ][];
    };
    response?: {
        status: number;
        statusText: string;
        url: string;
        headers: [
            string,
            string
        ][];
    };
    cause?: {
        name: string;
        message: string;
    };
    phase?: TimeoutPhase;
    errno?: number | undefined;
    redirects?: readonly unknown[];
}
// TransferStats
interface TransferStats {
    readonly request: HttpRequest;
    readonly response: HttpResponse | undefined;
    readonly error: unknown;
    readonly handler: string;
    readonly attempt: number;
    readonly hop: number;
    readonly timings: Timings;
    readonly bytesSent: number;
    readonly bytesReceived: number;
}
// Transport
interface Transport extends Handler {
    readonly handlerName?: string;
    supports?(request: HttpRequest, options: RequestOptions): string | undefined;
    close?(): Promise<void>;
    destroy?(reason?: unknown): Promise<void>;
    stats?(): ConnectionStats;
}
// UndiciDispatcher
interface UndiciDispatcher {
    dispatch(options: object, handler: object): boolean;
}
// Unwrapped
type Unwrapped<T> = {
    -readonly [K in keyof T]: Awaited<T[K]>;
};
// UpgradeOptions
interface UpgradeOptions extends RequestOptions {
    protocols?: string | readonly string[] | null | undefined;
    compression?: boolean | CompressionOptions | null | undefined;
    mask?: boolean | null | undefined;
    maxPayload?: number | false | null | undefined;
    autoPong?: boolean | null | undefined;
    onPing?: (((data: Uint8Array, connection: WebSocketConnection) => void) | null) | undefined;
    closeTimeout?: Duration | null | undefined;
}
// VERSION
declare const VERSION = "0.1.0";
// WebSocketConnection
declare class WebSocketConnection implements AsyncIterable<WebSocketMessage>, AsyncDisposable {
    #private;
    readonly response: HttpResponse;
    readonly protocol: string;
    readonly extensions: string;
    readonly closed: Promise<CloseOutcome>;
    get state(): 'open' | 'closing' | 'closed';
    get bufferedAmount(): number;
    get error(): TransferError | undefined;
    send(data: MessageData, options?: SendOptions): Promise<void>;
    receive(options?: WaitOptions): Promise<WebSocketMessage | undefined>;
    [Symbol.asyncIterator](): AsyncGenerator<WebSocketMessage, void, undefined>;
    ping(data?: string | ArrayBuffer | ArrayBufferView, options?: WaitOptions): Promise<Uint8Array>;
    pong(data?: string | ArrayBuffer | ArrayBufferView): Promise<void>;
    close(code?: number, reason?: string): Promise<CloseOutcome>;
    destroy(reason?: unknown): Promise<CloseOutcome>;
    [Symbol.asyncDispose](): Promise<void>;
}
// WebSocketMessage
type WebSocketMessage = {
    readonly type: 'text';
    readonly data: string;
} | {
    readonly type: 'binary';
    readonly data: Uint8Array;
};
// any
declare function any<T>(promises: Iterable<T>): Promise<Awaited<T>>;
declare function any<T extends object>(promises: T): Promise<Awaited<T[keyof T]>>;
// attempt
declare const attempt: (method: string, uri: Uri, requestOptions?: RequestOptions) => Promise<Attempt>;
// auth
declare function auth(): Middleware;
// cache
declare function cache(): Middleware;
// chooseHandler
declare function chooseHandler(environment?: Environment): Transport;
// cookies
declare function cookies(): Middleware;
// deadline
declare function deadline(): Middleware;
// debug
declare function debug(): Middleware;
// decodeContent
declare function decodeContent(): Middleware;
// defaultStack
declare function defaultStack(handler?: Handler): HandlerStack;
// del
declare const del: Verb;
// delay
declare function delay(queue?: DelayQueue): Middleware;
// delete
declare const del: Verb;
// denyPrivateNetwork
declare function denyPrivateNetwork(policy?: true | PrivateNetworkOptions): Middleware;
// dnsCache
declare function dnsCache(given?: DnsCacheOptions): DnsCache;
// each
declare function each<T>(items: Iterable<T> | AsyncIterable<T>, options?: EachOptions<EachValue<T>, number>): Promise<void>;
declare function each<T extends object>(items: T, options?: EachOptions<EachValue<T[keyof T]>, Extract<keyof T, string>>): Promise<void>;
// eachLimit
declare function eachLimit<T>(items: Iterable<T> | AsyncIterable<T>, n: number | ((pending: number) => number), fulfilled?: EachOptions<EachValue<T>, number>['fulfilled'], rejected?: EachOptions<EachValue<T>, number>['rejected']): Promise<void>;
declare function eachLimit<T extends object>(items: T, n: number | ((pending: number) => number), fulfilled?: EachOptions<EachValue<T[keyof T]>, Extract<keyof T, string>>['fulfilled'], rejected?: EachOptions<EachValue<T[keyof T]>, Extract<keyof T, string>>['rejected']): Promise<void>;
// fetchHandler
declare function fetchHandler(fetch?: FetchFunction): Transport;
// get
declare const get: Verb;
// head
declare const head: Verb;
// history
declare function history(entries: HistoryEntry[]): Middleware;
// http2Handler
declare function http2Handler(elsewhere?: Handler, settings?: ConnectionSettings): Transport;
// httpErrors
declare function httpErrors(settings?: HttpErrorsOptions): Middleware;
// isBadResponseError
declare const isBadResponseError: (value: unknown) => value is BadResponseError;
// isBodyError
declare const isBodyError: (value: unknown) => value is BodyError;
// isClientError
declare const isClientError: (value: unknown) => value is ClientError;
// isConnectError
declare const isConnectError: (value: unknown) => value is ConnectError;
// isNetworkError
declare const isNetworkError: (value: unknown) => value is NetworkError;
// isRedirectError
declare const isRedirectError: (value: unknown) => value is RedirectError;
// isRequestError
declare const isRequestError: (value: unknown) => value is RequestError;
// isResponseError
declare const isResponseError: (value: unknown) => value is ResponseError;
// isServerError
declare const isServerError: (value: unknown) => value is ServerError;
// isTimeoutError
declare const isTimeoutError: (value: unknown) => value is TimeoutError;
// isTooManyRedirectsError
declare const isTooManyRedirectsError: (value: unknown) => value is TooManyRedirectsError;
// isTransferError
declare const isTransferError: (value: unknown) => value is TransferError;
// limits
declare function limits(): Middleware;
// log
declare function log(logger: Logger, template?: string | MessageFormatter | null, level?: LogLevel): Middleware;
// mapRequest
declare function mapRequest(fn: (request: HttpRequest) => HttpRequest | Promise<HttpRequest>): Middleware;
// mapResponse
declare function mapResponse(fn: (response: HttpResponse) => HttpResponse | Promise<HttpResponse>): Middleware;
// milliseconds
declare function milliseconds(value: Duration | null | undefined, name: string): number;
// nodeHttpHandler
declare function nodeHttpHandler(settings?: NodeHandlerSettings): Transport;
// oauth2
declare function oauth2(options: OAuth2Options): AuthFlow;
// options
declare const options: Verb;
// patch
declare const patch: Verb;
// post
declare const post: Verb;
// prepareBody
declare function prepareBody(): Middleware;
// put
declare const put: Verb;
// query
declare const query: Verb;
// redirect
declare function redirect(): Middleware;
// request
declare const request: (method: string, uri: Uri, requestOptions?: RequestOptions) => RequestPromise;
// retry
declare function retry(defaults?: number | RetryOptions, tools?: RetryTools): Middleware;
// settle
declare function settle<const T extends readonly unknown[]>(promises: T): Promise<AllSettled<T>>;
declare function settle<T>(promises: Iterable<T>): Promise<PromiseSettledResult<Awaited<T>>[]>;
declare function settle<T extends object>(promises: T): Promise<AllSettled<T>>;
// some
declare function some<T>(n: number, promises: Iterable<T>): Promise<Awaited<T>[]>;
declare function some<T extends object>(n: number, promises: T): Promise<Awaited<T[keyof T]>[]>;
// stats
declare function stats(): Middleware;
// streamHandler
declare function streamHandler(settings?: NodeHandlerSettings): Transport;
// systemClock
declare const systemClock: Clock;
// tap
declare function tap(before?: TapBefore | null, after?: TapAfter | null): Middleware;
// undiciHandler
declare function undiciHandler(elsewhere?: SendElsewhere | DispatcherSettings, settings?: ConnectionSettings): Transport;
// unwrap
declare function unwrap<const T extends readonly unknown[]>(promises: T): Promise<Unwrapped<T>>;
declare function unwrap<T>(promises: Iterable<T>): Promise<Awaited<T>[]>;
declare function unwrap<T extends object>(promises: T): Promise<Unwrapped<T>>;
// wrapStreaming
declare function wrapStreaming(handler: Handler, streaming: Handler): Transport;
// Mentioned above, and not exported by a name
interface AnswerOptions {
    httpErrors?: boolean | ((status: number) => boolean) | null | undefined;
    allowRedirects?: boolean | RedirectOptions | null | undefined;
    retry?: number | RetryOptions | Off | undefined;
    idempotencyKey?: 'auto' | (string & {}) | ((request: HttpRequest) => string) | Off | undefined;
    decodeContent?: boolean | string | null | undefined;
    parseJson?: ParseJson | Off | undefined;
    stream?: boolean | null | undefined;
    sink?: Sink | Off | undefined;
    maxResponseSize?: number | Off | undefined;
    maxHeaderSize?: number | Off | undefined;
    cache?: CacheOption | undefined;
}
interface Answered extends Message<unknown> {
    readonly status: number;
    readonly statusText: string;
    readonly timings: Timings;
    bytes(): Promise<Uint8Array>;
    arrayBuffer(): Promise<ArrayBuffer>;
    blob(): Promise<Blob>;
}
declare class BodyReader implements AsyncIterator<Uint8Array, void, undefined> {
    #private;
    readonly isStopped = false;
    constructor(hooks: BodyReaderHooks);
    [Symbol.asyncIterator](): this;
    next(): Promise<Step>;
    return(): Promise<Step>;
    release(reason?: unknown): void;
    stream(): Promise<SourceStream | undefined>;
    flowedOut(): void;
}
interface BodyReaderHooks {
    open(): BodySource | Promise<BodySource>;
    readonly scope?: Scope | undefined;
    unread?(): void;
}
type BodySource = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;
interface CacheWithMode {
    readonly use: CacheLayer;
    readonly mode: CacheMode;
}
declare class Content {
    #private;
    bytes: Uint8Array | undefined;
    source: StreamSource | undefined;
    used: boolean;
    wasRead: boolean;
    get read(): Uint8Array | undefined;
    constructor(bytes: Uint8Array | undefined, source?: StreamSource);
    take(refuse: () => Error): StreamSource;
    takeWeb(refuse: () => Error): ReadableStream<Uint8Array>;
    takeNode(refuse: () => Error): NodeStream;
    releaseWhenDropped(drain: boolean): void;
    buffer(refuse: () => Error): Promise<Uint8Array>;
    discard(drain: boolean): void;
}
interface ContentOptions {
    headers?: HeadersInit | Readonly<Record<string, string | number | readonly string[] | null | undefined>> | Off | undefined;
    body?: BodyInit | Off | undefined;
    json?: unknown;
    stringifyJson?: StringifyJson | Off | undefined;
    formParams?: URLSearchParams | FieldsInit | Off | undefined;
    multipart?: readonly MultipartPart[] | Off | undefined;
    multipartBoundary?: string | Off | undefined;
    cookies?: CookieOption | undefined;
    expect?: boolean | number | null | undefined;
    trailers?: TrailersInit | Off | undefined;
}
interface ContentsPart extends PartHead {
    readonly contents: PartContents;
    readonly path?: undefined;
}
type CookieOption = boolean | CookieStore | CookieRecord | JarWithCookies | null;
type CookieRecord = Readonly<Record<string, string | undefined>>;
type EachValue<T> = T extends () => infer R ? Awaited<R> : Awaited<T>;
interface Environment extends ConnectionSettings {
    readonly node?: boolean | undefined;
    readonly fetch?: FetchFunction | undefined;
}
type FetchFunction = (input: Request, init: RequestInit) => Response | Promise<Response>;
interface FilePart extends PartHead {
    readonly path: string;
    readonly offset?: number | undefined;
    readonly length?: number | undefined;
    readonly contents?: undefined;
}
declare const HttpRequest_base: new () => PartOfCall;
declare const INSPECT: unique symbol;
type Inspect = (value: unknown, options: unknown) => string;
type Items<T> = Iterable<T> | AsyncIterable<T>;
interface JarWithCookies {
    readonly jar: CookieStore;
    readonly send: CookieRecord;
}
interface Message<Self> {
    readonly headers: HttpHeaders;
    readonly protocolVersion: string;
    withHeader(name: string, value: string | number | readonly string[]): Self;
    withAddedHeader(name: string, value: string | number | readonly string[]): Self;
    withoutHeader(name: string): Self;
}
type Next = string | URL | RequestOptions | null | undefined | false;
type NodeHandlerSettings = ConnectionSettings;
type Off = null | false;
type PartContents = BodyInit | number | bigint | boolean | null | readonly PartContents[] | {
    readonly [key: string]: PartContents | undefined;
};
interface PartHead {
    readonly name: string;
    readonly filename?: string | undefined;
    readonly type?: string | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
}
interface PartOfCall {
}
interface PoolSettings<P> {
    concurrency?: PoolConcurrency | undefined;
    perHost?: PerHostOptions | null | undefined;
    options?: RequestOptions | undefined;
    fulfilled?: ((response: HttpResponse, key: PoolKey, pool: P) => unknown) | undefined;
    rejected?: ((error: unknown, key: PoolKey, pool: P) => unknown) | undefined;
    signal?: AbortSignal | null | undefined;
    clock?: Clock | undefined;
}
interface RawBytes {
    readonly length: number;
    readonly [index: number]: number;
    toString(encoding: 'latin1'): string;
}
type RawField = string | RawBytes;
type Redact = readonly string[];
type ResponseBodyInit = BodyInit | Content | null;
interface ResponseFacts {
    url?: string | undefined;
    redirects?: readonly RedirectHop[] | undefined;
    attempts?: number | undefined;
    timings?: Timings | undefined;
    request?: HttpRequest | undefined;
    sink?: unknown;
    handler?: string | undefined;
    bytesSent?: number | undefined;
    bytesReceived?: number | undefined;
    trailers?: HttpHeaders | (() => HttpHeaders) | undefined;
    cache?: CacheFacts | undefined;
    note?: string | undefined;
}
interface RetryTools {
    random?: (() => number) | undefined;
    queue?: DelayQueue | undefined;
}
type SameSite = 'strict' | 'lax' | 'none';
type SchemaResult<Output> = {
    readonly value: Output;
    readonly issues?: undefined;
} | {
    readonly issues: readonly SchemaIssue[];
};
interface Scope {
    runInAsyncScope<R>(run: () => R): R;
}
type SendElsewhere = (request: HttpRequest, options: RequestOptions, error: Error) => Promise<HttpResponse>;
interface SourceStream extends AsyncIterable<Uint8Array | string> {
    pipe(target: unknown): unknown;
    destroy?(error?: Error): unknown;
    on(event: string, listener: (...args: never[]) => void): unknown;
    readonly readableDidRead?: boolean;
    readonly destroyed?: boolean;
}
type Step = IteratorResult<Uint8Array, void>;
type StreamSource = NodeStream | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
type Streamable = ReadableStream<Uint8Array> | SourceStream | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;
type TapAfter = (request: HttpRequest, options: RequestOptions, promise: Promise<HttpResponse>) => unknown;
type TapBefore = (request: HttpRequest, options: RequestOptions) => unknown;
interface TimeOptions {
    timeout?: Duration | null | undefined;
    connectTimeout?: Duration | null | undefined;
    headersTimeout?: Duration | null | undefined;
    readTimeout?: Duration | null | undefined;
    queueTimeout?: Duration | null | undefined;
    delay?: Duration | null | undefined;
    signal?: AbortSignal | Off | undefined;
    clock?: Clock | undefined;
}
interface TrustOptions {
    verify?: boolean | string | null | undefined;
    ca?: Pem | readonly Pem[] | Off | undefined;
    cert?: Pem | readonly [
        Pem,
        string
    ] | Off | undefined;
    sslKey?: Pem | readonly [
        Pem,
        string
    ] | Off | undefined;
    tls?: TlsOptions | Off | undefined;
}
type Uri = string | URL;
type Uri$1 = string | URL;
type Verb = (uri: Uri, options?: RequestOptions) => RequestPromise;
interface Verbs {
    get(uri: string | URL, options?: RequestOptions): RequestPromise;
    head(uri: string | URL, options?: RequestOptions): RequestPromise;
    post(uri: string | URL, options?: RequestOptions): RequestPromise;
    put(uri: string | URL, options?: RequestOptions): RequestPromise;
    patch(uri: string | URL, options?: RequestOptions): RequestPromise;
    delete(uri: string | URL, options?: RequestOptions): RequestPromise;
    query(uri: string | URL, options?: RequestOptions): RequestPromise;
    options(uri: string | URL, options?: RequestOptions): RequestPromise;
    sendAsync(request: HttpRequest, options?: RequestOptions): RequestPromise;
}
interface WatchOptions {
    onHeaders?: ((response: HttpResponse) => void) | Off | undefined;
    onStats?: ((stats: TransferStats) => void) | Off | undefined;
    onInformation?: ((response: HttpResponse) => void) | Off | undefined;
    onError?: ((error: unknown) => void) | Off | undefined;
    maxInFlight?: number | Off | undefined;
    progress?: ((progress: Progress) => void) | Off | undefined;
    debug?: boolean | {
        write(text: string): unknown;
    } | null | undefined;
    redact?: readonly string[] | Off | undefined;
    context?: unknown;
}
interface WhereOptions {
    baseUri?: string | URL | Off | undefined;
    uriVars?: {
        readonly [name: string]: unknown;
    } | FieldsInit | Off | undefined;
    query?: QueryInit | Off | undefined;
    arrayFormat?: ArrayFormat | Off | undefined;
    allowAbsoluteUrls?: boolean | null | undefined;
}
interface WireOptions {
    connections?: number | ConnectionBounds | Off | undefined;
    keepAlive?: boolean | null | undefined;
    idleTimeout?: Duration | null | undefined;
    maxLifetime?: Duration | null | undefined;
    version?: '1.1' | '2' | '3' | 'auto' | null | undefined;
    proxy?: string | URL | ProxyOptions | Off | undefined;
    credentials?: 'include' | 'omit' | 'same-origin' | Off | undefined;
    denyPrivateNetwork?: boolean | PrivateNetworkOptions | null | undefined;
    forceIpResolve?: 'v4' | 'v6' | Off | undefined;
    lookup?: Lookup | Off | undefined;
    localAddress?: string | Off | undefined;
    socketPath?: string | Off | undefined;
}
