/**
 * Exchanges over a dispatcher of the caller's, which has connections of its own: nothing here limits, counts or closes
 * them.
 */
import { checkHead } from '../../message/framing.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { requestTarget } from '../../semantics/request-target.ts';
import { type Endable, OpenExchanges } from '../exchange/open-exchanges.ts';
import type { UndiciDispatcher } from './dispatcher.ts';
import { DispatcherCallbacks } from './dispatcher-callbacks.ts';
import { dispatcherOptions } from './dispatcher-request.ts';
import { UndiciExchange } from './exchange.ts';
import type { ExchangeConnection, UndiciHost } from './host.ts';
import type { DispatchOptions } from './request.ts';

export class DispatcherTransport implements UndiciHost {
  readonly name = 'undici';
  readonly elsewhere = undefined;
  readonly #dispatcher: UndiciDispatcher;
  readonly running = new OpenExchanges<Endable>();

  constructor(dispatcher: UndiciDispatcher) {
    this.#dispatcher = dispatcher;
  }

  send(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const target = requestTarget(request);
      checkHead(request);
      const exchange = new UndiciExchange(request, options, target, this, { resolve, reject });
      exchange.start(new DispatcherConnection(this.#dispatcher, target, exchange));
    });
  }

  close(): Promise<void> {
    return this.running.letFinish();
  }

  async destroy(reason?: unknown): Promise<void> {
    this.running.endAll(reason);
  }
}

/** The dispatcher's own proxy and limits hold. */
const SETTINGS = { forwarder: undefined, maxHeaderSize: Number.POSITIVE_INFINITY };

/** Stands in the place of a route and of a connection for one exchange, since the dispatcher shows nothing of its own. */
class DispatcherConnection implements ExchangeConnection {
  readonly client = this;
  readonly route = this;
  readonly settings = SETTINGS;
  isSingle = false;
  fresh: undefined;
  readonly socket = undefined;
  readonly alert = undefined;
  readonly #dispatcher: UndiciDispatcher;
  readonly #target: Target;
  readonly #exchange: UndiciExchange;

  constructor(dispatcher: UndiciDispatcher, target: Target, exchange: UndiciExchange) {
    this.#dispatcher = dispatcher;
    this.#target = target;
    this.#exchange = exchange;
  }

  dispatch(options: DispatchOptions): boolean {
    const callbacks = new DispatcherCallbacks(this.#exchange, this.#target, options.body);
    // Nobody sees when its connection is there: the time for that counts as time for the head.
    this.#exchange.onConnect((reason) => callbacks.stop(reason));
    try {
      return this.#dispatcher.dispatch(dispatcherOptions(options, this.#target, this.#exchange), callbacks);
    } catch (error) {
      callbacks.onError(error as Error);
      return false;
    }
  }

  // What it does with its connections is the dispatcher's to know.
  give(): void {}
  drop(): void {}
  onKeepAlive(): void {}

  renew(): ExchangeConnection {
    return this;
  }
}
