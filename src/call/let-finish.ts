/**
 * How `close()` waits, of a client as of a transport: for all that is under way, but not for a streamed body that nobody
 * reads, which would never end.
 */
import { startTimer, systemClock } from '../time/clock.ts';

/** Milliseconds that the reader of a body has to begin, at least, when its head came while this waits. */
const PATIENCE = 500;

/** What is under way. */
export interface UnderWay<T> {
  members(): readonly T[];
  /** Calls back once nothing is under way any more. */
  onceOver(callback: () => void): void;
}

/**
 * Resolves when nothing is under way any more. A body that was there before and that nobody has begun to read is ended at
 * once; one that comes meanwhile is ended when two checks in a row find it unread.
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
