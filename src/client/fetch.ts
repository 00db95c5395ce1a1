/** The web's `fetch` (WHATWG fetch section 5.6) spoken over the stack: its arguments in, a real `Response` out. */

import { concatBytes, RequestBody } from '../message/body.ts';
import { type BodyInit, bodyFrom } from '../message/body-from.ts';
import { RedirectError } from '../message/errors.ts';
import { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { iterate } from '../message/web-stream.ts';
import { bareRecord } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { responseLimit, tooLarge } from '../semantics/response-limit.ts';

type Send = (request: HttpRequest, options: RequestOptions) => Promise<HttpResponse>;
type Init = RequestInit & { duplex?: 'half' };

/** A body of a `Request` that ends within this many bytes is kept, so that it can be sent again. */
const KEEP_BYTES = 1_048_576;
/** Redirects that fetch follows (WHATWG fetch section 4.4). */
const FETCH_REDIRECTS = 20;
// WHATWG fetch §2.2.3: null body status
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);
// WHATWG fetch §2.2.1: these, and no others, are written in upper case.
const NORMALIZED: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

/** The readers that hold a whole body in memory, as the runtime has them. */
const WHOLE = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'] as const;

/**
 * @param defaults whose `maxResponseSize` bounds a body that is read as a whole
 * @throws the signal's reason when it aborts; otherwise a `TypeError` as every fetch does, whose `cause` is the
 * `TransferError`
 */
export async function fetchThrough(
  defaults: RequestOptions,
  send: Send,
  input: string | URL | Request,
  asked: Init = {},
): Promise<Response> {
  // A `Request` may stand here, whose prototype has the answers; a record's has none.
  const init = Object.getPrototypeOf(asked) === Object.prototype ? bareRecord(asked) : asked;
  const given = input instanceof Request ? input : undefined;
  const signal = init.signal ?? given?.signal;
  signal?.throwIfAborted();
  const redirect = init.redirect ?? given?.redirect ?? 'follow';
  const credentials = init.credentials ?? given?.credentials;
  try {
    const request = await requestOf(input, given, init);
    const options: RequestOptions = { httpErrors: false, stream: true, ...(signal && { signal }) };
    options.allowRedirects = redirect === 'follow' ? { max: FETCH_REDIRECTS } : false;
    if (credentials === 'omit') options.cookies = false;
    const response = await send(request, options);
    if (redirect === 'error' && response.status >= 300 && response.status < 400 && response.headers.has('location')) {
      await response.discard();
      throw new RedirectError("a redirect came, and redirect: 'error' allows none", { request, response });
    }
    return await webResponse(request, response, responseLimit(defaults, false));
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new TypeError('fetch failed', { cause });
  }
}

async function requestOf(input: string | URL | Request, given: Request | undefined, init: Init): Promise<HttpRequest> {
  const method = init.method ?? given?.method ?? 'GET';
  const upper = method.toUpperCase();
  const headers = new Headers(init.headers ?? given?.headers);
  const body = await bodyOf(given, init);
  if (body !== null && (upper === 'GET' || upper === 'HEAD')) throw new TypeError(`fetch allows no body for ${upper}`);
  if (body?.contentType !== undefined && !headers.has('content-type')) headers.set('content-type', body.contentType);
  const url = given?.url ?? (input as string | URL);
  return new HttpRequest(NORMALIZED.has(upper) ? upper : method, url, [...headers], body);
}

async function bodyOf(given: Request | undefined, init: Init): Promise<RequestBody | null> {
  if (init.body !== undefined && init.body !== null) {
    const type = typeof init.body === 'string' ? 'text/plain;charset=UTF-8' : undefined;
    return typeof init.body === 'string' ? RequestBody.fromText(init.body, type) : bodyFrom(init.body as BodyInit);
  }
  if (given === undefined || given.body === null) return null;
  if (given.bodyUsed) throw new TypeError('the body of the Request was already used');
  return keepSmall(given.body);
}

/** A `Request` shows its body only as a stream: a short one becomes bytes again, which redirects and retries can resend. */
async function keepSmall(stream: ReadableStream<Uint8Array>): Promise<RequestBody> {
  const chunks: Uint8Array[] = [];
  const rest = iterate(stream);
  let size = 0;
  while (size <= KEEP_BYTES) {
    const { done, value } = await rest.next();
    if (done) return RequestBody.fromBytes(concatBytes(chunks));
    chunks.push(value);
    size += value.byteLength;
  }
  return RequestBody.once(joined(chunks, rest));
}

async function* joined(
  first: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* first;
  yield* rest;
}

async function webResponse(request: HttpRequest, response: HttpResponse, limit: number): Promise<Response> {
  const { status, statusText, headers } = response;
  const empty = WITHOUT_BODY.has(status) || request.method === 'HEAD';
  if (empty) await response.discard();
  const web = new Response(empty ? null : response.toWeb(), { status, statusText, headers: [...headers] });
  const length = headers.get('content-length');
  // A declared length is kept by the framing: only a body that does not say how long it is has to be counted.
  const isShort = empty || (length !== null && Number(length) <= limit);
  const head = response.with({ body: null });
  const count = isShort ? undefined : (body: Response) => counted(body, limit, () => tooLarge(limit, request, head));
  return described(web, response.url.replace(/#.*$/, ''), response.redirects.length > 0, count);
}

/** The constructor knows no URL; getters of the instance and its clones stand in for what a browser's fetch would set. */
function described(
  web: Response,
  url: string,
  redirected: boolean,
  count: ((body: Response) => Response) | undefined,
): Response {
  Object.defineProperties(web, {
    url: { value: url },
    redirected: { value: redirected },
    clone: { value: () => described(Response.prototype.clone.call(web), url, redirected, count) },
  });
  if (count === undefined) return web;
  for (const name of WHOLE) {
    const read = (Response.prototype as Partial<Response>)[name];
    // A body that was read before is the runtime's to refuse, in its own words.
    const value = () => read?.call(web.bodyUsed || web.body?.locked ? web : count(web));
    if (read !== undefined) Object.defineProperty(web, name, { value });
  }
  return web;
}

/** The same body, which ends with an error once it has given too many bytes. */
function counted(web: Response, limit: number, fail: () => Error): Response {
  let size = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>(
    {
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > limit) throw fail();
        controller.enqueue(chunk);
      },
    },
    undefined,
    { highWaterMark: 0 },
  );
  return new Response(web.body?.pipeThrough(counter), { headers: web.headers });
}
