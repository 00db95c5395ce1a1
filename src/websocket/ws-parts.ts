/**
 * The parts of `ws` that are used, with their types: its frames and its permessage-deflate, without its handshake. They
 * are exported by the library, and missing from its published types.
 */
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import * as library from 'ws';

/** What was negotiated, by the name of the extension. */
export type Extensions = Readonly<Record<string, Deflate>>;
/** Parameters of one extension as they stand in a header; one without a value is `true`. */
export type ExtensionParams = Record<string, (string | true)[]>;

/** What `ws` takes for permessage-deflate; the same names as ours where both have them. */
export interface DeflateOptions {
  readonly threshold: number;
  readonly maxPayload: number;
  readonly serverNoContextTakeover?: boolean | undefined;
  readonly clientNoContextTakeover?: boolean | undefined;
  readonly serverMaxWindowBits?: number | undefined;
  readonly clientMaxWindowBits?: number | boolean | undefined;
  readonly zlibInflateOptions?: object;
  readonly zlibDeflateOptions?: { readonly level?: number | undefined; readonly memLevel?: number | undefined };
}

/** permessage-deflate (RFC 7692). */
export interface Deflate {
  readonly params: Readonly<Record<string, number | true>> | null;
  offer(): Record<string, string | number | true>;
  /** @throws Error for parameters that were not offered or have no meaning */
  accept(response: ExtensionParams[]): void;
  /** Releases zlib's memory. Nothing may be under way any more. */
  cleanup(): void;
}

/** Reads frames: emits `message`, `ping`, `pong`, `conclude` (a Close), and `error` for a broken one. */
export interface FrameReceiver
  extends Pick<Writable, 'write' | 'end' | 'once' | 'closed' | 'destroyed' | 'writableEnded'> {
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
  on(event: 'ping' | 'pong', listener: (data: Buffer) => void): this;
  on(event: 'conclude', listener: (code: number, reason: Buffer) => void): this;
  on(event: 'error', listener: (error: Error & { code?: string }) => void): this;
}

/** Settings of the parser of frames. */
export interface ReceiverOptions {
  readonly extensions: Extensions;
  readonly isServer: boolean;
  /** Bytes of a message after decompression; 0 is no limit. */
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
}

/** What the library can put into a frame. */
export type Payload = string | ArrayBufferLike | ArrayBufferView | Blob;
/** Called when the kernel has the frame, or with why it could not be sent. */
type Done = (error?: Error | null) => void;

/** Writes frames, one after the other, whatever has to be compressed first. */
export interface FrameSender {
  /** Called when a Blob could not be read: what was to be sent after it never will be. */
  onerror: (error: Error) => void;
  send(data: Payload, options: { binary: boolean; compress: boolean; fin: boolean; mask: boolean }, done: Done): void;
  ping(data: string | Uint8Array, mask: boolean, done: Done): void;
  pong(data: string | Uint8Array, mask: boolean, done: Done): void;
  close(code: number | undefined, reason: string, mask: boolean, done: Done): void;
}

interface Parts {
  readonly Receiver: new (options: ReceiverOptions) => FrameReceiver;
  /** Masks with fresh random keys unless told otherwise. */
  readonly Sender: new (
    socket: Socket,
    extensions: Extensions,
  ) => FrameSender;
  readonly PerMessageDeflate: new (options: DeflateOptions) => Deflate;
  readonly extension: {
    format(extensions: Record<string, Record<string, string | number | true>>): string;
    /** @throws SyntaxError */
    parse(header: string): Record<string, ExtensionParams[]>;
  };
}

export const { Receiver, Sender, PerMessageDeflate, extension } = library as unknown as Parts;
