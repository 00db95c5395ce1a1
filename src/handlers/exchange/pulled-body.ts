/**
 * A response's body as a stream that is pulled: while nobody reads, the transport stops reading its socket, and so the
 * server is held back (backpressure) instead of memory being filled. For undici and HTTP/2; node:http hands out its own
 * message.
 */

import { Readable, type ReadableOptions } from 'node:stream';
import { afterTold, type CallbackHost } from '../../call/callbacks.ts';
import { isUntouched } from '../../message/content.ts';
import { runtimeOptions } from '../../message/runtime-options.ts';
import { streamError } from '../../message/stream-reason.ts';
import { type Abortable, abortError } from '../../time/stop.ts';
import type { OpenBody } from './answer.ts';

/** What the body belongs to. */
export interface BodyOwner extends Abortable {
  /** The reader wants more: the wait for the server begins. */
  pulled(): void;
  /** Nobody wants the rest of the body, which is only read so that its connection can be used again. */
  drained(): void;
}

export class PulledBody implements OpenBody {
  readonly readable: Readable;
  #ended = false;

  /**
   * @param resume makes the transport read on
   * @param exchange is aborted when the reader leaves before the end
   */
  constructor(resume: () => void, exchange: BodyOwner) {
    const options: ReadableOptions = {
      read: () => {
        exchange.pulled();
        resume();
      },
      destroy: (error, callback) => {
        if (!this.#ended) exchange.abort(error ?? abortError('The body was dropped before its end'));
        callback(error);
      },
    };
    this.readable = new Readable(runtimeOptions('stream', options));
    this.readable.on('resume', () => {
      // It flows without anybody who takes the data: that is how a short rest is thrown away (`message/content.ts`).
      if (this.readable.listenerCount('data') === 0) exchange.drained();
    });
    // A body that fails while nobody listens was dropped: that is no reason to end the process.
    this.readable.on('error', () => undefined);
  }

  get isUntouched(): boolean {
    return isUntouched(this.readable);
  }

  get isBehind(): boolean {
    return this.readable.readableLength > 0 && !this.isUntouched;
  }

  /** @returns false when the reader is behind */
  push(chunk: Uint8Array | null): boolean {
    if (chunk === null) this.#ended = true;
    return this.readable.push(chunk);
  }

  /** Ends the stream once every promise of a callback has resolved. */
  end(host: CallbackHost): void {
    afterTold(
      host,
      () => this.push(null),
      (reason) => this.fail(reason),
    );
  }

  /** Ends the stream with an error. */
  fail(reason: unknown): void {
    this.#ended = true;
    this.readable.destroy(streamError(reason));
  }
}
