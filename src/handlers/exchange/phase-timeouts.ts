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

/** @throws TypeError for a duration that is none */
export function limitOf(given: RequestOptions['readTimeout'], name: string): number {
  return given === undefined ? FIVE_MINUTES : milliseconds(given, name);
}

/** @throws TypeError for a duration that is none */
export function phaseTimeouts(options: RequestOptions): PhaseTimeouts {
  const { queueTimeout, headersTimeout = FIVE_MINUTES, readTimeout = FIVE_MINUTES } = options;
  return {
    queue: milliseconds(queueTimeout, 'queueTimeout'),
    headers: milliseconds(headersTimeout, 'headersTimeout'),
    read: milliseconds(readTimeout, 'readTimeout'),
  };
}
