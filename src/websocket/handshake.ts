/**
 * The layer that makes each request of one call a handshake, and its 101 a connection. It stands inside of `redirect` and
 * `auth`: every hop has a key of its own (RFC 6455 section 4.1), and gets the headers of a handshake anew, which `redirect`
 * drops on the way to another origin.
 */
import { randomBytes } from 'node:crypto';
import { type SwitchedConnection, takeOver } from '../handlers/node/upgrade.ts';
import { RequestError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Handler, Middleware } from '../stack/handler.ts';
import { Compression } from './compression.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { type Agreement, agreementOf, asking, type Offer } from './handshake-policy.ts';

/** A connection that speaks WebSocket. */
export interface Established extends SwitchedConnection {
  readonly request: HttpRequest;
  readonly agreement: Agreement;
}

type HandshakeSettings = Pick<ConnectionSettings, 'protocols' | 'compression' | 'maxPayload'>;

/**
 * The handshake of one call. Redirects and challenges may send several requests, of which at most one ends in a
 * connection.
 */
export class Handshake {
  readonly #settings: HandshakeSettings;
  #established: Established | undefined;
  /** The call has ended: the connection of a 101 that comes now is closed. */
  #isOver = false;

  constructor(settings: HandshakeSettings) {
    this.#settings = settings;
  }

  /** The layer for the stack of this call. The connection that it leads to is kept in the `Handshake`. */
  get layer(): Middleware {
    return (next) => {
      const shake = (request: HttpRequest, options: RequestOptions) => this.#shake(next, request, options);
      return Object.defineProperty(shake, 'name', { value: 'webSocketHandshake' });
    };
  }

  /** The connection, which is now the caller's. */
  take(): Established | undefined {
    const established = this.#established;
    this.#established = undefined;
    this.#isOver = true;
    return established;
  }

  /** The call failed: whatever was or will be connected is closed. */
  drop(): void {
    this.take()?.socket.destroy();
  }

  async #shake(next: Handler, request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    const { protocols, compression, maxPayload } = this.#settings;
    const offer: Offer = { protocols, compression: compression && new Compression(compression, maxPayload) };
    const key = randomBytes(16).toString('base64');
    const asked = asking(request, offer, key);
    const response = await next(asked, options);
    if (response.status !== 101) return response;
    const connection = takeOver(response);
    let agreement: Agreement;
    try {
      agreement = agreementOf(response, asked, offer, key);
      if (connection === undefined) throw withoutConnection(asked);
    } catch (error) {
      connection?.socket.destroy();
      throw error;
    }
    // A layer that sends twice, such as `hedge`, can open two: the later one counts.
    this.#established?.socket.destroy();
    this.#established = { ...connection, request: asked, agreement };
    if (this.#isOver) this.drop();
    return response;
  }
}

/** The error for a handler of the user's own that answers 101 and hands no socket over. */
function withoutConnection(request: HttpRequest): RequestError {
  const fact =
    'the handler answered 101 without a connection; a handler of your own gives it with handOver(response, socket, head) ' +
    'of sluice/websocket, or leaves the handshake to upgradeHandler()';
  return new RequestError(fact, { request, code: 'ERR_UNSUPPORTED' });
}
