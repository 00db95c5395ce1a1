/**
 * Why a Node stream is ended, when that is no Error. A stream takes any reason that counts as true for one; for others
 * (`abort(null)`, `abort(0)`) an error stands in, which our own readers undo.
 */
const reasons = new WeakMap<object, { readonly reason: unknown }>();

/** What to destroy a Node stream with. */
export function streamError(reason: unknown): Error {
  if (reason && typeof reason !== 'boolean') return reason as Error;
  const stand = new Error('aborted', { cause: reason });
  reasons.set(stand, { reason });
  return stand;
}

/** What was meant by what a Node stream ended with. */
export function reasonOf(error: unknown): unknown {
  const known = typeof error === 'object' && error !== null ? reasons.get(error) : undefined;
  return known === undefined ? error : known.reason;
}
