/** When the check of the benchmark fails, by figures that are given. */
import { expect, test } from 'vitest';
import { type CaseRun, nextRuns, recordOf, runOf, told, verdictOf } from '../../bench/regression.ts';

const LOADED = 'loaded';

/** Ratios, and those of a loaded machine as words. */
function runs(...ratios: readonly (number | string)[]): CaseRun[] {
  return ratios.map((ratio) =>
    typeof ratio === 'number' ? { ratio } : { ratio: Number.parseFloat(ratio), others: 0.4 },
  );
}

test.each([
  ['a first run that is as before', 1, runs(1), 'same'],
  ['one that is better', 1, runs(0.5), 'same'],
  ['one that is 10 % worse, and no more', 1, runs(1.1), 'same'],
  ['one that is worse than that', 1, runs(1.101), 'again'],
  ['the second one worse', 1, runs(1.2, 1.2), 'again'],
  ['three worse in a row', 1, runs(1.2, 1.11, 1.3), 'slower'],
  ['a third one that is not', 1, runs(1.2, 1.2, 1.05), 'same'],
  ['three worse of four, the last two in a row', 1, runs(1.2, 1, 1.2, 1.2), 'again'],
  ['three worse in a row after a good one', 1, runs(1, 1.2, 1.2, 1.2), 'slower'],
  ['what was recorded below 1', 0.8, runs(0.885, 0.885, 0.885), 'slower'],
  ['the same ratio where more was recorded', 0.81, runs(0.885), 'same'],
  ['a worse run on a loaded machine', 1, runs('2 loaded'), LOADED],
  ['a good run on a loaded machine', 1, runs('1 loaded'), LOADED],
  ['a loaded machine in the third run', 1, runs(1.2, 1.2, '1.2 loaded'), LOADED],
  ['a loaded machine in one of the last three', 1, runs(1.2, '1.2 loaded', 1.2), 'again'],
  ['a case that was never recorded', undefined, runs(9, 9, 9), 'unrecorded'],
  ['such a case on a loaded machine', undefined, runs('9 loaded'), LOADED],
])('%s', (_, recorded, found, verdict) => {
  expect(verdictOf(recorded, found)).toBe(verdict);
});

const recorded = { a: 1, b: 1, c: 1, d: 0.5, e: 1 };

test.each([
  ['nothing where all is as before', { a: runs(1), b: runs(1.1) }, []],
  ['what was worse, and nothing else', { a: runs(1), b: runs(1.2), c: runs('1.5 loaded') }, ['b']],
  ['what was worse twice', { a: runs(1.2, 1), b: runs(1.2, 1.3) }, ['b']],
  [
    'the three that are worst by what was recorded',
    { a: runs(1.2), b: runs(1.4), c: runs(1.15), d: runs(0.9), e: runs(1.3) },
    ['d', 'b', 'e'],
  ],
  ['nothing more once a case has failed', { a: runs(1.2, 1.2, 1.2), b: runs(1.2, 1.2) }, []],
])('measured again is %s', (_, measured, names) => {
  expect(nextRuns(recorded, measured)).toEqual(names);
});

test('what is told names the case, from what to what, and every run', () => {
  expect(told('get-json', 0.9, runs(1.05, 1.04, 1.061))).toBe(
    'get-json   recorded 0.900, now 1.050, then 1.040, then 1.061: SLOWER by more than 10 %, 3 runs in a row',
  );
  expect(told('redirects', 0.9, runs(1.2, 0.91))).toBe('redirects  recorded 0.900, now 1.200, then 0.910: ok');
  expect(told('all-on', 0.9, runs('1.2 loaded'))).toBe(
    'all-on     recorded 0.900, now 1.200, others took 40 % of the machine: no verdict: the machine is loaded',
  );
  expect(told('all-on', 0.9, runs(1.2))).toBe(
    'all-on     recorded 0.900, now 1.200: worse; not measured again, since another case has failed',
  );
  expect(told('all-on', undefined, runs(1.2))).toBe(
    'all-on     recorded never, now 1.200: no verdict: nothing is recorded',
  );
});

const round = (ours: number, peer: number, others = 0) => ({ costs: { ours, peer }, others });

test('a run is the median of the ratios within each of its rounds', () => {
  expect(runOf([round(1, 2), round(30, 10), round(8, 10)], 'ours', 'peer')).toEqual({ ratio: 0.8 });
});

test('a round in which others took much does not count', () => {
  expect(runOf([round(1, 1), round(9, 1, 0.2), round(1, 1)], 'ours', 'peer')).toEqual({ ratio: 1 });
});

test('a run with less than half of its rounds in peace is one of a loaded machine', () => {
  expect(runOf([round(1, 1), round(2, 1, 0.3), round(2, 1, 0.5)], 'ours', 'peer')).toEqual({ ratio: 2, others: 0.3 });
});

test('the worst of the runs is recorded, and nothing where the machine was loaded in one of them', () => {
  expect(recordOf(runs(0.9, 1.10049, 1))).toBe(1.1);
  expect(recordOf(runs(0.9, '1 loaded', 1.1))).toBeUndefined();
});
