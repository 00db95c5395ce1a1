/**
 * The connections of one handler over node:http, and the exchanges that run over them. Loaded with the first request
 * (`node-handler.ts`).
 */

import type { DialSettings } from '../../connect/dial.ts';
import { tunnelling } from '../../connect/forwarding.ts';
import { LastSettings } from '../../connect/settings/last-settings.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { requestTarget } from '../../semantics/request-target.ts';
import { ConnectionLimits, type ConnectionSettings } from '../connections/connection-limits.ts';
import { OpenExchanges } from '../exchange/open-exchanges.ts';
import { settingsOf } from '../exchange/request-settings.ts';
import type { Transfer } from '../exchange/transfer.ts';
import { ConnectionPool } from './connection-pool.ts';
import { type ExchangeHost, NodeExchange } from './exchange.ts';

/** Settings of the handlers over node:http. */
export type NodeHandlerSettings = ConnectionSettings;

export class NodeTransport implements ExchangeHost {
  readonly name: string;
  readonly pool: ConnectionPool;
  readonly running = new OpenExchanges<Transfer>();
  readonly #settings = new LastSettings();

  constructor(name: string, limits = new ConnectionLimits()) {
    this.name = name;
    this.pool = new ConnectionPool(limits);
  }

  send(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const target = requestTarget(request);
      const settings = settingsOf(this.#settings, request, options);
      const route = { target, settings: settingsFor(request, settings) };
      new NodeExchange(request, options, route, this, { resolve, reject }).start();
    });
  }

  async close(): Promise<void> {
    this.pool.close();
    await this.running.letFinish();
  }

  async destroy(reason?: unknown): Promise<void> {
    // First, so that connections which become idle now are closed, and not kept.
    const closing = this.close();
    this.running.endAll(reason);
    await closing;
  }
}

/**
 * `Upgrade` is for the next hop alone (RFC 9110 section 7.8): a proxy would drop it, so that such a request needs a tunnel.
 */
function settingsFor(request: HttpRequest, settings: DialSettings): DialSettings {
  return request.headers.has('upgrade') ? tunnelling(settings) : settings;
}
