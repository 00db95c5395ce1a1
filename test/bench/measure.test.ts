/** Who is in the table, and which goals are told. Nothing is measured here: what a process gives is given. */
import { afterEach, expect, test } from 'vitest';
import { type Case, type Context, clientsCalled } from '../../bench/cases/case.ts';
import { caseCalled } from '../../bench/cases/index.ts';
import type { Session } from '../../bench/clients/client.ts';
import { clients } from '../../bench/clients/index.ts';
import { type InProcess, type Means, measure } from '../../bench/measure.ts';
import { goalsTable, tableOf } from '../../bench/report.ts';
import type { CaseResult, Reached, Run } from '../../bench/results.ts';
import { SMALL } from '../../bench/site.ts';

const GET: Case = caseCalled('get-json');
const plan = { warmUp: 1, warm: 1, measure: 1, windows: 2 };
const means = { bench: { serverId: process.pid }, version: '24.1.0', plan, rounds: 3 } as Means;

/** The answer of a process: so many windows, until it fails in a certain turn. */
function processes(failing: Readonly<Record<string, number>>): InProcess {
  const turns: Record<string, number> = {};
  return (_, { row }, { plan: { windows } }) => {
    const turn = (turns[row] = (turns[row] ?? 0) + 1);
    if (turn === failing[row]) return Promise.reject(new Error('failed'));
    return Promise.resolve(Array.from({ length: windows }, () => ({ [row]: { cpu: 1, perSecond: 2 } })));
  };
}

test.each([1, 2, 3])('a client that fails in turn %i is in no row, and is named with the reason', async (turn) => {
  const contestants = clientsCalled('sluice', 'undici.request', 'got');
  const result = await measure(GET, contestants, means, processes({ got: turn }));
  expect(result.rows.map(({ name }) => name).sort()).toEqual(['sluice', 'undici.request']);
  expect(tableOf(result)).toContain('Left out: got (');
});

test('a client that needs a newer Node is not started', async () => {
  const started: string[] = [];
  const old = { ...means, version: '20.1.0' };
  const result = await measure(GET, clientsCalled('undici.request', 'ky 2'), old, async (_, { row }) => {
    started.push(row);
    return [{ [row]: { cpu: 1, perSecond: 1 } }];
  });
  expect(started).toEqual(['undici.request', 'undici.request', 'undici.request']);
  expect(result.leftOut).toEqual({ 'ky 2': 'needs Node 22' });
});

const WRONG = 'one that answers wrong';

function wrong(answers: () => unknown): void {
  const session: Session = { json: async () => answers(), bytes: async () => answers() as Uint8Array };
  Object.assign(clients, { [WRONG]: { features: [], load: async () => undefined, open: () => session } });
}

afterEach(() => {
  delete (clients as Record<string, unknown>)[WRONG];
});

const context = { origins: { http: 'http://127.0.0.1:1' }, plan, file: '' } as unknown as Context;
const large = (end: string) => Buffer.from('x'.repeat(65_535) + end);

test.each([
  ['get-json', 'another value', () => ({ ...SMALL, id: 1 }), SMALL],
  ['get-json', 'nothing', () => undefined, SMALL],
  ['get-64k', 'another last byte', () => large('y'), large('x')],
  ['get-64k', 'a byte too few', () => large(''), large('x')],
])('%s: %s as the first or the last answer is an error, and what was sent is none', async (name, _, bad, good) => {
  const run = async () => caseCalled(name).run({ row: WRONG, client: WRONG }, context);
  wrong(bad);
  await expect(run()).rejects.toThrow(/other|another/);
  let isFirst = true;
  wrong(() => {
    const answer = isFirst ? good : bad();
    isFirst = false;
    return answer;
  });
  await expect(run()).rejects.toThrow(/other|another/);
  wrong(() => good);
  await expect(run()).resolves.toHaveLength(plan.windows);
});

const run = (node: string, ...cases: readonly CaseResult[]): Run => ({
  node,
  machine: 'a machine',
  versions: {},
  cores: 'two',
  cases,
});
const reached = (isReached?: boolean): Reached => ({
  title: 'POST of small JSON, CPU, to undici.request',
  goal: 'at most 0.9',
  to: 'undici.request',
  figure: 0.95,
  quartiles: [0.9, 1],
  ...(isReached !== undefined && { isReached }),
});
const posted = (goals?: readonly Reached[]): CaseResult => ({ name: 'post-json', rounds: 3, rows: [], goals });

test.each([
  ['reached', run('24.1.0', posted([reached(true)])), '0.95 (0.9 to 1) of undici.request: reached'],
  ['not reached', run('24.1.0', posted([reached(false)])), '0.95 (0.9 to 1) of undici.request: NOT reached'],
  ['of a loaded machine', run('24.1.0', posted([reached()])), '0.95 (0.9 to 1) of undici.request: no verdict'],
  ['without a figure', run('24.1.0', posted()), 'no figure: no verdict'],
])('a goal that is %s says so', (_, found, verdict) => {
  const row = goalsTable([found])!.split('\n').at(-1)!.split('|');
  expect(row.map((cell) => cell.trim()).slice(1, 4)).toEqual([reached().title, 'at most 0.9', verdict]);
});

test('a goal whose case was measured on another Node alone is a dash here', () => {
  const table = goalsTable([run('26.1.0'), run('24.1.0', posted([reached(true)]))])!;
  expect(table.split('\n').at(-1)).toMatch(/\| +- \| 0\.95 /);
});

test('without a case that a goal is about there is no table', () => {
  expect(goalsTable([run('24.1.0', { name: 'https', rounds: 3, rows: [] })])).toBeUndefined();
});
