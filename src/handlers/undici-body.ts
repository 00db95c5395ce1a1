/** A response's body as a stream that is pulled: the socket rests while nobody reads. */
import { Readable } from 'node:stream';
import type { Abortable } from '../abort.ts';
import { abortError } from '../abort.ts';

export class UndiciBody {
  readonly readable: Readable;
  #ended = false;

  /** @param exchange told when the reader leaves before the end */
  constructor(resume: () => void, exchange: Abortable) {
    this.readable = new Readable({
      read: resume,
      destroy: (error, callback) => {
        if (!this.#ended) exchange.abort(error ?? abortError('The body was dropped before its end'));
        callback(error);
      },
    });
    // A body that fails while nobody listens was dropped: that is no reason to end the process.
    this.readable.on('error', () => undefined);
  }

  /** @returns false when the reader is behind */
  push(chunk: Uint8Array | null): boolean {
    if (chunk === null) this.#ended = true;
    return this.readable.push(chunk);
  }

  /** Ends the stream with an error. A reason that is no Error is wrapped, because Node's streams need one. */
  fail(reason: unknown): void {
    this.#ended = true;
    this.readable.destroy(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
  }
}
