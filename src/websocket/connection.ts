/**
 * A WebSocket (RFC 6455) after its handshake. Frames are read and written by `ws`; here is what a caller has to do with
 * it: messages as a bounded queue, promises for what is sent, and an end that says what happened on the wire.
 */

import type { TransferError } from '../message/errors.ts';
import type { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import { settingsOf } from '../options/settings-of.ts';
import type { Duration } from '../time/duration.ts';
import { type CloseOutcome, checkClose } from './closing.ts';
import { ConnectionCore } from './connection-core.ts';
import type { CompressionOptions, ConnectionSettings } from './connection-settings.ts';
import type { Established } from './handshake.ts';
import type { WebSocketMessage } from './inbox.ts';
import { controlPayload, type MessageData, type SendOptions } from './outbox.ts';
import type { WaitOptions } from './wait.ts';

/** Options of `client.upgrade`: those of any request without a body, and these. */
export interface UpgradeOptions extends RequestOptions {
  /** Subprotocols to offer, the preferred one first. Default none. */
  protocols?: string | readonly string[] | null | undefined;
  /** Offer permessage-deflate. Default `false`. */
  compression?: boolean | CompressionOptions | null | undefined;
  /** Mask what is sent, with a random key for each frame. RFC 6455 section 5.3 demands it of a client. Default `true`. */
  mask?: boolean | null | undefined;
  /** Largest message that is accepted, in bytes after decompression. `false` is no limit. Default 100 MiB. */
  maxPayload?: number | false | null | undefined;
  /** Answer pings. With `false` it is for `onPing` to call `connection.pong(data)`. Default `true`. */
  autoPong?: boolean | null | undefined;
  /** Called with the payload of each ping, before it is answered. A throw closes the connection with 1011. */
  onPing?: (((data: Uint8Array, connection: WebSocketConnection) => void) | null) | undefined;
  /** How long `close` waits for the server's Close, and for it to hang up. Default `'10s'`; 0 is no limit. */
  closeTimeout?: Duration | null | undefined;
}

const SEND: readonly (keyof SendOptions)[] = ['binary', 'fin', 'compress', 'mask'];
const WAIT: readonly (keyof WaitOptions)[] = ['timeout', 'signal'];
/** No options, with nothing inherited: most messages are sent and received with none, and these need no check. */
const NONE: SendOptions & WaitOptions = Object.freeze(Object.create(null));

/** The same, checked and complete. */
export interface UpgradeSettings extends Omit<ConnectionSettings, 'onPing'> {
  readonly onPing: NonNullable<UpgradeOptions['onPing']> | undefined;
}

/**
 * An open WebSocket, from `client.upgrade`: iterated, it gives the messages until it is closed. Sending once it is closing
 * rejects with a `NetworkError` (`ERR_CLOSED`).
 */
export class WebSocketConnection implements AsyncIterable<WebSocketMessage>, AsyncDisposable {
  /** The 101 that opened it, after redirects and challenges. */
  readonly response: HttpResponse;
  /** The subprotocol that the server chose; `''` for none. */
  readonly protocol: string;
  /** The extensions that the server agreed to, as it wrote them; `''` for none. */
  readonly extensions: string;
  /** How it ended, once the connection is gone. Never rejects. */
  readonly closed: Promise<CloseOutcome>;
  readonly #core: ConnectionCore;

  /** @internal */
  constructor(
    established: Established,
    response: HttpResponse,
    settings: UpgradeSettings,
    options: RequestOptions,
    onGone: () => void,
  ) {
    this.response = response;
    this.protocol = established.agreement.protocol;
    this.extensions = established.agreement.extensions;
    const { onPing } = settings;
    const bound: ConnectionSettings = Object.assign(Object.create(null), settings, {
      onPing: onPing && ((data: Uint8Array) => onPing(data, this)),
    });
    this.#core = new ConnectionCore(established, bound, options, onGone);
    this.closed = this.#core.closed;
    this.#core.start(established.head);
  }

  /** `'closing'` from the first Close on, whoever sent it. */
  get state(): 'open' | 'closing' | 'closed' {
    return this.#core.state;
  }

  /** Bytes of payload that were given to `send` and that the kernel does not have yet. */
  get bufferedAmount(): number {
    return this.#core.outbox.buffered;
  }

  /** Why it ended, when it was not by a closing handshake. */
  get error(): TransferError | undefined {
    return this.#core.error;
  }

  /**
   * Sends a message, or a fragment of one. Resolves when the kernel has it, which is when to send more.
   * @throws NetworkError (`ERR_CLOSED`) once it is closing, NetworkError (`ERR_SEND`) when the connection breaks,
   * TypeError for data of another kind
   */
  send(data: MessageData, options: SendOptions = NONE): Promise<void> {
    try {
      this.#core.needOpen('send');
      return this.#core.outbox.send(data, options === NONE ? NONE : settingsOf('send', options, SEND));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * The next message; `undefined` once it is closed and all messages are read. Several may wait at once.
   * @throws TimeoutError of the phase `'read'`, or the signal's reason; the connection stays as it is
   */
  receive(options: WaitOptions = NONE): Promise<WebSocketMessage | undefined> {
    try {
      return this.#core.inbox.take(options === NONE ? NONE : settingsOf('receive', options, WAIT));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Messages until it is closed. Leaving the loop leaves it open; while nobody reads, the server is held back. */
  async *[Symbol.asyncIterator](): AsyncGenerator<WebSocketMessage, void, undefined> {
    for (let message = await this.receive(); message !== undefined; message = await this.receive()) yield message;
  }

  /**
   * Sends a ping of at most 125 bytes. Resolves with the payload of its pong.
   * @throws TimeoutError of the phase `'read'`, the signal's reason, or NetworkError when it closes first
   */
  async ping(data: string | ArrayBuffer | ArrayBufferView = '', options: WaitOptions = {}): Promise<Uint8Array> {
    const payload = controlPayload(data, 'ping');
    this.#core.needOpen('ping');
    const wait = this.#core.pings.add(Buffer.from(payload), settingsOf('ping', options, WAIT));
    this.#core.outbox.ping(payload).catch((error: unknown) => wait.abort(error));
    return wait.promise;
  }

  /** Sends a pong: the answer to a ping with `autoPong: false`, or one that nobody asked for. */
  async pong(data: string | ArrayBuffer | ArrayBufferView = ''): Promise<void> {
    const payload = controlPayload(data, 'pong');
    this.#core.needOpen('pong');
    await this.#core.outbox.pong(payload);
  }

  /**
   * Closes: sends a Close, waits for the server's, and for the end of the connection, for `closeTimeout` at most.
   * Messages that came before can still be read.
   * @returns the same promise as `closed`
   * @throws TypeError for a code or reason that must not be sent
   */
  close(code = 1000, reason = ''): Promise<CloseOutcome> {
    try {
      checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#core.close(code, reason);
    return this.closed;
  }

  /** Ends the connection at once, without a Close. What waits rejects with `reason` when there is one. */
  destroy(reason?: unknown): Promise<CloseOutcome> {
    this.#core.abort(reason);
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
