/**
 * A last look at the moment of writing. A request may have waited for its connection, in a process that had no turn, for
 * longer than whoever sends it may still ask: a timer that should have stopped it has its turn after the connection.
 */
import type { RequestOptions } from './options.ts';

/** A symbol: it travels with the options, and is nothing that a caller can give. */
const LAST_LOOK = Symbol('last look');

interface Watched {
  [LAST_LOOK]?: () => void;
}

/** An option. @param look called right before each attempt is written; aborts the request's signal when it must not be */
export function lastLook(look: () => void): RequestOptions {
  const watched: Watched = { [LAST_LOOK]: look };
  return watched as RequestOptions;
}

/** For a copy that is made name by name. */
export function keepLook<T extends object>(from: object, to: T): T {
  const look = (from as Watched)[LAST_LOOK];
  if (look !== undefined) (to as Watched)[LAST_LOOK] = look;
  return to;
}

/** For a transport that is about to write. */
export function lookOnce(options: RequestOptions): void {
  (options as Watched)[LAST_LOOK]?.();
}
