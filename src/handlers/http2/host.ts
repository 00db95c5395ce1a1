/** What an exchange over HTTP/2 needs of its transport. */
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { OpenExchanges } from '../exchange/open-exchanges.ts';
import type { Transfer } from '../exchange/transfer.ts';
import type { Http2Connections } from './connections.ts';

/** The transport, as its exchanges see it; in a file of its own, because an import of the transport would be a circle. */
export interface Http2Host {
  readonly running: OpenExchanges<Transfer>;
  /** The connections that this request may go over. */
  group(target: Target, request: HttpRequest, options: RequestOptions): Http2Connections;
  /** Sends over HTTP/1.1. */
  plain(request: HttpRequest, options: RequestOptions): Promise<HttpResponse>;
  /** The server wants HTTP/1.1 for this origin (HTTP_1_1_REQUIRED): it is remembered for later requests. */
  wantsHttp1(group: Http2Connections): void;
}
