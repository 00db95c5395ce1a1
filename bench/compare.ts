/**
 * Compares this tree with another build of the library, in CPU time, both loaded in one process and measured by turns; and
 * beside them undici doing the same.
 *
 *     npm run bench:compare -- COMMIT          the commit is built in a folder of its own, which is kept
 *     npm run bench:compare -- path/to/dist    a build that is there
 *     npm run bench:compare -- COMMIT --only get-json,redirects
 *     npm run bench:compare -- COMMIT --rounds 120
 *     npm run bench:compare -- COMMIT --node 24        or the path of a binary
 *
 * Ends with 1 when a case is slower than allowed, with 2 when the machine was too busy to tell.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { comparedCases } from './cases/compared.ts';
import { type Comparison, compare, type Means } from './comparison.ts';
import { CACHE, ROOT, SLUICE } from './paths.ts';
import { build, install, nodeBinary, startBench, versionOf } from './prepare.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '60' },
    node: { type: 'string' },
  },
});

/** The entry of a build, made first when it is a commit's. */
function entryOf(commitOrDist: string): string {
  const there = resolve(commitOrDist, 'index.js');
  if (existsSync(there)) return there;
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const commit = git('rev-parse', '--verify', `${commitOrDist}^{commit}`);
  const tree = join(CACHE, commit);
  const entry = join(tree, 'dist/index.js');
  if (existsSync(entry)) return entry;
  mkdirSync(tree, { recursive: true });
  execFileSync('sh', ['-c', `git archive ${commit} | tar -x -C "$1"`, 'sh', tree], { cwd: ROOT });
  for (const args of [
    ['ci', '--no-audit', '--no-fund'],
    ['run', 'build'],
  ]) {
    execFileSync('npm', args, { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return entry;
}

function chosenCases() {
  const names = values.only?.split(',');
  const unknown = names?.find((name) => comparedCases.every((one) => one.name !== name));
  if (unknown === undefined) return comparedCases.filter(({ name }) => names?.includes(name) ?? true);
  throw new Error(`no case ${unknown}; there are ${comparedCases.map(({ name }) => name).join(', ')}`);
}

async function run(base: string): Promise<Comparison[]> {
  install();
  const baseEntry = entryOf(base);
  build();
  const node = values.node === undefined ? process.execPath : nodeBinary(values.node);
  using bench = await startBench();
  const version = versionOf(node);
  console.log(
    `Node ${version}; ${bench.cores}; ${values.rounds} rounds; ratios of CPU time, median (and quartiles).\n`,
  );
  const means: Means = {
    bench,
    node,
    base: pathToFileURL(baseEntry).href,
    now: pathToFileURL(join(SLUICE, 'index.js')).href,
    rounds: Number(values.rounds),
  };
  const found: Comparison[] = [];
  for (const one of chosenCases()) {
    const comparison = await compare(one, means);
    found.push(comparison);
    console.log(comparison.lines.join('\n'));
  }
  return found;
}

if (positionals.length !== 1) throw new Error('name what to compare with: a commit, or the folder of a build');
const found = await run(positionals[0]!);
process.exitCode = found.some(({ isSlower }) => isSlower) ? 1 : found.some(({ isLoaded }) => isLoaded) ? 2 : 0;
