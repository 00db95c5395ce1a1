/**
 * Feeds what a socket receives to the parser of frames (`Receiver` of `ws`), no faster than messages are read: while the
 * inbox is full the socket is paused, and TCP makes the server wait (backpressure).
 */

import type { Socket } from 'node:net';
import { runtimeOptions } from '../message/runtime-options.ts';
import { type Extensions, type FrameReceiver, Receiver } from './ws-parts.ts';

/** Called with what comes from the server, in its order. */
export interface FrameListener {
  message(data: Buffer, isBinary: boolean): void;
  ping(data: Buffer): void;
  pong(data: Buffer): void;
  /** A Close came: nothing that follows counts (RFC 6455 section 5.5.1). 1005 stands for one without a code. */
  concluded(code: number, reason: string): void;
  /** What came is no WebSocket frame, or too large. Nothing that follows is read. */
  violated(error: Error & { code?: string }): void;
  /** The connection is gone, and everything that came over it was reported. @param error when it did not end by itself */
  gone(error: Error | undefined): void;
}

/**
 * The most fragments of a message, and chunks of an incomplete frame, so that a message in pieces of 1 byte is bounded too.
 */
const MAX_PIECES = 262_144;
/** Compressed bytes that are parsed at once: they may become a thousand times as many, and cannot be stopped on the way. */
const COMPRESSED_PIECE = 4096;

export class FrameReader {
  readonly #socket: Socket;
  readonly #receiver: FrameReceiver;
  readonly #listener: FrameListener;
  readonly #pieceSize: number;
  /** Received and not parsed: at most what one `data` event brought, because the socket is paused meanwhile. */
  #pending: Uint8Array[] = [];
  /** The inbox is full: nothing is parsed until `release`. */
  #isHeld = false;
  /** A piece is with the parser, whose callback has not come yet. Only one piece is there at a time. */
  #isParsing = false;
  /** Whether frames are still of interest. */
  #isReading = true;
  #isSocketClosed = false;
  /** The parser was told that nothing more comes. */
  #isFinished = false;
  /** What the socket broke with; its `close` follows. */
  #error: Error | undefined;

  constructor(socket: Socket, extensions: Extensions, maxPayload: number, listener: FrameListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#pieceSize = Object.keys(extensions).length === 0 ? Number.POSITIVE_INFINITY : COMPRESSED_PIECE;
    this.#receiver = new Receiver(
      runtimeOptions('stream', {
        extensions,
        isServer: false,
        maxPayload,
        maxFragments: MAX_PIECES,
        maxBufferedChunks: MAX_PIECES,
      }),
    );
  }

  /** @param head what came before the first event */
  start(head: Uint8Array): void {
    const listener = this.#listener;
    this.#receiver
      .on('message', (data, isBinary) => listener.message(data, isBinary))
      .on('ping', (data) => listener.ping(data))
      .on('pong', (data) => listener.pong(data))
      .on('conclude', (code, reason) => {
        this.#isReading = false;
        listener.concluded(code, reason.toString());
      })
      .on('error', (error) => {
        this.#isReading = false;
        listener.violated(error);
        this.#parse();
      });
    this.#socket.on('error', (error) => {
      this.#error = error;
    });
    if (this.#socket.destroyed) this.#closed();
    else this.#socket.once('close', () => this.#closed());
    this.#socket.on('data', (chunk: Buffer) => {
      this.#pending.push(chunk);
      this.#parse();
    });
    if (head.byteLength > 0) this.#pending.push(head);
    this.#parse();
  }

  /** Stops parsing after the piece that is with the parser. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Parses on after `hold`. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#parse();
  }

  /** Drops what has come and is not parsed, so that the end of the connection is reported without waiting for a reader. */
  stop(): void {
    this.#isReading = false;
    this.#parse();
  }

  /**
   * The one place that decides what happens next: parse a piece, finish, pause the socket or let it flow. Called after
   * every change of state.
   */
  #parse(): void {
    if (this.#isReading && !this.#isHeld && !this.#isParsing) {
      const piece = this.#nextPiece();
      if (piece !== undefined) {
        this.#isParsing = true;
        // It is called back in a later turn, once all of the piece is parsed: no recursion, however many pieces there are.
        this.#receiver.write(piece, (error) => {
          this.#isParsing = false;
          if (!error) this.#parse();
        });
      }
    }
    if (!this.#isReading) this.#pending = [];
    if (this.#isSocketClosed) this.#finish();
    else if (this.#isReading && (this.#isHeld || this.#isParsing)) this.#socket.pause();
    else this.#socket.resume();
  }

  /** The next bytes to parse: a whole chunk, or with compression a small part of it. */
  #nextPiece(): Uint8Array | undefined {
    const [first] = this.#pending;
    if (first === undefined || first.byteLength <= this.#pieceSize) return this.#pending.shift();
    this.#pending[0] = first.subarray(this.#pieceSize);
    return first.subarray(0, this.#pieceSize);
  }

  #closed(): void {
    this.#isSocketClosed = true;
    // After an orderly end the reader still gets what has come before it; after a reset nothing more is parsed.
    if (this.#error !== undefined) this.#isReading = false;
    this.#parse();
  }

  /** Lets the parser end what it is at: a decompression under way must not be cut off. */
  #finish(): void {
    if (this.#pending.length > 0 || this.#isFinished) return;
    this.#isFinished = true;
    this.#isReading = false;
    if (!this.#receiver.writableEnded && !this.#receiver.destroyed) this.#receiver.end();
    if (this.#receiver.closed) this.#listener.gone(this.#error);
    else this.#receiver.once('close', () => this.#listener.gone(this.#error));
  }
}
