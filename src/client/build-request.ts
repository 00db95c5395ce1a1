/** From a method, a URI and options to the request that enters the stack. */
import type { Asked, Call } from '../call/call.ts';
import { RequestBody } from '../message/body.ts';
import { type BodyInit, bodyFrom } from '../message/body-from.ts';
import { RequestError } from '../message/errors.ts';
import { HttpHeaders } from '../message/headers.ts';
import { jsonText } from '../message/json.ts';
import { type MultipartPart, multipartBody } from '../message/multipart-parts.ts';
import { encodeForm, mergeQuery, type QueryInit } from '../message/query.ts';
import { rememberedLine } from '../message/remembered-line.ts';
import { checkedTarget, HttpRequest } from '../message/request.ts';
import { canonicalUrl, isInside, resolveUri, splitUserinfo, UriError } from '../message/uri.ts';
import { expandTemplate } from '../message/uri-template.ts';
import { bareRecord } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { isBrowser, pageUrl } from '../runtime/platform.ts';
import type { CallPlan } from './call-plan.ts';

/** The client's side of a request, prepared once. */
export interface Defaults {
  /** Canonical. */
  readonly base: string | undefined;
  readonly headers: HttpHeaders;
  readonly query: QueryInit | undefined;
}

/** A request and what its URI said about credentials. */
export interface Built {
  readonly request: HttpRequest;
  readonly userinfo: readonly [user: string, password: string] | undefined;
}

/** The call's own options, which win over the defaults, and those over the client's. */
interface Given {
  readonly own: RequestOptions | undefined;
  readonly merged: RequestOptions;
}

/**
 * @param call that an error belongs to, with the names that it masks
 * @throws RequestError for a URI that cannot be sent, TypeError for a mistake in method, headers or body
 */
export function buildRequest(plan: CallPlan, given: Given, defaults: Defaults, call: Call): Built {
  const { method, uri, prepared } = plan;
  const { own, merged } = given;
  const headers = prepared === undefined ? NOTHING : prepared.headers;
  const reference = checkedTarget(method, uri);
  let at: Resolved;
  try {
    at = resolved(reference, own, merged, defaults);
  } catch (error) {
    throw asRequestError(error, new HttpRequest(method, uri, headers, prepared?.body, prepared?.protocolVersion), call);
  }
  const body = bodyOf(merged, method, at.url, call) ?? prepared?.body ?? null;
  const lines = headersOf(own, defaults, headers, body, merged);
  return { request: new HttpRequest(method, at.url, lines, body, prepared?.protocolVersion), userinfo: at.userinfo };
}

/**
 * The request of a call that may not begin, without headers and body: nobody has checked its options, and what is wrong
 * with them is not what is to be told. `undefined` when its URL cannot be made.
 */
export function unsent(asked: Asked, client: RequestOptions, defaults: Defaults, call: Call): HttpRequest | undefined {
  try {
    const own = asked.options === undefined ? undefined : bareRecord(asked.options);
    // A WebSocket is asked for over http.
    const reference = checkedTarget(asked.method, asked.uri).replace(/^ws(?=s?:)/i, 'http');
    const { url } = resolved(reference, own, { ...client, ...own }, defaults);
    const request = new HttpRequest(asked.method, url);
    const redact = own?.redact || client.redact || [];
    call.redact = redact.filter((name) => typeof name === 'string');
    request.call = call;
    return request;
  } catch {
    return undefined;
  }
}

/** Shared by all requests without headers of their own. */
const NOTHING = HttpHeaders.empty;

/** The URL as it is sent, and the credentials that stood in it. */
interface Resolved {
  readonly url: string;
  readonly userinfo: Built['userinfo'];
}

/** @throws UriError for a reference that cannot be sent */
function resolved(uri: string, call: RequestOptions | undefined, merged: RequestOptions, defaults: Defaults): Resolved {
  const reference = merged.uriVars ? expandTemplate(uri, merged.uriVars) : uri;
  const base = call !== undefined && Object.hasOwn(call, 'baseUri') ? canonicalBase(call.baseUri) : defaults.base;
  let url = resolveUri(reference, base);
  // Compared as canonical URLs, so that dot segments and escapes cannot lead out of the base.
  if (merged.allowAbsoluteUrls === false && base !== undefined && !isInside(base, url)) {
    throw new UriError('it leaves baseUri, which allowAbsoluteUrls: false forbids');
  }
  const userinfo = url.includes('@') ? splitUserinfo(url) : undefined;
  if (userinfo !== undefined) url = userinfo.url;
  const query = call?.query || undefined;
  if (query !== undefined || defaults.query !== undefined) url = withQuery(url, defaults, call, query, merged);
  return { url, userinfo: userinfo?.userinfo };
}

/** @param asked made for this error: nobody else holds it */
function asRequestError(error: unknown, asked: HttpRequest, of: Call | undefined): unknown {
  if (!(error instanceof UriError)) return error;
  asked.call = of;
  return new RequestError(error.masked(of?.redact), { request: asked, code: 'ERR_URI', attempts: 0 });
}

/**
 * The canonical base URL of a client or a call. In a browser the page's address is the base of what is relative.
 * @throws UriError when it is not absolute
 */
export function canonicalBase(base: RequestOptions['baseUri']): string | undefined {
  const page = isBrowser() ? pageUrl() : undefined;
  if (page === undefined) return base ? canonicalUrl(String(base)) : undefined;
  return canonicalUrl(base ? new URL(String(base), page).href : page);
}

/** The queries of the URI, the client and the call as one; see `message/query.ts` for which wins. */
function withQuery(
  url: string,
  defaults: Defaults,
  call: RequestOptions | undefined,
  query: QueryInit | undefined,
  merged: RequestOptions,
): string {
  const [, before = '', inUri = '', fragment = ''] = /^([^?#]*)\??([^#]*)(#.*)?$/s.exec(url)!;
  // `query: null` in the call switches the client's off.
  const fromClient =
    call !== undefined && Object.hasOwn(call, 'query') && query === undefined ? undefined : defaults.query;
  const joined = mergeQuery(inUri, fromClient, query, merged.arrayFormat || undefined);
  return canonicalUrl(joined === '' ? before + fragment : `${before}?${joined}${fragment}`);
}

/** The body that the options ask for; `undefined` when they do not. */
function bodyOf(
  options: RequestOptions,
  method: string,
  url: string,
  of: Call | undefined,
): RequestBody | null | undefined {
  if (options.body) return bodyFrom(options.body as BodyInit);
  if (options.json !== undefined) return jsonBody(options.json, options.stringifyJson);
  if (options.formParams) {
    const form = encodeForm(options.formParams, options.arrayFormat || undefined);
    return RequestBody.fromText(form, 'application/x-www-form-urlencoded');
  }
  if (options.multipart)
    return multipartOf(options.multipart, options.multipartBoundary || undefined, new HttpRequest(method, url), of);
  return undefined;
}

/** The parts as a body; the error of a file that cannot be sent gets the request it belongs to. */
function multipartOf(
  parts: readonly MultipartPart[],
  boundary: string | undefined,
  request: HttpRequest,
  of: Call | undefined,
): RequestBody {
  try {
    return multipartBody(parts, boundary);
  } catch (error) {
    // A file that cannot be sent knows of no request.
    if (!(error instanceof RequestError)) throw error;
    request.call = of;
    throw new RequestError(error.message, { request, code: error.code, cause: error.cause, attempts: 0 });
  }
}

/** The text is made here, once: a value that changes later is not sent in two versions. */
function jsonBody(value: unknown, stringify: RequestOptions['stringifyJson']): RequestBody {
  return RequestBody.fromText(jsonText(value, 'option json', stringify || undefined), 'application/json');
}

const withType = rememberedLine('Content-Type');

/** The call's headers over the request's own over the client's; then the type of the body, unless one is named. */
function headersOf(
  call: RequestOptions | undefined,
  defaults: Defaults,
  own: HttpHeaders,
  body: RequestBody | null,
  merged: RequestOptions,
): HttpHeaders {
  const given = call !== undefined && Object.hasOwn(call, 'headers') ? call.headers : undefined;
  let headers = own.size === 0 ? defaults.headers : defaults.headers.merge(own);
  // `headers: null` drops the defaults of the client, not those that the request itself carries.
  if (given === null) headers = own;
  else if (given) headers = applyHeaders(headers, given);
  const impliesType = merged.json !== undefined || Boolean(merged.formParams) || Boolean(merged.multipart);
  if (impliesType && body?.contentType !== undefined && !headers.has('content-type')) {
    headers = withType(headers, body.contentType);
  }
  return headers;
}

/** Puts headers over others by name; a value of `null` takes the name out. */
export function applyHeaders(headers: HttpHeaders, given: NonNullable<RequestOptions['headers']>): HttpHeaders {
  if (given === false) return headers;
  if (given instanceof HttpHeaders) return headers.merge(given);
  if (Array.isArray(given) && given.length > 0 && !Array.isArray(given[0])) {
    throw new TypeError(
      'option headers must be a record or a list of [name, value] pairs, got a list of something else',
    );
  }
  if (Symbol.iterator in given) return headers.merge(new HttpHeaders(given as Iterable<readonly [string, string]>));
  if (!Object.values(given).includes(null)) return headers.merge(new HttpHeaders(given as Record<string, string>));
  const removed = Object.keys(given).filter((name) => (given as Record<string, unknown>)[name] === null);
  const kept = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  return headers.without(...removed).merge(new HttpHeaders(kept as Record<string, string>));
}
