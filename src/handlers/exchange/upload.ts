/**
 * Sends a request's body over a stream of node:http or node:http2: no faster than the socket takes it, and exactly as long
 * as it was announced. Over HTTP/1.1 a byte too many would be read as the beginning of the next request, and for one that is
 * missing the server would wait (RFC 9110 section 8.6).
 */
import type { Writable } from 'node:stream';
import type { BodyReader } from '../../message/body-reader.ts';
import { toBytes } from '../../message/bytes.ts';
import { RequestError } from '../../message/errors.ts';
import { lengthMismatch } from '../../message/framing.ts';
import { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import { type Scope, within } from '../../message/scope.ts';
import { sentTrailers, type TrailersInit } from '../../message/trailers.ts';
import { type Clock, startTimer } from '../../time/clock.ts';
import { inPieces, ONE_WRITE, PIECE, pieces } from './body-pieces.ts';
import { declaredLength } from './callbacks.ts';
import type { GiveBack } from './file-reads.ts';
import { FlowingSource, type FlowTarget } from './flowing-source.ts';
import { sourceFailure } from './source-failure.ts';
import type { Outgoing } from './transfer.ts';

/** A request that is open: node:http's, or a stream of node:http2. */
export type OpenRequest = Writable & {
  flushHeaders?(): void;
  addTrailers?(fields: readonly [string, string][]): void;
};

export interface UploadObserver {
  /** The socket took bytes. */
  uploaded(bytes: number, upload: NodeUpload): void;
  uploadFailed(error: Error): void;
}

/** Milliseconds; a client should not wait for a 100 without end (RFC 9110 section 10.1.1), and curl waits as long. */
const CONTINUE_WAIT = 1000;

export class NodeUpload implements Outgoing, FlowTarget {
  readonly #to: OpenRequest;
  readonly #request: HttpRequest;
  readonly #declared: number | undefined;
  readonly #observer: UploadObserver;
  readonly #trailing: TrailersInit | undefined;
  #source: AsyncIterableIterator<Uint8Array> | undefined;
  #flow: FlowingSource | undefined;
  #scope: Scope | undefined;
  /** Nobody wants the rest. */
  isStopped = false;
  /** The head is out, the server has not said yet whether it wants the body (`Expect: 100-continue`). */
  #isWaiting = false;
  /** Ends the wait for a socket that has no room. */
  #wake: (() => void) | undefined;
  #stopWaiting: (() => void) | undefined;
  /** Bytes that the source gave so far. */
  #given = 0;
  /** The trailer fields; known once the last byte of the body was given. */
  trailers: HttpHeaders = HttpHeaders.empty;

  /** @param request framed for `trailing`, if there is any */
  constructor(to: OpenRequest, request: HttpRequest, observer: UploadObserver, trailing?: TrailersInit | null | false) {
    this.#to = to;
    this.#request = request;
    this.#declared = declaredLength(request);
    this.#observer = observer;
    this.#trailing = (request.body !== null && trailing) || undefined;
  }

  /**
   * Begins at once, or when the server has agreed if the request asked it to (`Expect: 100-continue`).
   * @param isWatched somebody follows the progress
   * @param scope the context of the call, in which its body is made
   */
  start(clock: Clock, isWatched: boolean, scope?: Scope): void {
    this.#scope = scope;
    const { body, headers } = this.#request;
    if (body === null || !/^100-continue$/i.test(headers.get('expect') ?? '')) {
      this.#begin(isWatched);
      return;
    }
    this.#to.flushHeaders?.();
    this.#isWaiting = true;
    const go = (): void => {
      if (!this.#isWaiting) return;
      this.#isWaiting = false;
      this.#stopWaiting?.();
      if (!this.isStopped) this.#begin(isWatched);
    };
    this.#to.once('continue', go);
    this.#stopWaiting = startTimer(clock, CONTINUE_WAIT, go);
  }

  /**
   * A body in memory goes out in one write, unless it is large; that is cut into pieces, and any other pulled as it comes.
   */
  #begin(isWatched: boolean): void {
    const body = this.#request.body;
    if (body === null) this.#to.end();
    else if (body.bytes === undefined) this.#open(body.open(this.#scope), isWatched);
    else if (this.#trailing || body.bytes.byteLength > (isWatched ? PIECE : ONE_WRITE)) this.#pull(pieces(body.bytes));
    else {
      const { byteLength } = body.bytes;
      this.#to.end(body.bytes, (error?: Error | null) => {
        if (!error) this.#took(byteLength);
      });
    }
  }

  /** The final answer is here: a body that still waits to be asked for is not wanted (RFC 9110 section 10.1.1). */
  answered(): void {
    if (this.#isWaiting) this.release();
  }

  /** Sends nothing more, and lets go of the source. */
  release(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.#stopWaiting?.();
    this.#wake?.();
    this.#flow?.leave();
    this.#source?.return?.().catch(() => undefined);
  }

  #pull(source: AsyncIterableIterator<Uint8Array>, chunks: AsyncIterable<Uint8Array> = source): void {
    this.#source = source;
    this.#send(chunks).catch((cause: unknown) => this.#fail(cause));
  }

  /** A Node stream is taken as it flows, whatever else it is pulled. */
  #open(source: BodyReader, isWatched: boolean): void {
    this.#source = source;
    source.stream().then(
      (stream) => {
        if (this.isStopped) return;
        const flow = stream && within(this.#scope, () => FlowingSource.of(stream, this, isWatched));
        if (flow === undefined) this.#pull(source, isWatched ? inPieces(source) : source);
        else this.#flows(flow);
      },
      (cause: unknown) => this.#fail(cause),
    );
  }

  #flows(flow: FlowingSource): void {
    this.#flow = flow;
    // The context of this event may be that of another call.
    this.#to.on('drain', () => this.isStopped || within(this.#scope, () => flow.goOn()));
  }

  flowed(chunk: unknown, giveBack?: GiveBack): boolean {
    if (this.isStopped) return true;
    try {
      return this.#write(toBytes(chunk), giveBack);
    } catch (cause) {
      this.#fail(cause);
      return true;
    }
  }

  flowedOut(error: unknown): void {
    (this.#source as BodyReader).flowedOut();
    if (error) this.#fail(error);
    else this.#finish().catch((cause: unknown) => this.#fail(cause));
  }

  #fail(cause: unknown): void {
    if (this.isStopped) return;
    this.release();
    this.#observer.uploadFailed(cause instanceof RequestError ? cause : sourceFailure(this.#request, cause));
  }

  async #send(source: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of source) {
      if (this.isStopped) return;
      if (!this.#write(chunk)) await this.#drained();
    }
    await this.#finish();
  }

  /** @returns whether there is room for more @throws RequestError for more bytes than were announced */
  #write(chunk: Uint8Array, giveBack?: GiveBack): boolean {
    const { byteLength } = chunk;
    // In the chunked coding an empty chunk would end the body (RFC 9112 section 7.1).
    if (byteLength === 0) return true;
    this.#given += byteLength;
    if (this.#declared !== undefined && this.#given > this.#declared)
      throw lengthMismatch(this.#request, this.#declared, this.#given, false);
    return this.#to.write(chunk, (error) => {
      if (error) return;
      giveBack?.(chunk);
      this.#took(byteLength);
    });
  }

  /** The source has given everything. */
  async #finish(): Promise<void> {
    if (this.isStopped) return;
    if (this.#declared !== undefined && this.#given < this.#declared)
      throw lengthMismatch(this.#request, this.#declared, this.#given, true);
    if (this.#trailing !== undefined) await this.#trail(this.#trailing);
    if (!this.isStopped) this.#to.end();
  }

  async #trail(trailing: TrailersInit): Promise<void> {
    try {
      this.trailers = sentTrailers(typeof trailing === 'function' ? await within(this.#scope, trailing) : trailing);
    } catch (cause) {
      throw sourceFailure(this.#request, cause, 'option trailers failed');
    }
    this.#to.addTrailers?.([...this.trailers]);
  }

  /** Until the socket has room, or nobody wants the rest any more. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isStopped || this.#to.destroyed) {
        resolve();
        return;
      }
      this.#wake = resolve;
      this.#to.once('drain', resolve);
    });
  }

  #took(bytes: number): void {
    this.#observer.uploaded(bytes, this);
  }
}
