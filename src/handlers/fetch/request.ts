/** From a request of ours to the arguments of fetch. */
import type { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import { bareRecord } from '../../options/option-record.ts';

/** Any WHATWG fetch, or an app's own that takes the `Request` alone. */
export type FetchFunction = (input: Request, init: RequestInit) => Response | Promise<Response>;

/** `duplex` is missing in the DOM's types. */
export interface FetchInit extends RequestInit {
  duplex?: 'half';
}

/** Fields that fetch writes itself, whatever it is told: not passing them on is no loss. */
const FRAMING: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length']);
const OWN: ReadonlySet<string> = new Set([...FRAMING, 'accept-encoding', 'connection', 'host', 'user-agent']);
/** Fields that ask something of the connection, which fetch does not hand out. */
const REFUSED: readonly string[] = ['expect', 'upgrade', 'keep-alive'];
const PERSISTENCE = /^(?:close|keep-alive)$/i;

/**
 * Names what is not given too: a fetch copies it into a record that inherits.
 * @param body the bytes, or a stream that is read as it is sent
 */
export function fetchInit(
  request: HttpRequest,
  body: Uint8Array | ReadableStream<Uint8Array> | undefined,
  signal: AbortSignal | undefined,
): FetchInit {
  const streamed = body instanceof ReadableStream;
  const headers = [...request.headers].filter(([name]) => {
    const lower = name.toLowerCase();
    // A stream's length is the one thing of the framing that fetch cannot know.
    // RFC 9110 §11.7.2: for a proxy, of which fetch knows none; never for a server.
    if (lower === 'proxy-authorization') return false;
    return !FRAMING.has(lower) || (streamed && lower === 'content-length');
  });
  const init: FetchInit = bareRecord({ method: request.method, headers, redirect: 'manual', body: null, signal: null });
  if (body !== undefined) init.body = body as BodyInit;
  if (streamed) init.duplex = 'half';
  if (signal !== undefined) init.signal = signal;
  // A browser's cookies are not the caller's. Some workers refuse to be told, and keep none.
  if ('credentials' in Request.prototype) init.credentials = 'omit';
  // A runtime may read what is not given from `Object.prototype`; where nobody polluted it, some refuse to be told.
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

/** The first header that this runtime's fetch would not send, or cannot. */
export function heldBackHeader(headers: HttpHeaders): string | undefined {
  for (const name of REFUSED) if (headers.has(name)) return name;
  const connection = headers.get('connection');
  if (connection !== null && !PERSISTENCE.test(connection)) return `connection: ${connection}`;
  if (!dropsHeaders()) return undefined;
  // A browser leaves out forbidden names without a word (WHATWG Fetch §2.2.2); better to ask it than to repeat its list.
  for (const [name, value] of headers) {
    if (OWN.has(name.toLowerCase())) continue;
    if (!new Request('http://localhost/', { headers: [[name, value]] }).headers.has(name)) return name;
  }
  return undefined;
}

const probed = new WeakMap<object, boolean>();

/** Whether this runtime has names that a script may not set. */
function dropsHeaders(): boolean {
  const { Request } = globalThis;
  let drops = probed.get(Request);
  if (drops === undefined) {
    drops = !new Request('http://localhost/', { headers: [['cookie', 'probe=1']] }).headers.has('cookie');
    probed.set(Request, drops);
  }
  return drops;
}

/** Whether fetch has taken the content codings off this body. */
export function isDecoded(response: Response): boolean {
  // A response that an app made by itself was never on a wire: its body is as the app wrote it.
  if (response.url === '' || !response.body) return false;
  const codings = response.headers.get('content-encoding')?.split(',') ?? [];
  return codings.length > 0 && codings.every((coding) => decodes(coding.trim().toLowerCase()));
}

/** An unknown coding is handed on as it is (WHATWG Fetch §2.2.5, handle content codings). */
function decodes(coding: string): boolean {
  if (coding === 'zstd') return decodesZstd();
  return coding === 'gzip' || coding === 'x-gzip' || coding === 'deflate' || coding === 'br' || coding === 'identity';
}

interface Versions {
  readonly process?: { readonly versions?: Readonly<Record<string, string | undefined>> };
}

/** Browsers, Bun and Deno do; Node since its fetch is that of undici 7.11 (Node 24.4). */
function decodesZstd(): boolean {
  const versions = (globalThis as Versions).process?.versions;
  if (versions?.['undici'] === undefined || versions['bun'] !== undefined || versions['deno'] !== undefined)
    return true;
  const [major = 0, minor = 0] = versions['undici'].split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 11);
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
  // The first ends within the turn that has begun; between it and the second the system is asked.
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
}
