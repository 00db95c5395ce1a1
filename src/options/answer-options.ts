/** Options that say what happens to the answer, and the records they take. */
import type { ParseJson } from '../message/json.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { Duration } from '../time/duration.ts';
import type { CacheOption } from './cache-option.ts';
import type { Off } from './off.ts';

/** Where a body may be written instead of into the response: a path, a Node or a web stream. */
export type Sink = string | NodeJS.WritableStream | WritableStream<Uint8Array>;

/** How redirects are followed: the record of the option `allowRedirects`. */
export interface RedirectOptions {
  /**
   * Redirects before a `TooManyRedirectsError`; 0 is off.
   * @default `5`
   */
  max?: number | undefined;
  /**
   * Keep method and body on 301 and 302 instead of turning POST into GET.
   * @default `false`
   */
  strict?: boolean | undefined;
  /**
   * Send `Referer`, without userinfo and fragment; only the origin to another origin; never from https to http.
   * @default `false`
   */
  referer?: boolean | undefined;
  /**
   * Schemes that may be followed; no others are possible.
   * @default `['http', 'https']`
   */
  protocols?: readonly string[] | undefined;
  /**
   * Called before each hop with the request that was answered, the redirect and the next URL, and awaited; a throw ends
   * the call.
   */
  onRedirect?: ((request: HttpRequest, response: HttpResponse, uri: string) => void | Promise<void>) | undefined;
  /**
   * Names of headers that may cross to another origin beside those that always may.
   * @default `[]`
   */
  keepHeaders?: readonly string[] | undefined;
  /**
   * Follow from https to http.
   * @default `false`
   */
  allowDowngrade?: boolean | undefined;
}

/** What `decider` and `delay` of the option `retry` are told. */
export interface RetryContext {
  /** The attempt that just ended, from 1. */
  readonly attempt: number;
  /** What was sent. */
  readonly request: HttpRequest;
  /** What came back, unless the attempt failed without an answer. */
  readonly response: HttpResponse | undefined;
  /** What the attempt failed with, if it failed without an answer. */
  readonly error: unknown;
  /** Milliseconds since the first attempt began. */
  readonly elapsed: number;
}

/** What is sent again, and when: the record of the option `retry`. */
export interface RetryOptions {
  /**
   * Retries after the first attempt.
   * @default `2`
   */
  limit?: number | undefined;
  /**
   * The idempotent ones (RFC 9110 section 9.2.2).
   * @default GET, HEAD, OPTIONS, PUT, DELETE, TRACE, QUERY
   */
  methods?: readonly string[] | undefined;
  /**
   * Statuses that may pass.
   * @default 408, 413, 425, 429, 500, 502, 503, 504
   */
  statuses?: readonly number[] | undefined;
  /** Decides instead of methods, statuses and kinds of error. The limit, the budget and replayable bodies still count. */
  decider?: ((context: RetryContext) => boolean | Promise<boolean>) | undefined;
  /**
   * Milliseconds before the next attempt. A server's `Retry-After` or used-up rate limit counts more.
   * @default exponential from 300 ms, with full jitter
   */
  delay?: ((context: RetryContext) => number | Promise<number>) | undefined;
  /**
   * The longest computed delay; binds a `delay` function only when it is given.
   * @default `'30s'`
   */
  maxDelay?: Duration | undefined;
  /**
   * The longest wait that a server may ask for; one that asks for more is not asked again. Off: no bound.
   * @default `'60s'`
   */
  maxRetryAfter?: Duration | undefined;
  /**
   * Retries of one origin as a share of its requests, or `min` in a `window`, whichever is more; `false` for no bound.
   * @default `{ ratio: 0.2, min: 10, window: '60s' }`
   */
  budget?: { ratio?: number | undefined; min?: number | undefined; window?: Duration | undefined } | false | undefined;
}

/** What happens to the answer. */
export interface AnswerOptions {
  /**
   * Rejects for a status of 400 or more: a `ClientError` up to 499, a `ServerError` from 500. A function is asked about
   * each status and says whether it is an error; one below 400 is a `BadResponseError`.
   *
   * @takes boolean, or `(status) => boolean`
   * @default `true`
   * @readBy `httpErrors`
   */
  httpErrors?: boolean | ((status: number) => boolean) | null | undefined;
  /**
   * Follows 301, 302, 303, 307 and 308. `false`, or a `max` of 0, gives the redirect itself.
   *
   * @takes boolean or a record of these settings
   * @default `{ max: 5 }`
   * @readBy `redirect`
   */
  allowRedirects?: boolean | RedirectOptions | null | undefined;
  /**
   * Sends again what failed in a way that may pass. A number is the number of retries; the record has these settings:
   *
   * @takes whole number, or a record of these settings
   * @default `0`
   * @readBy `retry`
   */
  retry?: number | RetryOptions | Off | undefined;
  /**
   * Sends `Idempotency-Key`, one for all attempts of a call, so that a server does once what it gets twice. It makes
   * POST and PATCH retryable where `retry` does not name its methods. `'auto'` gives each POST and PATCH a UUID of its
   * own; a text, or what a function makes of the request, is sent with any method. A key among the headers stays as it
   * is. It does not go to another origin.
   *
   * @takes `'auto'`, text or `(request) => string`
   * @default none
   * @readBy client, `retry`
   */
  idempotencyKey?: 'auto' | (string & {}) | ((request: HttpRequest) => string) | Off | undefined;
  /**
   * Decodes `Content-Encoding`: gzip, deflate (raw too), br, and zstd where the runtime has it. Text is the
   * `Accept-Encoding` to send instead of the default one. `false` leaves body and headers as they came.
   * `Content-Encoding` and `Content-Length` leave the headers together with the coding. A body in a coding that is
   * unknown here stays as it is, and so does a part (206), because ranges count encoded bytes; with `Range` no coding
   * is asked for. A body that ends too early is a `BodyError` (`ERR_BODY_TRUNCATED`); so are corrupt data and more than
   * five codings (`ERR_BODY_ENCODING`).
   *
   * @takes boolean or text
   * @default `true`
   * @readBy `decodeContent`
   */
  decodeContent?: boolean | string | null | undefined;
  /**
   * Reads the text of `.json()` and each line of `.ndjson()`, in place of `JSON.parse`: with a reviver, or a parser for
   * big numbers. What it throws is the `cause` of a `BodyError` (`ERR_BODY_JSON`).
   *
   * @takes `(text) => unknown`
   * @default `JSON.parse`
   * @readBy the response
   */
  parseJson?: ParseJson | Off | undefined;
  /**
   * Resolves when the head has arrived; the body is read by you, once. Discard a streamed response that you do not
   * read.
   *
   * @takes boolean
   * @default `false`
   * @readBy handler
   */
  stream?: boolean | null | undefined;
  /**
   * Sends the body to a file, a Node stream or a web stream instead of into the response, and resolves once it is
   * there. A failing sink is a `ResponseError` (`ERR_SINK`), and one that fails, ends or is closed while the answer is
   * waited for, or was before, ends the call at once, with a `RequestError` of the same code. With a sink the body of
   * an error status is written to it only when `httpErrors` is off. A file is opened when there is a body: a `HEAD`, a
   * 204 and a 304 leave it as it is. A stream that nothing was written to yet stays yours when the call fails; one that
   * was begun is destroyed.
   *
   * @takes path, Node `Writable`, or `WritableStream`
   * @default none
   * @readBy client
   */
  sink?: Sink | Off | undefined;
  /**
   * The most bytes a body may have after decoding. More is a `BodyError` (`ERR_BODY_TOO_LARGE`), and the transfer stops
   * there. Streams and sinks are bounded only when the option is set.
   *
   * @takes whole number of bytes above 0; `Infinity`, `null` or `false` for no limit
   * @default 104 857 600 (100 MiB) for buffered bodies
   * @readBy `limits`, `decodeContent`, handler
   */
  maxResponseSize?: number | Off | undefined;
  /**
   * The most bytes the head of a response may have. More is a `NetworkError` (`ERR_HEADERS_TOO_LARGE`).
   *
   * @takes whole number of bytes above 0; `Infinity`, `null` or `false` for no limit
   * @default 16 384 (16 KiB)
   * @readBy handler; fetch refuses it
   */
  maxHeaderSize?: number | Off | undefined;
  /**
   * A cache of `sluice/cache` for a client; for a call how it uses the client's, in fetch's words: `'default'`,
   * `'no-store'`, `'reload'`, `'no-cache'`, `'force-cache'`, `'only-if-cached'`. `response.cache` tells what it did.
   *
   * @takes what `memoryCache()`, `fileCache(directory)`, `sqliteCache(path)`, `keyvCache(keyv)` or `makeCache(store)`
   * return; one of the words; `false`
   * @default `false`
   * @readBy `cache`
   */
  cache?: CacheOption | undefined;
}
