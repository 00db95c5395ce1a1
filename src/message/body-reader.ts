/**
 * One reading of a body: its chunks as bytes. No generator: the `return()` of one waits behind a `next()` that waits,
 * and a source that has nothing to give yet would be held for as long.
 */
import { IN_PAGE } from '../runtime/in-page.ts';
import { toBytes } from './bytes.ts';
import { has } from './own.ts';
import { type Scope, within } from './scope.ts';
import { type BodySource, finishIterator, isNodeSource, isWebSource, letGoOf, type SourceStream } from './source.ts';
import { iterate } from './web-stream.ts';

type Step = IteratorResult<Uint8Array, void>;
/** The iterator of any kind of source. */
type Chunks = AsyncIterator<unknown> | Iterator<unknown>;

const DONE: Step = { done: true, value: undefined };

/** What a reader needs of the body that it reads. */
export interface BodyReaderHooks {
  /** Makes or hands over the source, at the first read. */
  open(): BodySource | Promise<BodySource>;
  /** The context in which the source is called. */
  readonly scope?: Scope | undefined;
  /** Called when it is left before the first read. */
  unread?(): void;
}

// The interface's newer name takes one type alone before TypeScript 5.6, and this class is in the types of the package.
export class BodyReader implements AsyncIterator<Uint8Array, void, undefined> {
  /** Whoever it is read for stops it by `return`, and reads no more. */
  readonly isStopped = false;
  readonly #hooks: BodyReaderHooks;
  #source: BodySource | undefined;
  #chunks: Chunks | undefined;
  /** The source was asked for. */
  #isBegun = false;
  /** At the end, failed, or left. */
  #isOver = false;
  /** Settles the read that waits, ahead of its source. */
  #end: ((outcome: Step | { readonly reason: unknown }) => void) | undefined;

  constructor(hooks: BodyReaderHooks) {
    this.#hooks = hooks;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    if (this.#isOver) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#end = (outcome) => (has(outcome, 'reason') ? reject(outcome.reason) : resolve(outcome));
      within(this.#hooks.scope, () => this.#read()).then(resolve, reject);
    });
  }

  /** Leaves the body: a read that waits ends, and the source is let go of at once. */
  async return(): Promise<Step> {
    this.#leave();
    this.#end?.(DONE);
    return DONE;
  }

  /** The same, but a read that waits fails: whoever sends must not take it for the end of the body. */
  release(reason: unknown = new Error('nobody reads this body any more')): void {
    this.#leave();
    this.#end?.({ reason });
  }

  /**
   * Opens the source for a reader who takes a Node stream as it flows, without a promise for each chunk, and reads whatever
   * else it is by `next`.
   * @returns the stream, which is left by `return` as long as nobody has called `flowedOut`
   */
  async stream(): Promise<SourceStream | undefined> {
    if (IN_PAGE) return undefined;
    const source = await within(this.#hooks.scope, () => this.#open());
    if (this.#isOver || isNodeSource(source)) return this.#isOver ? undefined : (source as SourceStream);
    this.#chunks = iteratorOf(source);
    return undefined;
  }

  /** The stream that was taken has given everything, or failed: it is not to be let go of any more. */
  flowedOut(): void {
    this.#isOver = true;
  }

  /** The next chunk. The body may be left at each `await`, which is why `#isOver` is asked again. */
  async #read(): Promise<Step> {
    this.#chunks ??= iteratorOf(this.#source ?? (await this.#open()));
    if (this.#isOver) return DONE;
    let step: IteratorResult<unknown, unknown>;
    try {
      step = await this.#chunks.next();
    } catch (error) {
      // A source that fails has ended.
      this.#isOver = true;
      throw error;
    }
    if (step.done) {
      this.#isOver = true;
      return DONE;
    }
    try {
      return { done: false, value: toBytes(step.value) };
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** Opens the source with the first read. One that comes after the body was left is let go of at once. */
  async #open(): Promise<BodySource> {
    this.#isBegun = true;
    try {
      this.#source = await this.#hooks.open();
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
    // It came too late.
    if (this.#isOver) letGoOf(this.#source);
    return this.#source;
  }

  /** Ends the reading once, and lets go of whatever there is by then. */
  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#isBegun) this.#hooks.unread?.();
    else if (this.#source === undefined) return;
    // The iterator of a Node stream would first wait for the chunk that is being read.
    else if (this.#chunks === undefined || isNodeSource(this.#source)) letGoOf(this.#source);
    else finishIterator(this.#chunks);
  }
}

function iteratorOf(source: BodySource): Chunks {
  if (isWebSource(source)) return iterate(source);
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
