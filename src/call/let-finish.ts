/** How an orderly end waits: for all that is under way, but for no reader of a body who never comes. */
import { startTimer, systemClock } from '../time/clock.ts';

/** Milliseconds that the reader of a body whose head came meanwhile has to begin, at least. */
const PATIENCE = 500;

/** What is under way. */
export interface UnderWay<T> {
  members(): readonly T[];
  /** Calls back once nothing is under way any more. */
  onceOver(callback: () => void): void;
}

/**
 * Resolves when nothing is under way any more. Who had his body before and has not begun to read it is not waited for;
 * who gets it meanwhile has a moment.
 */
export async function letFinish<T extends { readonly isForgotten: boolean }>(
  underWay: UnderWay<T>,
  end: (member: T) => void,
): Promise<void> {
  let before: readonly T[] | undefined;
  while (underWay.members().length > 0) {
    const forgotten = underWay.members().filter(({ isForgotten }) => isForgotten);
    for (const member of forgotten) if (before?.includes(member) ?? true) end(member);
    before = forgotten;
    if (underWay.members().length > 0) await overOrLater(underWay);
  }
}

function overOrLater(underWay: UnderWay<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const stop = startTimer(systemClock, PATIENCE, resolve);
    underWay.onceOver(() => {
      stop();
      resolve();
    });
  });
}
