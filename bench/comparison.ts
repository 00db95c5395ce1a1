/** One case of a comparison: runs it, and says what came of it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ComparedCase } from './cases/compared.ts';
import { MOST_OF_OTHERS } from './neighbours.ts';
import { BUILT } from './paths.ts';
import type { Bench } from './prepare.ts';
import { median, quantile } from './statistics.ts';
import type { ComparisonRound, ComparisonTask } from './worker/comparison-task.ts';

export interface Means {
  readonly bench: Bench;
  readonly node: string;
  /** Addresses of the entry of each build. */
  readonly base: string;
  readonly now: string;
  readonly rounds: number;
}

export interface Comparison {
  /** What is printed of it. */
  readonly lines: readonly string[];
  readonly isSlower: boolean;
  /** Too little of it was measured in peace for a verdict. */
  readonly isLoaded: boolean;
}

/** At most so much of the CPU time that the other build takes. */
const ALLOWED = 1.03;

const run = promisify(execFile);

/** Milliseconds of warm-up in each of its turns. */
const WARM = 300;

export async function compare(one: ComparedCase, { bench, node, base, now, rounds }: Means): Promise<Comparison> {
  const task = { name: one.name, builds: { base, now }, rounds, warm: WARM };
  const { rounds: all, notes } = await inProcess(task, bench, node);
  const quiet = all.filter(({ others }) => others <= MOST_OF_OTHERS);
  const isLoaded = quiet.length < all.length / 2;
  return judged(one, isLoaded ? all : quiet, isLoaded, [...notes, ...loadOf(all)]);
}

/** @throws Error when the process fails, as it does at a wrong answer */
export async function inProcess(
  task: Omit<ComparisonTask, 'origins' | 'serverId'>,
  { origins, serverId, ca, pinned }: Bench,
  node: string,
): Promise<{ readonly rounds: readonly ComparisonRound[]; readonly notes: readonly string[] }> {
  const whole: ComparisonTask = { ...task, origins, serverId };
  const [command, ...args] = [...pinned, node, join(BUILT, 'compare.js'), JSON.stringify(whole)];
  const env = { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: ca };
  const { stdout, stderr } = await run(command!, args, { env, timeout: 600_000, maxBuffer: 2 ** 24 });
  const lines = (text: string) => text.trim().split('\n').filter(Boolean);
  return { rounds: lines(stdout).map((line) => JSON.parse(line) as ComparisonRound), notes: lines(stderr) };
}

function loadOf(rounds: readonly ComparisonRound[]): string[] {
  const busy = rounds.filter(({ others }) => others > MOST_OF_OTHERS);
  if (busy.length === 0) return [];
  const share = Math.round(100 * median(busy.map(({ others }) => others)));
  return [`! others took ${share} % of the machine in ${busy.length} of ${rounds.length} rounds`];
}

function judged(
  one: ComparedCase,
  rounds: readonly ComparisonRound[],
  isLoaded: boolean,
  notes: readonly string[],
): Comparison {
  const ratios = (to: string) => rounds.map(({ costs }) => costs['now']! / costs[to]!);
  const ratio = median(ratios('base'));
  const isSlower = !isLoaded && ratio > ALLOWED;
  const verdict = isLoaded ? 'no verdict: the machine is loaded' : isSlower ? 'SLOWER' : 'ok';
  const cost = (name: string) => median(rounds.map(({ costs }) => costs[name]!)).toFixed(2);
  const least = (name: string) =>
    quantile(
      rounds.map(({ costs }) => costs[name]!),
      0.25,
    );
  const calm = (to: string) => (least('now') / least(to)).toFixed(3);
  const rows = Object.keys(rounds[0]!.costs).filter((name) => name !== 'now' && name !== 'base');
  const peers = rows.sort().map((name) => `${name} ${shown(ratios(name))}, calm ${calm(name)}`);
  const measure = one.kind?.over === 'http2' ? 'node:http2' : 'undici';
  const held = rows.filter((name) => name.startsWith(measure)).map((name) => median(ratios(name)));
  const goal = one.goal === undefined ? [] : [`goal ${one.goal}${isLoaded ? '' : goalOf(one.goal, held)}`];
  return {
    isSlower,
    isLoaded,
    lines: [
      `${one.name.padEnd(15)} ${shown(ratios('base'))} of base, calm ${calm('base')}: ${verdict}; ${cost('now')} µs`,
      ...[peers, goal].flat().map((text) => `${' '.repeat(16)}${text}`),
      ...notes,
    ],
  };
}

/** Measured by the faster of them. */
function goalOf(goal: number, ratios: readonly number[]): string {
  if (ratios.length === 0) return '';
  return Math.max(...ratios) <= goal ? ': reached' : ': not reached';
}

function shown(ratios: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(3));
  return `${middle} (${low} to ${high})`;
}
