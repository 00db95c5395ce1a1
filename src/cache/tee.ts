/** A streamed body that is copied for the store while the caller reads it, as long as it is small enough to be stored. */
import { concatBytes, copyOf, toBytes } from '../message/bytes.ts';
import { Content, UnreadSource } from '../message/content.ts';
import type { HttpResponse } from '../message/response.ts';
import { ignore } from '../message/source.ts';
import { type Clock, startTimer } from '../time/clock.ts';
import { guarded } from '../time/guarded-clock.ts';
import { alreadyRead } from './exact-bytes.ts';

/** How a body that is kept came to its end; one of them is called, once, with bytes of the cache's own. */
export interface Ends {
  /** All of it, before the reader learns that it was the end. */
  complete(bytes: Uint8Array): Promise<void>;
  /** What came of it before it broke off or was left. */
  broken(bytes: Uint8Array): Promise<void>;
  /** It is longer than what is kept. */
  dropped(): Promise<void>;
}

/** How a body that its reader left is read on, so that it can be stored all the same. */
export interface ReadingOn {
  readonly clock: Clock;
  /** Bytes that are read on at most. */
  readonly most: number;
  /** Told of the reading, which never rejects. */
  behind(reading: Promise<void>): void;
}

/** Milliseconds for which a body is read on that its reader left: a new request would take about as long. */
const MOMENT = 250;

type Step = IteratorResult<Uint8Array, void>;
const DONE: Step = { done: true, value: undefined };

/**
 * @param limit bytes; of a longer body nothing is kept
 * @param rest what to do when the reader leaves; absent, the body is left then as well
 */
export function teed(response: HttpResponse, limit: number, ends: Ends, rest?: ReadingOn): HttpResponse {
  const tee = new Tee(new UnreadSource(response.content.take(alreadyRead), false), limit, ends, rest);
  return response.with({ body: new Content(undefined, tee) });
}

/** No generator: one that is dropped before it is read would not release its source. */
class Tee implements AsyncIterableIterator<Uint8Array, void, undefined> {
  readonly #source: UnreadSource;
  readonly #limit: number;
  readonly #ends: Ends;
  readonly #rest: ReadingOn | undefined;
  /** What came so far; `undefined` once one of the ends was called. */
  #kept: Uint8Array[] | undefined = [];
  #size = 0;
  /** The reader has called `return`. */
  #isLeft = false;

  constructor(source: UnreadSource, limit: number, ends: Ends, rest: ReadingOn | undefined) {
    this.#source = source;
    this.#limit = limit;
    this.#ends = ends;
    this.#rest = rest;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Step> {
    return this.#isLeft ? DONE : this.#read();
  }

  async return(): Promise<Step> {
    if (this.#isLeft) return DONE;
    this.#isLeft = true;
    if (this.#rest === undefined || this.#kept === undefined) await this.#leave();
    else this.#rest.behind(this.#readOn(this.#rest).catch(ignore));
    return DONE;
  }

  /** One chunk from the source, kept on its way. The last one ends the keeping before the reader learns of it. */
  async #read(): Promise<Step> {
    try {
      const step = await this.#source.next();
      if (step.done) {
        await this.#end('complete');
        return DONE;
      }
      const chunk = toBytes(step.value);
      this.#size += chunk.byteLength;
      if (this.#size > this.#limit) await this.#end('dropped');
      // The reader may change what it is given.
      this.#kept?.push(copyOf(chunk));
      return { done: false, value: chunk };
    } catch (error) {
      await this.#end('broken');
      throw error;
    }
  }

  /** Reads a left body on for at most `most` bytes and `MOMENT` milliseconds. */
  async #readOn({ clock, most }: ReadingOn): Promise<void> {
    const last = this.#size + most;
    let stop: () => void = ignore;
    const late = new Promise<undefined>((resolve) => {
      const end = (): void => resolve(undefined);
      // One that fails is as one whose moment is over.
      stop = startTimer(guarded(clock, { abort: end }), MOMENT, end, true);
    });
    try {
      while (this.#kept !== undefined && this.#size <= last) {
        const step = await Promise.race([this.#read(), late]);
        if (step?.done) return;
        if (step === undefined) break;
      }
    } finally {
      stop();
    }
    // Not waited for: a source may let go only after the chunk that it waits for.
    void this.#leave().catch(ignore);
  }

  /** Gives up the source: what came is told as broken off. */
  async #leave(): Promise<void> {
    const ended = this.#end('broken');
    await this.#source.cancel();
    await ended;
  }

  /** Calls one of the ends, once; later calls find nothing kept. */
  async #end(how: keyof Ends): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept === undefined) return;
    if (how === 'dropped') await this.#ends.dropped();
    else await this.#ends[how](concatBytes(kept, this.#size));
  }
}
