/**
 * A request's body as the stream that fetch reads: pulled from its source as fetch asks for more, counted for `progress`,
 * and exactly as long as its `Content-Length` says.
 */
import type { RequestBody } from '../../message/body.ts';
import type { BodyReader } from '../../message/body-reader.ts';
import { RequestError } from '../../message/errors.ts';
import { lengthMismatch } from '../../message/framing.ts';
import { runtimeOptions } from '../../message/runtime-options.ts';
import { abortError } from '../../time/stop.ts';
import { sourceFailure } from '../exchange/source-failure.ts';
import type { Outgoing, Transfer } from '../exchange/transfer.ts';
import { answersRead } from './request.ts';

type Controller = ReadableStreamDefaultController<Uint8Array>;

export class FetchUpload implements Outgoing {
  /** Never: `release` ends the source, so that fetch reads nothing more of it. */
  readonly isStopped = false;
  readonly stream: ReadableStream<Uint8Array>;
  /** The last byte was handed to fetch. */
  isSent = false;
  readonly #transfer: Transfer;
  readonly #chunks: BodyReader;
  /** Bytes that the head announces. */
  readonly #declared: number | undefined;

  constructor(body: RequestBody, transfer: Transfer) {
    this.#transfer = transfer;
    this.#chunks = body.open(transfer.scope);
    const given = transfer.request.headers.get('content-length');
    this.#declared = given === null ? undefined : Number(given);
    this.stream = new ReadableStream<Uint8Array>(
      runtimeOptions<UnderlyingDefaultSource<Uint8Array>>('webStream', {
        pull: (controller) => this.#pull(controller),
        cancel: () => this.release(),
      }),
      runtimeOptions('webStream', { highWaterMark: 0 }),
    );
  }

  release(): void {
    this.#chunks.release();
  }

  /** An error of the source is the caller's, not the network's. */
  async #pull(controller: Controller): Promise<void> {
    const transfer = this.#transfer;
    const { request } = transfer;
    try {
      const chunk = await this.#next();
      if (chunk === undefined) controller.close();
      else {
        transfer.uploaded(chunk.byteLength);
        controller.enqueue(chunk);
      }
    } catch (cause) {
      transfer.abort(cause instanceof RequestError ? cause : sourceFailure(request, cause));
      controller.error(cause);
    }
  }

  /** @throws RequestError for a body that is not as long as the head says */
  async #next(): Promise<Uint8Array | undefined> {
    const { isDone, record, request } = this.#transfer;
    // undici's fetch goes on reading after it was stopped, and would read a source without end for ever.
    if (isDone) throw abortError('The exchange is over');
    // Empty chunks are skipped here: there is nothing to send, and a `pull` that enqueues nothing is not followed by
    // another.
    let piece = await this.#chunks.next();
    while (!piece.done && piece.value.byteLength === 0) piece = await this.#chunks.next();
    await answersRead();
    const declared = this.#declared;
    if (piece.done) {
      if (declared !== undefined && record.sent < declared) throw lengthMismatch(request, declared, record.sent, true);
      this.isSent = true;
      return undefined;
    }
    const sent = record.sent + piece.value.byteLength;
    // Node's fetch waits without end for the answer to a request that it could not frame.
    if (declared !== undefined && sent > declared) throw lengthMismatch(request, declared, sent, false);
    return piece.value;
  }
}
