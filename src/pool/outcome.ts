/** The outcome of an item, until it is handed to a callback or an iterator. */
import type { HttpResponse } from '../message/response.ts';

/**
 * A request that failed. A class of its own, because a function among the items may resolve to anything, also an `Error`.
 */
export class Failure {
  constructor(readonly error: unknown) {}
}

/** Lets go of a response that nobody will read. */
export function release(response: HttpResponse | undefined): void {
  if (response?.streamed) void response.discard();
}
