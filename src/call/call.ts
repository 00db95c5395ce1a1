/**
 * One call of the client: what its hops and attempts have in common. It travels with the request, not in the options,
 * because it is state.
 */

import type { HttpRequest } from '../message/request.ts';
import { type Abortable, abortError, Stop } from '../time/stop.ts';

/** A body on its way into a sink. */
export interface Filling extends Abortable {
  /** Set by who is to know that nothing more is written. */
  onEnd: (() => void) | undefined;
}

export class Call extends Stop {
  /** The number of the attempt under way, from 1 (`retry` counts). */
  attempt = 1;
  /** How many redirects were followed so far (`redirect` counts). */
  hop = 0;
  /** As it entered the stack. */
  request: HttpRequest | undefined;
  /** Rejects the caller's promise, whatever the layers and the handler do. */
  reject: ((reason: unknown) => void) | undefined;
  /** What takes its body elsewhere: the call is over when that is. */
  filling: Filling | undefined;
  /** The caller's signal, while its abort stops this call: who follows the call need not follow it too. */
  followed: AbortSignal | undefined;

  /** @param started when the call began, in milliseconds of the client's clock */
  constructor(
    readonly started: number,
    /** The caller's additions to the names that are masked. */
    public redact?: readonly string[],
  ) {
    super();
  }

  override abort(reason: unknown = abortError()): void {
    if (this.aborted) return;
    this.reject?.(reason);
    super.abort(reason);
  }
}
