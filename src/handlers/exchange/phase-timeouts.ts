/** How long an exchange waits, read from its options once. */

import type { RequestOptions } from '../../options/options.ts';
import { milliseconds } from '../../time/duration.ts';

/** In milliseconds; 0 is none. */
export interface PhaseTimeouts {
  readonly queue: number;
  readonly headers: number;
  readonly read: number;
}

/** The limit of a phase that the options do not set, in milliseconds. */
export const FIVE_MINUTES = 300_000;
/** Milliseconds to wait for the next bytes of a body that nobody wants: a new connection takes less. */
export const DRAIN_WAIT = 1000;

/** Of most requests: nothing has to be read. */
const USUAL: PhaseTimeouts = { queue: 0, headers: FIVE_MINUTES, read: FIVE_MINUTES };

/** @throws TypeError for a duration that is none */
export function phaseTimeouts(options: RequestOptions): PhaseTimeouts {
  const { queueTimeout, headersTimeout, readTimeout } = options;
  if (queueTimeout === undefined && headersTimeout === undefined && readTimeout === undefined) return USUAL;
  return {
    queue: milliseconds(queueTimeout, 'queueTimeout'),
    headers: headersTimeout === undefined ? FIVE_MINUTES : milliseconds(headersTimeout, 'headersTimeout'),
    read: readTimeout === undefined ? FIVE_MINUTES : milliseconds(readTimeout, 'readTimeout'),
  };
}
