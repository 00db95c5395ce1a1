/** The ratios that the check of the benchmark compares with. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type RecordedLine, readRecorded, withLine } from '../../bench/recorded.ts';

const file = (path: string) => new URL(`../../bench/${path}`, import.meta.url).pathname;

function run(ratios: Record<string, number>, undici = '7.1.0'): RecordedLine {
  return { node: '24.1.0', date: '2026-01-01', commit: 'abc1234', machine: 'a machine', undici, ratios };
}

test('lines and cases are in order, so that a diff is short', () => {
  const recorded = withLine(withLine({}, '24', run({ b: 2, a: 1 })), '20', run({ c: 3 }));
  expect(JSON.stringify(recorded)).toBe(JSON.stringify({ 20: run({ c: 3 }), 24: run({ a: 1, b: 2 }) }));
});

test('a run keeps the cases that it did not measure, and the other lines', () => {
  const before = withLine(withLine({}, '24', run({ a: 1, b: 2 })), '20', run({ a: 4 }));
  const after = withLine(before, '24', { ...run({ b: 3 }), date: '2026-01-02' });
  expect(after).toEqual({ 20: run({ a: 4 }), 24: { ...run({ a: 1, b: 3 }), date: '2026-01-02' } });
});

test('against another version of undici a line begins anew', () => {
  const before = withLine({}, '24', run({ a: 1, b: 2 }));
  expect(withLine(before, '24', run({ b: 3 }, '7.2.0'))['24']?.ratios).toEqual({ b: 3 });
});

test('without a file there is nothing recorded', () => {
  expect(readRecorded(file('none.json'))).toEqual({});
});

const lock = JSON.parse(readFileSync(file('package-lock.json'), 'utf8'));

test.each(Object.entries(readRecorded(file('ratios.json'))))(
  'what is kept of Node %s was measured against the undici that the benchmark installs',
  (line, kept) => {
    expect(kept.node.split('.')[0]).toBe(line);
    expect(kept.undici).toBe(lock.packages['node_modules/undici'].version);
    expect(Object.keys(kept.ratios)).toEqual(['all-on', 'get-64k', 'get-json', 'not-found', 'post-json', 'redirects']);
  },
);
