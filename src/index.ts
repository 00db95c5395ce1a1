/** Everything public, and nothing else. Optional parts have an entry of their own: `sluice/testing`. */
export type { Beacon, BeaconOptions } from './beacon/beacon.ts';
export type { TraceMessage } from './call/channels.ts';
export { DelayQueue, type DelayQueueOptions } from './call/delay-queue.ts';
export { RequestPromise } from './call/request-promise.ts';
export {
  type Attempt,
  Client,
  type ClientOptions,
  type DigestName,
  type DownloadOptions,
  type DownloadResult,
} from './client/client.ts';
export type { CloseOptions } from './client/closing.ts';
export {
  attempt,
  del,
  del as delete,
  get,
  head,
  options,
  patch,
  post,
  put,
  query,
  request,
} from './client/functions.ts';
export type { PagedItems, PaginateOptions } from './client/paginate.ts';
export type { HttpClient } from './client/psr-18.ts';
export { type DnsCache, type DnsCacheOptions, dnsCache } from './connect/dns-cache.ts';
export type { Cookie, CookieJarJSON, CookieJSON } from './cookies/cookie.ts';
export type { CookieInit } from './cookies/cookie-init.ts';
export { CookieJar, type CookieJarOptions } from './cookies/cookie-jar.ts';
export { FileCookieJar, type FileCookieJarOptions } from './cookies/file-cookie-jar.ts';
export { defaultStack } from './default-stack.ts';
export { chooseHandler, wrapStreaming } from './handlers/choose.ts';
export { ConnectionLimits, type ConnectionSettings } from './handlers/connections/connection-limits.ts';
export { fetchHandler } from './handlers/fetch/fetch.ts';
export { http2Handler } from './handlers/http2/http2.ts';
export { nodeHttpHandler } from './handlers/node/node-http.ts';
export { streamHandler } from './handlers/node/stream.ts';
export type { DispatcherSettings, UndiciDispatcher } from './handlers/undici/dispatcher.ts';
export { undiciHandler } from './handlers/undici/undici.ts';
export { RequestBody } from './message/body.ts';
export type { BodyInit, BodyValue } from './message/body-from.ts';
export type { CacheFacts } from './message/cache-facts.ts';
export type { NodeStream } from './message/content.ts';
export {
  BadResponseError,
  BodyError,
  ClientError,
  ConnectError,
  isBadResponseError,
  isBodyError,
  isClientError,
  isConnectError,
  isNetworkError,
  isRedirectError,
  isRequestError,
  isResponseError,
  isServerError,
  isTimeoutError,
  isTooManyRedirectsError,
  isTransferError,
  NetworkError,
  RedirectError,
  RequestError,
  ResponseError,
  ServerError,
  TimeoutError,
  type TimeoutPhase,
  TooManyRedirectsError,
  TransferError,
  type TransferErrorInit,
  type TransferErrorJSON,
} from './message/errors.ts';
export { type HeadersInit, HttpHeaders } from './message/headers.ts';
export type { ParseJson, StringifyJson } from './message/json.ts';
export type { Link, Links } from './message/links.ts';
export type { MultipartPart } from './message/multipart-parts.ts';
export type { Problem } from './message/problem.ts';
export type { ArrayFormat, Fields, FieldsInit, QueryInit, QueryValue } from './message/query.ts';
export type { EventOptions, LineOptions, ServerSentEvent } from './message/readers.ts';
export { HttpRequest, type RequestChanges } from './message/request.ts';
export { HttpResponse, type RedirectHop, type ResponseChanges, type Timings } from './message/response.ts';
export type { ServerTiming } from './message/server-timing.ts';
export type { SchemaIssue, SchemaOutput, StandardSchema } from './message/standard-schema.ts';
export type { TrailersInit } from './message/trailers.ts';
export { auth } from './middleware/auth/auth.ts';
export { type OAuth2Options, oauth2 } from './middleware/auth/oauth2.ts';
export type { OAuth2Token, OAuth2TokenInit } from './middleware/auth/oauth2-policy.ts';
export type { RefreshToken } from './middleware/auth/oauth2-tokens.ts';
export { cache } from './middleware/cache.ts';
export { cookies } from './middleware/cookies/cookies.ts';
export { deadline } from './middleware/deadline/deadline.ts';
export { decodeContent } from './middleware/decode-content/decode-content.ts';
export { delay } from './middleware/delay.ts';
export { denyPrivateNetwork } from './middleware/deny-private-network.ts';
export { type HistoryEntry, history } from './middleware/history.ts';
export { type HttpErrorsOptions, httpErrors } from './middleware/http-errors/http-errors.ts';
export { limits } from './middleware/limits/limits.ts';
export { debug } from './middleware/log/debug.ts';
export { type Logger, type LogLevel, log } from './middleware/log/log.ts';
export { MessageFormatter } from './middleware/log/message-formatter.ts';
export { mapRequest } from './middleware/map-request.ts';
export { mapResponse } from './middleware/map-response.ts';
export { prepareBody } from './middleware/prepare-body/prepare-body.ts';
export { redirect } from './middleware/redirect/redirect.ts';
export { retry } from './middleware/retry/retry.ts';
export { stats } from './middleware/stats.ts';
export { tap } from './middleware/tap.ts';
export type { CacheLayer, CacheMode, CacheOption } from './options/cache-option.ts';
export type { CookieStore } from './options/cookie-option.ts';
export type * from './options/options.ts';
export type { BatchResults } from './pool/batch.ts';
export { Pool, type PoolOptions } from './pool/pool.ts';
export type {
  HostStats,
  PerHostOptions,
  PoolClient,
  PoolConcurrency,
  PoolItem,
  PoolKey,
  PoolRequests,
  PoolResult,
  PoolStats,
} from './pool/pool-options.ts';
export {
  type AllSettled,
  any,
  type EachControl,
  type EachOptions,
  each,
  eachLimit,
  settle,
  some,
  type Unwrapped,
  unwrap,
} from './pool/promises.ts';
export { VERSION } from './runtime/version.ts';
export type {
  ConnectionStats,
  DeclaringMiddleware,
  Handler,
  Middleware,
  OriginStats,
  Transport,
} from './stack/handler.ts';
export { HandlerStack } from './stack/handler-stack.ts';
export type { SyncResponse } from './sync/request-sync.ts';
export { type Clock, systemClock } from './time/clock.ts';
export { type Duration, milliseconds } from './time/duration.ts';
export type { CloseOutcome } from './websocket/closing.ts';
export type { UpgradeOptions, WebSocketConnection } from './websocket/connection.ts';
export type { WebSocketMessage } from './websocket/inbox.ts';
