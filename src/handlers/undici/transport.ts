/**
 * The connections of undici, by their settings and origin, and the exchanges that run over them. Loaded with the first
 * request (`undici.ts`).
 */
import { createRequire } from 'node:module';
import type { Client } from 'undici';
import { stoppedByCaller } from '../../call/caller-stop.ts';
import type { DialSettings } from '../../connect/dial.ts';
import { withRequest } from '../../connect/failure.ts';
import { pinProxy } from '../../connect/forwarding.ts';
import { LastSettings } from '../../connect/settings/last-settings.ts';
import { checkHead } from '../../message/framing.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { requestTarget } from '../../semantics/request-target.ts';
import type { ConnectionLimits } from '../connections/connection-limits.ts';
import { type Endable, OpenExchanges } from '../exchange/open-exchanges.ts';
import { phaseTimeouts } from '../exchange/phase-timeouts.ts';
import { UndiciConnections } from './connections.ts';
import { UndiciExchange } from './exchange.ts';
import type { SendElsewhere, UndiciHost } from './host.ts';
import { QueuedRequest } from './queued-request.ts';

/** undici's `Client` by itself: its entry brings a fetch, a cache and more along, two thirds of the time of a cold start. */
const CLIENT_ALONE = 'undici/lib/dispatcher/client.js';

async function loadClient(): Promise<typeof Client> {
  try {
    // Not imported: an import of CommonJS parses every file twice.
    return createRequire(import.meta.url)(CLIENT_ALONE) as typeof Client;
  } catch {
    // Bundled, or an undici that has moved its files.
    return (await import('undici')).Client;
  }
}

export class UndiciTransport implements UndiciHost {
  readonly #Client: typeof Client;
  /** By the key of the settings, and within that by origin. */
  readonly #groups = new Map<string, Map<string, UndiciConnections>>();
  readonly running = new OpenExchanges<Endable>();
  readonly #settings = new LastSettings();

  private constructor(
    ClientClass: typeof Client,
    readonly name: string,
    readonly limits: ConnectionLimits,
    readonly elsewhere: SendElsewhere | undefined,
  ) {
    this.#Client = ClientClass;
  }

  static async load(name: string, limits: ConnectionLimits, elsewhere?: SendElsewhere): Promise<UndiciTransport> {
    return new UndiciTransport(await loadClient(), name, limits, elsewhere);
  }

  send(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const target = requestTarget(request);
      checkHead(request);
      const settle = { resolve, reject };
      if (stoppedByCaller(request, options)) {
        new UndiciExchange(request, options, target, this, settle).transfer.start();
        return;
      }
      const { queue } = phaseTimeouts(options);
      const limit = this.limits.limitOf(options);
      const route = this.#routeFor(request, target, options);
      // Nothing fails from here on: the connection that is taken would be lost.
      const connection = route.take(limit);
      if (connection !== undefined) new UndiciExchange(request, options, target, this, settle).start(connection);
      else new QueuedRequest(request, options, this, settle).join(route, limit!, queue);
    });
  }

  /** With how many different settings there are connections. */
  get ways(): number {
    return this.#groups.size;
  }

  /** Waits for what is under way; a streamed body that nobody has begun to read is not. */
  async close(): Promise<void> {
    const routes = this.#takeAll();
    await this.running.letFinish();
    for (const route of routes) route.close();
  }

  async destroy(reason?: unknown): Promise<void> {
    const closing = this.close();
    this.running.endAll(reason);
    await closing;
  }

  /** All routes, which later requests do not find any more. */
  #takeAll(): UndiciConnections[] {
    const routes = [...this.#groups.values()].flatMap((group) => [...group.values()]);
    this.#groups.clear();
    return routes;
  }

  #routeFor(request: HttpRequest, target: Target, options: RequestOptions): UndiciConnections {
    try {
      return this.#route(target, this.#settings.of(options));
    } catch (error) {
      throw withRequest(error, request);
    }
  }

  #route(target: Target, settings: DialSettings): UndiciConnections {
    let group = this.#groups.get(settings.key);
    if (group === undefined) this.#groups.set(settings.key, (group = new Map()));
    const known = group.get(target.origin);
    if (known !== undefined) return known;
    // A crawler meets more origins than memory has room for, and proxies may rotate: what has no connections is forgotten.
    const route = new UndiciConnections(this.#Client, target, pinProxy(target, settings), this.limits, () => {
      if (group.get(target.origin) === route) group.delete(target.origin);
      if (group.size === 0 && this.#groups.get(settings.key) === group) this.#groups.delete(settings.key);
    });
    group.set(target.origin, route);
    return route;
  }
}
