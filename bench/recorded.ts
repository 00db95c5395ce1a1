/** The ratios that the check compares with: of each line of Node those of one run, and how they came about. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export interface RecordedLine {
  /** The whole version. */
  readonly node: string;
  /** Of the run, YYYY-MM-DD. */
  readonly date: string;
  /** What was measured. */
  readonly commit: string;
  readonly machine: string;
  /** The peer's version. */
  readonly undici: string;
  /** CPU time of a request to undici's, by case. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** By the line of Node, such as `24`. */
export type Recorded = Readonly<Record<string, RecordedLine>>;

export function readRecorded(path: string): Recorded {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Recorded) : {};
}

export function writeRecorded(path: string, recorded: Recorded): void {
  writeFileSync(path, `${JSON.stringify(recorded, undefined, 2)}\n`);
}

/** A run replaces the line of its Node, but for cases that it did not measure; all in order, so that a diff is short. */
export function withLine(recorded: Recorded, line: string, run: RecordedLine): Recorded {
  const before = recorded[line]?.undici === run.undici ? recorded[line].ratios : {};
  return sorted({ ...recorded, [line]: { ...run, ratios: sorted({ ...before, ...run.ratios }) } });
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
