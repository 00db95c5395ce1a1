/** Runs a case: contestants by turns, each in a fresh process, so that a slow minute of the machine meets all alike. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Case, Contestant, Figure, Plan } from './cases/case.ts';
import { clients } from './clients/index.ts';
import { reachedIn } from './goals.ts';
import { Neighbours } from './neighbours.ts';
import { BUILT, ROOT, SLUICE } from './paths.ts';
import type { Bench } from './prepare.ts';
import { type CaseResult, majorOf, type Row, type Rows } from './results.ts';
import { median, quantile, rounded } from './statistics.ts';
import { counting, type Round } from './verdict.ts';
import type { Task } from './worker/worker.ts';

export interface Means {
  readonly bench: Bench;
  /** The Node that measures. */
  readonly node: string;
  readonly version: string;
  readonly plan: Plan;
  readonly rounds: number;
}

const run = promisify(execFile);
const RATIO_DIGITS = 3;
/** Processes of a case that measures once in each, however many windows others have. */
const ENOUGH = 7;

/** What a process of a contestant gives: the rows of each of its windows. */
export type InProcess = (one: Case, contestant: Contestant, means: Means) => Promise<readonly Rows[]>;

export async function measure(
  one: Case,
  contestants: readonly Contestant[],
  means: Means,
  inProcess: InProcess = inOwnProcess,
): Promise<CaseResult> {
  const { plan, version } = means;
  const processes = one.isWindowed
    ? means.rounds
    : Math.min(means.rounds * plan.windows, Math.max(means.rounds, ENOUGH));
  const leftOut: Record<string, string> = {};
  for (const { row, client } of contestants) {
    const { since = 0 } = clients[client]!;
    if (majorOf(version) < since) leftOut[row] = `needs Node ${since}`;
  }
  const all: Round[] = [];
  for (let turn = 0; turn < processes; turn++) {
    // Nobody is always the first, or always after the same.
    const order = contestants.map((_, i) => contestants[(i + turn) % contestants.length]!);
    const windowsOf = (contestant: Contestant) => inProcess(one, contestant, means);
    all.push(...(await rounds(order, means, leftOut, windowsOf)));
  }
  const out = Object.keys(leftOut);
  return { name: one.name, processes, ...(out.length > 0 && { leftOut }), ...judged(one, all, out) };
}

/** One process of each: as many rounds as it has windows. */
async function rounds(
  contestants: readonly Contestant[],
  { bench }: Means,
  leftOut: Record<string, string>,
  windowsOf: (contestant: Contestant) => Promise<readonly Rows[]>,
): Promise<Round[]> {
  const neighbours = new Neighbours([process.pid, bench.serverId]);
  const found: Rows[] = [];
  let others = 0;
  for (const contestant of contestants) {
    if (contestant.row in leftOut) continue;
    try {
      const windows = await windowsOf(contestant);
      for (const [i, rows] of windows.entries()) found[i] = { ...found[i], ...rows };
    } catch (error) {
      leftOut[contestant.row] = reasonOf(error);
    }
    others = Math.max(others, neighbours.share());
  }
  return found.map((rows) => ({ rows, others }));
}

function judged(
  one: Case,
  all: readonly Round[],
  leftOut: readonly string[],
): Pick<CaseResult, 'rounds' | 'others' | 'isLoaded' | 'rows' | 'goals'> {
  const { rounds, isLoaded } = counting(all, leftOut);
  const names = [...new Set(rounds.flatMap(Object.keys))].filter((name) => rounds.every((rows) => name in rows));
  const goals = reachedIn(one.name, rounds, isLoaded);
  return {
    rounds: rounds.length,
    others: rounded(all.length === 0 ? 0 : median(all.map(({ others }) => others)), 2),
    ...(isLoaded && { isLoaded }),
    ...(goals.length > 0 && { goals }),
    rows: names.map((name) => rowOf(name, one, rounds)),
  };
}

async function inOwnProcess(one: Case, contestant: Contestant, { bench, node, plan }: Means): Promise<readonly Rows[]> {
  const { origins } = bench;
  const file = one.name === 'upload' ? bench.file : '';
  const task: Task = { name: one.name, contestant, context: { origins, plan, file } };
  const [command, ...args] = [
    ...bench.pinned,
    node,
    ...(one.flags ?? []),
    join(BUILT, 'worker.js'),
    JSON.stringify(task),
  ];
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    SLUICE_ENTRY: pathToFileURL(join(SLUICE, 'index.js')).href,
    ...(one.isTls && { NODE_EXTRA_CA_CERTS: bench.ca }),
  };
  const { stdout } = await run(command!, args, { env, timeout: 120_000, maxBuffer: 2 ** 24 });
  return [JSON.parse(stdout.trim().split('\n').at(-1)!) as Rows | readonly Rows[]].flat();
}

function rowOf(name: string, { figures, baseline }: Case, rounds: readonly Rows[]): Row {
  const compared = figures.filter(({ ratio }) => ratio && rounds.every((rows) => baseline in rows));
  const values = (key: string) => rounds.map((rows) => rows[name]![key]!);
  const ratios = (key: string) => rounds.map((rows) => rows[name]![key]! / rows[baseline]![key]!);
  const ratioAt = (share: number, key: string) => rounded(quantile(ratios(key), share), RATIO_DIGITS);
  return {
    name,
    figures: byKey(figures, ({ key, digits = 0 }) => rounded(median(values(key)), digits)),
    spread: byKey(figures, ({ key, digits = 0 }) => [
      rounded(Math.min(...values(key)), digits),
      rounded(Math.max(...values(key)), digits),
    ]),
    ratios: byKey(compared, ({ key }) => ratioAt(0.5, key)),
    ratioSpread: byKey(compared, ({ key }) => [ratioAt(0.25, key), ratioAt(0.75, key)]),
  };
}

function byKey<T>(figures: readonly Figure[], value: (figure: Figure) => T): Record<string, T> {
  return Object.fromEntries(figures.map((figure) => [figure.key, value(figure)]));
}

/** Its own words, or that it ended without any: a promise that never settles ends a process too. */
export function reasonOf(error: unknown): string {
  const { stderr = '', killed, code } = error as { stderr?: string; killed?: boolean; code?: unknown };
  const told = stderr.split('\n').find((line) => /Error|unsettled/.test(line)) ?? stderr.trim().split('\n').at(-1);
  return (told || (killed ? 'it took too long' : `its process ended with ${String(code)}`)).replaceAll(ROOT, '');
}
