/** The platform's `Response`, made from ours so that nobody can tell it from one of the platform's fetch. */
import { Pieces } from '../message/bytes.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { runtimeOptions } from '../message/runtime-options.ts';
import { iterate } from '../message/web-stream.ts';
import { tooLarge } from '../semantics/response-limit.ts';

/** What the constructor of a `Response` does not take. */
interface Facts {
  readonly status: number;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: Headers;
  /** The whole body, joined as it comes and counted; `undefined` when it is in memory or there is none. */
  readonly whole: ((web: Response) => Promise<Response>) | undefined;
}

// WHATWG Fetch section 2.2.3: null body status
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** The readers that hold a whole body in memory, as the runtime has them. */
const WHOLE = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'] as const;

/** Whether the answer has no body, whatever came with it. */
export function isBodyless(request: HttpRequest, status: number): boolean {
  return request.method === 'HEAD' || WITHOUT_BODY.has(status);
}

/**
 * @param body what was read before, instead of the response's own
 * @param limit bytes that may be held in memory at once, when a reader reads all of it
 * @param failed what a failure on the way is for who reads
 */
export function webResponse(
  request: HttpRequest,
  response: HttpResponse,
  body: Uint8Array | undefined,
  limit: number,
  failed: (cause: unknown) => unknown,
): Response {
  const { status, statusText, headers } = response;
  const isEmpty = isBodyless(request, status);
  const bytes = body ?? (isEmpty ? undefined : response.bytesNow());
  const source = isEmpty ? null : ((bytes as Uint8Array<ArrayBuffer>) ?? byteStream(response.toWeb(), failed));
  // The constructor takes 200 to 599 alone, and a null body status without a body (WHATWG Fetch section 5.5).
  const isTaken = status >= 200 && status <= 599;
  const web = new Response(source, { status: isTaken ? status : 200, statusText, headers: [...headers] });
  // The runtime's own readers keep an object for each chunk until the end, however small it is.
  const isWhole = isEmpty || bytes !== undefined;
  const head = response.with({ body: null });
  return described(web, {
    status,
    url: response.url.replace(/#.*$/, ''),
    redirected: response.redirects.length > 0,
    headers: immutable(web.headers),
    whole: isWhole ? undefined : (read) => counted(read, limit, () => failed(tooLarge(limit, request, head))),
  });
}

/** The constructor knows none of it: what the instance and its clones have of their own stands in front of it. */
function described(web: Response, facts: Facts): Response {
  const { status, url, redirected, headers, whole } = facts;
  Object.defineProperties(web, {
    type: { value: 'basic' },
    url: { value: url },
    redirected: { value: redirected },
    headers: { value: headers },
    clone: {
      value: () => {
        const copy = Response.prototype.clone.call(web);
        return described(copy, { ...facts, headers: immutable(copy.headers) });
      },
    },
  });
  if (web.status !== status) Object.defineProperties(web, { status: { value: status }, ok: { value: false } });
  if (whole === undefined) return web;
  for (const name of WHOLE) {
    const read = (Response.prototype as Partial<Response>)[name];
    // The runtime refuses a body that was read before, in its own words.
    const value = async () => read?.call(web.bodyUsed || web.body?.locked ? web : await whole(web));
    if (read !== undefined) Object.defineProperty(web, name, { value });
  }
  return web;
}

/** WHATWG Fetch section 5.1: the guard of what came from the network is "immutable". */
function immutable(headers: Headers): Headers {
  const value = () => {
    throw new TypeError('the headers of a response that came from the network are immutable');
  };
  return Object.defineProperties(headers, { append: { value }, delete: { value }, set: { value } });
}

/** A byte stream, which a BYOB reader can read (WHATWG streams section 4.7). */
function byteStream(source: ReadableStream<Uint8Array>, failed: (cause: unknown) => unknown): ReadableStream {
  const reader = source.getReader();
  const bytes: UnderlyingByteSource = {
    type: 'bytes',
    async pull(controller) {
      try {
        let step = await reader.read();
        // A byte stream takes no empty chunk.
        while (!step.done && step.value.byteLength === 0) step = await reader.read();
        if (!step.done) {
          // The stream takes the whole memory that a chunk is in, of which others have parts.
          controller.enqueue(new Uint8Array(step.value));
          return;
        }
      } catch (cause) {
        throw failed(cause);
      }
      controller.close();
      // Whoever waits with a view of their own gets it back.
      controller.byobRequest?.respond(0);
    },
    cancel: (reason) => reader.cancel(reason),
  };
  return new ReadableStream(runtimeOptions('webStream', bytes));
}

/** The same body in memory, unless it gives too many bytes. */
async function counted(web: Response, limit: number, fail: () => unknown): Promise<Response> {
  const pieces = new Pieces();
  for await (const chunk of iterate(web.body!)) {
    pieces.add(chunk);
    if (pieces.size > limit) throw fail();
  }
  return new Response(pieces.bytes() as Uint8Array<ArrayBuffer>, { headers: web.headers });
}
