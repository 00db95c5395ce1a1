/**
 * Hands results of a pool over to `for await`. A worker that puts one waits until it is taken, and sends nothing meanwhile:
 * a slow consumer slows the pool down, instead of results filling the memory.
 */
import { Fifo } from './fifo.ts';
import type { PoolResult } from './pool-options.ts';

/** A result that nobody has asked for yet, and who waits for it to be taken. */
interface Offer {
  readonly result: PoolResult;
  taken(): void;
}

/** A consumer that asked before there was a result. */
interface Taker {
  resolve(result: IteratorResult<PoolResult, undefined>): void;
  reject(error: unknown): void;
}

/** Either offers or takers wait, never both. */
export class ResultQueue {
  readonly #offers = new Fifo<Offer>();
  readonly #takers = new Fifo<Taker>();
  #ended = false;
  /** Thrown once, to the next that asks. */
  #failure: { error: unknown } | undefined;

  /** Resolves when a consumer has taken the result; nothing to wait for when one was waiting. */
  put(result: PoolResult): Promise<void> | undefined {
    const taker = this.#takers.shift();
    if (taker === undefined) return new Promise((taken) => void this.#offers.push({ result, taken }));
    taker.resolve({ done: false, value: result });
    return undefined;
  }

  /** The next result, in the order in which they were put. */
  next(): Promise<IteratorResult<PoolResult, undefined>> {
    const offer = this.#offers.shift();
    if (offer !== undefined) {
      offer.taken();
      return Promise.resolve({ done: false, value: offer.result });
    }
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => void this.#takers.push({ resolve, reject }));
  }

  /** @param start called whenever a result is asked for  @param leave called when the loop ends early */
  iterate(start: () => void, leave: () => void): AsyncIterableIterator<PoolResult, undefined> {
    return {
      next: () => {
        start();
        return this.next();
      },
      return: () => {
        leave();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** No more will come. Those who wait go on; what nobody took is given back. */
  end(failure?: { error: unknown }): PoolResult[] {
    this.#ended = true;
    this.#failure = failure;
    for (const taker of this.#takers.clear()) {
      if (this.#failure === undefined) taker.resolve({ done: true, value: undefined });
      else taker.reject(this.#failure.error);
      this.#failure = undefined;
    }
    return this.#offers.clear().map(({ result, taken }) => {
      taken();
      return result;
    });
  }
}
