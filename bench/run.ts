/**
 * The benchmark.
 *
 *     npm run bench                        everything: about half an hour
 *     npm run bench -- --quick             the most telling cases and clients: under a minute
 *     npm run bench -- --only a,b          cases by name (`--list` shows them)
 *     npm run bench -- --clients a,b       contestants by name; what they are compared with always runs
 *     npm run bench -- --rounds 9
 *     npm run bench -- --node 22           the quick set under another Node, kept beside the other results
 *     npm run bench -- --output file.json  instead of bench/results.json
 *     npm run bench -- --docs              no run: the tables of docs/performance.md from the results
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Case, Contestant, Plan } from './cases/case.ts';
import { caseCalled, cases } from './cases/index.ts';
import { BASELINE, clients } from './clients/index.ts';
import { writeDocs } from './docs.ts';
import { machine, versions } from './machine.ts';
import { type Means, measure } from './measure.ts';
import { RESULTS } from './paths.ts';
import { build, install, nodeBinary, startBench } from './prepare.ts';
import { settingOf, tableOf } from './report.ts';
import { type CaseResult, type Run, readResults, withRun, writeResults } from './results.ts';

const FULL: Plan = { warmUp: 2000, warm: 1500, measure: 600 };
const QUICK: Plan = { warmUp: 1200, warm: 400, measure: 400 };
const QUICK_CASES = ['get-json', 'all-on', 'stack'];
const QUICK_CLIENTS = ['sluice', BASELINE, 'undici.dispatch', 'node:http', 'built-in fetch', 'got', 'axios', 'ky'];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    clients: { type: 'string' },
    rounds: { type: 'string' },
    node: { type: 'string' },
    output: { type: 'string', default: RESULTS },
    docs: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
/** Another Node gets the quick set with all the time that it takes. */
const isQuick = values.quick || values.node !== undefined;

const chosenClients = values.clients?.split(',') ?? (isQuick ? QUICK_CLIENTS : Object.keys(clients));

function chosenCases(): readonly Case[] {
  const names = values.only?.split(',') ?? (isQuick ? QUICK_CASES : undefined);
  return names?.map(caseCalled) ?? cases;
}

/** The baseline always runs: without it there is nothing to compare with. */
function chosenContestants({ contestants, baseline }: Case): readonly Contestant[] {
  return contestants.filter(({ row, client }) => row === baseline || chosenClients.includes(client));
}

async function run(): Promise<Run> {
  install();
  build();
  using bench = await startBench();
  const node = values.node === undefined ? process.execPath : nodeBinary(values.node);
  const plan = values.quick ? QUICK : FULL;
  const warn = (text: string) => console.error(`! ${text}`);
  const means: Means = { bench, node, plan, rounds: Number(values.rounds ?? (isQuick ? 3 : 5)), warn };
  const setting = {
    node: execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim(),
    machine: machine(),
    versions: versions(),
    cores: bench.cores,
  };
  console.log(`${settingOf({ ...setting, cases: [] })}\n`);
  const measured: CaseResult[] = [];
  for (const one of chosenCases()) {
    const result = await measure(one, chosenContestants(one), means);
    measured.push(result);
    console.log(`${tableOf(result, chosenClients)}\n`);
  }
  return { ...setting, cases: measured };
}

if (values.list) console.log(cases.map(({ name, title }) => `${name.padEnd(14)} ${title}`).join('\n'));
else if (values.docs) writeDocs(values.output);
else writeResults(values.output, withRun(readResults(values.output), await run(), values.node !== undefined));
