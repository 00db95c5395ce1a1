/** undici's pools, one for each origin and way of connecting, and the exchanges that run over them. */
import type { Socket } from 'node:net';
import type { Client, Dispatcher, Pool } from 'undici';
import { RequestError } from '../errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { canonicalUrl, type Target, targetOf, UriError } from '../message/uri.ts';
import type { RequestOptions } from '../options.ts';
import { type DialSettings, dial, dialSettings, dialTimings } from './dial.ts';
import { withRequest } from './failure.ts';
import { pinProxy } from './proxy-request.ts';
import { UndiciExchange } from './undici-exchange.ts';

type Undici = Pick<typeof import('undici'), 'Client' | 'Pool'>;
type Timings = NonNullable<ReturnType<typeof dialTimings>>;

/** Takes over a request that undici failed, with the error it would end in. */
export type SendElsewhere = (request: HttpRequest, options: RequestOptions, error: Error) => Promise<HttpResponse>;

/** The connections of one origin. */
export interface Route {
  readonly pool: Dispatcher;
  /** Its proxy is decided: the connections stand in for each other. */
  readonly settings: DialSettings;
  /** Its proxy does not say that connections may be used again: each request takes one of its own. */
  isSingle: boolean;
  /** What the connection that was just opened took; the exchange that finds it was the one to wait for it. */
  fresh: Timings | undefined;
}

export class UndiciTransport {
  readonly #undici: Undici;
  readonly #groups = new Map<string, Map<string, Route>>();
  #running = 0;
  readonly #rested: (() => void)[] = [];
  #lastOptions: RequestOptions | undefined;
  #lastSettings: DialSettings | undefined;

  private constructor(
    undici: Undici,
    readonly elsewhere: SendElsewhere | undefined,
  ) {
    this.#undici = undici;
  }

  static async load(elsewhere?: SendElsewhere): Promise<UndiciTransport> {
    return new UndiciTransport(await import('undici'), elsewhere);
  }

  send(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const target = targetFor(request);
      const exchange = new UndiciExchange(request, options, target, this, resolve, reject);
      const route = this.#routeFor(request, target, options);
      this.#running += 1;
      exchange.start(route);
    });
  }

  /** An exchange is over. */
  ended(): void {
    this.#running -= 1;
    if (this.#running === 0) for (const resolve of this.#rested.splice(0)) resolve();
  }

  /** A connection that nothing has used before, closed after its one exchange. */
  freshRoute(target: Target, { settings }: Route): Route {
    const route = newRoute<Client>(settings);
    route.pool = new this.#undici.Client(target.origin, poolOptions(target, route));
    return route;
  }

  async close(): Promise<void> {
    const pools = this.#takeAll();
    if (this.#running > 0) await new Promise<void>((resolve) => this.#rested.push(resolve));
    // undici's own close would wait for connections that nobody wants any more.
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  async destroy(reason: unknown): Promise<void> {
    const error = reason instanceof Error ? reason : undefined;
    await Promise.all(this.#takeAll().map((pool) => pool.destroy(error as Error)));
  }

  #takeAll(): Dispatcher[] {
    const pools = [...this.#groups.values()].flatMap((group) => [...group.values()].map((route) => route.pool));
    this.#groups.clear();
    return pools;
  }

  #routeFor(request: HttpRequest, target: Target, options: RequestOptions): Route {
    try {
      return this.#route(target, this.#settings(options));
    } catch (error) {
      throw error instanceof Error ? withRequest(error, request) : error;
    }
  }

  #settings(options: RequestOptions): DialSettings {
    if (options !== this.#lastOptions || this.#lastSettings === undefined) {
      this.#lastSettings = dialSettings(options);
      this.#lastOptions = options;
    }
    return this.#lastSettings;
  }

  #route(target: Target, settings: DialSettings): Route {
    let group = this.#groups.get(settings.key);
    if (group === undefined) this.#groups.set(settings.key, (group = new Map()));
    return group.get(target.origin) ?? this.#open(group, target, settings);
  }

  #open(group: Map<string, Route>, target: Target, settings: DialSettings): Route {
    const route = newRoute<Pool>(pinProxy(target, settings));
    route.pool = new this.#undici.Pool(target.origin, poolOptions(target, route));
    group.set(target.origin, route);
    // A crawler meets more origins than memory holds pools for: one without connections is forgotten.
    const forget = () => {
      const { connected, size } = route.pool.stats;
      if (connected === 0 && size === 0 && group.get(target.origin) === route) {
        group.delete(target.origin);
        route.pool.destroy().catch(() => undefined);
      }
    };
    route.pool.on('disconnect', () => queueMicrotask(forget));
    route.pool.on('connectionError', () => queueMicrotask(forget));
    return route;
  }
}

type OpenRoute<T extends Dispatcher> = { -readonly [Key in keyof Route]: Key extends 'pool' ? T : Route[Key] };

function newRoute<T extends Dispatcher>(settings: DialSettings): OpenRoute<T> {
  return { pool: undefined as never, settings, isSingle: false, fresh: undefined };
}

function poolOptions(target: Target, route: OpenRoute<Dispatcher>): Pool.Options {
  const { settings } = route;
  return {
    // The project's own timers are exact; undici's fire up to a second late.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: settings.maxHeaderSize,
    connect: (_, callback) => {
      dial(target, settings, (error, socket) => {
        if (error !== null || socket === null) callback(error ?? new Error('no socket'), null);
        else {
          route.fresh = dialTimings(socket) ?? {};
          callback(null, endingForGood(socket));
        }
      });
    },
  };
}

function targetFor(request: HttpRequest): Target {
  try {
    return targetOf(canonicalUrl(request.url));
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    throw new RequestError(error.message, { request, code: 'ERR_URI' });
  }
}

/**
 * undici ends the connection of an aborted request with an error that it takes for information, leaves the request in
 * its queue for that, and opens another connection only to find that nobody wants it. By any other error it is over.
 */
function endingForGood<T extends Socket>(socket: T): T {
  const { destroy } = socket;
  socket.destroy = function destroyed(error?: Error) {
    const isAbort = error?.message === 'aborted' && (error as { code?: unknown }).code === 'UND_ERR_INFO';
    return destroy.call(this, isAbort ? new Error('aborted') : error);
  };
  return socket;
}
