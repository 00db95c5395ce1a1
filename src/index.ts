/** Everything public, and nothing else. Optional parts have an entry of their own: `sluice/testing`. */
export type { Beacon, BeaconOptions } from './beacon.ts';
export {
  type Attempt,
  Client,
  type ClientOptions,
  type DigestName,
  type DownloadOptions,
  type DownloadResult,
} from './client.ts';
export { type Clock, systemClock } from './clock.ts';
export { CookieJar } from './cookies/cookie-jar.ts';
export type { CookieStore } from './cookies/cookie-store.ts';
export { FileCookieJar } from './cookies/file-cookie-jar.ts';
export { defaultStack } from './default-stack.ts';
export { DelayQueue } from './delay-queue.ts';
export { type Duration, milliseconds } from './duration.ts';
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
} from './errors.ts';
export { attempt, del, del as delete, get, head, options, patch, post, put, request } from './functions.ts';
export type {
  ConnectionStats,
  DeclaringMiddleware,
  Handler,
  Middleware,
  OriginStats,
  Transport,
} from './handler.ts';
export { HandlerStack } from './handler-stack.ts';
export { chooseHandler, wrapStreaming } from './handlers/choose.ts';
export { ConnectionLimits, type ConnectionSettings } from './handlers/connection-limits.ts';
export { type DnsCache, type DnsCacheOptions, dnsCache } from './handlers/dns-cache.ts';
export { fetchHandler } from './handlers/fetch.ts';
export { http2Handler } from './handlers/http2.ts';
export { nodeHttpHandler } from './handlers/node-http.ts';
export { streamHandler } from './handlers/stream.ts';
export { undiciHandler } from './handlers/undici.ts';
export type { HttpClient } from './http-client.ts';
export { RequestBody } from './message/body.ts';
export type { BodyInit, BodyValue } from './message/body-from.ts';
export { type HeadersInit, HttpHeaders } from './message/headers.ts';
export type { MultipartPart } from './message/multipart-parts.ts';
export type { ArrayFormat, QueryInit, QueryValue } from './message/query.ts';
export type { ServerSentEvent } from './message/readers.ts';
export { HttpRequest, type RequestChanges } from './message/request.ts';
export { HttpResponse, type RedirectHop, type ResponseChanges, type Timings } from './message/response.ts';
export type { TrailersInit } from './message/trailers.ts';
export { auth } from './middleware/auth.ts';
export { cookies } from './middleware/cookies.ts';
export { deadline } from './middleware/deadline.ts';
export { debug } from './middleware/debug.ts';
export { decodeContent } from './middleware/decode-content.ts';
export { delay } from './middleware/delay.ts';
export { denyPrivateNetwork } from './middleware/deny-private-network.ts';
export { type HistoryEntry, history } from './middleware/history.ts';
export { httpErrors } from './middleware/http-errors.ts';
export { limits } from './middleware/limits.ts';
export { log } from './middleware/log.ts';
export { mapRequest } from './middleware/map-request.ts';
export { mapResponse } from './middleware/map-response.ts';
export { MessageFormatter } from './middleware/message-formatter.ts';
export { prepareBody } from './middleware/prepare-body.ts';
export { redirect } from './middleware/redirect.ts';
export { retry } from './middleware/retry.ts';
export { stats } from './middleware/stats.ts';
export { tap } from './middleware/tap.ts';
export type * from './options.ts';
export type { BatchResults } from './pool/batch.ts';
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
export { Pool, type PoolOptions } from './pool.ts';
export { any, each, eachLimit, settle, some, unwrap } from './promises.ts';
export { RequestPromise } from './request-promise.ts';
export { VERSION } from './version.ts';
