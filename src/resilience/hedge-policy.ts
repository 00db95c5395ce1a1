/** When a second request is worth its cost, as pure rules: after a fixed time, or when a request is slower than most were. */

/** After how long another request goes: milliseconds, or the share of the requests (0.95) that are faster. */
export type HedgeAfter = { readonly ms: number } | { readonly share: number };

/** `'p95'` and its like. */
export function percentileOf(text: string): number | undefined {
  const digits = /^p(\d{1,2}(?:\.\d+)?)$/.exec(text)?.[1];
  const share = Number(digits) / 100;
  return digits !== undefined && share > 0 && share < 1 ? share : undefined;
}

/** How many times are remembered, and how many are needed before they say anything. */
const KEPT = 200;
const LEAST = 20;
/** Times after which the percentile is worked out anew. */
const STEP = 10;
/** A little less than the share that is slower, so that what hedges add stays below it. */
const PART = 0.95;
/** Hedges that may be saved up for a bad moment. */
const MOST_SAVED = 10;
/** Milliseconds after which a key that is not used may be forgotten. */
const FORGOTTEN = 600_000;

/** How long the requests of one key took, in milliseconds, and what may be spent on the slow ones. */
export class Latencies {
  readonly #share: number;
  readonly #times: number[] = [];
  #next = 0;
  #sinceSorted = 0;
  #percentile: number | undefined;
  #saved = 0;
  #usedAt = 0;

  /** @param share of the requests that are faster than a slow one */
  constructor(share: number) {
    this.#share = share;
  }

  isIdle(now: number): boolean {
    return now - this.#usedAt > FORGOTTEN;
  }

  /**
   * Milliseconds after which a request is slow; `undefined` until enough are known. Longer than the percentile itself, with
   * which most may end in the very same millisecond.
   */
  get slowAfter(): number | undefined {
    return this.#percentile === undefined ? undefined : Math.ceil(this.#percentile) + 1;
  }

  /** A request begins. */
  begin(now: number): void {
    this.#usedAt = now;
    this.#saved = Math.min(MOST_SAVED, this.#saved + (1 - this.#share) * PART);
  }

  /** Takes what one hedge costs. Whether it was there. */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }

  /** @param ms how long a request took, or had taken when it was stopped */
  add(ms: number): void {
    this.#times[this.#next] = ms;
    this.#next = (this.#next + 1) % KEPT;
    this.#sinceSorted += 1;
    if (this.#times.length < LEAST || (this.#percentile !== undefined && this.#sinceSorted < STEP)) return;
    this.#sinceSorted = 0;
    const sorted = this.#times.toSorted((a, b) => a - b);
    this.#percentile = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * this.#share) - 1)];
  }
}
