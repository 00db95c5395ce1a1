/** A response's body as fetch gives it, handed on as a stream: the read timeout counts while there is a read that waits. */
import { runtimeOptions } from '../../message/runtime-options.ts';
import { abortError } from '../../time/stop.ts';
import type { OpenBody } from '../exchange/answer.ts';
import type { Transfer } from '../exchange/transfer.ts';

export class FetchBody implements OpenBody {
  readonly stream: ReadableStream<Uint8Array>;
  isUntouched = true;
  /** A chunk is asked for when its reader wants it, and handed on at once. */
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
            transfer.timer.stop();
            if (chunk !== undefined) controller.enqueue(chunk);
            else {
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
      runtimeOptions('webStream', { highWaterMark: 0 }),
    );
  }

  fail(reason: unknown): void {
    this.#controller?.error(reason);
  }
}
