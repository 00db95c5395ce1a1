/**
 * Counts the instructions of one request, ours and undici's, each in a process of its own under Valgrind: a figure that a loaded
 * machine does not change. It leaves out the kernel, which is the same for all, and the waits of the processor for memory, so it
 * stands beside the CPU time and not in its place. Two runs differ by up to 7 %, because the compiler decides anew what to
 * put into what: `--rounds` gives the median of several.
 *
 *     npm run bench:instructions -- --node 24
 *     npm run bench:instructions -- --node 24 --only get-json,redirects --rounds 3
 *     npm run bench:instructions -- --node 24 --rows 'sluice,undici 7'
 *     npm run bench:instructions -- --node 24 --against DIST     beside another build, by its folder
 *
 * It wants `valgrind`. A request is the difference of two processes that send 30 000 and 50 000: what starts and what is
 * compiled by then is in both.
 */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type ComparedCase, comparedCases } from './cases/compared.ts';
import { BUILT, SLUICE } from './paths.ts';
import { type Bench, build, install, nodeBinary, startBench, versionOf } from './prepare.ts';
import { median } from './statistics.ts';
import type { CountedTask } from './worker/counted.ts';

const FEW = 30_000;
const MANY = 50_000;
const COUNTED = /I\s+refs:\s+([\d,]+)/;
/** Machine code is written while it runs, so that it has to be looked at anew; the caches of a processor are not acted out. */
const VALGRIND = ['--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null', '--smc-check=all-non-file'];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'get-json,all-on,not-found,redirects,post-json,get-64k,http2' },
    node: { type: 'string' },
    against: { type: 'string' },
    rows: { type: 'string' },
    rounds: { type: 'string', default: '1' },
  },
});

const run = promisify(execFile);

type Who = Pick<CountedTask, 'builds' | 'peers'>;

const ours = (folder: string): Who => ({ builds: { ours: pathToFileURL(join(folder, 'index.js')).href }, peers: [] });
const peer = (row: string): Who => ({ builds: {}, peers: [row] });

/** By the names of the rows. */
function contestantsOf({ kind }: ComparedCase): Record<string, Who> {
  const all: Record<string, Who> = {
    sluice: ours(SLUICE),
    ...(values.against !== undefined && { against: ours(resolve(values.against)) }),
  };
  if (kind !== undefined) {
    for (const row of ['undici 7', 'undici 8']) all[row] = peer(row);
    if (kind.over === 'http2') all['node:http2'] = peer('node:http2');
    if (kind.name === 'get-json') all['dispatch'] = peer('dispatch');
  }
  const rows = values.rows?.split(',') ?? Object.keys(all);
  return Object.fromEntries(Object.entries(all).filter(([row]) => rows.includes(row)));
}

/** @throws Error when the process fails, as it does at a wrong answer, and without Valgrind */
async function instructions(task: CountedTask, { ca }: Bench, node: string): Promise<number> {
  const args = [...VALGRIND, node, join(BUILT, 'counted.js'), JSON.stringify(task)];
  const env = { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: ca };
  const { stderr } = await run('valgrind', args, { env, maxBuffer: 2 ** 24 }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('there is no `valgrind` here; install the package of that name') : error;
  });
  const counted = COUNTED.exec(stderr)?.[1];
  if (counted === undefined) throw new Error(`Valgrind counted nothing: ${stderr.slice(-500)}`);
  return Number(counted.replaceAll(',', ''));
}

/** The median of the rounds. */
async function ofOneRequest(one: ComparedCase, who: Who, bench: Bench, node: string): Promise<number> {
  const count = (requests: number) =>
    instructions({ name: one.name, ...who, origins: bench.origins, requests }, bench, node);
  const found: number[] = [];
  while (found.length < Number(values.rounds)) {
    const [few, many] = await Promise.all([count(FEW), count(MANY)]);
    found.push((many - few) / (MANY - FEW));
  }
  return median(found);
}

install();
build();
const node = values.node === undefined ? process.execPath : nodeBinary(values.node);
using bench = await startBench();
console.log(
  `Node ${versionOf(node)}; instructions of one request, and how many times those of each other our own are.\n`,
);
for (const name of values.only.split(',')) {
  const one = comparedCases.find((known) => known.name === name);
  if (one === undefined) throw new RangeError(`no case ${name}`);
  let own: number | undefined;
  for (const [row, who] of Object.entries(contestantsOf(one))) {
    const count = await ofOneRequest(one, who, bench, node);
    own ??= count;
    console.log(
      `${name.padEnd(14)} ${row.padEnd(12)} ${Math.round(count).toLocaleString('en').padStart(9)}  ${(own / count).toFixed(3)}`,
    );
  }
}
