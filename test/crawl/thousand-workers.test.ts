import { describe, expect, it } from 'vitest';
import { simulate } from '../../scripts/crawl-scale/simulation.ts';

describe('a thousand workers', () => {
  it('share the hosts fairly, politely, and as fast as the rules allow', async () => {
    const { leastGap, mostAtOnce, fairness, busy, wrong, rate, bound } = await simulate({
      workers: 1000,
      hostsPerWorker: 1,
      hosts: 1500,
      pagesPerHost: 4,
      interval: 1000,
      latency: 200,
      turn: { urls: 2, time: 30_000 },
    });
    expect({ mostAtOnce, busy, wrong }).toEqual({ mostAtOnce: 1, busy: 1000, wrong: 0 });
    expect(leastGap).toBeGreaterThanOrEqual(1000);
    expect(fairness).toBeGreaterThan(0.8);
    // The last hosts end alone.
    expect(rate / bound).toBeGreaterThan(0.6);
  }, 300_000);
});
