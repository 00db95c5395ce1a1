/**
 * A check at the last moment before a request is written. A process that was busy or suspended may handle the event of a
 * connection before that of a timer which should have stopped the request: a crawl, for one, must not ask a host any more
 * whose lease has run out.
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
