/**
 * The connections of HTTP/2, in groups of one origin and one set of dial settings, the exchanges over them, and a memory of
 * the origins that speak HTTP/1.1 only. Loaded with the first request (`http2.ts`).
 */

import type { DialSettings } from '../../connect/dial.ts';
import { withRequest } from '../../connect/failure.ts';
import { pinProxy, tunnelling } from '../../connect/forwarding.ts';
import { LastSettings } from '../../connect/settings/last-settings.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { Target } from '../../message/uri.ts';
import { changedOptions } from '../../options/changed-options.ts';
import type { RequestOptions } from '../../options/options.ts';
import { BoundedMap } from '../../runtime/bounded-map.ts';
import { requestTarget } from '../../semantics/request-target.ts';
import type { Handler } from '../../stack/handler.ts';
import type { ConnectionLimits } from '../connections/connection-limits.ts';
import { OpenExchanges } from '../exchange/open-exchanges.ts';
import { settingsOf } from '../exchange/request-settings.ts';
import type { Transfer } from '../exchange/transfer.ts';
import { offering } from './alpn.ts';
import { Http2Connections } from './connections.ts';
import { Http2Exchange } from './exchange.ts';
import type { Http2Host } from './host.ts';

export class Http2Transport implements Http2Host {
  readonly #fallback: Handler;
  readonly #limits: ConnectionLimits;
  readonly #groups = new Map<string, Http2Connections>();
  readonly running = new OpenExchanges<Transfer>();
  /** Keys of groups whose server chose HTTP/1.1; bounded, the oldest are forgotten. */
  readonly #plain = new BoundedMap<string, true>(1000);
  readonly #settings = new LastSettings(offering);
  readonly #asPlain = changedOptions({ version: '1.1' });

  constructor(fallback: Handler, limits: ConnectionLimits) {
    this.#fallback = fallback;
    this.#limits = limits;
  }

  send(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const target = requestTarget(request);
      if (options.version === 'auto' && this.#isPlain(target, request, options)) {
        resolve(this.plain(request, options));
        return;
      }
      // The promise of another transport may take its place, where HTTP/1.1 is spoken after all.
      new Http2Exchange(request, options, target, this, { resolve, reject }).start();
    });
  }

  /** @throws what settings or proxy variables that cannot be used fail with, with the request in it */
  group(target: Target, request: HttpRequest, options: RequestOptions): Http2Connections {
    const settings = settingsOf(this.#settings, request, options);
    const key = keyOf(target, settings);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    try {
      // Interchangeable connections lead through one proxy, which can carry HTTP/2 in a tunnel only.
      const pinned = pinProxy(target, tunnelling(settings));
      const group = new Http2Connections(key, target, pinned, this.#limits, {
        onEmpty: () => {
          if (this.#groups.get(key) === group) this.#groups.delete(key);
        },
        onHttp1: options.version === 'auto' ? () => void this.#plain.set(key, true) : undefined,
      });
      this.#groups.set(key, group);
      return group;
    } catch (error) {
      throw withRequest(error, request);
    }
  }

  plain(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    return this.#fallback(request, this.#asPlain(options));
  }

  wantsHttp1({ key }: Http2Connections): void {
    this.#plain.set(key, true);
  }

  async close(): Promise<void> {
    await this.running.letFinish();
    for (const group of [...this.#groups.values()]) group.close();
  }

  async destroy(reason?: unknown): Promise<void> {
    const closing = this.close();
    this.running.endAll(reason);
    await closing;
  }

  /** Whether `auto` means HTTP/1.1: without TLS, where nothing is negotiated, and where the server chose it before. */
  #isPlain(target: Target, request: HttpRequest, options: RequestOptions): boolean {
    if (target.protocol === 'http:') return true;
    return this.#plain.size > 0 && this.#plain.has(keyOf(target, settingsOf(this.#settings, request, options)));
  }
}

/** Requests go to the same host in a row, mostly: a text that is made once is hashed once. */
let last: { readonly settings: string; readonly origin: string; readonly key: string } | undefined;

/** What connections must have in common to carry the same requests. */
function keyOf({ origin }: Target, { key: settings }: DialSettings): string {
  if (last?.origin !== origin || last.settings !== settings) last = { settings, origin, key: `${settings} ${origin}` };
  return last.key;
}
