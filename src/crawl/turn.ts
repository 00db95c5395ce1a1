/**
 * How long a host stays with one holder, as a pure function: after its turn it goes to the end of the line, so that
 * every host is asked now and then however many there are.
 */

export interface Turn {
  /** Visits after which the host is handed on. */
  readonly urls: number;
  /** Milliseconds after which it is. */
  readonly time: number;
}

export const NO_TURN: Turn = { urls: Number.POSITIVE_INFINITY, time: Number.POSITIVE_INFINITY };

/** How many of `n` visits a holder may still take, which has taken some since it was given the host. */
export function roomInTurn(turn: Turn, taken: number, elapsed: number, n: number): number {
  return elapsed > turn.time ? 0 : Math.max(0, Math.min(n, turn.urls - taken));
}
