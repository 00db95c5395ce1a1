/**
 * One handler that picks the transport for each request: the fast one for what it can do, the one with a pulled body for
 * streams, the one that can do everything for the rest. A transport is made when it is first needed, and says itself
 * (`supports`) what it cannot do.
 */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { changedOptions } from '../options/changed-options.ts';
import { ownOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { hasNodeTransports } from '../runtime/platform.ts';
import { canReplay } from '../semantics/replay.ts';
import type { Transport } from '../stack/handler.ts';
import { type ConnectionSettings, connectionLimits } from './connections/connection-limits.ts';
import { refuse } from './exchange/unsupported.ts';
import { type FetchFunction, fetchHandler } from './fetch/fetch.ts';
import { http2Handler } from './http2/http2.ts';
import { nodeHttpHandler } from './node/node-http.ts';
import { streamHandler } from './node/stream.ts';
import { undiciHandler } from './undici/undici.ts';
import { UnsolicitedOrigins } from './undici/unsolicited-continue.ts';
import { isStreamed, lifeCycle } from './wrap-streaming.ts';

export { wrapStreaming } from './wrap-streaming.ts';

/** What a runtime offers. */
export interface Environment extends ConnectionSettings {
  /** Whether sockets and `node:http` are there. Default: whether this runtime has them, as Node and Bun do. */
  readonly node?: boolean;
  /** What is used where they are not. Default: the runtime's own. */
  readonly fetch?: FetchFunction;
}

/**
 * In Node: undici for buffered bodies, `streamHandler` for streamed ones, node:http for what those cannot do, node:http2
 * where the option `version` asks for it; elsewhere fetch.
 * @throws RequestError (`ERR_UNSUPPORTED`), as a rejection, with every reason when none can send a request
 */
export function chooseHandler(environment: Environment = {}): Transport {
  return (environment.node ?? hasNodeTransports()) ? chooseInNode(environment) : fetchHandler(environment.fetch);
}

function chooseInNode(settings: ConnectionSettings): Transport {
  // One count for all of them: a limit is about the server, not about who opened the connection.
  const connections = connectionLimits('chooseHandler', settings);
  let undici: Transport | undefined;
  let node: Transport | undefined;
  let stream: Transport | undefined;
  let http2: Transport | undefined;
  const unsolicited = new UnsolicitedOrigins();

  const nodeHttp = (): Transport => (node ??= nodeHttpHandler({ connections }));

  /** A request that met a `100` goes again where that is read past, and so does what follows to its origin. */
  function elsewhere(request: HttpRequest, options: RequestOptions, error: Error): Promise<HttpResponse> {
    unsolicited.add(request);
    return canReplay(request, false) ? nodeHttp()(request, options) : Promise.reject(error);
  }

  function choose(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    const own = ownOptions(options);
    return own.version === '2' || own.version === 'auto' ? newer(request, own) : plain(request, own);
  }

  /** HTTP/2 where it can be: what cannot be said in it, and plain text under `auto`, is HTTP/1.1. */
  function newer(request: HttpRequest, own: RequestOptions): Promise<HttpResponse> {
    http2 ??= http2Handler(plain, { connections });
    const reason = http2.supports?.(request, own);
    if (own.version === 'auto' && (reason !== undefined || isCleartext(request))) return plain(request, asPlain(own));
    return reason === undefined ? http2(request, own) : refuse(request, `no handler can send this; ${reason}`);
  }

  /** Once for each options: what is read from them is kept by their identity. */
  const asPlain = changedOptions({ version: '1.1' });

  function plain(request: HttpRequest, own: RequestOptions): Promise<HttpResponse> {
    const first = isStreamed(own)
      ? (stream ??= streamHandler({ connections }))
      : (undici ??= undiciHandler(elsewhere, { connections }));
    if (first.supports!(request, own) === undefined && (first === stream || !isRemembered(request))) {
      return first(request, own);
    }
    const reason = nodeHttp().supports?.(request, own);
    return reason === undefined
      ? nodeHttp()(request, own)
      : refuse(request, `no handler can send this; ${reasonsOf(request, own).join('; ')}`);
  }

  function isRemembered(request: HttpRequest): boolean {
    return unsolicited.size > 0 && unsolicited.has(request);
  }

  function reasonsOf(request: HttpRequest, given: RequestOptions): string[] {
    const options = given.version === 'auto' ? asPlain(given) : given;
    const first = isStreamed(options)
      ? (stream ??= streamHandler({ connections }))
      : (undici ??= undiciHandler(elsewhere, { connections }));
    const found = [first, nodeHttp()].map((handler) => handler.supports?.(request, options));
    return found.filter((reason) => reason !== undefined);
  }

  return Object.assign(choose, {
    handlerName: 'undici|stream|node',
    supports(request: HttpRequest, options: RequestOptions): string | undefined {
      if (options.version === '2') return (http2 ??= http2Handler(plain, { connections })).supports?.(request, options);
      const found = reasonsOf(request, options);
      return found.length < 2 ? undefined : found.join('; ');
    },
    ...lifeCycle(() => [http2, undici, stream, node]),
    stats: () => connections.stats(),
  });
}

function isCleartext(request: HttpRequest): boolean {
  return /^http:/i.test(request.url);
}
