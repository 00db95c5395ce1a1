/**
 * The body of a streamed response over fetch. It is a stream of our own around fetch's, because fetch has no read timeout:
 * here the wait for the next chunk is timed while there is a read that waits.
 */
import { runtimeOptions } from '../../message/runtime-options.ts';
import { abortError } from '../../time/stop.ts';
import type { OpenBody } from '../exchange/answer.ts';
import type { Transfer } from '../exchange/transfer.ts';

export class FetchBody implements OpenBody {
  readonly stream: ReadableStream<Uint8Array>;
  isUntouched = true;
  /** A chunk is asked for only when its reader wants it, and handed on at once: none ever waits for the reader. */
  readonly isBehind = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  /**
   * @param next the next chunk; `undefined` after the last
   * @param ended called after it
   */
  constructor(transfer: Transfer, next: () => Promise<Uint8Array | undefined>, ended: () => void) {
    this.stream = new ReadableStream<Uint8Array>(
      runtimeOptions<UnderlyingDefaultSource<Uint8Array>>('webStream', {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: async (controller) => {
          this.isUntouched = false;
          transfer.reads();
          try {
            const chunk = await next();
            if (transfer.isDone) return;
            // Until the reader wants the next chunk nobody waits for the server.
            transfer.timer.stop();
            if (chunk !== undefined) controller.enqueue(chunk);
            else {
              // A callback whose promise is still to come may yet fail the call.
              await transfer.promised;
              ended();
              controller.close();
            }
          } catch (cause) {
            transfer.abort(cause);
          }
        },
        cancel: (reason) => transfer.abort(reason ?? abortError('The body was dropped before its end')),
      }),
      // No chunk is asked for before somebody reads.
      runtimeOptions('webStream', { highWaterMark: 0 }),
    );
  }

  fail(reason: unknown): void {
    this.#controller?.error(reason);
  }
}
