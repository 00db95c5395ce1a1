/**
 * The benchmark.
 *
 *     npm run bench                        everything: the better part of an hour
 *     npm run bench -- --goals             the cases and clients that the goals are about: about seven minutes
 *     npm run bench -- --quick             the most telling cases and clients: under a minute
 *     npm run bench -- --only a,b          cases by name (`--list` shows them)
 *     npm run bench -- --clients a,b       contestants by name; what they are compared with always runs
 *     npm run bench -- --rounds 9
 *     npm run bench -- --windows 3         so many rounds in each process: less time for as many rounds
 *     npm run bench -- --node 24           under another Node, or by the path of a binary; kept beside the other results
 *     npm run bench -- --loaded            also on a machine that others use: figures without a verdict
 *     npm run bench -- --output file.json  instead of bench/results.json
 *     npm run bench -- --docs              no run: the tables of docs/performance.md from the results
 *
 * Ends with 2, and measures nothing, when the machine is loaded.
 */
import { parseArgs } from 'node:util';
import type { Case, Contestant } from './cases/case.ts';
import { caseCalled, cases } from './cases/index.ts';
import { BASELINE, clients, EIGHT } from './clients/index.ts';
import { writeDocs } from './docs.ts';
import { goalCases, rowsForGoals } from './goals.ts';
import { machine, versions } from './machine.ts';
import { type Means, measure } from './measure.ts';
import { RESULTS } from './paths.ts';
import { type Bench, build, install, loadOf, nodeBinary, startBench, versionOf } from './prepare.ts';
import { goalsTable, settingOf, tableOf } from './report.ts';
import { type CaseResult, type Run, readResults, withRun, writeResults } from './results.ts';

const FULL = { warmUp: 2000, warm: 4000, measure: 600 };
const GOALS = { warmUp: 2000, warm: 4000, measure: 400 };
const QUICK = { warmUp: 1200, warm: 400, measure: 400 };
const QUICK_CASES = ['get-json', 'all-on', 'stack'];
const QUICK_CLIENTS = [
  'sluice',
  BASELINE,
  EIGHT,
  'undici.dispatch',
  'node:http',
  'built-in fetch',
  'got',
  'axios',
  'ky',
];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    goals: { type: 'boolean', default: false },
    loaded: { type: 'boolean', default: false },
    only: { type: 'string' },
    clients: { type: 'string' },
    rounds: { type: 'string' },
    windows: { type: 'string' },
    node: { type: 'string' },
    output: { type: 'string', default: RESULTS },
    docs: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const chosenClients = values.clients?.split(',') ?? (values.quick ? QUICK_CLIENTS : Object.keys(clients));

function chosenCases(): readonly Case[] {
  const names = values.only?.split(',') ?? (values.goals ? goalCases : values.quick ? QUICK_CASES : undefined);
  return names?.map(caseCalled) ?? cases;
}

/** The baseline always runs: without it there is nothing to compare with. */
function chosenContestants({ name, contestants, baseline }: Case): readonly Contestant[] {
  const needed = values.goals ? rowsForGoals(name) : undefined;
  if (needed !== undefined) return contestants.filter(({ row }) => row === baseline || needed.has(row));
  return contestants.filter(({ row, client }) => row === baseline || chosenClients.includes(client));
}

function chosenPlan(): Pick<Means, 'plan' | 'rounds'> {
  // Another Node gets all the time that it takes to compile.
  const times = values.goals ? GOALS : values.quick && values.node === undefined ? QUICK : FULL;
  const windows = Number(values.windows ?? (values.goals ? 3 : 1));
  const rounds = Number(values.rounds ?? (values.goals || values.quick ? 3 : 5));
  return { plan: { ...times, windows }, rounds };
}

/** @throws Error when others use the machine: whatever was measured would be theirs */
async function refuseLoad(bench: Bench): Promise<void> {
  const load = await loadOf(bench);
  if (load === undefined) return;
  if (!values.loaded) throw new LoadedError(`${load}; nothing is measured (--loaded measures, without a verdict)`);
  console.error(`! ${load}: no verdict`);
}

class LoadedError extends Error {}

async function run(): Promise<Run> {
  install();
  build();
  using bench = await startBench();
  const node = values.node === undefined ? process.execPath : nodeBinary(values.node);
  const version = versionOf(node);
  await refuseLoad(bench);
  const means: Means = { bench, node, version, ...chosenPlan() };
  const setting = { node: version, machine: machine(), versions: versions(), cores: bench.cores };
  console.log(`${settingOf({ ...setting, cases: [] })}\n`);
  const measured: CaseResult[] = [];
  for (const one of chosenCases()) {
    const began = performance.now();
    const result = await measure(one, chosenContestants(one), means);
    measured.push(result);
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(`${tableOf(result, chosenClients)}\n`);
    console.error(`  ${one.name}: ${seconds} s`);
  }
  return { ...setting, cases: measured };
}

async function runAndKeep(): Promise<void> {
  const done = await run();
  const reached = goalsTable([done]);
  if (reached !== undefined) console.log(`### Goals\n\n${reached}\n`);
  writeResults(values.output, withRun(readResults(values.output), done, values.node !== undefined));
}

if (values.list) console.log(cases.map(({ name, title }) => `${name.padEnd(14)} ${title}`).join('\n'));
else if (values.docs) writeDocs(values.output);
else {
  await runAndKeep().catch((error: unknown) => {
    if (!(error instanceof LoadedError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  });
}
