/** The transport, as an exchange over undici sees it. */
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { Endable } from '../exchange/open-exchanges.ts';

/** Takes over a request that undici failed, with the error it would end in. */
export type SendElsewhere = (request: HttpRequest, options: RequestOptions, error: Error) => Promise<HttpResponse>;

export interface UndiciHost {
  /** Sends what undici cannot; without it such a request fails. */
  readonly elsewhere: SendElsewhere | undefined;
  /** An exchange is over. */
  ended(exchange: Endable): void;
}
