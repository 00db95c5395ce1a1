/** What a message knows of the call that it belongs to. What else a call is, `call/call.ts` alone knows. */

import type { ParseJson } from './json.ts';
import type { Reconnector } from './readers.ts';
import type { Redact } from './redact.ts';

export interface MessageCall {
  /** The number of the attempt under way, from 1. */
  readonly attempt: number;
  /** Milliseconds since it began. */
  readonly elapsed: number;
  /** The caller's additions to the names that are masked. */
  redact?: Redact | undefined;
  /** Reads JSON in place of `JSON.parse`. */
  parseJson: ParseJson | undefined;
  /** Asks again for its streamed answer. */
  reconnector: Reconnector<unknown> | undefined;
}
