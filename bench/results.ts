/** What a run found, and the file it is kept in. Its shape and order depend on the tables of cases and clients alone. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Of one round: figures by the name of the row and the key of the figure. */
export type Rows = Record<string, Record<string, number>>;

/** One row of a case: medians of the rounds; ratios are medians of the ratios within each round. */
export interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
  /** The lowest and the highest round of each figure. */
  readonly spread: Readonly<Record<string, readonly [number, number]>>;
  /** The quartiles of the rounds' ratios. */
  readonly ratioSpread?: Readonly<Record<string, readonly [number, number]>>;
}

/** What came of one goal. */
export interface Reached {
  readonly title: string;
  /** The row that it was compared with. */
  readonly to?: string;
  readonly goal: string;
  readonly figure: number;
  readonly quartiles: readonly [number, number];
  /** Not there without a verdict. */
  readonly isReached?: boolean;
}

export interface CaseResult {
  readonly name: string;
  readonly rounds: number;
  /** Of each contestant. Default: as many as rounds */
  readonly processes?: number;
  /** What others took of the machine, from 0 to 1: the median of all rounds. */
  readonly others?: number;
  /** They took too much in most rounds: there is no verdict. */
  readonly isLoaded?: boolean;
  /** Rows that are not there, with the reason. */
  readonly leftOut?: Readonly<Record<string, string>>;
  readonly goals?: readonly Reached[];
  readonly rows: readonly Row[];
}

export interface Run {
  readonly node: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Cores and how the processes were kept on them. */
  readonly cores: string;
  readonly cases: readonly CaseResult[];
}

export interface Results extends Run {
  /** Runs under other versions of Node, by version. */
  readonly otherNodes: Readonly<Record<string, Run>>;
}

export function readResults(path: string): Results | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : undefined;
}

export function writeResults(path: string, results: Results): void {
  writeFileSync(path, `${JSON.stringify(results, undefined, 1)}\n`);
}

/**
 * A run replaces the one before, and of one in the same setting the cases that it ran. One under another Node is kept
 * beside it, and replaces in the same way that of the same version.
 */
export function withRun(before: Results | undefined, run: Run, isOtherNode: boolean): Results {
  const otherNodes = before?.otherNodes ?? {};
  const same = isOtherNode ? otherNodes[run.node] : before;
  const merged: Run = { ...run, cases: [...casesKept(same, run), ...run.cases] };
  if (!isOtherNode) return { ...merged, otherNodes };
  const sorted = Object.entries({ ...otherNodes, [run.node]: merged }).sort(([a], [b]) => majorOf(a) - majorOf(b));
  const own = before ?? { ...run, cases: [] };
  return { ...own, otherNodes: Object.fromEntries(sorted) };
}

function casesKept(before: Run | undefined, run: Run): readonly CaseResult[] {
  if (before === undefined || settingOf(before) !== settingOf(run)) return [];
  return before.cases.filter(({ name }) => !run.cases.some((one) => one.name === name));
}

function settingOf({ node, machine, versions, cores }: Run): string {
  return JSON.stringify([node, machine, versions, cores]);
}

export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
