/**
 * Errors without frames of their own. Of an answer that is an error, the frames of the layer that judged it tell nobody
 * anything: what is wanted is where the caller waits, which only the client can see, and it puts that in their place (`client/client-call.ts`).
 * To capture both would cost more than all else that such an error needs.
 */

interface Capturing {
  stackTraceLimit?: unknown;
  captureStackTrace?(target: object, below?: unknown): void;
}

const engine = Error as unknown as Capturing;

/** What `make` makes, without frames; `undefined` where the engine cannot do that, or could not give it some later. */
export function withoutFrames<E extends Error>(make: () => E): E | undefined {
  const limit = engine.stackTraceLimit;
  // Not every engine has both, and frozen intrinsics cannot be set: then it costs what it costs.
  if (typeof limit !== 'number' || engine.captureStackTrace === undefined) return undefined;
  if (!Reflect.set(engine, 'stackTraceLimit', 0)) return undefined;
  try {
    return make();
  } finally {
    engine.stackTraceLimit = limit;
  }
}
