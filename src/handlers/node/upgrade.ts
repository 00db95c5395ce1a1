/**
 * Sends a request that asks to switch protocols (RFC 9110 section 7.8) over node:http, for WebSockets. Its answer is a 101,
 * whose connection belongs to the caller from then on, or any other response, read like that of any request.
 */
import type { Socket } from 'node:net';
import type { Content } from '../../message/content.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { extendOptions, ownOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { Transport } from '../../stack/handler.ts';
import { refuse } from '../exchange/unsupported.ts';
import type { ExchangeHost } from './exchange.ts';
import { nodeHttpHandler } from './node-http.ts';
import { NodeTransport } from './transport.ts';

/** A connection that speaks another protocol now. */
export interface SwitchedConnection {
  /** The connection, from the first byte behind the head. */
  readonly socket: Socket;
  /** What came right behind the 101, and is already in the new protocol. */
  readonly head: Uint8Array;
}

/** Keyed by the content, which the copies of a response share: the layers above hand copies on. */
const switched = new WeakMap<Content, SwitchedConnection>();

/** Attaches a connection to `response`, a 101. For handlers that make connections in their own way. Never throws. */
export function handOver(response: HttpResponse, socket: Socket, head: Uint8Array = new Uint8Array(0)): HttpResponse {
  // Between here and the new protocol's own listener, a broken connection must not end the process.
  socket.on('error', () => undefined);
  switched.set(response.content, { socket, head });
  return response;
}

/** Takes the connection of a 101, once. */
export function takeOver(response: HttpResponse): SwitchedConnection | undefined {
  const connection = switched.get(response.content);
  switched.delete(response.content);
  return connection;
}

class UpgradeTransport extends NodeTransport implements ExchangeHost {
  switched(response: HttpResponse, socket: Socket, head: Uint8Array): void {
    handOver(response, socket, head);
  }
}

/**
 * A handler for requests with `Upgrade`. Each gets a connection of its own, which is closed unless the server switches.
 * `close` waits for handshakes under way and leaves the connections that were handed over alone. A request that it cannot
 * carry rejects with a `RequestError` (`ERR_UNSUPPORTED`).
 */
export function upgradeHandler(): Transport {
  const transport = new UpgradeTransport('upgrade');
  const { supports } = nodeHttpHandler();

  function upgrade(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    const own = extendOptions(ownOptions(options), { keepAlive: false, connections: undefined });
    const reason = supports?.(request, own)?.replace(/^node: /, 'upgrade: ');
    if (reason !== undefined) return refuse(request, reason);
    return transport.send(request, own);
  }

  return Object.assign(upgrade, {
    handlerName: 'upgrade',
    supports,
    close: () => transport.close(),
    destroy: (reason?: unknown) => transport.destroy(reason),
  });
}
