/** How the results of several runs are kept in one file. */
import { expect, test } from 'vitest';
import { type Run, withRun } from '../../bench/results.ts';

function run(node: string, names: readonly string[], machine = 'a machine'): Run {
  const cases = names.map((name) => ({ name, rounds: 7, rows: [] }));
  return { node, machine, versions: { sluice: '1.0.0' }, cores: 'two', cases };
}

const namesOf = (found: Run | undefined) => found?.cases.map(({ name }) => name);

test('a run in the same setting keeps the cases that it did not run', () => {
  const before = withRun(undefined, run('20.1.0', ['a', 'b']), false);
  expect(namesOf(withRun(before, run('20.1.0', ['b', 'c']), false))).toEqual(['a', 'b', 'c']);
});

test('a run on another machine begins anew', () => {
  const before = withRun(undefined, run('20.1.0', ['a']), false);
  expect(namesOf(withRun(before, run('20.1.0', ['b'], 'another'), false))).toEqual(['b']);
});

test('a run under another Node is kept beside, in the order of versions, and adds to that of the same version', () => {
  let results = withRun(undefined, run('20.1.0', ['a']), false);
  for (const [node, name] of [
    ['26.1.0', 'a'],
    ['24.1.0', 'a'],
    ['26.1.0', 'b'],
  ] as const) {
    results = withRun(results, run(node, [name]), true);
  }
  expect(namesOf(results)).toEqual(['a']);
  expect(Object.keys(results.otherNodes)).toEqual(['24.1.0', '26.1.0']);
  expect(namesOf(results.otherNodes['26.1.0'])).toEqual(['a', 'b']);
  expect(namesOf(results.otherNodes['24.1.0'])).toEqual(['a']);
});
