/** How long an exchange waits, read from its options once. */

import type { RequestOptions } from '../../options/options.ts';
import { milliseconds } from '../../time/duration.ts';

/** In milliseconds; 0 is none. */
export interface ExchangeLimits {
  readonly queue: number;
  readonly headers: number;
  readonly read: number;
}

const FIVE_MINUTES = 300_000;

/** @throws TypeError for a duration that is none */
export function exchangeLimits(options: RequestOptions): ExchangeLimits {
  const { queueTimeout, headersTimeout = FIVE_MINUTES, readTimeout = FIVE_MINUTES } = options;
  return {
    queue: milliseconds(queueTimeout, 'queueTimeout'),
    headers: milliseconds(headersTimeout, 'headersTimeout'),
    read: milliseconds(readTimeout, 'readTimeout'),
  };
}
