/**
 * HTTP/2 (RFC 9113) over `node:http2`: many requests over one connection. This file is what importing costs; node:http2
 * and all that stands on it are loaded with the first request.
 */

import type { HttpRequest } from '../../message/request.ts';
import { ownOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import type { Handler, Transport } from '../../stack/handler.ts';
import { type ConnectionSettings, connectionLimits } from '../connections/connection-limits.ts';
import { LazyTransport } from '../exchange/lazy-transport.ts';
import { refuse } from '../exchange/unsupported.ts';
import { nodeHttpHandler } from '../node/node-http.ts';

/**
 * Sends over connections of its own: with TLS what ALPN agrees on (`version: 'auto'`) or HTTP/2 alone (`'2'`, and when
 * the option is not set), without TLS by prior knowledge.
 * @param elsewhere takes what a server wants as HTTP/1.1, under `'auto'`. Default: a `nodeHttpHandler()` of its own
 * @throws TypeError for invalid settings
 */
export function http2Handler(elsewhere?: Handler, settings: ConnectionSettings = {}): Transport {
  if (elsewhere !== undefined && typeof elsewhere !== 'function') {
    throw new TypeError(
      `http2: the first argument must be a handler, got ${kindOf(elsewhere)}; settings are the second`,
    );
  }
  const limits = connectionLimits('http2', settings);
  let own: Transport | undefined;
  const fallback: Handler =
    elsewhere ?? ((request, options) => (own ??= nodeHttpHandler({ connections: limits }))(request, options));

  const transport = new LazyTransport(() =>
    import('./transport.ts').then(({ Http2Transport }) => new Http2Transport(fallback, limits)),
  );

  function http2(request: HttpRequest, options: RequestOptions) {
    const given = ownOptions(options);
    const reason = unsupported(request, given);
    if (reason !== undefined) return refuse(request, reason);
    return transport.send(request, given);
  }

  return Object.assign(http2, {
    handlerName: 'http2',
    supports: unsupported,
    close: async () => {
      await transport.close();
      await own?.close?.();
    },
    destroy: async (reason?: unknown) => {
      await transport.destroy(reason);
      await own?.destroy?.(reason);
    },
    stats: () => limits.stats(),
  });
}

/** Why this cannot go over HTTP/2, in words for an error message. */
function unsupported(request: HttpRequest, options: RequestOptions): string | undefined {
  const { version } = options;
  if (version === '1.1' || version === '3') return `http2: option version '${version}' is not supported`;
  // RFC 9113 section 8.2.2: a field about the connection makes a request malformed.
  if (request.headers.has('upgrade')) return 'http2: Upgrade does not exist in HTTP/2 (RFC 9113 §8.6)';
  // RFC 9110 section 9.3.6: its answer has no body, but a connection to somewhere else.
  if (request.method === 'CONNECT') return 'http2: CONNECT opens a tunnel, which is no answer to a request';
  return undefined;
}
