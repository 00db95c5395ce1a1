/**
 * Sends over any WHATWG fetch: a browser's, Deno's, Bun's, a worker's, or an app's own `fetch(request)` without a socket.
 * It needs nothing of Node. fetch hides the connection, so whatever an option asks of the connection is refused by name
 * rather than ignored. Its connect phase counts within `headersTimeout`, because nobody can see where it ends. This file
 * says what can be sent; `exchange.ts` sends it.
 */

import type { RequestBody } from '../../message/body.ts';
import { RequestError } from '../../message/errors.ts';
import { checkHead } from '../../message/framing.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { canonicalUrl, UriError } from '../../message/uri.ts';
import { ownOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { refuseSurplus } from '../../runtime/arguments.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { isBrowser } from '../../runtime/platform.ts';
import type { Transport } from '../../stack/handler.ts';
import { connectionOption } from '../exchange/connection-options.ts';
import { OpenExchanges } from '../exchange/open-exchanges.ts';
import type { Transfer } from '../exchange/transfer.ts';
import { refuse } from '../exchange/unsupported.ts';
import { FetchExchange } from './exchange.ts';
import { NativeFetch } from './native.ts';
import { handsOn, keptBack } from './native-options.ts';
import { changedMethod, type FetchFunction, heldBackHeader, unsentStream } from './request.ts';

export type { FetchFunction } from './request.ts';

/**
 * Sends by a `fetch`: the runtime's own, or any function of its shape. What a fetch cannot keep, such as the option `proxy`,
 * rejects with a `RequestError` (`ERR_UNSUPPORTED`).
 * @param fetch called with a `Request` and its init. Default: the runtime's own, looked up for each request, which is
 * called with a URL and an init.
 */
export function fetchHandler(fetch?: FetchFunction): Transport {
  refuseSurplus(arguments, 1, 'fetchHandler takes a fetch alone');
  if (fetch !== undefined && typeof fetch !== 'function') {
    throw new TypeError(`fetch must be a function, got ${kindOf(fetch)}`);
  }

  const running = new OpenExchanges<Transfer>();
  const native = new NativeFetch();
  /** Only the runtime's own fetch takes more than the standard says. */
  const isOwn = fetch === undefined;
  const supports = (request: HttpRequest, options: RequestOptions) => unsupported(request, options, isOwn);

  function fetching(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    const own = ownOptions(options);
    return new Promise((resolve, reject) => {
      // What no transport sends comes before what this one cannot: a browser refuses each stream, and most such headers.
      checkHead(request, own.trailers);
      const reason = supports(request, own);
      if (reason !== undefined) {
        resolve(refuse(request, reason));
        return;
      }
      const exchange = new FetchExchange(addressed(request), own, running, { resolve, reject });
      exchange.start(fetch, isOwn ? native.init(request, own) : undefined);
    });
  }

  return Object.assign(fetching, {
    handlerName: 'fetch',
    supports,
    async close() {
      await running.letFinish();
      native.close();
    },
    async destroy(reason?: unknown) {
      running.endAll(reason);
      native.close();
    },
  });
}

/** Why fetch cannot send this, in words for an error message; `undefined` when it can. */
function unsupported(request: HttpRequest, options: RequestOptions, isOwn: boolean): string | undefined {
  const kept = isOwn ? keptBack(request, options) : undefined;
  if (kept !== undefined) return `fetch: ${kept}`;
  const asked = connectionOption(options, (name) => isOwn && handsOn(name, options));
  if (asked !== undefined) return `fetch: option ${asked} is not supported`;
  const isLeft = options.decodeContent === false || options.decodeContent === null;
  if (isLeft && !(isOwn && handsOn('decodeContent', options))) {
    return 'fetch: option decodeContent: false is not supported, fetch decodes by itself';
  }
  if (typeof options.cookies === 'object' && options.cookies !== null && isBrowser()) {
    return "fetch: option cookies is not supported, a browser keeps its cookies to itself; credentials: 'include' sends them";
  }
  return unsendable(request);
}

/** Why the fetch standard, or this runtime's fetch, allows no such request: it would throw, or change it without a word. */
function unsendable(request: HttpRequest): string | undefined {
  const { method, body } = request;
  const upper = method.toUpperCase();
  if (upper === 'CONNECT' || upper === 'TRACE' || upper === 'TRACK') return `fetch: the method ${method} is forbidden`;
  if (upper !== method && NORMALISED.has(upper)) {
    return `fetch: the method ${method} would be sent as ${upper}; write it so`;
  }
  if (body !== null && body.length !== 0 && (method === 'GET' || method === 'HEAD')) {
    return `fetch: ${method} with a body is not supported`;
  }
  if (method === 'OPTIONS' && request.url.endsWith('/*')) return 'fetch: OPTIONS * is not supported';
  if (/^[^/?#]*\/\/[^/?#]*@/.test(request.url)) return 'fetch: userinfo in the URL is not supported; use option auth';
  const changed = changedMethod(method) ?? (isStreamed(body) ? unsentStream(request.url) : undefined);
  if (changed !== undefined) return `fetch: ${changed}`;
  const header = heldBackHeader(request.headers);
  return header === undefined ? undefined : `fetch: the header ${header} is not supported`;
}

/** Whether the body is neither in memory nor in a `Blob`, so that it has to be read while it is sent. */
function isStreamed(body: RequestBody | null): boolean {
  return body !== null && body.length !== 0 && body.bytes === undefined && body.blob === undefined;
}

/** Methods that fetch makes upper case whatever the caller wrote; others stay as they are (WHATWG Fetch section 2.2.1). */
const NORMALISED: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

/** The request with its URL in canonical form. @throws RequestError for a URL that cannot be sent */
function addressed(request: HttpRequest): HttpRequest {
  try {
    return request.with({ url: canonicalUrl(request.url) });
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    throw new RequestError(error.message, { request, code: 'ERR_URI', attempts: 0 });
  }
}
