import { expect, it } from 'vitest';
import { LINEAR, timeGrowth } from './time-growth.ts';

/** So many steps that no compiler leaves out. */
function steps(count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum = (sum + i * 7) % 1_000_003;
  return sum;
}

it('tells what grows with the square of its size from what grows with its size', async () => {
  expect(await timeGrowth(400_000, (size) => steps(size))).toBeLessThan(LINEAR);
  expect(await timeGrowth(800, (size) => steps(size * size))).toBeGreaterThan(LINEAR);
});

it('takes what is over at once for linear', async () => {
  expect(await timeGrowth(1, (size) => size)).toBe(1);
});
