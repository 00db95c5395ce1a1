/**
 * Stands between the crawl and its client: a page of another host is only looked at, with HEAD, and with GET where that
 * is no answer.
 */
import { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { PoolClient } from '../../pool/pool-options.ts';
import { isAccepted, type StatusRange } from './statuses.ts';

export interface CheckingOptions {
  /** Told that the URL is sent now. */
  sent(url: string): void;
  isExternal(url: string): boolean;
  readonly accepted: readonly StatusRange[];
  /** Waits as long as the host of the URL is to be left alone between two requests. */
  pause(url: string): Promise<void>;
}

export class CheckingClient implements PoolClient {
  readonly #client: PoolClient;
  readonly #options: CheckingOptions;

  constructor(client: PoolClient, options: CheckingOptions) {
    this.#client = client;
    this.#options = options;
  }

  request(method: string, uri: string | URL, options?: RequestOptions): PromiseLike<HttpResponse> {
    return this.#client.request(method, uri, options);
  }

  send(request: HttpRequest, options?: RequestOptions): PromiseLike<HttpResponse> {
    this.#options.sent(request.url);
    return this.#options.isExternal(request.url) ? this.#check(request, options) : this.#client.send(request, options);
  }

  /** Servers that know no HEAD answer it in every way. */
  async #check(request: HttpRequest, options: RequestOptions | undefined): Promise<HttpResponse> {
    try {
      const response = await this.#client.send(new HttpRequest('HEAD', request.url), options);
      if (isAccepted(response.status, this.#options.accepted)) return response;
      await response.discard();
    } catch (error) {
      const signal = options?.signal || undefined;
      if (signal?.aborted) throw error;
    }
    await this.#options.pause(request.url);
    return this.#client.send(request, options);
  }
}
