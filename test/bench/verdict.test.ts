/** What the benchmark makes of its rounds. */
import { expect, test } from 'vitest';
import { counting, judged, ratioToBest } from '../../bench/verdict.ts';

const rows = (ours: number, seven: number, eight?: number) => ({
  sluice: { cpu: ours },
  'undici 7': { cpu: seven },
  ...(eight !== undefined && { 'undici 8': { cpu: eight } }),
});
const bound = { title: 'GET', limit: 0.85, digits: 3 };

test('a round in which others took much does not count', () => {
  const rounds = [
    { rows: rows(1, 2), others: 0.02 },
    { rows: rows(9, 2), others: 0.4 },
    { rows: rows(1.2, 2), others: 0.1 },
  ];
  expect(counting(rounds)).toEqual({ rounds: [rows(1, 2), rows(1.2, 2)], isLoaded: false });
});

test('with less than half of the rounds in peace all are shown, as those of a loaded machine', () => {
  const rounds = [0.02, 0.4, 0.5].map((others) => ({ rows: rows(1, 2), others }));
  const { rounds: shown, isLoaded } = counting(rounds);
  expect(shown).toHaveLength(3);
  expect(isLoaded).toBe(true);
});

test('who failed in a round that does not count is in none of those that do', () => {
  const rounds = [
    { rows: rows(1, 2, 3), others: 0 },
    { rows: rows(1, 2, 3), others: 0 },
    { rows: rows(1, 2), others: 0.4 },
  ];
  expect(counting(rounds, ['undici 8'])).toEqual({ rounds: [rows(1, 2), rows(1, 2)], isLoaded: false });
});

test('a loaded machine gives the figure, and no verdict', () => {
  const reached = judged(bound, { values: [0.5, 0.6, 0.7] }, true);
  expect(reached).toEqual({ title: 'GET', goal: 'at most 0.85', figure: 0.6, quartiles: [0.55, 0.65] });
});

test.each([
  [{ limit: 0.85 }, [0.85, 0.8, 0.9], true],
  [{ limit: 0.85 }, [0.851, 0.8, 0.9], false],
  [{ limit: 0.9, isLeast: true }, [0.9, 0.8, 1], true],
  [{ limit: 0.9, isLeast: true }, [0.899, 0.8, 1], false],
])('the median decides: %j of %j is reached: %s', (change, values, isReached) => {
  expect(judged({ ...bound, ...change }, { values }, false).isReached).toBe(isReached);
});

test('a verdict is of the figure itself, not of what is left of it in print', () => {
  const { figure, isReached } = judged({ ...bound, digits: 2 }, { values: [0.8512] }, false);
  expect([figure, isReached]).toEqual([0.85, false]);
});

test('the faster peer is the measure, in the same round', () => {
  const rounds = [rows(1, 2, 4), rows(3, 4, 2), rows(1, 2, 4)];
  expect(ratioToBest(rounds, 'sluice', { key: 'cpu', to: ['undici 7', 'undici 8'] })).toEqual({
    values: [0.5, 0.75, 0.5],
    to: 'undici 7',
  });
});

test('of rates the faster peer is that with the highest', () => {
  const to = ['undici 7', 'undici 8'];
  expect(ratioToBest([rows(1, 2, 4)], 'sluice', { key: 'cpu', to, isLeast: true })?.to).toBe('undici 8');
});

test('a peer that was left out of a round is no measure, and without any there is no figure', () => {
  const rounds = [rows(1, 2, 1), rows(1, 2)];
  expect(ratioToBest(rounds, 'sluice', { key: 'cpu', to: ['undici 7', 'undici 8'] })?.to).toBe('undici 7');
  expect(ratioToBest(rounds, 'sluice', { key: 'cpu', to: ['undici 8'] })).toBeUndefined();
  expect(ratioToBest([], 'sluice', { key: 'cpu', to: ['undici 7'] })).toBeUndefined();
});
