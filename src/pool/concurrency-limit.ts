/** How many slots a pool has at the moment, by each form of the option `concurrency`: a number, a function, or `'auto'`. */
import { valueOrKind } from '../runtime/kind-of.ts';
import { AdaptiveConcurrency } from './adaptive-concurrency.ts';
import type { PoolConcurrency } from './pool-options.ts';

export class ConcurrencyLimit {
  /** With `'auto'`: finds the number from latency. */
  readonly adaptive: AdaptiveConcurrency | undefined;
  /** With a function: asked before each start. */
  readonly #ask: ((pending: number) => number) | undefined;
  #allowed: number;

  /** @throws TypeError or RangeError for a concurrency that would start nothing, or not say how much */
  constructor(concurrency: PoolConcurrency) {
    this.#ask = typeof concurrency === 'function' ? concurrency : undefined;
    this.adaptive = concurrency === 'auto' ? new AdaptiveConcurrency() : undefined;
    this.#allowed = 1;
    if (typeof concurrency !== 'function' && concurrency !== 'auto') {
      this.#allowed = checkedConcurrency(concurrency, 'concurrency', ", 'auto' or a function");
    }
  }

  /** Whether the number never changes. */
  get fixed(): boolean {
    return this.#ask === undefined && this.adaptive === undefined;
  }

  /** What was allowed last. */
  get now(): number {
    return this.adaptive?.limit ?? this.#allowed;
  }

  /** How many there may be, when `pending` slots are taken. @throws TypeError when the function returns no number */
  allowed(pending: number): number {
    if (this.#ask === undefined) return this.now;
    const answer: unknown = this.#ask(pending);
    if (typeof answer !== 'number' || !(answer >= 0)) {
      throw new TypeError(`concurrency(${pending}) must return a number of 0 or more, got ${valueOrKind(answer)}`);
    }
    this.#allowed = Math.floor(answer);
    return this.#allowed;
  }
}

/** @throws TypeError for no number, RangeError for one that is not a whole number from 1 */
export function checkedConcurrency(value: unknown, name: string, others: string): number {
  const expected = `${name} must be a whole number from 1${others}`;
  if (typeof value !== 'number' || Number.isNaN(value)) throw new TypeError(`${expected}, got ${valueOrKind(value)}`);
  if (value !== Number.POSITIVE_INFINITY && !(Number.isInteger(value) && value > 0)) {
    throw new RangeError(`${expected}, got ${value}`);
  }
  return value;
}

/** A function of the user's gave 0 where nothing runs whose end could ask it again. */
export function nothingStarts(): RangeError {
  return new RangeError(
    'concurrency(0) gave 0 while nothing ran, so that nothing would ever start; use pause() and resume() to wait',
  );
}
