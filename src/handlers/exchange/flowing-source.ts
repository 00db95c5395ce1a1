/**
 * A Node stream as the source of a body that is sent: it flows as fast as the connection takes it. Its own iterator would make
 * several promises for each chunk.
 */
import { finished, type Readable } from 'node:stream';
import { runtimeOptions } from '../../message/runtime-options.ts';
import type { SourceStream } from '../../message/source.ts';
import { type GiveBack, readInto } from './file-reads.ts';

export interface FlowTarget {
  /**
   * @param giveBack to be called when the chunk has gone out, with the same chunk
   * @returns whether there is room for another; if not, `FlowingSource.goOn` is called when there is
   */
  flowed(chunk: unknown, giveBack?: GiveBack): boolean;
  /** Nothing follows. @param error what the stream failed with; `undefined` at its end */
  flowedOut(error: unknown): void;
}

export class FlowingSource {
  readonly #stream: Readable;
  readonly #target: FlowTarget;
  readonly #giveBack: GiveBack | undefined;
  readonly #unfollow: () => void;

  private constructor(stream: Readable, target: FlowTarget, giveBack: GiveBack | undefined) {
    this.#stream = stream;
    this.#target = target;
    this.#giveBack = giveBack;
    stream.on('data', this.#onData);
    this.#unfollow = finished(stream, runtimeOptions('stream', { writable: false }), (error) =>
      target.flowedOut(error),
    );
    stream.resume();
  }

  /**
   * @param isWatched somebody follows the progress, and wants to see no large chunk
   * @returns undefined for a stream that has to be read by its iterator
   */
  static of(stream: SourceStream, target: FlowTarget, isWatched: boolean): FlowingSource | undefined {
    if (!isFlowing(stream)) return undefined;
    const giveBack = stream.listenerCount('data') === 0 ? readInto(stream, isWatched) : undefined;
    return isWatched && giveBack === undefined ? undefined : new FlowingSource(stream, target, giveBack);
  }

  readonly #onData = (chunk: unknown): void => {
    const stream = this.#stream;
    // Whoever else listens may keep it.
    const isOurs = stream.listenerCount('data') === 1;
    if (!this.#target.flowed(chunk, isOurs ? this.#giveBack : undefined)) stream.pause();
  };

  goOn(): void {
    this.#stream.resume();
  }

  /** Takes nothing more, and hears no more of it. What is not destroyed then keeps the rest for others. */
  leave(): void {
    this.#unfollow();
    this.#stream.removeListener('data', this.#onData).pause();
  }
}

/** Whether its chunks come as events: a listener of `readable` would hold them back. */
function isFlowing(stream: SourceStream): stream is SourceStream & Readable {
  const { readableFlowing, readable } = stream as Partial<Readable>;
  return (
    readableFlowing !== undefined && readable !== undefined && (stream as Readable).listenerCount('readable') === 0
  );
}
