/** Whether a case has become slower than it was recorded: so in several runs in a row, since one run may be unlucky. */
import { MOST_OF_OTHERS } from './neighbours.ts';
import { median, rounded } from './statistics.ts';
import type { ComparisonRound } from './worker/comparison-task.ts';

/** More than so much of what was recorded is worse. */
export const ALLOWED = 1.1;
/** A case fails that is worse in so many runs in a row. */
export const IN_A_ROW = 3;
const AT_A_TIME = 3;

/** What one run of a case found. */
export interface CaseRun {
  /** The median of the rounds' ratios. */
  readonly ratio: number;
  /** What others took of the machine, from 0 to 1, where that was too much in most rounds. */
  readonly others?: number;
}

/**
 * - `same`: the last run was no worse than allowed.
 * - `again`: it was worse, but not yet often enough to fail.
 * - `slower`: it was worse in as many runs in a row as make a failure.
 * - `loaded`: the last run says nothing, since others used the machine.
 * - `unrecorded`: there is nothing to compare with.
 */
export type Verdict = 'same' | 'again' | 'slower' | 'loaded' | 'unrecorded';

/** @param runs oldest first, at least one */
export function verdictOf(recorded: number | undefined, runs: readonly CaseRun[]): Verdict {
  const { ratio, others } = runs.at(-1)!;
  if (others !== undefined) return 'loaded';
  if (recorded === undefined) return 'unrecorded';
  if (!isWorse(recorded, ratio)) return 'same';
  const latest = runs.slice(-IN_A_ROW);
  const all =
    latest.length === IN_A_ROW && latest.every((run) => run.others === undefined && isWorse(recorded, run.ratio));
  return all ? 'slower' : 'again';
}

function isWorse(recorded: number, ratio: number): boolean {
  return ratio > recorded * ALLOWED;
}

/** By case. */
export type Ratios = Readonly<Record<string, number>>;
export type Measured = Readonly<Record<string, readonly CaseRun[]>>;

/**
 * The cases that need one more run, the worst first; no more at a time than keep the check short. None once a case has
 * failed: then all has.
 */
export function nextRuns(recorded: Ratios, measured: Measured): readonly string[] {
  const verdicts = Object.entries(measured).map(([name, runs]) => [name, verdictOf(recorded[name], runs)] as const);
  if (verdicts.some(([, verdict]) => verdict === 'slower')) return [];
  const excess = (name: string) => measured[name]!.at(-1)!.ratio / recorded[name]!;
  const again = verdicts.flatMap(([name, verdict]) => (verdict === 'again' ? [name] : []));
  return again.sort((a, b) => excess(b) - excess(a)).slice(0, AT_A_TIME);
}

/** @param rounds at least one, each with both rows */
export function runOf(rounds: readonly ComparisonRound[], row: string, peer: string): CaseRun {
  const quiet = rounds.filter(({ others }) => others <= MOST_OF_OTHERS);
  const isLoaded = quiet.length * 2 < rounds.length;
  const ratio = median((isLoaded ? rounds : quiet).map(({ costs }) => costs[row]! / costs[peer]!));
  return { ratio, ...(isLoaded && { others: median(rounds.map(({ others }) => others)) }) };
}

const WORDS: Readonly<Record<Verdict, string>> = {
  same: 'ok',
  again: 'worse; not measured again, since another case has failed',
  slower: `SLOWER by more than ${Math.round(100 * (ALLOWED - 1))} %, ${IN_A_ROW} runs in a row`,
  loaded: 'no verdict: the machine is loaded',
  unrecorded: 'no verdict: nothing is recorded',
};

/** Which case, from what to what, in which runs. */
export function told(name: string, recorded: number | undefined, runs: readonly CaseRun[]): string {
  const ratios = runs.map(({ ratio, others }) => {
    const load = others === undefined ? '' : `, others took ${Math.round(100 * others)} % of the machine`;
    return `${shown(ratio)}${load}`;
  });
  const before = recorded === undefined ? 'never' : shown(recorded);
  return `${name.padEnd(10)} recorded ${before}, now ${ratios.join(', then ')}: ${WORDS[verdictOf(recorded, runs)]}`;
}

function shown(ratio: number): string {
  return ratio.toFixed(3);
}

/**
 * What is recorded of several runs: the worst, since what the same build can come to is no regression. `undefined` where the
 * machine was loaded in one of them.
 */
export function recordOf(runs: readonly CaseRun[]): number | undefined {
  if (runs.some(({ others }) => others !== undefined)) return undefined;
  return rounded(Math.max(...runs.map(({ ratio }) => ratio)), 3);
}
