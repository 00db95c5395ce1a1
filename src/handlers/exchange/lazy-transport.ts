/**
 * A transport that is loaded with its first request, so that importing the library does not load `node:http`, undici and
 * what stands on them. `close` and `destroy` reach it also while it is being loaded, and `destroy` reaches what an earlier
 * `close` still waits for.
 */
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';

/** What is loaded. */
export interface LoadedTransport {
  send(request: HttpRequest, options: RequestOptions): Promise<HttpResponse>;
  close(): Promise<void>;
  destroy(reason?: unknown): Promise<void>;
}

export class LazyTransport {
  readonly #load: () => Promise<LoadedTransport>;
  #loading: Promise<LoadedTransport> | undefined;
  #transport: LoadedTransport | undefined;
  /** Transports that were closed and still have requests under way. */
  readonly #closing = new Set<Promise<LoadedTransport>>();

  constructor(load: () => Promise<LoadedTransport>) {
    this.#load = load;
  }

  send(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    // Once it is loaded, a request costs no promise more.
    if (this.#transport !== undefined) return this.#transport.send(request, options);
    this.#loading ??= this.#begin();
    return this.#loading.then((loaded) => loaded.send(request, options));
  }

  /** What is under way ends over the connections it has; a later request loads a transport with new ones. */
  async close(): Promise<void> {
    const released = this.#loading;
    if (released === undefined) return;
    this.#loading = this.#transport = undefined;
    this.#closing.add(released);
    await (await released).close();
    this.#closing.delete(released);
  }

  async destroy(reason?: unknown): Promise<void> {
    // First, because it puts the transport of now among those that are closing.
    const closed = this.close();
    await Promise.all([...this.#closing].map(async (released) => (await released).destroy(reason)));
    await closed;
  }

  #begin(): Promise<LoadedTransport> {
    const loading = this.#load().then((loaded) => {
      // Not when it was closed while it was being loaded.
      if (this.#loading === loading) this.#transport = loaded;
      return loaded;
    });
    return loading;
  }
}
