/** Runs a case: contestants by turns, each in a fresh process, so that a slow minute of the machine meets all alike. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Case, Contestant, Plan, Rows } from './cases/case.ts';
import { BUILT, SLUICE } from './paths.ts';
import type { Bench } from './prepare.ts';
import type { CaseResult, Row } from './results.ts';
import { median, rounded } from './statistics.ts';
import type { Task } from './worker/worker.ts';

export interface Means {
  readonly bench: Bench;
  /** The Node that measures. */
  readonly node: string;
  readonly plan: Plan;
  readonly rounds: number;
  /** Hears what fails: the contestant is left out of the case. */
  warn(text: string): void;
}

const run = promisify(execFile);
const RATIO_DIGITS = 3;

export async function measure(one: Case, contestants: readonly Contestant[], means: Means): Promise<CaseResult> {
  const rounds: Rows[] = [];
  const failed = new Set<Contestant>();
  for (let round = 0; round < means.rounds; round++) {
    const rows: Rows = {};
    for (const contestant of contestants) {
      if (failed.has(contestant)) continue;
      try {
        Object.assign(rows, await inProcess(one, contestant, means));
      } catch (error) {
        failed.add(contestant);
        means.warn(`${one.name}: ${contestant.row} is left out: ${reasonOf(error)}`);
      }
    }
    rounds.push(rows);
  }
  const names = [...new Set(rounds.flatMap(Object.keys))].filter((name) => rounds.every((rows) => name in rows));
  return { name: one.name, rounds: means.rounds, rows: names.map((name) => rowOf(name, one, rounds)) };
}

async function inProcess(one: Case, contestant: Contestant, { bench, node, plan }: Means): Promise<Rows> {
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
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Rows;
}

function rowOf(name: string, { figures, baseline }: Case, rounds: readonly Rows[]): Row {
  const row = { name, figures: {}, ratios: {}, spread: {} } as { name: string } & Record<
    'figures' | 'ratios',
    Record<string, number>
  > & {
      spread: Record<string, readonly [number, number]>;
    };
  for (const { key, ratio, digits = 0 } of figures) {
    const values = rounds.map((rows) => rows[name]![key]!);
    row.figures[key] = rounded(median(values), digits);
    row.spread[key] = [rounded(Math.min(...values), digits), rounded(Math.max(...values), digits)];
    if (!ratio || !rounds.every((rows) => baseline in rows)) continue;
    row.ratios[key] = rounded(median(rounds.map((rows) => rows[name]![key]! / rows[baseline]![key]!)), RATIO_DIGITS);
  }
  return row;
}

/** Its own words, or that it ended without any: a promise that never settles ends a process too. */
function reasonOf(error: unknown): string {
  const { stderr = '', killed, code } = error as { stderr?: string; killed?: boolean; code?: unknown };
  const told = stderr.split('\n').find((line) => /Error|unsettled/.test(line)) ?? stderr.trim().split('\n').at(-1);
  return told || (killed ? 'it took too long' : `its process ended with ${String(code)}`);
}
