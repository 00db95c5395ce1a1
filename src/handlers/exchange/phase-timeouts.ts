/** How long an exchange waits in each phase, read from its options once. `connectTimeout` is not here: it is the dial's. */

import type { RequestOptions } from '../../options/options.ts';
import { milliseconds } from '../../time/duration.ts';

/** In milliseconds; 0 is no limit. */
export interface PhaseTimeouts {
  readonly queue: number;
  readonly headers: number;
  readonly read: number;
}

/** The limit of a phase that the options do not set, in milliseconds. */
export const FIVE_MINUTES = 300_000;
/** Milliseconds to wait for the next bytes of a body that is only read to free its connection: a new one takes less. */
export const DRAIN_WAIT = 1000;

/** Those of most requests, which set none of the three options. */
const USUAL: PhaseTimeouts = { queue: 0, headers: FIVE_MINUTES, read: FIVE_MINUTES };

/** @throws TypeError for an invalid duration */
export function phaseTimeouts(options: RequestOptions): PhaseTimeouts {
  const { queueTimeout, headersTimeout, readTimeout } = options;
  if (queueTimeout === undefined && headersTimeout === undefined && readTimeout === undefined) return USUAL;
  return {
    queue: milliseconds(queueTimeout, 'queueTimeout'),
    headers: headersTimeout === undefined ? FIVE_MINUTES : milliseconds(headersTimeout, 'headersTimeout'),
    read: readTimeout === undefined ? FIVE_MINUTES : milliseconds(readTimeout, 'readTimeout'),
  };
}
