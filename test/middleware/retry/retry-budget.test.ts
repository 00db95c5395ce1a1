import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../src/middleware/retry/retry-budget.ts';

const rules = { ratio: 0.2, min: 10, window: 60_000 };
const origin = 'http://a.test';

/** Sends `requests` that all fail and are retried as often as the budget allows. Gives how often that was. */
function storm(budget: RetryBudget, requests: number, now = 0, limit = 3): number {
  let retries = 0;
  for (let i = 0; i < requests; i += 1) {
    budget.earn(origin, rules, now);
    for (let n = 0; n < limit && budget.spend(origin, rules, now); n += 1) retries += 1;
  }
  return retries;
}

it.each([
  [1, 3],
  [4, 10],
  [50, 10],
  // The first finds the bucket full and earns nothing.
  [100, 19],
  [1000, 199],
])('lets %i requests that all fail be retried %i times: the share or the floor, not both', (requests, retries) => {
  expect(storm(new RetryBudget(), requests)).toBe(retries);
});

it('saves nothing up in good times', () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 100_000; i += 1) budget.earn(origin, rules, 0);
  expect(storm(budget, 1000)).toBe(199);
});

it('never holds back a client whose failures stay below its share', () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 10_000; i += 1) {
    budget.earn(origin, rules, 0);
    if (i % 6 === 0) expect(budget.spend(origin, rules, 0)).toBe(true);
  }
});

it('gives the floor back after a window to a client with little traffic', () => {
  const budget = new RetryBudget();
  expect(storm(budget, 20)).toBe(10);
  expect(budget.has(origin, rules, 59_999)).toBe(false);
  expect(budget.has(origin, rules, 60_000)).toBe(true);
  expect(storm(budget, 20, 60_000)).toBe(10);
});

it('counts each origin for itself', () => {
  const budget = new RetryBudget();
  storm(budget, 20);
  expect(budget.has(origin, rules, 0)).toBe(false);
  expect(budget.has('http://b.test', rules, 0)).toBe(true);
});

it('allows only the share when the floor is 0', () => {
  const budget = new RetryBudget();
  const none = { ...rules, min: 0 };
  expect(budget.spend(origin, none, 0)).toBe(false);
  for (let i = 0; i < 5; i += 1) budget.earn(origin, none, 0);
  expect(budget.spend(origin, none, 0)).toBe(true);
  expect(budget.spend(origin, none, 0)).toBe(false);
});

it('forgets origins that were not asked for longest, so that a crawl does not grow it', () => {
  const budget = new RetryBudget();
  storm(budget, 20);
  for (let i = 0; i < 4096; i += 1) budget.earn(`http://${i}.test`, rules, 0);
  expect(budget.has(origin, rules, 0)).toBe(true);
});

describe('whatever the order of requests, failures and pauses', () => {
  it('retries at most the floor or the share of the requests, and the floor once more for each window', () => {
    const step = fc.record({ pause: fc.nat(2000), retries: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 500 }), (steps) => {
        const budget = new RetryBudget();
        let now = 0;
        let retries = 0;
        for (const [i, { pause, retries: wanted }] of steps.entries()) {
          now += pause;
          budget.earn(origin, rules, now);
          for (let n = 0; n < wanted && budget.spend(origin, rules, now); n += 1) retries += 1;
          const windows = Math.floor(now / rules.window);
          expect(retries).toBeLessThanOrEqual(Math.max(10, 0.2 * (i + 1)) + 10 * windows + 1e-6);
        }
      }),
    );
  });
});
