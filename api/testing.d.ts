// Answer
type Answer = HttpResponse | Response | AnswerParts | Error | number;
// AnswerParts
interface AnswerParts {
    readonly status?: number | undefined;
    readonly headers?: HeadersInit | undefined;
    readonly json?: unknown;
    readonly body?: ResponseBodyInit | undefined;
}
// Expectation
interface Expectation {
    reply(answer: Answer | Promise<Answer> | ReplyAnswer): Expectation;
    reply(status: number, headers: HeadersInit, body?: ResponseBodyInit): Expectation;
    reply(status: number, parts: {
        headers?: HeadersInit;
        json?: unknown;
        body?: ResponseBodyInit;
    }): Expectation;
    fail(kind: FailKind): Expectation;
    passThrough(handler: Handler): Expectation;
    delay(ms: Duration): Expectation;
    once(): Expectation;
    times(n: number): Expectation;
    persist(): Expectation;
}
// ExpectationsHandler
interface ExpectationsHandler extends Transport, AsyncDisposable {
    expect(method: string, uri: string | URL | RegExp, match?: RequestMatch): Expectation;
    pending(): string[];
    readonly history: readonly HistoryEntry[];
    readonly requests: readonly HttpRequest[];
    verify(): void;
}
// FailKind
type FailKind = 'refused' | 'reset' | 'timeout' | 'truncated';
// FakeClock
declare class FakeClock implements Clock {
    #private;
    constructor(start?: number);
    get pending(): number;
    now(): number;
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
    advance(ms: number): Promise<void>;
}
// HistoryEntry
interface HistoryEntry {
    readonly request: HttpRequest;
    readonly response: HttpResponse | undefined;
    readonly error: unknown;
    readonly options: RequestOptions;
}
// MockAnswer
type MockAnswer = (request: HttpRequest, options: RequestOptions) => MockOutcome | Promise<MockOutcome>;
// MockHandler
interface MockHandler extends Transport {
    readonly count: number;
    readonly requests: readonly HttpRequest[];
    readonly lastRequest: HttpRequest | undefined;
    readonly lastOptions: RequestOptions | undefined;
    append(...items: readonly MockItem[]): void;
    reset(): void;
}
// MockItem
type MockItem = MockOutcome | Promise<MockOutcome> | MockAnswer;
// MockOptions
interface MockOptions {
    readonly onFulfilled?: ((response: HttpResponse) => void) | undefined;
    readonly onRejected?: ((reason: unknown) => void) | undefined;
}
// MockOutcome
type MockOutcome = HttpResponse | Error;
// QueuedAnswer
interface QueuedAnswer {
    readonly status?: number | undefined;
    readonly reason?: string | undefined;
    readonly headers?: OutgoingHttpHeaders | undefined;
    readonly body?: string | Uint8Array | undefined;
    readonly delay?: number | undefined;
    readonly fault?: 'reset' | 'close' | 'stall' | undefined;
}
// RecordHandler
interface RecordHandler extends Transport {
    readonly requests: readonly HttpRequest[];
}
// RecordMatch
interface RecordMatch {
    readonly query?: boolean | undefined;
    readonly headers?: readonly string[] | undefined;
    readonly body?: boolean | undefined;
}
// RecordMatcher
type RecordMatcher = (request: HttpRequest, recorded: HttpRequest) => boolean;
// RecordMode
type RecordMode = 'auto' | 'record' | 'replay' | 'update';
// RecordOptions
interface RecordOptions {
    readonly handler?: Handler | undefined;
    readonly mode?: RecordMode | undefined;
    readonly match?: RecordMatch | RecordMatcher | undefined;
    readonly redact?: readonly string[] | undefined;
    readonly normalize?: ((request: HttpRequest) => HttpRequest) | undefined;
}
// RecordedRequest
interface RecordedRequest {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly rawHeaders: readonly string[];
    readonly httpVersion: string;
    readonly remotePort: number | undefined;
    readonly clientCertificate: string | undefined;
    readonly body: Buffer;
    readonly bodyBytes: number;
    readonly complete: boolean;
}
// ReplyAnswer
type ReplyAnswer = (request: HttpRequest, options: RequestOptions) => Answer | Promise<Answer>;
// RequestMatch
interface RequestMatch {
    readonly query?: QueryInit | undefined;
    readonly headers?: Readonly<Record<string, string | RegExp | readonly string[] | null>> | undefined;
    readonly json?: unknown;
    readonly body?: string | Uint8Array | RegExp | undefined;
}
// RouteAnswer
type RouteAnswer = (request: HttpRequest, params: Record<string, string>, options: RequestOptions) => Answer | Promise<Answer>;
// Routes
type Routes = Readonly<Record<string, Answer | Promise<Answer> | RouteAnswer>>;
// RoutesHandler
interface RoutesHandler extends Transport {
    readonly requests: readonly HttpRequest[];
}
// RoutesOptions
interface RoutesOptions {
    readonly fallback?: Handler | undefined;
}
// Script
type Script = readonly Step[];
// ScriptedServer
interface ScriptedServer extends AsyncDisposable {
    readonly origin: string;
    readonly port: number;
    url(path?: string): string;
    readonly received: readonly Buffer[];
    readonly connections: number;
    readonly totalConnections: number;
    allClosed(): Promise<void>;
    close(): Promise<void>;
}
// ScriptedServerOptions
interface ScriptedServerOptions extends ListenOptions {
    readonly tls?: ServerTls | undefined;
    readonly clock?: Clock | undefined;
}
// ServerTls
type ServerTls = Pick<TlsOptions, 'key' | 'cert' | 'ca' | 'requestCert' | 'rejectUnauthorized' | 'minVersion' | 'maxVersion' | 'ciphers' | 'SNICallback'> & {
    readonly passphrase?: string;
};
// Step
type Step = {
    readonly expect: 'head' | 'request' | 'end';
} | {
    readonly expect: 'body';
    readonly bytes: number;
} | {
    readonly send: ScriptBytes | ((received: Buffer) => ScriptBytes);
} | {
    readonly stream: () => Iterable<ScriptBytes>;
} | {
    readonly wait: number;
} | {
    readonly trickle: ScriptBytes;
    readonly bytes: number;
    readonly ms: number;
} | {
    readonly fin: true;
} | {
    readonly reset: true;
} | {
    readonly stall: true;
} | {
    readonly vanish: true;
};
// TestServer
interface TestServer extends AsyncDisposable {
    readonly origin: string;
    readonly port: number;
    readonly socketPath: string | undefined;
    url(path?: string, hostname?: string): string;
    readonly requests: readonly RecordedRequest[];
    readonly connections: number;
    readonly totalConnections: number;
    enqueue(...answers: readonly (QueuedAnswer | RequestListener)[]): void;
    readonly queued: number;
    clear(): void;
    allClosed(): Promise<void>;
    close(): Promise<void>;
}
// TestServerOptions
interface TestServerOptions extends ListenOptions {
    readonly tls?: ServerTls | undefined;
    readonly listener?: RequestListener | undefined;
    readonly keep?: number | undefined;
    readonly keepAliveTimeout?: number | undefined;
    readonly clock?: Clock | undefined;
}
// expectations
declare function expectations(settings?: Readonly<Record<string, never>>): ExpectationsHandler;
// faults
declare namespace faults$1 {
    export { faults$1_badChunkSize as badChunkSize, faults$1_badContentLength as badContentLength, faults$1_bareCrInHeader as bareCrInHeader, faults$1_bareLfHead as bareLfHead, faults$1_closeAt as closeAt, faults$1_closeBeforeHead as closeBeforeHead, faults$1_conflictingContentLength as conflictingContentLength, faults$1_duplicateContentLength as duplicateContentLength, faults$1_endlessBody as endlessBody, faults$1_endlessChunkExtension as endlessChunkExtension, faults$1_endlessTrailers as endlessTrailers, faults$1_faults as faults, faults$1_foldedHeader as foldedHeader, faults$1_garbage as garbage, faults$1_halfOpen as halfOpen, faults$1_hugeHeaderLine as hugeHeaderLine, faults$1_lengthAndChunked as lengthAndChunked, faults$1_manyHeaders as manyHeaders, faults$1_manyInformational as manyInformational, faults$1_nulInHeader as nulInHeader, faults$1_oneByteAtATime as oneByteAtATime, faults$1_overlongBody as overlongBody, faults$1_plainResponse as plainResponse, faults$1_resetAt as resetAt, faults$1_smuggledSecondResponse as smuggledSecondResponse, faults$1_spaceBeforeColon as spaceBeforeColon, faults$1_staleKeepAlive as staleKeepAlive, faults$1_stallAt as stallAt, faults$1_truncatedBody as truncatedBody, faults$1_truncatedChunks as truncatedChunks };
}
// history
declare function history(entries: HistoryEntry[]): Middleware;
// mockHandler
declare function mockHandler(queue?: readonly MockItem[], options?: MockOptions): MockHandler;
// record
declare function record(file: string, options?: RecordOptions): RecordHandler;
// routes
declare function routes(table: Routes, options?: RoutesOptions): RoutesHandler;
// startScriptedServer
declare function startScriptedServer(script: Script | ((connection: number) => Script), options?: ScriptedServerOptions): Promise<ScriptedServer>;
// startServer
declare function startServer(options?: TestServerOptions): Promise<TestServer>;
// Mentioned above, and not exported by a name
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
interface ListenOptions {
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly socketPath?: string | undefined;
}
type ResponseBodyInit = BodyInit | Content | null;
type ScriptBytes = string | Uint8Array;
type StreamSource = NodeStream | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
declare function badChunkSize(size?: string): Script;
declare function badContentLength(value?: string): Script;
declare function bareCrInHeader(): Script;
declare function bareLfHead(): Script;
declare function closeAt(offset: number, response?: ScriptBytes): Script;
declare function closeBeforeHead(): Script;
declare function conflictingContentLength(first?: number, second?: number): Script;
declare function duplicateContentLength(form?: 'lines' | 'list'): Script;
declare function endlessBody(): Script;
declare function endlessChunkExtension(): Script;
declare function endlessTrailers(): Script;
declare const faults: Readonly<Record<string, () => Script>>;
declare const faults$1_badChunkSize: typeof badChunkSize;
declare const faults$1_badContentLength: typeof badContentLength;
declare const faults$1_bareCrInHeader: typeof bareCrInHeader;
declare const faults$1_bareLfHead: typeof bareLfHead;
declare const faults$1_closeAt: typeof closeAt;
declare const faults$1_closeBeforeHead: typeof closeBeforeHead;
declare const faults$1_conflictingContentLength: typeof conflictingContentLength;
declare const faults$1_duplicateContentLength: typeof duplicateContentLength;
declare const faults$1_endlessBody: typeof endlessBody;
declare const faults$1_endlessChunkExtension: typeof endlessChunkExtension;
declare const faults$1_endlessTrailers: typeof endlessTrailers;
declare const faults$1_faults: typeof faults;
declare const faults$1_foldedHeader: typeof foldedHeader;
declare const faults$1_garbage: typeof garbage;
declare const faults$1_halfOpen: typeof halfOpen;
declare const faults$1_hugeHeaderLine: typeof hugeHeaderLine;
declare const faults$1_lengthAndChunked: typeof lengthAndChunked;
declare const faults$1_manyHeaders: typeof manyHeaders;
declare const faults$1_manyInformational: typeof manyInformational;
declare const faults$1_nulInHeader: typeof nulInHeader;
declare const faults$1_oneByteAtATime: typeof oneByteAtATime;
declare const faults$1_overlongBody: typeof overlongBody;
declare const faults$1_plainResponse: typeof plainResponse;
declare const faults$1_resetAt: typeof resetAt;
declare const faults$1_smuggledSecondResponse: typeof smuggledSecondResponse;
declare const faults$1_spaceBeforeColon: typeof spaceBeforeColon;
declare const faults$1_staleKeepAlive: typeof staleKeepAlive;
declare const faults$1_stallAt: typeof stallAt;
declare const faults$1_truncatedBody: typeof truncatedBody;
declare const faults$1_truncatedChunks: typeof truncatedChunks;
declare function foldedHeader(): Script;
declare function garbage(bytes?: ScriptBytes): Script;
declare function halfOpen(offset?: number, response?: ScriptBytes): Script;
declare function hugeHeaderLine(bytes?: number): Script;
declare function lengthAndChunked(): Script;
declare function manyHeaders(count?: number): Script;
declare function manyInformational(count?: number, status?: string): Script;
declare function nulInHeader(): Script;
declare function oneByteAtATime(ms?: number, response?: ScriptBytes): Script;
declare function overlongBody(declared?: number, sent?: number): Script;
declare function plainResponse(body?: string, headers?: readonly string[]): string;
declare function resetAt(offset: number, response?: ScriptBytes): Script;
declare function smuggledSecondResponse(): Script;
declare function spaceBeforeColon(): Script;
declare function staleKeepAlive(end?: 'fin' | 'reset', response?: ScriptBytes): Script;
declare function stallAt(offset: number, response?: ScriptBytes): Script;
declare function truncatedBody(declared?: number, sent?: number): Script;
declare function truncatedChunks(): Script;
