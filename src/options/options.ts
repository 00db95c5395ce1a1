/**
 * Every request option, documented once. Options are plain data: a call's are merged over the client's, key by key;
 * `undefined` inherits, `null` or `false` switches off.
 */

import type { BodyInit } from '../message/body-from.ts';
import type { HeadersInit } from '../message/headers.ts';
import type { ParseJson, StringifyJson } from '../message/json.ts';
import type { MultipartPart } from '../message/multipart-parts.ts';
import type { ArrayFormat, FieldsInit, QueryInit } from '../message/query.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { Timings } from '../message/response-facts.ts';
import type { TrailersInit } from '../message/trailers.ts';
import type { Clock } from '../time/clock.ts';
import type { Duration } from '../time/duration.ts';
import type { CacheOption } from './cache-option.ts';
import type { CookieOption } from './cookie-option.ts';

/** Yields the request to send and receives its response; what it returns is the answer of the call. */
export type AuthFlow = (
  request: HttpRequest,
  options: RequestOptions,
) =>
  | Generator<HttpRequest, HttpResponse | undefined | void, HttpResponse>
  | AsyncGenerator<HttpRequest, HttpResponse | undefined | void, HttpResponse>;

export type AuthOption =
  | readonly [user: string, password: string, scheme?: 'basic' | 'digest']
  | { readonly bearer: string }
  | AuthFlow;

export interface RedirectOptions {
  /** Redirects followed before giving up. Default 5; 0 is off. */
  max?: number | undefined;
  /** Keep method and body on 301 and 302 instead of turning POST into GET. Default `false`. */
  strict?: boolean | undefined;
  /** Send `Referer`, without userinfo and fragment, and never from https to http. Default `false`. */
  referer?: boolean | undefined;
  /** Schemes that may be followed. Default `['http', 'https']`; only these two are possible. */
  protocols?: readonly string[] | undefined;
  /** Called before each hop with the request that was answered, the redirect and the next URL. A throw ends the call. */
  onRedirect?(request: HttpRequest, response: HttpResponse, uri: string): void | Promise<void>;
  /** Headers that may cross an origin beside those that always may. Default none. */
  keepHeaders?: readonly string[] | undefined;
  /** Follow from https to http. Default `false`. */
  allowDowngrade?: boolean | undefined;
}

export interface RetryContext {
  /** The attempt that just ended, from 1. */
  readonly attempt: number;
  readonly request: HttpRequest;
  readonly response: HttpResponse | undefined;
  readonly error: unknown;
  /** Milliseconds since the first attempt began. */
  readonly elapsed: number;
}

export interface RetryOptions {
  /** Retries after the first attempt. Default 2 when the option is an object. */
  limit?: number | undefined;
  /** Default: GET, HEAD, OPTIONS, PUT, DELETE, TRACE, QUERY (RFC 9110 section 9.2.2). */
  methods?: readonly string[] | undefined;
  /** Default: 408, 413, 425, 429, 500, 502, 503, 504. */
  statuses?: readonly number[] | undefined;
  /** Decides instead of methods, statuses and errors. The limit, the budget and replayable bodies still count. */
  decider?(context: RetryContext): boolean | Promise<boolean>;
  /**
   * Milliseconds before the next attempt, instead of exponential backoff with full jitter from 300 ms. A server's
   * `Retry-After` or used-up rate limit counts more.
   */
  delay?(context: RetryContext): number | Promise<number>;
  /** Longest computed delay; binds a `delay` function only when it is given. Default `'30s'`. */
  maxDelay?: Duration | undefined;
  /** Longest `Retry-After` that is waited for; off is no bound. Default `'60s'`. */
  maxRetryAfter?: Duration | undefined;
  /**
   * Retries allowed for each origin: a share of its requests, or `min` in a `window`, whichever is more; `false` is
   * unlimited. Default `{ ratio: 0.2, min: 10, window: '60s' }`.
   */
  budget?: { ratio?: number; min?: number; window?: Duration } | false | undefined;
}

/** Numbers of one attempt. */
export interface TransferStats {
  readonly request: HttpRequest;
  readonly response: HttpResponse | undefined;
  readonly error: unknown;
  /** The handler that carried it, such as `'undici'`. */
  readonly handler: string;
  /** From 1. */
  readonly attempt: number;
  /** Redirects followed before, from 0. */
  readonly hop: number;
  readonly timings: Timings;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export interface Progress {
  readonly direction: 'upload' | 'download';
  /** Bytes so far. */
  readonly transferred: number;
  /** Bytes in all, when it is known. */
  readonly total: number | undefined;
}

/** How many connections there may be at a time, those being made and idle ones included. */
export interface ConnectionBounds {
  /** To one origin. Default: no limit. */
  readonly perOrigin?: number | undefined;
  /** To all origins of the handler together. Default: no limit. */
  readonly total?: number | undefined;
}

export interface PrivateNetworkOptions {
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

export interface ProxyOptions {
  readonly http?: string | false | undefined;
  readonly https?: string | false | undefined;
  /** Hosts that are asked directly. */
  readonly no?: string | readonly string[] | undefined;
}

/** PEM text, bytes, or the path of a file. */
export type Pem = string | Uint8Array;

export interface TlsOptions {
  readonly servername?: string | undefined;
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
  readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
  readonly ciphers?: string | undefined;
  readonly alpn?: readonly string[] | undefined;
  /** PKCS #12 bytes or the path of a file, with its passphrase. */
  readonly pfx?: Pem | readonly [Pem, string] | undefined;
}

/**
 * Resolves a host name, in Node's callback form (`dns.lookup` itself) or returning a promise of an address, of
 * `{ address, family }`, or of several such; anything else that is returned says nothing.
 */
export type Lookup = (
  hostname: string,
  options: { family?: number; all?: boolean; hints?: number },
  callback: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => unknown;

/** Where a body may be written instead of into the response: a path, a Node or a web stream. */
export type Sink = string | NodeJS.WritableStream | WritableStream<Uint8Array>;

type Off = null | false;

/** A layer of yours adds its own options by declaration merging. */
export interface RequestOptions {
  /** Base for relative URIs (RFC 3986 section 5.2): without a trailing slash it loses its last segment. Read by the client. */
  baseUri?: string | URL | Off | undefined;
  /** Values for a URI template (RFC 6570) such as `/users/{id}{?page}`. Read by the client. */
  uriVars?: { readonly [name: string]: unknown } | FieldsInit | Off | undefined;
  /** Merged by name over the client's; a value of `null` removes a default; `null` for all removes all. Default: `User-Agent: sluice/<version>`. Read by the client. */
  headers?: HeadersInit | Readonly<Record<string, string | number | readonly string[] | null | undefined>> | Off;
  /** Merged by key: the call's over the URI's over the client's. A string replaces all of it. Read by the client. */
  query?: QueryInit | Off | undefined;
  /** How lists are spelled in `query` and `formParams`. Default `'indices'`, as PHP does. Read by the client. */
  arrayFormat?: ArrayFormat | Off | undefined;
  /** What to send. A function is called for each sending, so that its body can be sent again. Read by the client. */
  body?: BodyInit | Off | undefined;
  /** Sent as JSON, with its `Content-Type`. `null` and `false` are JSON values. Read by the client. */
  json?: unknown;
  /** Writes what `json` gives. Default `JSON.stringify`. Read by the client. */
  stringifyJson?: StringifyJson | Off | undefined;
  /** Reads the text of `response.json()` and `ndjson()`. Default `JSON.parse`. Read by the response. */
  parseJson?: ParseJson | Off | undefined;
  /** Sent as `application/x-www-form-urlencoded`. Read by the client. */
  formParams?: URLSearchParams | FieldsInit | Off | undefined;
  /** Sent as `multipart/form-data`. Read by the client. */
  multipart?: readonly MultipartPart[] | Off | undefined;
  /** What divides the parts of `multipart`, for tests that compare bodies. Default: 40 random digits. Read by the client. */
  multipartBoundary?: string | Off | undefined;
  /** Credentials, or a generator that answers challenges. Read by `auth`. */
  auth?: AuthOption | Off | undefined;
  /** Default `{ max: 5 }`. Read by `redirect`. */
  allowRedirects?: boolean | RedirectOptions | null | undefined;
  /** Reject for a status of 400 or more, or for those of which a function says `true`. Default `true`. Read by `httpErrors`. */
  httpErrors?: boolean | ((status: number) => boolean) | null | undefined;
  /** A jar, cookies to send for this call beside the jar's, or `false`; `true` on the client makes a jar. Default `false`. Read by `cookies`. */
  cookies?: CookieOption | undefined;
  /** A cache of `sluice/cache`; how a call uses it, in fetch's words; or `false`. Default `false`. Read by `cache`. */
  cache?: CacheOption | undefined;
  /** Decode `Content-Encoding`; text is the `Accept-Encoding` to send. Default `true`. Read by `decodeContent`. */
  decodeContent?: boolean | string | null | undefined;
  /**
   * The `Idempotency-Key` of the call, one for all its attempts, which makes POST and PATCH retryable. `'auto'` gives each
   * POST and PATCH a UUID; a text or what a function returns is sent with any method. Read by the client and `retry`.
   */
  idempotencyKey?: 'auto' | (string & {}) | ((request: HttpRequest) => string) | Off | undefined;
  /** Retries after a failure. Default 0. Read by `retry`. */
  retry?: number | RetryOptions | Off | undefined;
  /** Wait before the call is sent; not counted by `timeout`. Default 0. Read by `delay`. */
  delay?: Duration | null | undefined;
  /** The whole call: redirects, retries and body included. Default 0, off. Read by `deadline`. */
  timeout?: Duration | null | undefined;
  /** DNS, TCP and TLS together. Default `'10s'`. Read by the handler. */
  connectTimeout?: Duration | null | undefined;
  /** From the connection until the response head. Default `'5m'`. Read by the handler. */
  headersTimeout?: Duration | null | undefined;
  /** Between two chunks of the body, and until somebody begins to read a streamed one. Default `'5m'`. Read by the handler. */
  readTimeout?: Duration | null | undefined;
  /** Waiting for a free connection, where `connections` has a limit. Default 0, off. Read by the handler. */
  queueTimeout?: Duration | null | undefined;
  /** Connections to one origin at a time, or `{ perOrigin, total }`; requests beyond them wait for their turn. Default: no limit. Read by the handler. */
  connections?: number | ConnectionBounds | Off | undefined;
  /** Longest time that a connection is kept idle; 0 is no limit of ours. A server's `Keep-Alive` hint shortens it. Default: the hint less a second, up to 10 minutes; without one 4 s, over HTTP/2 45 s. Read by the handler. */
  idleTimeout?: Duration | null | undefined;
  /** Longest time that a connection is used for new requests. Default 0, off. Read by the handler. */
  maxLifetime?: Duration | null | undefined;
  /** Stops the call at once, wherever it waits; it rejects with the signal's reason. Read by all. */
  signal?: AbortSignal | Off | undefined;
  /** Resolve at the head, with the body unread. Default `false`. Read by the handler. */
  stream?: boolean | null | undefined;
  /** Where the body goes instead of into the response. Read by the client. */
  sink?: Sink | Off | undefined;
  /** Bytes of a buffered body after decoding; streams and sinks count only when it is set. Default 100 MiB. Read by `limits`. */
  maxResponseSize?: number | Off | undefined;
  /** Bytes of the response head. Default 16 KiB. Read by the handler. */
  maxHeaderSize?: number | Off | undefined;
  /** Send `Expect: 100-continue`: always, or from this many bytes of body. Default `false`. Read by `prepareBody`. */
  expect?: boolean | number | null | undefined;
  /** Fields to send behind the body, or a function that gives them once it went out. Read by `prepareBody` and the handler. */
  trailers?: TrailersInit | Off | undefined;
  /** Called at the head of the final response; a throw stops the transfer and is the `cause` of a `ResponseError`. Read by the handler. */
  onHeaders?: ((response: HttpResponse) => void) | Off | undefined;
  /** Called once for each attempt and hop, failed ones too. Read by `stats`. */
  onStats?: ((stats: TransferStats) => void) | Off | undefined;
  /** Called with each informational answer (1xx). Read by the handler. */
  onInformation?: ((response: HttpResponse) => void) | Off | undefined;
  /** Called with what made a beacon fail, bad statuses too, and what the store of a cache or of `rateLimit` failed with. Read by `client.beacon`, `cache` and `rateLimit`. */
  onError?: ((error: unknown) => void) | Off | undefined;
  /** Beacons of a client under way at a time; others wait for their turn. Default 64. Read by `client.beacon`, from the client's options. */
  maxInFlight?: number | Off | undefined;
  /** Called as bytes are sent and received. Read by the handler. */
  progress?: ((progress: Progress) => void) | Off | undefined;
  /** Refuse to dial private addresses, decided on the address that is dialled. Default `false`. Read by the handler. */
  denyPrivateNetwork?: boolean | PrivateNetworkOptions | null | undefined;
  /** `false` keeps every call, `../` and redirects included, inside `baseUri`. Default `true`. Read by the client and `redirect`. */
  allowAbsoluteUrls?: boolean | null | undefined;
  /** What a browser sends of its own (its cookies, client certificates): as of `fetch`. Default `'omit'`. Elsewhere there is nothing of that kind. Read by `fetchHandler`. */
  credentials?: RequestCredentials | Off | undefined;
  /** Use a connection for more than one request. Default `true`. Read by the handler. */
  keepAlive?: boolean | null | undefined;
  /** Names of headers and query keys to mask beside the built-in ones. Read by errors, `debug` and `log`. */
  redact?: readonly string[] | Off | undefined;
  /** A URL (`http`, `https`, `socks4`, `socks4a`, `socks5`, `socks5h`), one for each scheme, or `false`. Default: the environment. Read by the handler. */
  proxy?: string | URL | ProxyOptions | Off | undefined;
  /** Check certificates. `false` warns once for each process. Default `true`. Read by the handler. */
  verify?: boolean | string | null | undefined;
  /** Certificate authorities to trust instead of the built-in ones. Read by the handler. */
  ca?: Pem | readonly Pem[] | Off | undefined;
  /** Our certificate, with the key's passphrase when it holds the key. Read by the handler. */
  cert?: Pem | readonly [Pem, string] | Off | undefined;
  /** The key of `cert`, with its passphrase. Read by the handler. */
  sslKey?: Pem | readonly [Pem, string] | Off | undefined;
  /** Other TLS settings. Read by the handler. */
  tls?: TlsOptions | Off | undefined;
  /** HTTP version: `'auto'` lets TLS choose. Default `'1.1'`. Read by the handler. */
  version?: '1.1' | '2' | 'auto' | null | undefined;
  /** Dial only IPv4 or only IPv6 addresses. Read by the handler. */
  forceIpResolve?: 'v4' | 'v6' | Off | undefined;
  /** Resolves host names instead of the system. Read by the handler. */
  lookup?: Lookup | Off | undefined;
  /** The local address to dial from. Read by the handler. */
  localAddress?: string | Off | undefined;
  /** A unix socket to dial instead of the host. Read by the handler. */
  socketPath?: string | Off | undefined;
  /** Write the exchange, secrets masked, to standard error or to the given stream. Default `false`. Read by `debug`. */
  debug?: boolean | { write(text: string): unknown } | null | undefined;
  /** Anything, for your own layers. Read by nobody else. */
  context?: unknown;
  /** Where time comes from. Default the system's. Read by all that waits. */
  clock?: Clock | undefined;
}
