/**
 * What `nodeHttpHandler` and `streamHandler` have in common. This file is what importing them costs: node:http and all
 * that stands on it are loaded with the first request.
 */

import type { HttpRequest } from '../../message/request.ts';
import { ownOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { Transport } from '../../stack/handler.ts';
import { connectionLimits } from '../connections/connection-limits.ts';
import { LazyTransport } from '../exchange/lazy-transport.ts';
import { refuse } from '../exchange/unsupported.ts';
import type { NodeHandlerSettings } from './transport.ts';

/** Makes a handler with connections of its own. */
export function nodeHandler(name: 'node' | 'stream', settings: NodeHandlerSettings): Transport {
  const limits = connectionLimits(name, settings);
  const transport = new LazyTransport(() =>
    import('./transport.ts').then(({ NodeTransport }) => new NodeTransport(name, limits)),
  );

  const send = (request: HttpRequest, options: RequestOptions) => {
    const own = ownOptions(options);
    const reason = unsupported(name, request, own);
    if (reason !== undefined) return refuse(request, reason);
    return transport.send(request, own);
  };
  Object.defineProperty(send, 'name', { value: name });

  return Object.assign(send, {
    handlerName: name,
    supports: (request: HttpRequest, options: RequestOptions) => unsupported(name, request, options),
    close: () => transport.close(),
    destroy: (reason?: unknown) => transport.destroy(reason),
    stats: () => limits.stats(),
  });
}

/** Why node:http cannot send this, in words for an error message. */
function unsupported(name: string, request: HttpRequest, options: RequestOptions): string | undefined {
  const { version } = options;
  if (version && !['1.1', '2', '3', 'auto'].includes(version))
    return `${name}: option version must be '1.1', '2', '3' or 'auto', got ${JSON.stringify(version)}`;
  if (version === '2' || version === '3')
    return `${name}: option version '${version}' is not supported, node:http speaks HTTP/1.1`;
  // RFC 9110 section 9.3.6: its answer has no body, but a connection to somewhere else.
  if (request.method === 'CONNECT') return `${name}: CONNECT opens a tunnel, which is no answer to a request`;
  return undefined;
}
