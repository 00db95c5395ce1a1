import { describe, it } from 'vitest';
import type { RateLimitOptions } from '../../src/resilience/index.ts';
import { holdsTo } from './limited.ts';

describe('rateLimit', () => {
  it.each<[what: string, calls: number, settings: RateLimitOptions, limit: number, window: number]>([
    ['10 in a second', 10_000, { limit: 10, interval: '1s' }, 10, 1000],
    ['3000 in a second', 10_000, { limit: 3000, interval: '1s' }, 3000, 1000],
  ])(
    'holds to %s, in any window, for %i calls',
    (_what, many, settings, limit, window) => holdsTo(limit, window, many, settings),
    60_000,
  );
});
