/** How an item ended, before it is handed over. */
import type { HttpResponse } from '../message/response.ts';

/** A request that failed, told apart from whatever a function may resolve to. */
export class Failure {
  constructor(readonly error: unknown) {}
}

/** Lets go of a response that nobody will read. */
export function release(response: HttpResponse | undefined): void {
  if (response?.streamed) void response.discard();
}
