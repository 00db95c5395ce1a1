/**
 * The WebSockets of one client: opens them through its stack, and closes those that are left when the client closes. Loaded
 * with the first `client.upgrade`.
 */

import { readOrLetGo } from '../call/sources.ts';
import { MOMENT } from '../handlers/exchange/briefly.ts';
import { upgradeHandler } from '../handlers/node/upgrade.ts';
import { BadResponseError, ClientError, NetworkError, RequestError, ServerError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { holdBody } from '../middleware/http-errors/error-body.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Handler, Transport } from '../stack/handler.ts';
import { HandlerStack, handlerName } from '../stack/handler-stack.ts';
import { milliseconds } from '../time/duration.ts';
import { type UpgradeOptions, WebSocketConnection } from './connection.ts';
import { Handshake } from './handshake.ts';
import { readUpgradeOptions } from './upgrade-options.ts';

/** How the client sends the handshake: its own way, with another handler. */
export type Start = (uri: string | URL, options: RequestOptions, handler: Handler) => Promise<HttpResponse>;

/** RFC 6455 section 7.4.1: "an endpoint is going away". */
const GOING_AWAY = 1001;
/** The handlers of Node whose place is taken by `upgradeHandler`, which sends in the same way and can switch protocols. */
const REPLACEABLE: ReadonlySet<string> = new Set(['undici', 'stream', 'node']);

export class WebSockets {
  readonly #handler: HandlerStack | Handler;
  /** The handler that can switch protocols, for all WebSockets of this client. */
  readonly #upgrade = upgradeHandler();
  readonly #open = new Set<WebSocketConnection>();

  constructor(handler: HandlerStack | Handler) {
    this.#handler = handler;
  }

  /** @throws TypeError for a mistake in options, otherwise what a request rejects with */
  async open(uri: string | URL, options: UpgradeOptions, start: Start): Promise<WebSocketConnection> {
    const { settings, request } = readOrLetGo(options, () => readUpgradeOptions(options));
    // A base of `wss://` is as good as one of `https://`.
    if (request.baseUri) request.baseUri = httpUri(request.baseUri);
    const handshake = new Handshake(settings);
    const handler = this.#through(handshake);
    let response: HttpResponse;
    // The options as the client's defaults have completed them; known once its layers call the handler.
    let merged = request;
    try {
      response = await start(httpUri(uri), request, (asked, over) => {
        merged = over;
        return answered(handler, asked, over);
      });
    } catch (error) {
      handshake.drop();
      throw error;
    }
    const established = handshake.take();
    if (established === undefined) throw refusal(response);
    // Constructed and registered in one turn: a client that is closed meanwhile finds it.
    const connection: WebSocketConnection = new WebSocketConnection(established, response, settings, merged, () =>
      this.#open.delete(connection),
    );
    this.#open.add(connection);
    return connection;
  }

  /** Closes all with 1001, and waits for it. */
  async close(): Promise<void> {
    await this.#upgrade.close?.();
    await Promise.all([...this.#open].map((connection) => connection.close(GOING_AWAY)));
  }

  async destroy(reason?: unknown): Promise<void> {
    await this.#upgrade.destroy?.(reason);
    const cause = reason ?? new NetworkError('the client was destroyed', { code: 'ERR_CLIENT_CLOSED' });
    await Promise.all([...this.#open].map((connection) => connection.destroy(cause)));
  }

  /** The client's layers with the handshake next to the handler, but above what shows the exchange. */
  #through(handshake: Handshake): Handler {
    const stack =
      this.#handler instanceof HandlerStack ? this.#handler.clone() : new HandlerStack(this.#handler as Handler);
    if (stack.handler !== undefined && canReplace(stack.handler)) stack.setHandler(this.#upgrade);
    if (stack.has('debug')) stack.before('debug', handshake.layer, 'webSocketHandshake');
    else stack.push(handshake.layer, 'webSocketHandshake');
    return stack.resolve();
  }
}

/**
 * The answer to a handshake. The body of a refusal is there for the error to show and may be slow or endless: the beginning
 * is kept of what comes within a moment, and the rest is discarded.
 */
async function answered(handler: Handler, request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
  const readTimeout = Math.min(milliseconds(options.readTimeout, 'readTimeout') || MOMENT, MOMENT);
  const briefly = extendOptions(options, { stream: true, readTimeout });
  const response = await handler(request, briefly);
  if (response.status === 101 || !response.streamed || response.bodyUsed) return response;
  return (await holdBody(response, request, briefly)).response;
}

function cannotOpen(): RequestError {
  return new RequestError('fetch cannot open a WebSocket: leave out the handler in Node', { attempts: 0 });
}

/**
 * Whether the handler is one of Node's. One of the user's own, such as a mock, stays: a test that swaps it opens no socket.
 */
function canReplace(handler: Transport): boolean {
  const name = handlerName(handler);
  if (name === 'fetch') throw cannotOpen();
  return name.split('|').every((part) => REPLACEABLE.has(part));
}

/** `ws:` and `wss:` are `http:` and `https:` until the server has switched (RFC 6455 section 3). */
function httpUri<T>(uri: T): T | string {
  return typeof uri === 'string' || uri instanceof URL ? String(uri).replace(/^ws(?=s?:)/i, 'http') : uri;
}

/** The error for any answer but a 101, whatever `httpErrors` says: there is no connection to resolve with. */
function refusal(response: HttpResponse): BadResponseError {
  const { status, statusText, request } = response;
  const fact = `the server did not switch to WebSocket: it answered ${`${status} ${statusText}`.trim()}`;
  if (status >= 500) return new ServerError(fact, { request, response });
  if (status >= 400) return new ClientError(fact, { request, response });
  return new BadResponseError(fact, { request, response, code: 'ERR_UPGRADE' });
}
