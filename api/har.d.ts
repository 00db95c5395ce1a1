// Har
interface Har {
    log: HarLog;
}
// HarArchive
interface HarArchive {
    readonly layer: Middleware;
    readonly log: HarLog;
    toJSON(): Har;
    save(path: string): Promise<void>;
}
// HarContent
interface HarContent {
    size: number;
    compression?: number;
    mimeType: string;
    text?: string;
    encoding?: 'base64';
    comment?: string;
    _coded?: boolean;
    _part?: boolean;
}
// HarCookie
interface HarCookie extends HarPair {
    path?: string;
    domain?: string;
    httpOnly?: boolean;
    secure?: boolean;
}
// HarEntry
interface HarEntry {
    startedDateTime: string;
    time: number;
    request: HarRequest;
    response: HarResponse;
    cache: Record<string, never>;
    timings: HarTimings;
    _call?: number;
    _attempt: number;
    _hop: number;
    _handler?: string;
    _error?: HarError;
}
// HarError
interface HarError {
    name: string;
    message: string;
    code: string;
    phase?: string;
    errno?: number;
}
// HarLog
interface HarLog {
    version: '1.2';
    creator: {
        name: string;
        version: string;
    };
    entries: HarEntry[];
}
// HarOptions
interface HarOptions {
    readonly bodies?: boolean | number | undefined;
    readonly redact?: readonly string[] | undefined;
}
// HarPair
interface HarPair {
    name: string;
    value: string;
}
// HarPostData
interface HarPostData {
    mimeType: string;
    text: string;
    _encoding?: 'base64';
}
// HarRequest
interface HarRequest {
    method: string;
    url: string;
    httpVersion: string;
    cookies: HarCookie[];
    headers: HarPair[];
    queryString: HarPair[];
    postData?: HarPostData;
    headersSize: number;
    bodySize: number;
}
// HarResponse
interface HarResponse {
    status: number;
    statusText: string;
    httpVersion: string;
    cookies: HarCookie[];
    headers: HarPair[];
    content: HarContent;
    redirectURL: string;
    headersSize: number;
    bodySize: number;
    _trailers?: HarPair[];
    _error?: string;
}
// HarTimings
interface HarTimings {
    blocked: number;
    dns: number;
    connect: number;
    ssl: number;
    send: number;
    wait: number;
    receive: number;
}
// har
declare function har(options?: HarOptions): HarArchive;
// Mentioned above, and not exported by a name
