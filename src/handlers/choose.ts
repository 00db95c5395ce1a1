/**
 * The handler at the bottom of every default stack. It picks the transport for each request: undici, the fastest, for
 * buffered bodies, `streamHandler` for streamed ones, node:http for what those cannot do, HTTP/2 or fetch where an option
 * asks for them. A transport is made when it is first needed, and says itself (`supports`) what it cannot do.
 */

import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { changedOptions } from '../options/changed-options.ts';
import { ownOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { settingsOf } from '../options/settings-of.ts';
import { hasNodeTransports } from '../runtime/platform.ts';
import { canReplay } from '../semantics/replay.ts';
import type { Transport } from '../stack/handler.ts';
import { type ConnectionLimits, type ConnectionSettings, connectionLimits } from './connections/connection-limits.ts';
import { refuse } from './exchange/unsupported.ts';
import { type FetchFunction, fetchHandler } from './fetch/fetch.ts';
import { http2Handler } from './http2/http2.ts';
import { nodeHttpHandler } from './node/node-http.ts';
import { streamHandler } from './node/stream.ts';
import { undiciHandler, undiciStreams } from './undici/undici.ts';
import { UnsolicitedOrigins } from './undici/unsolicited-continue.ts';
import { isStreamed, lifeCycle } from './wrap-streaming.ts';

export { wrapStreaming } from './wrap-streaming.ts';

/** What a runtime offers. */
export interface Environment extends ConnectionSettings {
  /** Whether sockets and `node:http` are there. Default: whether this runtime has them, as Node and Bun do. */
  readonly node?: boolean | undefined;
  /** What is used where they are not. Default: the runtime's own. */
  readonly fetch?: FetchFunction | undefined;
}

/**
 * In Node: undici for buffered bodies and, over connections apart, for sinks; `streamHandler` for other streamed ones, node:http
 * for requests whose body is not in memory and for what those cannot do, node:http2 where the option `version` asks for it,
 * fetch for HTTP/3; elsewhere fetch.
 * @throws TypeError for settings that are none; a request rejects with a RequestError (`ERR_UNSUPPORTED`) with every reason
 * when none can send it
 */
export function chooseHandler(environment: Environment = {}): Transport {
  const { node, fetch, ...settings } = settingsOf('chooseHandler', environment, ['node', 'fetch', 'connections']);
  return (node ?? hasNodeTransports()) ? chooseInNode(settings) : fetchHandler(fetch);
}

function chooseInNode(settings: ConnectionSettings): Transport {
  const transports = new NodeTransports(connectionLimits('chooseHandler', settings));

  function choose(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    const own = ownOptions(options);
    if (own.version === '3') return transports.newest(request, own);
    return own.version === '2' || own.version === 'auto'
      ? transports.newer(request, own)
      : transports.plain(request, own);
  }

  return Object.assign(choose, {
    handlerName: 'undici|stream|node',
    supports: (request: HttpRequest, options: RequestOptions) => transports.refusal(request, options),
    ...lifeCycle(() => transports.made),
    stats: () => transports.connections.stats(),
  });
}

/** The transports of Node, each made when it is first needed. */
class NodeTransports {
  /** One count for all of them: a limit is about the server, not about who opened the connection. */
  readonly connections: ConnectionLimits;
  /** Gives the same copy for the same frozen options: what a transport reads from them is kept by their identity. */
  readonly #asPlain = changedOptions({ version: '1.1' });
  readonly #unsolicited = new UnsolicitedOrigins();
  #undici: Transport | undefined;
  #undiciStreams: Transport | undefined;
  #stream: Transport | undefined;
  #node: Transport | undefined;
  #http2: Transport | undefined;
  #fetch: Transport | undefined;

  constructor(connections: ConnectionLimits) {
    this.connections = connections;
  }

  get made(): readonly (Transport | undefined)[] {
    return [this.#http2, this.#undici, this.#undiciStreams, this.#stream, this.#node, this.#fetch];
  }

  /**
   * HTTP/2. Under `auto`, what it cannot carry is sent over HTTP/1.1, and so is what has no TLS, which negotiates HTTP/2.
   */
  newer(request: HttpRequest, own: RequestOptions): Promise<HttpResponse> {
    const http2 = this.#overHttp2();
    const reason = http2.supports?.(request, own);
    if (own.version === 'auto' && (reason !== undefined || isCleartext(request))) {
      return this.plain(request, this.#asPlain(own));
    }
    return reason === undefined ? http2(request, own) : refuse(request, `no handler can send this; ${reason}`);
  }

  /** HTTP/3, which Bun's fetch alone speaks. */
  newest(request: HttpRequest, own: RequestOptions): Promise<HttpResponse> {
    const fetch = this.#overFetch();
    const reason = fetch.supports?.(request, own);
    return reason === undefined ? fetch(request, own) : refuse(request, `no handler can send this; ${reason}`);
  }

  /** HTTP/1.1: over the transport that is best for it, or over node:http, which can do all of it. */
  plain(request: HttpRequest, own: RequestOptions): Promise<HttpResponse> {
    const fastest = this.#fastest(request, own);
    if (fastest !== undefined && fastest.supports!(request, own) === undefined && !this.#isRemembered(request)) {
      return fastest(request, own);
    }
    const node = isStreamed(own) ? this.#overStream() : this.#overNode();
    const reason = node.supports?.(request, own);
    return reason === undefined
      ? node(request, own)
      : refuse(request, `no handler can send this; ${this.#reasons(request, own).join('; ')}`);
  }

  /** Why none of them can send it; `undefined` when one can. */
  refusal(request: HttpRequest, options: RequestOptions): string | undefined {
    if (options.version === '3') return this.#overFetch().supports?.(request, options);
    if (options.version === '2') return this.#overHttp2().supports?.(request, options);
    const found = this.#reasons(request, options);
    return found.length < 2 ? undefined : found.join('; ');
  }

  #reasons(request: HttpRequest, given: RequestOptions): string[] {
    const options = given.version === 'auto' ? this.#asPlain(given) : given;
    const first = isStreamed(options) ? this.#overStream() : this.#overUndici();
    const found = [first, this.#overNode()].map((handler) => handler.supports?.(request, options));
    return found.filter((reason) => reason !== undefined);
  }

  /** undici, for what costs less over it: what is in memory, and a body that goes into a sink. */
  #fastest({ body }: HttpRequest, options: RequestOptions): Transport | undefined {
    if (isStreamed(options)) return options.sink && body === null ? this.#overUndiciStreams() : undefined;
    return body === null || body.bytes !== undefined ? this.#overUndici() : undefined;
  }

  #overUndici(): Transport {
    const { connections } = this;
    return (this.#undici ??= undiciHandler((...failed) => this.#elsewhere(...failed), { connections }));
  }

  #overUndiciStreams(): Transport {
    const { connections } = this;
    return (this.#undiciStreams ??= undiciStreams((...failed) => this.#elsewhere(...failed), { connections }));
  }

  #overStream(): Transport {
    return (this.#stream ??= streamHandler({ connections: this.connections }));
  }

  #overNode(): Transport {
    return (this.#node ??= nodeHttpHandler({ connections: this.connections }));
  }

  #overHttp2(): Transport {
    const { connections } = this;
    return (this.#http2 ??= http2Handler((request, own) => this.plain(request, own), { connections }));
  }

  #overFetch(): Transport {
    return (this.#fetch ??= fetchHandler());
  }

  /**
   * A request that undici failed because of an unsolicited `100` goes again over node:http, which reads on after it. What
   * follows to the same origin takes that way at once.
   */
  #elsewhere(request: HttpRequest, options: RequestOptions, error: Error): Promise<HttpResponse> {
    this.#unsolicited.add(request);
    if (!canReplay(request, false)) return Promise.reject(error);
    const node = isStreamed(options) ? this.#overStream() : this.#overNode();
    return node(request, options);
  }

  #isRemembered(request: HttpRequest): boolean {
    return this.#unsolicited.size > 0 && this.#unsolicited.has(request);
  }
}

function isCleartext(request: HttpRequest): boolean {
  return /^http:/i.test(request.url);
}
