/**
 * A response's body as node:http gives it: its own `IncomingMessage`, which is a stream that is pulled. Three of its methods
 * are replaced on the instance, to see each chunk, each request for more and the end. Listening for `data` instead would
 * make it flow before somebody reads, and a stream of ours around it would cost time for every chunk.
 */
import type { IncomingMessage } from 'node:http';

export interface BodyObserver {
  /** The parser gave a chunk. */
  received(chunk: Uint8Array): void;
  /** The last byte came. @returns true when `end` will be called later */
  holdsEnd(end: () => void): boolean;
  /** The reader wants more. */
  wanted(): void;
  /** It flows, and nobody listens: the rest is only read so that its connection can be used again. */
  drained(): void;
  /** Turns what node:http ended the body with into an error of `errors.ts`. */
  bodyFailure(cause: Error): Error;
  /** Every byte was read. */
  completed(): void;
  /** No byte will follow: the body failed, or its reader left. */
  cut(error: Error | null): void;
}

/** The methods of a Readable that are replaced. */
interface Followed {
  push(chunk: Uint8Array | null, encoding?: BufferEncoding): boolean;
  _read(size: number): void;
  destroy(error?: Error): IncomingMessage;
}

/** The same message, which tells `observer` what happens to it, and fails with errors of `errors.ts`. */
export function followBody(message: IncomingMessage, observer: BodyObserver): IncomingMessage {
  const inner = message as Followed;
  const { push, _read, destroy } = inner;
  inner.push = (chunk, encoding) => {
    if (chunk !== null) observer.received(chunk);
    else if (observer.holdsEnd(() => push.call(message, null))) return false;
    return push.call(message, chunk, encoding);
  };
  inner._read = (size) => {
    observer.wanted();
    _read.call(message, size);
  };
  // Not `_destroy`: the stream keeps what `destroy` was called with for those who read later.
  inner.destroy = (error) => {
    const named = error === undefined || error === null ? error : observer.bodyFailure(error);
    if (!message.destroyed && !message.readableEnded) observer.cut(named ?? null);
    return destroy.call(message, named);
  };
  // Listened to, so that an error is kept for whoever reads later, and is no reason to end the process if nobody does.
  message.on('error', () => undefined);
  message.on('resume', () => {
    if (message.listenerCount('data') === 0) observer.drained();
  });
  message.once('end', () => observer.completed());
  return message;
}
