/**
 * A body as it arrives. Read through its iterator, a stream that breaks takes along what is in its buffer; here what has
 * arrived counts, so that a connection that breaks again and again still gets somewhere.
 */
import type { HttpResponse } from '../message/response.ts';

/** Bytes that may wait to be written. */
const MOST = 262_144;

/**
 * Leaving the loop early ends the transfer.
 * @param broken makes the error for a body that ends without an end or an error
 */
export async function* bufferedChunks(
  response: HttpResponse,
  broken: () => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = response.stream();
  const queue: Uint8Array[] = [];
  let waiting = 0;
  let end: { readonly error?: unknown } | undefined;
  /** Continues the loop below, which waits for something to come. */
  let wake: () => void = () => undefined;
  const finish = (how: NonNullable<typeof end>): void => {
    end ??= how;
    wake();
  };
  stream.on('error', (error: unknown) => finish({ error }));
  stream.on('end', () => finish({}));
  stream.on('close', () => finish({ error: broken() }));
  stream.on('data', (chunk: Uint8Array) => {
    queue.push(chunk);
    waiting += chunk.byteLength;
    if (waiting > MOST) stream.pause();
    wake();
  });
  try {
    for (;;) {
      for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) {
        yield chunk;
        waiting -= chunk.byteLength;
        if (waiting <= MOST / 2 && stream.isPaused()) stream.resume();
      }
      if (end !== undefined && Object.hasOwn(end, 'error')) throw end.error;
      if (end !== undefined) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    if (end === undefined) stream.destroy();
  }
}
