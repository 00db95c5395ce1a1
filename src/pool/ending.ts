/** The state of a pool, and the promise of its end. */

export type PoolState = 'new' | 'open' | 'done' | 'failed';

/**
 * The state only moves forward. Whoever asks for the promise has to handle its rejection, so it is made for them alone.
 */
export class PoolEnding {
  state: PoolState = 'new';
  /** What stopped it. */
  error: unknown;
  #promise: Promise<void> | undefined;
  #resolve: (() => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  /** Whether nothing more is sent or told. */
  get isOver(): boolean {
    return this.state === 'done' || this.state === 'failed';
  }

  /** The same each time. It is made when it is asked for: nobody else has to handle its rejection. */
  get promise(): Promise<void> {
    this.#promise ??= new Promise((resolve, reject) => {
      if (this.state === 'done') resolve();
      else if (this.state === 'failed') reject(this.error);
      this.#resolve = resolve;
      this.#reject = reject;
    });
    return this.#promise;
  }

  /** Everything has settled. */
  done(): void {
    this.#resolve?.();
  }

  /** The pool was stopped. */
  failed(): void {
    this.#reject?.(this.error);
  }
}
