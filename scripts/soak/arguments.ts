/** What `npm run soak --` is given. */
import { parseArgs } from 'node:util';

export interface SoakArguments {
  /** Milliseconds of load. */
  readonly length: number;
  /** Calls under way at once. */
  readonly concurrency: number;
  /** Of the order of calls; printed, so that a run can be done again. */
  readonly seed: number;
  /** Whether the report goes into docs/soak.md. */
  readonly docs: boolean;
}

const MOST_MINUTES = 240;

/** @throws TypeError for what is no number in its range, and for an option that is not known */
export function soakArguments(args: readonly string[]): SoakArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      concurrency: { type: 'string', default: '128' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      docs: { type: 'boolean', default: false },
    },
  });
  return {
    length: number('minutes', values.minutes, 0.05, MOST_MINUTES) * 60_000,
    concurrency: number('concurrency', values.concurrency, 1, 1_000),
    seed: number('seed', values.seed, 0, 2 ** 31),
    docs: values.docs,
  };
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new TypeError(`--${name} must be a number from ${least} to ${most}, got "${text}"`);
}
