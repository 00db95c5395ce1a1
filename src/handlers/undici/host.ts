/**
 * What an exchange over undici needs of its transport and its connection. There are two of each: those of this folder, and
 * those that stand for a dispatcher of the caller's.
 */
import type { dialTimings } from '../../connect/dial.ts';
import type { ProxyServer } from '../../connect/rules/proxy-url.ts';
import type { RawField } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { Endable, OpenExchanges } from '../exchange/open-exchanges.ts';

/** Takes over a request that undici failed, with the error it would end in. */
export type SendElsewhere = (request: HttpRequest, options: RequestOptions, error: Error) => Promise<HttpResponse>;

export interface UndiciHost {
  /** What `stats` calls the handler. */
  readonly name: string;
  /** Sends what undici cannot; without it such a request fails. */
  readonly elsewhere: SendElsewhere | undefined;
  readonly running: OpenExchanges<Endable>;
}

/** What undici dispatches on: one of its connections, or a dispatcher of the caller's, which has its own. */
export interface ExchangeConnection {
  readonly client: { dispatch(options: object, handler: object): boolean };
  readonly route: {
    readonly settings: { readonly forwarder?: ProxyServer | undefined; readonly maxHeaderSize: number };
    isSingle: boolean;
    give(connection: ExchangeConnection): void;
    drop(connection: ExchangeConnection): void;
    renew(dead: ExchangeConnection): ExchangeConnection;
  };
  fresh: ReturnType<typeof dialTimings>;
  readonly socket: { readonly bytesRead: number; readonly writableLength: number } | undefined;
  readonly alert: Error | undefined;
  onKeepAlive(fields: readonly RawField[]): void;
}
