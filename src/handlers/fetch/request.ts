/**
 * Makes the arguments of fetch from a request of ours, and finds out beforehand what this runtime's fetch would leave out or
 * change without a word: a header, a method, a streamed body.
 */
import type { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import { runtimeOptions } from '../../message/runtime-options.ts';
import { bareRecord } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { isBrowser, runtimeName } from '../../runtime/platform.ts';

/** Any WHATWG fetch, or an app's own that takes the `Request` alone. */
export type FetchFunction = (input: Request, init: RequestInit) => Response | Promise<Response>;

/** `duplex` is missing in the DOM's types. */
export interface FetchInit extends RequestInit {
  duplex?: 'half';
}

/** Fields of the framing, which fetch writes by itself: not passing them on is no loss. */
const FRAMING: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length']);
/** Fields that a browser writes by itself, whatever the caller gives: a request is not refused for them. */
const OWN: ReadonlySet<string> = new Set([...FRAMING, 'accept-encoding', 'connection', 'host', 'user-agent']);
/** Fields that ask something of the connection, which fetch does not hand out. */
const REFUSED: readonly string[] = ['expect', 'upgrade', 'keep-alive'];
const PERSISTENCE = /^(?:close|keep-alive)$/i;
/** Methods that every fetch sends as they are. */
const COMMON: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * What is not given is named as well: a fetch may copy the record into one that inherits, and would read from a polluted
 * prototype what is missing.
 * @param body the bytes, or a stream that is read as it is sent
 * @param options reads `credentials` and whether fetch is to follow redirects by itself
 */
export function fetchInit(
  request: HttpRequest,
  body: Uint8Array | Blob | ReadableStream<Uint8Array> | undefined,
  signal: AbortSignal | undefined,
  options: RequestOptions = {},
): FetchInit {
  const streamed = body instanceof ReadableStream;
  const headers = [...request.headers].filter(([name]) => {
    const lower = name.toLowerCase();
    // RFC 9110 section 11.7.2: it is for a proxy and never for the server, and here nobody knows of a proxy on the way.
    if (lower === 'proxy-authorization') return false;
    // The length of a stream is the one thing of the framing that fetch cannot know by itself.
    return !FRAMING.has(lower) || (streamed && lower === 'content-length');
  });
  const redirect = followsByItself(options) ? 'follow' : 'manual';
  const init: FetchInit = bareRecord({ method: request.method, headers, redirect, body: null, signal: null });
  if (body !== undefined) init.body = body as BodyInit;
  if (streamed) init.duplex = 'half';
  if (signal !== undefined) init.signal = signal;
  // A browser would send its own cookies to the page's origin; here they go only where the option asks for them. Some
  // workers throw when `credentials` is set, and have no cookies anyway.
  if ('credentials' in Request.prototype) init.credentials = options.credentials || 'omit';
  // Against a polluted `Object.prototype` only, from which a runtime may read it: some throw when `cache` is set.
  if (Object.hasOwn(Object.prototype, 'cache')) init.cache = 'default';
  return init;
}

/**
 * The runtime's fetch takes a URL; another one gets a `Request`, as an app's `fetch(request)` expects, that reads as its
 * URL for a fetch with a `Request` class of its own.
 */
export function callFetch(fetch: FetchFunction | undefined, url: string, init: FetchInit): Promise<Response> {
  if (fetch === undefined || fetch === (globalThis.fetch as unknown)) return globalThis.fetch(url, init);
  return Promise.resolve(fetch(addressedRequest(url, init), init));
}

function addressedRequest(url: string, init: FetchInit): Request {
  return Object.defineProperty(new Request(url, init), 'toString', { value: () => url });
}

/** The name of the first header that this runtime's fetch would leave out. */
export function heldBackHeader(headers: HttpHeaders): string | undefined {
  for (const name of REFUSED) if (headers.has(name)) return name;
  const connection = headers.get('connection');
  if (connection !== null && !PERSISTENCE.test(connection)) return `connection: ${connection}`;
  // workerd keeps the field in its `Headers` and does not send it.
  if (headers.has('te') && runtimeName() === 'workerd') return 'te';
  if (!isBrowser()) return undefined;
  // Chromium keeps the field in its `Headers` too, and sends a value of its own.
  if (headers.has('user-agent') && 'userAgentData' in (globalThis.navigator ?? {})) return 'user-agent';
  // A browser leaves out forbidden names without a word (WHATWG Fetch section 2.2.2): it is asked here, instead of keeping
  // a copy of its list.
  for (const [name, value] of headers) {
    if (OWN.has(name.toLowerCase())) continue;
    if (!new Request(PROBE, { headers: [[name, value]] }).headers.has(name)) return name;
  }
  return undefined;
}

/** Why this runtime's fetch would not send the method as it is written. */
export function changedMethod(method: string): string | undefined {
  if (COMMON.has(method)) return undefined;
  const { Request } = globalThis;
  try {
    const sent = new Request(PROBE, { method, headers: [] }).method;
    return sent === method ? undefined : `this runtime would send the method ${method} as ${sent}`;
  } catch (error) {
    return `this runtime refuses the method ${method}: ${(error as Error).message}`;
  }
}

/** Why this runtime's fetch would not send a body piece by piece; one in memory or in a `Blob` it can. */
export function unsentStream(url: string): string | undefined {
  const instead = 'give bytes, a string, a Blob or a FormData';
  if (!sendsStreams()) return `this runtime sends no streamed body, it would send its name; ${instead}`;
  if (isBrowser() && /^http:/i.test(url)) return `a browser sends a streamed body over HTTP/2 alone; ${instead}`;
  return undefined;
}

/**
 * Whether fetch is to follow redirects by itself. A browser hides a redirect from whoever would follow it, so there it has
 * to; but not where an option was set that needs to see each redirect, which then fails.
 */
export function followsByItself(options: RequestOptions): boolean {
  const { allowRedirects } = options;
  return (
    (allowRedirects === undefined || allowRedirects === true) && options.allowAbsoluteUrls !== false && isBrowser()
  );
}

const PROBE = 'http://localhost/';
const probed = new WeakMap<object, boolean>();

/** Asked once for each class of requests. */
function sendsStreams(): boolean {
  const { Request } = globalThis;
  let sends = probed.get(Request);
  if (sends === undefined) probed.set(Request, (sends = keepsStream()));
  return sends;
}

/**
 * A runtime without streamed bodies turns the stream into text ("[object ReadableStream]"), and gives that the content type
 * of text, which is how it is found out (WHATWG Fetch section 5.2).
 */
function keepsStream(): boolean {
  try {
    const body = new ReadableStream(runtimeOptions<UnderlyingDefaultSource>('webStream', {}));
    const init: FetchInit = bareRecord({ method: 'POST', headers: [], body, duplex: 'half' });
    return !new Request(PROBE, init).headers.has('content-type');
  } catch {
    return false;
  }
}

interface Turns {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * Waits until what has arrived so far was read, where there is a loop whose turns can be told (Node, Bun, Deno). When a
 * server refuses an upload and closes, the next write fails, and Node's fetch forgets the answer that lies unread.
 */
export async function answersRead(): Promise<void> {
  const { setImmediate } = globalThis as Turns;
  if (setImmediate === undefined) return;
  // The first immediate may run in the turn of the event loop that has begun. Between it and the second the loop polls.
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
}
