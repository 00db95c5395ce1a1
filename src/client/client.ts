/** The client: options for every call, one stack, and the ways to ask. */

import { type Beacon, type BeaconOptions, Beacons } from '../beacon/beacon.ts';
import { Calls } from '../call/calls.ts';
import { callTracing, Trace } from '../call/channels.ts';
import { clientClosed } from '../call/client-closed.ts';
import { RequestPromise } from '../call/request-promise.ts';
import { letGoOfSources } from '../call/sources.ts';
import { defaultStack } from '../default-stack.ts';
import type { DownloadOptions, DownloadResult } from '../download/download-options.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { cacheOf } from '../options/cache-option.ts';
import { bareRecord } from '../options/option-record.ts';
import { checkOptions, mergeOptions, refuseBareBody } from '../options/option-rules.ts';
import type { RequestOptions } from '../options/options.ts';
import { refuseSurplus, surplus } from '../options/plain-options.ts';
import { IN_PAGE } from '../runtime/in-page.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { ConnectionStats, Handler, Transport } from '../stack/handler.ts';
import { HandlerStack, lastSeam } from '../stack/handler-stack.ts';
import { requestSync, type SyncResponse } from '../sync/request-sync.ts';
import { type Clock, systemClock } from '../time/clock.ts';
import type { UpgradeOptions, WebSocketConnection } from '../websocket/connection.ts';
import type { WebSockets } from '../websocket/web-sockets.ts';
import { buildRequest, type Defaults, unsent } from './build-request.ts';
import { type CallPlan, partOf, planOf } from './call-plan.ts';
import { carry, carryNextTurn } from './carry.ts';
import { ClientCall } from './client-call.ts';
import type { ClientOptions } from './client-options.ts';
import { type CloseOptions, closeWithin, saved } from './closing.ts';
import { type FetchSettings, fetchThrough } from './fetch.ts';
import { type Attempt, extended, isOptions, kept, noOptions, type ReadOptions, withUserinfo } from './given-options.ts';
import { withIdempotencyKey } from './idempotency-key.ts';
import { partsToLoad } from './later-parts.ts';
import { clientsOwn, cookiesFor, declared } from './merge-defaults.ts';
import { type PagedItems, type PageSource, type PaginateOptions, paginate } from './paginate.ts';
import { finalOf, type HttpClient, PSR18, psr18Error } from './psr-18.ts';
import { templatePath } from './template-path.ts';
import type { Verbs } from './verbs.ts';

export type { DigestName, DownloadOptions, DownloadResult } from '../download/download-options.ts';
export type { ClientOptions } from './client-options.ts';
export type { Attempt } from './given-options.ts';

type Uri = string | URL;
/**
 * Defaults for calls, a stack that they go through, and the connections of its handler: `close()` it when it is done with.
 * Calls reject with a `TransferError`, the signal's reason, or a `TypeError` for bad options; no method throws.
 */
export class Client implements AsyncDisposable, HttpClient, Verbs {
  readonly #options: RequestOptions;
  readonly #given: ClientOptions;
  readonly #handler: HandlerStack | Transport;
  /** A plain function as it is called. */
  #plain: Handler | undefined;
  readonly #defaults: Defaults;
  readonly #clock: Clock;
  readonly #none: ReadOptions;
  /** Of the last call: callers mostly pass the same object again. */
  #last: ReadOptions | undefined;
  /** An extended client leaves the connections to the one they came from. */
  readonly #owner: boolean;
  /** The calls under way, which `close` waits for. */
  readonly #calls: Calls;
  #closed: Promise<void> | undefined;
  #beacons: Beacons | undefined;
  #webSockets: Promise<WebSockets> | undefined;

  /** @throws TypeError for a mistake in options */
  constructor(options?: ClientOptions);
  /** @param family the calls of the client that this one extends @internal */
  constructor(options: ClientOptions, family: Calls | undefined);
  constructor(options: ClientOptions = {}, family?: Calls) {
    if (family !== undefined && !(family instanceof Calls)) refuseSurplus(arguments, 1, 'a client takes options alone');
    if (!isOptions(options)) throw noOptions(options);
    const { handler = defaultStack(), ...given } = bareRecord(options);
    if (!(handler instanceof HandlerStack) && typeof handler !== 'function') {
      throw new TypeError(`option handler must be a HandlerStack or a function, got ${kindOf(handler)}`);
    }
    this.#handler = handler;
    this.#given = options;
    this.#owner = family === undefined;
    this.#calls = new Calls(this, family, (plan, call) => unsent(plan, this.#options, this.#defaults, call));
    ({ options: this.#options, defaults: this.#defaults } = clientsOwn(given, declared(handler)));
    this.#clock = this.#options.clock ?? systemClock;
    this.#none = kept({ given: undefined, own: undefined, merged: this.#options });
  }

  /** The stack, for printing and editing; `undefined` when the handler is a plain function. */
  get stack(): HandlerStack | undefined {
    return this.#handler instanceof HandlerStack ? this.#handler : undefined;
  }

  /**
   * Sends a request.
   * @param method case-sensitive, such as `'GET'`
   * @param uri absolute, relative to `baseUri`, or a template with `uriVars`
   * @returns a promise that rejects with a `TransferError`, the signal's reason, or a `TypeError` for bad options; the
   * method itself never throws
   */
  request(method: string, uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf(method, uri, arguments.length > 3 ? surplus(arguments, 3) : options));
  }

  /** The same as `request`, under the name of the founding client. */
  requestAsync(method: string, uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf(method, uri, arguments.length > 3 ? surplus(arguments, 3) : options));
  }

  get(uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf('GET', uri, arguments.length > 2 ? surplus(arguments, 2) : options));
  }

  head(uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf('HEAD', uri, arguments.length > 2 ? surplus(arguments, 2) : options));
  }

  post(uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf('POST', uri, arguments.length > 2 ? surplus(arguments, 2) : options));
  }

  put(uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf('PUT', uri, arguments.length > 2 ? surplus(arguments, 2) : options));
  }

  patch(uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf('PATCH', uri, arguments.length > 2 ? surplus(arguments, 2) : options));
  }

  delete(uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf('DELETE', uri, arguments.length > 2 ? surplus(arguments, 2) : options));
  }

  query(uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf('QUERY', uri, arguments.length > 2 ? surplus(arguments, 2) : options));
  }

  options(uri: Uri, options?: RequestOptions): RequestPromise {
    return this.#begin(planOf('OPTIONS', uri, arguments.length > 2 ? surplus(arguments, 2) : options));
  }

  /** Sends a request that was made earlier; its headers win over the client's, those of `options` over both. */
  send(request: HttpRequest, options?: RequestOptions): RequestPromise {
    // What is no request is told as every other mistake is: by a rejection.
    const given = arguments.length > 2 ? surplus(arguments, 2, 'a request and options') : options;
    return this.#begin({ ...planOf(request?.method, request?.url, given), prepared: request });
  }

  sendAsync(request: HttpRequest, options?: RequestOptions): RequestPromise {
    return this.send(request, arguments.length > 2 ? surplus(arguments, 2, 'a request and options') : options);
  }

  /**
   * PSR-18: any answer is a result, redirects and error statuses included, whatever the client's defaults.
   * @throws RequestError when the request cannot be sent, NetworkError when no usable answer came
   */
  async sendRequest(request: HttpRequest): Promise<HttpResponse> {
    try {
      refuseSurplus(arguments, 1, 'sendRequest takes a request alone; its options are those of the client');
      return await finalOf(await this.send(request, PSR18), request);
    } catch (error) {
      throw psr18Error(error, request, this.#options.signal || undefined);
    }
  }

  /** Never rejects: `[response, undefined]` or `[undefined, error]`. */
  async attempt(method: string, uri: Uri, options?: RequestOptions): Promise<Attempt> {
    try {
      return [
        await this.#begin(planOf(method, uri, arguments.length > 3 ? surplus(arguments, 3) : options)),
        undefined,
      ];
    } catch (error) {
      return [undefined, error as NonNullable<unknown>];
    }
  }

  /** The web's `fetch` over this client's stack, bound: hand it to whatever takes a `fetch`. */
  readonly fetch: typeof globalThis.fetch = (input, init = undefined) =>
    fetchThrough(this.#fetching, input as Request, init);

  /**
   * Opens a WebSocket (RFC 6455) in Node. Its handshake is a GET through the whole stack. The option `signal` ends the open
   * connection too, `timeout` is about the handshake alone.
   * @param uri of the schemes `ws`, `wss`, `http` or `https`, or relative to `baseUri`
   * @returns rejects as a request does, and with a `BadResponseError` for every answer but a 101, whatever `httpErrors`
   */
  async upgrade(uri: Uri, options: UpgradeOptions = {}): Promise<WebSocketConnection> {
    this.#webSockets ??= import('../websocket/web-sockets.ts').then(
      ({ WebSockets: Opened }) => new Opened(this.#handler),
    );
    this.#webSockets.catch(() => (this.#webSockets = undefined)); // What could not be loaded is nothing to close.
    const given = arguments.length > 2 ? surplus(arguments, 2) : options;
    return this.#calls.holding(planOf('GET', uri, given), async () =>
      (await this.#webSockets!).open(uri, given, (at, rest, handler) => this.#begin(partOf('GET', at, rest, handler))),
    );
  }

  /**
   * The items of every page; the next is the link `next` (RFC 8288), or what option `next` says. Rejects as a request does,
   * and with `ERR_PAGE_LOOP` for a page that was read before, `ERR_URI` for a next one at no URI that can be asked for.
   */
  paginate<T = unknown>(uri: Uri, options: PaginateOptions<T> = {}): PagedItems<T> {
    const handler: Handler = (request, given) => this.#resolved(request, given);
    const get: PageSource['get'] = (at, rest, over) => this.#begin({ ...planOf('GET', at, rest), handler: over });
    return paginate({ handler, get }, uri, arguments.length > 2 ? surplus(arguments, 2) : options);
  }

  /**
   * Saves what a GET brings: in `<path>.part` until it is complete and right. A transfer that broke, in this process or
   * one before, goes on from where it stopped when the file is still the same.
   * @returns rejects as a request does, and with `ERR_SINK` (the disk), `ERR_RANGE` or `ERR_BODY_DIGEST` (wrong bytes)
   */
  async download(uri: Uri, path: string, options: DownloadOptions = {}): Promise<DownloadResult> {
    const given = arguments.length > 3 ? surplus(arguments, 3, 'a URI, a path and options') : options;
    return this.#calls.holding(planOf('GET', uri, given), async () => {
      const { download } = await import('../download/download.ts');
      return download(path, given, this.#resolved, (rest, handler) => this.#begin(partOf('GET', uri, rest, handler)));
    });
  }

  /** Sends and forgets: never rejects, tells `onError`, and holds the process only until its bytes are in the kernel. */
  beacon(uri: Uri, options: BeaconOptions = {}): Beacon {
    this.#beacons ??= new Beacons(this.#handler, this.#options, (method, at, rest, handler) =>
      this.#begin(partOf(method, at, rest, handler)),
    );
    return this.#beacons.send(uri, arguments.length > 2 ? surplus(arguments, 2) : options);
  }

  /** Blocks until the answer is there, which a worker thread fetches. @throws what `request` rejects with */
  requestSync(method: string, uri: Uri, options: RequestOptions = {}): SyncResponse {
    try {
      return requestSync(this, this.#given, method, uri, arguments.length > 3 ? surplus(arguments, 3) : options);
    } catch (error) {
      letGoOfSources(undefined, undefined, options);
      throw error;
    }
  }

  /** Resolves when no beacon, and no refresh of a stored answer, is under way any more. */
  async drain(): Promise<void> {
    await this.#beacons?.drain();
    await cacheOf(this.#options.cache)?.drain?.();
  }

  /** A client over the same connections, with these options over this one's. */
  extend(options: ClientOptions): Client {
    refuseSurplus(arguments, 1, 'extend takes options alone');
    if (!isOptions(options)) throw noOptions(options);
    const { handler = this.#handler, ...changes } = bareRecord(options);
    const { handler: _, ...given } = bareRecord(this.#given);
    const merged = extended(bareRecord(given), this.#options.cookies, bareRecord(changes));
    return new Client({ ...merged, handler } as ClientOptions, handler === this.#handler ? this.#calls : undefined);
  }

  /**
   * Lets every call finish, the waits between attempts included, then releases the connections and saves a file jar. A
   * call meanwhile rejects with `ERR_CLIENT_CLOSED`; one after it connects anew. WebSockets are closed with 1001. A
   * streamed body that nobody begins to read is not waited for.
   * @param options after `timeout`, or when `signal` aborts, what runs is destroyed, and `close` resolves
   * @throws TypeError for a `timeout` that is no duration
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const finish = () => (this.#closed ??= this.#finish());
    await closeWithin(finish, (reason) => this.destroy(reason), options, this.#clock);
  }

  /**
   * Ends every call at once, whatever it waits for, and releases the connections: `NetworkError` `ERR_CLIENT_CLOSED`, with
   * `reason` as its `cause`. Nothing of it is sent again. A later call rejects with the same code. The client whose
   * connections are shared ends those of all that extend it, an extended one its own.
   */
  async destroy(reason?: unknown): Promise<void> {
    this.#calls.destroy(reason);
    await (await this.#webSockets)?.destroy(clientClosed(undefined, reason));
    await this.#beacons?.destroy(reason);
    if (this.#owner) await this.#transport?.destroy?.(reason);
  }

  async #finish(): Promise<void> {
    const calls = this.#calls.close(this.#beacons?.drain());
    await (await this.#webSockets)?.close();
    await calls;
    await cacheOf(this.#options.cache)?.drain?.();
    await (await this.#webSockets)?.close();
    await this.#beacons?.close();
    try {
      await saved(this.#options.cookies);
    } finally {
      if (this.#owner) await this.#transport?.close?.();
      this.#closed = this.#beacons = this.#webSockets = undefined;
      this.#calls.reopen();
    }
  }

  /** The handler's connections and requests at this moment, by origin; zeros for a handler that does not tell. */
  stats(): ConnectionStats {
    return this.#transport?.stats?.() ?? { connections: 0, idle: 0, running: 0, waiting: 0, origins: {} };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #fetching(): FetchSettings {
    const send: FetchSettings['send'] = (prepared, options, isPart) =>
      this.#begin({ ...planOf(prepared.method, prepared.url, options), prepared, isPart });
    return { send, calls: this.#calls, options: this.#options, defaults: this.#defaults };
  }

  get #transport(): Transport | undefined {
    return this.#handler instanceof HandlerStack ? this.#handler.handler : this.#handler;
  }

  get #resolved(): Handler {
    if (this.#handler instanceof HandlerStack) return this.#handler.resolve();
    this.#plain ??= lastSeam(this.#handler);
    return this.#plain;
  }

  #begin(plan: CallPlan): RequestPromise {
    let started: number;
    try {
      started = this.#clock.now();
    } catch (error) {
      letGoOfSources(undefined, plan.prepared, plan.options);
      return new RequestPromise((_resolve, reject) => reject(error));
    }
    const call = new ClientCall(started, this.#options.redact || undefined, this.#clock);
    call.plan = plan;
    const answer = new RequestPromise((resolve, reject) => {
      call.resolve = resolve;
      call.reject = reject;
    });
    answer.call = call;
    try {
      this.#calls.join(call, plan.isPart, plan);
      this.#send(plan, call);
    } catch (error) {
      // A mistake in options is delivered like any other failure.
      call.fail(error);
    }
    return answer;
  }

  #send(plan: CallPlan, call: ClientCall): void {
    const read = plan.options === undefined ? this.#none : this.#read(plan, plan.options);
    if (read.own?.redact) call.redact = read.own.redact;
    const parts = IN_PAGE ? partsToLoad(read.merged) : undefined;
    if (parts === undefined) this.#start(plan, read, call);
    else parts.then(() => !call.aborted && this.#start(plan, read, call)).catch((error) => call.fail(error));
  }

  #start(plan: CallPlan, read: ReadOptions, call: ClientCall): void {
    const handler = plan.handler ?? this.#resolved;
    const built = buildRequest(plan, read, this.#defaults, call);
    const options = withUserinfo(read, built.userinfo);
    let { request } = built;
    request.call = call;
    if (options.idempotencyKey) request = withIdempotencyKey(request, options.idempotencyKey);
    call.request = request;
    // Its sources are those of the request now: many calls may wait, each with no more than it needs.
    call.plan = undefined;
    if (options.uriVars) call.template = templatePath(plan.uri, options.baseUri);
    if (options.parseJson) call.parseJson = options.parseJson;
    const go = plan.handler !== undefined || request.headers.has('accept') ? carry : carryNextTurn;
    const channels = callTracing.watched();
    if (channels === undefined) go(handler, request, options, call);
    else (call.trace = new Trace(channels, request, options)).start(() => go(handler, request, options, call));
  }

  /** The call's options, checked, and over the client's. Frozen ones that come again, as a pool's do, are read once. */
  #read({ method, prepared }: CallPlan, options: RequestOptions): ReadOptions {
    if (this.#last?.given === options) return this.#last;
    const names = declared(this.#handler);
    const own = checkOptions(options, names);
    if (prepared === undefined) refuseBareBody(method, own, names);
    const merged = mergeOptions(this.#options, own);
    if (Object.hasOwn(own, 'cookies')) merged.cookies = cookiesFor(this.#options.cookies, own.cookies);
    const read = { given: options, own, merged };
    return Object.isFrozen(options) && !Object.hasOwn(own, 'cookies') ? (this.#last = kept(read)) : read;
  }
}
