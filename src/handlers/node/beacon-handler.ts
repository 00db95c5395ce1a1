/**
 * The handler of requests whose answer nobody waits for: node:http over connections of its own, which tells when a
 * request is in the system's hands, so that its connection need not keep the process alive for the answer.
 */
import type { Socket } from 'node:net';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { ownOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { Transport } from '../../stack/handler.ts';
import type { ExchangeHost } from './exchange.ts';
import { nodeHttpHandler } from './node-http.ts';
import { NodeTransport } from './transport.ts';

/** A connection whose request was written; `unref` lets the process end before the answer. */
export interface WrittenConnection {
  ref(): unknown;
  unref(): unknown;
}

/** Called when the last byte of a request has been handed to the system. */
export type Written = (request: HttpRequest, connection: WrittenConnection) => void;

/** Its exchanges call `written` when a request has been handed to the system. */
class DetachedTransport extends NodeTransport implements ExchangeHost {
  readonly #written: Written;

  constructor(written: Written) {
    super('detached');
    this.#written = written;
  }

  written(request: HttpRequest, socket: Socket): void {
    this.#written(request, socket);
  }
}

/** Sends as `nodeHttpHandler` does. Its connections keep the process alive until `written` decides otherwise. */
export function detachedHandler(written: Written): Transport {
  const transport = new DetachedTransport(written);
  const { supports } = nodeHttpHandler();

  function detached(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    return transport.send(request, ownOptions(options));
  }

  return Object.assign(detached, {
    handlerName: 'detached',
    supports,
    close: () => transport.close(),
    destroy: (reason?: unknown) => transport.destroy(reason),
  });
}
