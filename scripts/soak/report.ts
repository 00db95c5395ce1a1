/** The words of a soak. */
import { cpus } from 'node:os';
import type { SoakArguments } from './arguments.ts';
import type { Counts } from './load.ts';
import { isBeyondNoise, type Sample, settledSamples, slopeOf } from './samples.ts';

export interface Outcome {
  readonly asked: SoakArguments;
  readonly counts: Counts;
  readonly samples: readonly Sample[];
  /** Once every client is closed. */
  readonly after: Sample;
  /** Before there was one. */
  readonly before: Sample;
}

const MiB = 2 ** 20;
const whole = (value: number) => Math.round(value).toString();

export function lineOf({ at, held, rss, timers, listeners, connections }: Sample, counts: Counts): string {
  return [
    `${at.toFixed(1)} min`,
    `${counts.requests} requests, ${counts.settled} settled, ${counts.unsettled} unsettled, ${counts.wrong.length} wrong`,
    `${(held / MiB).toFixed(2)} MiB held, rss ${whole(rss / MiB)} MiB`,
    `${timers} timers, ${listeners} listeners, ${connections} connections kept`,
  ].join('; ');
}

/** What makes a run a failure; empty for a good one. */
export function problemsOf({ counts, samples, before, after }: Outcome): string[] {
  const slope = slopeOf(settledSamples(samples));
  const leaked = (what: 'timers' | 'listeners' | 'connections') =>
    after[what] > before[what] ? [`${after[what] - before[what]} ${what} leaked`] : [];
  const listening = samples.some(({ listeners }) => listeners > 0) ? ['listeners stay on the shared signal'] : [];
  return [
    ...(counts.unsettled > 0 ? [`${counts.unsettled} calls never settled`] : []),
    ...new Set(counts.wrong),
    ...leaked('timers'),
    ...leaked('listeners'),
    ...leaked('connections'),
    ...listening,
    ...(slope !== undefined && isBeyondNoise(slope)
      ? [`what is held grows by ${slope.perMinute.toFixed(1)} KiB/min`]
      : []),
  ];
}

/** The whole of a run, for the terminal and for the page. */
export function reportOf(outcome: Outcome): string {
  const { asked, counts, samples, before, after } = outcome;
  const slope = slopeOf(settledSamples(samples));
  const errors = [...counts.errors].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
  const problems = problemsOf(outcome);
  return [
    `Node ${process.versions.node}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}`,
    `${(asked.length / 60_000).toFixed(1)} minutes, ${asked.concurrency} calls at once, seed ${asked.seed}`,
    `requests ${counts.requests}, settled ${counts.settled}, unsettled ${counts.unsettled}, wrong ${counts.wrong.length}`,
    `requests per second ${whole(counts.requests / (asked.length / 1000))}`,
    `errors: ${errors.join(', ')}`,
    `leaked connections ${after.connections - before.connections}, timers ${after.timers - before.timers}, listeners ${after.listeners}`,
    slope === undefined
      ? 'held: too short a run for a slope'
      : `slope of what is held ${slope.perMinute.toFixed(1)} KiB/min, standard error ${slope.error.toFixed(1)}, ${whole(slope.grown)} KiB in all`,
    `held in the end ${(after.held / MiB).toFixed(2)} MiB, highest rss ${whole(Math.max(...samples.map(({ rss }) => rss)) / MiB)} MiB`,
    problems.length === 0
      ? 'nothing unsettled, nothing leaked, no slope beyond noise'
      : `FAILED: ${problems.join('; ')}`,
  ].join('\n');
}

const [START, END] = ['<!-- soak -->', '<!-- /soak -->'];

/** The page with the report between its marks. @throws Error for a page without them */
export function withReport(page: string, report: string): string {
  const [head, tail] = [page.indexOf(START), page.indexOf(END)];
  if (head < 0 || tail < head) throw new Error(`the page has no ${START} and ${END}`);
  return `${page.slice(0, head + START.length)}\n\n\`\`\`text\n${report}\n\`\`\`\n\n${page.slice(tail)}`;
}
