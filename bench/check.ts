/**
 * Compares quick ratios of CPU time, ours to undici's in the same rounds, with those recorded in `bench/ratios.json`.
 *
 *     npm run bench:check                        under this Node, and under 24 where `npm run test:nodes` has brought it
 *     npm run bench:check -- --node 24           under this one alone; also the path of a binary, and more than one
 *     npm run bench:check -- --only get-json,redirects
 *     npm run bench:check -- --loaded            also on a machine that others use: ratios without a verdict
 *     npm run bench:check -- --update            records what it finds in three runs of each case
 *
 * A case that is worse is measured again. Ends with 1 when one is 10 % worse than recorded in three runs in a row. A loaded
 * machine gives no verdict: that is said, nothing is written, and it ends with 0. Ends with 2 where it was to record and could not.
 */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { presentNode } from '../scripts/node-lines.ts';
import { inProcess } from './comparison.ts';
import { machine, versions } from './machine.ts';
import { reasonOf } from './measure.ts';
import { RATIOS, ROOT, SLUICE } from './paths.ts';
import { type Bench, build, install, loadOf, nodeBinary, startBench, versionOf } from './prepare.ts';
import { readRecorded, withLine, writeRecorded } from './recorded.ts';
import {
  type CaseRun,
  IN_A_ROW,
  type Measured,
  nextRuns,
  type Ratios,
  recordOf,
  runOf,
  told,
  verdictOf,
} from './regression.ts';
import { majorOf } from './results.ts';

/** Of `comparedCases`. */
const CASES = ['all-on', 'get-64k', 'get-json', 'not-found', 'post-json', 'redirects'];
const OURS = 'sluice';
const PEER = 'undici 7';
/** Enough for a median: a round is a batch of about 10 ms of each. */
const ROUNDS = 40;
/** Most of a second of each before anything counts. */
const WARM = 180;

const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true },
    only: { type: 'string' },
    loaded: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
  },
});

function chosenCases(): readonly string[] {
  const names = values.only?.split(',') ?? CASES;
  const unknown = names.find((name) => !CASES.includes(name));
  if (unknown !== undefined) throw new RangeError(`no case ${unknown}; there are ${CASES.join(', ')}`);
  return names;
}

/** Binaries of different lines. */
function chosenNodes(): readonly string[] {
  if (values.node !== undefined) return values.node.map(nodeBinary);
  const another = majorOf(process.versions.node) === 24 ? undefined : presentNode('24');
  return [process.execPath, ...(another === undefined ? [] : [another])];
}

async function runOnce(name: string, bench: Bench, node: string): Promise<CaseRun> {
  const builds = { [OURS]: pathToFileURL(`${SLUICE}/index.js`).href };
  try {
    const { rounds } = await inProcess({ name, builds, peers: [PEER], rounds: ROUNDS, warm: WARM }, bench, node);
    return runOf(rounds, OURS, PEER);
  } catch (error) {
    throw new FailedError(`${name} could not be measured: ${reasonOf(error)}`);
  }
}

/** Prints a line for each case. */
async function check(bench: Bench, node: string, recorded: Ratios): Promise<Measured> {
  const measured: Record<string, CaseRun[]> = {};
  for (let names = chosenCases(); names.length > 0; names = nextRuns(recorded, measured)) {
    for (const name of names) (measured[name] ??= []).push(await runOnce(name, bench, node));
  }
  for (const [name, runs] of Object.entries(measured)) console.log(told(name, recorded[name], runs));
  return measured;
}

async function record(bench: Bench, node: string): Promise<Record<string, number>> {
  const ratios: Record<string, number> = {};
  for (const name of chosenCases()) {
    const runs: CaseRun[] = [];
    while (runs.length < IN_A_ROW) runs.push(await runOnce(name, bench, node));
    const ratio = recordOf(runs);
    if (ratio === undefined) throw new LoadedError(`the machine was loaded while ${name} was measured`);
    console.log(`${name.padEnd(10)} ${ratio.toFixed(3)} of ${runs.map((run) => run.ratio.toFixed(3)).join(', ')}`);
    ratios[name] = ratio;
  }
  return ratios;
}

/** There is nothing to judge for a reason that is not the machine. */
class FailedError extends Error {}

class LoadedError extends Error {}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--', 'src', 'package-lock.json') !== '';
  return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? ', with changes' : ''}`;
}

async function atNode(bench: Bench, node: string): Promise<boolean> {
  const version = versionOf(node);
  const line = String(majorOf(version));
  const { undici = '' } = versions();
  const recorded = readRecorded(RATIOS);
  const before = recorded[line];
  console.log(`Node ${version}; CPU time of a request to that of undici ${undici}; ${bench.cores}.`);
  if (values.update) {
    const date = new Date().toISOString().slice(0, 10);
    const ratios = await record(bench, node);
    const run = { node: version, date, commit: commit(), machine: machine(), undici, ratios };
    writeRecorded(RATIOS, withLine(recorded, line, run));
    return true;
  }
  if (before !== undefined && before.undici !== undici) {
    throw new FailedError(`undici ${before.undici} was recorded, and here is ${undici}: record anew, with --update`);
  }
  if (before !== undefined) console.log(`Recorded on ${before.date}, Node ${before.node}, ${before.machine}.`);
  const ratios = before?.ratios ?? {};
  const measured = await check(bench, node, ratios);
  return Object.entries(measured).every(([name, runs]) => verdictOf(ratios[name], runs) !== 'slower');
}

async function checkAll(): Promise<boolean> {
  install();
  build();
  using bench = await startBench();
  const load = await loadOf(bench);
  if (load !== undefined && !values.loaded) throw new LoadedError(load);
  let isGood = true;
  for (const node of chosenNodes()) isGood = (await atNode(bench, node)) && isGood;
  return isGood;
}

try {
  process.exitCode = (await checkAll()) ? 0 : 1;
} catch (error) {
  if (error instanceof LoadedError) console.log(`No verdict: ${error.message}. Nothing was written.`);
  else if (error instanceof FailedError) console.error(error.message);
  else throw error;
  process.exitCode = error instanceof LoadedError && !values.update ? 0 : values.update ? 2 : 1;
}
