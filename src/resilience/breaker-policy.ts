/**
 * A circuit breaker as a state: closed while a server answers, open when it has failed too often, half open for one request
 * that tries it again. Pure: it is told what happened and the time, in milliseconds of a clock.
 */

/** When a circuit opens and when it is tried again. */
export interface BreakerRules {
  /** Failures in the window that open it: from 1 on their number, below 1 their share of the calls. */
  readonly threshold: number;
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds. */
  readonly halfOpenAfter: number;
}

/** What a request comes to, as far as its server is concerned; `neither` when it says nothing of it. */
export type Outcome = 'success' | 'failure' | 'neither';

/** A request that may go: of which time of the circuit it is, and whether it is the one that tries. */
export interface Admitted {
  readonly era: number;
  readonly isProbe: boolean;
}

/** A share of fewer calls than these says nothing. */
const LEAST_CALLS = 10;
/** Parts of the window that are forgotten one by one. */
const PARTS = 10;

/** Calls and failures of a tenth of the window, from `from` on. */
interface Part {
  readonly from: number;
  calls: number;
  failures: number;
}

/** The states of one key. `#openedAt` and `#isProbing` say which one it is in. */
export class Circuit {
  readonly #rules: BreakerRules;
  /** Grows with each change of state: what began before it says nothing about now. */
  #era = 0;
  /** Oldest first; empty while nothing was counted. */
  #parts: Part[] = [];
  /** When it opened, or the last probe began; `undefined` while it is closed. */
  #openedAt: number | undefined;
  /** Half open: the one request that tries is under way. */
  #isProbing = false;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
  }

  /** Closed, with nothing to remember. */
  isIdle(now: number): boolean {
    this.#forget(now);
    return this.#openedAt === undefined && this.#parts.length === 0;
  }

  /** Whether a request may go, or until when none may. */
  admit(now: number): Admitted | { readonly retryAt: number } {
    if (this.#openedAt === undefined) return { era: this.#era, isProbe: false };
    // A clock that was set back counts from where it is.
    this.#openedAt = Math.min(this.#openedAt, now);
    const retryAt = this.#openedAt + this.#rules.halfOpenAfter;
    if (this.#isProbing || now < retryAt) return { retryAt };
    this.#isProbing = true;
    this.#openedAt = now;
    return { era: this.#era, isProbe: true };
  }

  /** A request has ended. One of an earlier era says nothing: the circuit has changed since it was sent. */
  settle({ era, isProbe }: Admitted, outcome: Outcome, now: number): void {
    if (era !== this.#era) return;
    if (isProbe) this.#probed(outcome, now);
    else if (this.#openedAt === undefined && outcome !== 'neither') this.#count(1, outcome === 'failure', now);
  }

  /** The body of an answer that was settled as a success has broken off: it was none after all. */
  broke({ era, isProbe }: Admitted, now: number): void {
    if (this.#openedAt !== undefined) return;
    // The head of the probe has closed the circuit, and nothing has changed it since.
    if (isProbe && era + 1 === this.#era) this.#open(now);
    // The call is counted already, when its head came.
    else if (!isProbe && era === this.#era) this.#count(0, true, now);
  }

  /** The end of the request that tried. */
  #probed(outcome: Outcome, now: number): void {
    this.#isProbing = false;
    if (outcome === 'success') this.#close();
    else if (outcome === 'failure') this.#open(now);
    // The probe was stopped by its caller: the next request is another one.
    else this.#openedAt = now - this.#rules.halfOpenAfter;
  }

  /** Adds to the present part, and opens the circuit when it is too much. */
  #count(calls: 0 | 1, isFailure: boolean, now: number): void {
    this.#forget(now);
    const length = this.#rules.window / PARTS;
    let part = this.#parts.at(-1);
    if (part === undefined || now >= part.from + length) {
      part = { from: now, calls: 0, failures: 0 };
      this.#parts.push(part);
    }
    part.calls += calls;
    if (!isFailure) return;
    part.failures += 1;
    if (this.#isTooMany()) this.#open(now);
  }

  /** Whether the failures of the window reach the threshold, as a number or as a share. */
  #isTooMany(): boolean {
    const { threshold } = this.#rules;
    let [calls, failures] = [0, 0];
    for (const part of this.#parts) {
      calls += part.calls;
      failures += part.failures;
    }
    return threshold >= 1 ? failures >= threshold : calls >= LEAST_CALLS && failures >= threshold * calls;
  }

  /** What is older than the window, and what is of a time that a clock which was set back has not reached. */
  #forget(now: number): void {
    const { window } = this.#rules;
    if (this.#parts.every(({ from }) => from > now - window && from <= now)) return;
    this.#parts = this.#parts.filter(({ from }) => from > now - window && from <= now);
  }

  /** A new era with nothing counted. */
  #open(now: number): void {
    this.#era += 1;
    this.#openedAt = now;
    this.#parts = [];
  }

  #close(): void {
    this.#era += 1;
    this.#openedAt = undefined;
    this.#parts = [];
  }
}
