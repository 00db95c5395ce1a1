/** The web's `fetch` (WHATWG Fetch section 5.6) spoken over the stack: its arguments in, a real `Response` out. */

import type { Calls } from '../call/calls.ts';
import { Pieces } from '../message/bytes.ts';
import { BodyError, RedirectError, RequestError } from '../message/errors.ts';
import { isNotCached } from '../message/not-cached.ts';
import { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { cacheOf } from '../options/cache-option.ts';
import type { RequestOptions } from '../options/options.ts';
import { isBrowser } from '../runtime/platform.ts';
import { isRedirectStatus } from '../semantics/redirects.ts';
import { responseLimit, tooLarge } from '../semantics/response-limit.ts';
import { reasonOf } from '../time/stop.ts';
import type { Defaults } from './build-request.ts';
import { type FetchArguments, type FetchInit, type FetchInput, readFetchArguments } from './fetch-arguments.ts';
import { bodyOfRequest } from './fetch-body.ts';
import { fetchHeaders } from './fetch-headers.ts';
import { matchesIntegrity } from './fetch-integrity.ts';
import { isBodyless, webResponse } from './fetch-response.ts';

/** What `client.fetch` knows of its client. */
export interface FetchSettings {
  /** @param isPart it belongs to what was begun before the client was closed, which waits for it */
  send(request: HttpRequest, options: RequestOptions, isPart: boolean): Promise<HttpResponse>;
  readonly calls: Calls;
  /** Its `maxResponseSize` bounds a body that is read as a whole. */
  readonly options: RequestOptions;
  readonly defaults: Defaults;
}

/** Redirects that fetch follows (WHATWG Fetch section 4.4). */
const FETCH_REDIRECTS = 20;

/** Taken here, before anybody puts a client's `fetch` into its place. */
const { fetch: platformFetch } = globalThis;

/**
 * @throws the signal's reason when it aborts; a `TypeError` for arguments that no fetch takes; otherwise a `TypeError` as
 * every fetch does, whose `cause` is the `TransferError`
 */
export async function fetchThrough(
  settings: FetchSettings,
  input: FetchInput,
  init?: FetchInit,
  platform = platformFetch,
): Promise<Response> {
  const { options } = settings;
  const { base, headers } = settings.defaults;
  const asked = readFetchArguments(input, init, { base, headers, redact: options.redact || undefined });
  const { signal } = asked;
  if (signal?.aborted) {
    asked.stream?.cancel(reasonOf(signal)).catch(() => undefined);
    asked.body?.release();
    throw reasonOf(signal);
  }
  if (isForPlatform(asked, options)) return platform(asked.request);
  /** What a failure is for the caller, before the head and behind it. */
  const failed = (words: string) => (cause: unknown) =>
    signal?.aborted ? reasonOf(signal) : new TypeError(words, { cause });
  try {
    const { request, response } = await answered(asked, settings);
    return await given(asked, request, response, responseLimit(options, false), failed('terminated'));
  } catch (cause) {
    asked.body?.release();
    throw failed('fetch failed')(cause);
  }
}

/** The request as it was sent, and what came. */
interface Answered {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

/** Sends at once, unless the body has to be read first. */
function answered(asked: FetchArguments, { send, calls, options, defaults }: FetchSettings): Promise<Answered> {
  const { request: web, body: ready, url, signal } = asked;
  const isReady = ready !== undefined || web.body === null;
  const sent = async (): Promise<Answered> => {
    const body = isReady ? (ready ?? null) : await bodyOfRequest(web, signal);
    const headers = fetchHeaders(web, defaults.headers, cacheOf(options.cache) !== undefined);
    if (body?.contentType !== undefined && !headers.has('content-type')) headers.set('content-type', body.contentType);
    const request = new HttpRequest(web.method, url, [...headers], body);
    return { request, response: await send(request, optionsFor(asked, options), !isReady) };
  };
  return isReady ? sent() : calls.holding({ method: web.method, uri: url, options: undefined }, sent);
}

/** The answer for the caller; whatever goes wrong with it gives the connection back. */
async function given(
  { request: { redirect, integrity, cache } }: FetchArguments,
  request: HttpRequest,
  response: HttpResponse,
  limit: number,
  failed: (cause: unknown) => unknown,
): Promise<Response> {
  try {
    // WHATWG Fetch section 4.3: with or without a Location.
    if (cache === 'only-if-cached' && isNotCached(response)) throw notStored(request);
    if (redirect === 'error' && isRedirectStatus(response.status)) {
      throw new RedirectError("a redirect came, and redirect: 'error' allows none", { request, response });
    }
    const body = integrity === '' ? undefined : await checked(integrity, request, response, limit);
    if (body === undefined && isBodyless(request, response.status)) await response.discard();
    return webResponse(request, response, body, limit, failed);
  } catch (error) {
    await response.discard();
    throw error;
  }
}

/** WHATWG Fetch section 4.6: a network error, where only-if-cached finds nothing. */
function notStored(request: HttpRequest): RequestError {
  const fact = "nothing that may be used is stored, and cache: 'only-if-cached' asks nobody else";
  return new RequestError(fact, { request, code: 'ERR_NOT_CACHED' });
}

/** WHATWG Fetch section 4.1: nothing of a body is given before all of it is what the hash says. */
async function checked(
  integrity: string,
  request: HttpRequest,
  response: HttpResponse,
  limit: number,
): Promise<Uint8Array> {
  const head = response.with({ body: null });
  const refused = (fact: string) => new BodyError(fact, { request, response: head, code: 'ERR_BODY_DIGEST' });
  if (isBodyless(request, response.status)) throw refused('there is no body, and integrity names its hash');
  const pieces = new Pieces();
  for await (const chunk of response) {
    pieces.add(chunk);
    if (pieces.size > limit) throw tooLarge(limit, request, head);
  }
  const bytes = pieces.bytes();
  if (await matchesIntegrity(bytes, integrity)) return bytes;
  throw refused(`the body does not match integrity (${integrity})`);
}

/** The options of the request's call: what the standard demands, over what the client has. */
function optionsFor({ request, signal }: FetchArguments, client: RequestOptions): RequestOptions {
  const options: RequestOptions = { httpErrors: false, stream: true, sink: null, body: null };
  options.allowRedirects = request.redirect === 'follow' ? redirectsOf(client.allowRedirects) : false;
  if (signal !== undefined) options.signal = signal;
  if (request.credentials !== undefined) options.credentials = request.credentials;
  const isForCache = cacheOf(client.cache) !== undefined || request.cache === 'only-if-cached';
  if (request.cache !== 'default' && isForCache) options.cache = request.cache;
  // WHATWG Fetch section 4.6: neither cookies nor what answers a challenge.
  if (request.credentials === 'omit') Object.assign(options, { cookies: false, auth: null });
  return options;
}

/** The client's own bounds and callbacks hold, over the standard's count and methods. */
function redirectsOf(client: RequestOptions['allowRedirects']): RequestOptions['allowRedirects'] {
  // A browser follows by itself, and counts as the standard does.
  if (typeof client !== 'object' || client === null) return isBrowser() || { max: FETCH_REDIRECTS };
  return { ...client, max: Math.min(client.max ?? FETCH_REDIRECTS, FETCH_REDIRECTS), strict: false };
}

/** `data:` and `blob:` need no network, so the platform reads them. A client that must not leave its base refuses them. */
function isForPlatform({ request }: FetchArguments, client: RequestOptions): boolean {
  if (!/^(?:data|blob):/.test(request.url)) return false;
  return client.allowAbsoluteUrls !== false || !client.baseUri;
}
