/**
 * Frames on their way to the server: what is sent is checked, compressed where that was agreed, and counted until it is
 * out.
 */

import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import { kindOf } from '../runtime/kind-of.ts';
import type { Compression } from './compression.ts';
import { type FrameSender, type Payload, Sender } from './ws-parts.ts';

/** What `send` takes. Bytes must not be changed before its promise resolves. */
export type MessageData = string | ArrayBuffer | ArrayBufferView | Blob;

/** How one message, or a fragment of one, is sent. */
export interface SendOptions {
  /** As a binary message. Default: what is not a string is. */
  binary?: boolean | undefined;
  /** `false` sends a fragment: the next `send` goes on with the same message. Default `true`. */
  fin?: boolean | undefined;
  /** Compress it, where compression was negotiated. Default: from the threshold on. Of a fragment, the first decides. */
  compress?: boolean | undefined;
  /** Default: the connection's `mask`. */
  mask?: boolean | undefined;
}

/** Bytes of the payload of a control frame (RFC 6455 section 5.5). */
const MAX_CONTROL = 125;
/** Pongs under way. While there are more, only the latest ping is answered, which is allowed (RFC 6455 section 5.5.3). */
const MAX_PONGS = 128;

export class Outbox {
  readonly #sender: FrameSender;
  readonly #compression: Compression | undefined;
  readonly #mask: boolean;
  readonly #failure: (cause: Error) => unknown;
  /** Bytes of payload that the kernel does not have yet. */
  buffered = 0;
  /** A fragment was sent without `fin`: the next `send` continues its message. */
  #isInMessage = false;
  /** Answers to pings that the kernel does not have yet. */
  #pongs = 0;
  /** The ping that came while `MAX_PONGS` answers were under way; a later one replaces it. */
  #latestPing: Buffer | undefined;

  /** @param failure makes the error for what could not be sent */
  constructor(socket: Socket, compression: Compression | undefined, mask: boolean, failure: (cause: Error) => unknown) {
    this.#sender = new Sender(socket, compression?.extensions ?? {});
    this.#sender.onerror = (error) => socket.destroy(error);
    this.#compression = compression;
    this.#mask = mask;
    this.#failure = failure;
  }

  /** @throws TypeError for data of another kind, or bytes sent as text that are not UTF-8 */
  send(data: MessageData, options: SendOptions): Promise<void> {
    const bytes = sizeOf(data);
    const { binary = typeof data !== 'string', fin = true, mask = this.#mask } = options;
    const isWhole = fin && !this.#isInMessage;
    if (!binary && isWhole) checkText(data);
    this.#isInMessage = !fin;
    const compress = this.#compression?.applies(bytes, isWhole, options.compress) ?? false;
    return this.#handed(bytes, (done) =>
      this.#sender.send(data as Payload, { binary: Boolean(binary), compress, fin, mask }, done),
    );
  }

  ping(payload: Buffer): Promise<void> {
    return this.#handed(payload.byteLength, (done) => this.#sender.ping(payload, this.#mask, done));
  }

  pong(payload: Buffer): Promise<void> {
    return this.#handed(payload.byteLength, (done) => this.#sender.pong(payload, this.#mask, done));
  }

  /** Answers a ping. A server that sends pings and reads no pongs fills no memory with them. */
  answer(ping: Buffer): void {
    if (this.#pongs >= MAX_PONGS) {
      this.#latestPing = Buffer.from(ping);
      return;
    }
    this.#pongs += 1;
    const done = (): void => {
      this.#pongs -= 1;
      const latest = this.#latestPing;
      this.#latestPing = undefined;
      if (latest !== undefined) this.answer(latest);
    };
    // A failure is one of the connection, which reports it by itself.
    this.pong(ping).then(done, () => undefined);
  }

  /** Sends a Close behind everything else, and calls back once it is out or cannot be. */
  close(code: number | undefined, reason: string, done: () => void): void {
    this.#latestPing = undefined;
    this.#sender.close(code, reason, this.#mask, done);
  }

  /** Writes something and counts its bytes in `buffered` until the kernel has them. */
  #handed(bytes: number, write: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.buffered += bytes;
      write((error) => {
        this.buffered -= bytes;
        if (error) reject(this.#failure(error));
        else resolve();
      });
    });
  }
}

/** @throws TypeError when it is no payload, or too long for a control frame */
export function controlPayload(data: unknown, name: string): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data) : bytesOf(data);
  if (bytes === undefined) throw new TypeError(`data of ${name} must be text or bytes, got ${kindOf(data)}`);
  if (bytes.byteLength > MAX_CONTROL) {
    throw new TypeError(`data of ${name} may have ${MAX_CONTROL} bytes (RFC 6455 §5.5), got ${bytes.byteLength}`);
  }
  return bytes;
}

/** How many bytes the payload has, which also checks its kind. @throws TypeError for anything but text, bytes or a Blob */
function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) return data.byteLength;
  if (data instanceof Blob) return data.size;
  throw new TypeError(`data of send must be text, bytes or a Blob, got ${kindOf(data)}`);
}

/** Text has to be UTF-8 (RFC 6455 section 5.6). A Blob is not checked: its bytes are not in memory yet. */
function checkText(data: unknown): void {
  const bytes = bytesOf(data);
  if (bytes !== undefined && !isUtf8(bytes)) throw new TypeError('bytes sent with binary: false must be valid UTF-8');
}

/** The same memory as a Buffer, without a copy; `undefined` for what holds no bytes. */
function bytesOf(data: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return data instanceof ArrayBuffer ? Buffer.from(data) : undefined;
}
