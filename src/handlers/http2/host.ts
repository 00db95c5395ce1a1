/** What an exchange over HTTP/2 is given beside its request. */
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { OpenExchanges } from '../exchange/open-exchanges.ts';
import type { Transfer } from '../exchange/transfer.ts';
import type { Http2Connections } from './connections.ts';

/** The transport, as its exchanges see it: they know nothing else of it, so that neither file needs the other. */
export interface Http2Host {
  readonly running: OpenExchanges<Transfer>;
  group(target: Target, request: HttpRequest, options: RequestOptions): Http2Connections;
  /** Sends over HTTP/1.1. */
  plain(request: HttpRequest, options: RequestOptions): Promise<HttpResponse>;
  /** The server wants HTTP/1.1 for what goes to this origin. */
  wantsHttp1(group: Http2Connections): void;
}
