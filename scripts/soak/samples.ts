/** What a process holds, measured while nothing is under way, and whether that grows. */
import { getEventListeners } from 'node:events';
import { heldBytes } from './held.ts';

export interface Sample {
  /** Minutes since the start. */
  readonly at: number;
  /** Bytes of values that are left when the garbage is gone. */
  readonly held: number;
  readonly rss: number;
  /** Timers that hold the process. */
  readonly timers: number;
  readonly listeners: number;
  /** Connections that are open, as the servers see it. */
  readonly connections: number;
}

export interface Slope {
  /** KiB in a minute, by least squares. */
  readonly perMinute: number;
  /** Its standard error. */
  readonly error: number;
  /** KiB from the first sample to the last, as the line has it. */
  readonly grown: number;
}

export async function sample(at: number, shared: AbortSignal, connections: number): Promise<Sample> {
  const held = await heldBytes();
  const timers = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  const listeners = getEventListeners(shared, 'abort').length;
  return { at, held, rss: process.memoryUsage.rss(), timers, listeners, connections };
}

/** Samples without those of the first third, in which caches are filled. */
export function settledSamples(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.ceil(samples.length / 3));
}

/** `undefined` for fewer than five samples, or less than a minute of them: caches are still being filled then. */
export function slopeOf(samples: readonly Sample[]): Slope | undefined {
  const count = samples.length;
  if (count < 5 || samples.at(-1)!.at - samples[0]!.at < 1) return undefined;
  const mean = (pick: (one: Sample) => number) => samples.reduce((sum, one) => sum + pick(one), 0) / count;
  const [middle, level] = [mean(({ at }) => at), mean(({ held }) => held / 1024)];
  const spread = samples.reduce((sum, { at }) => sum + (at - middle) ** 2, 0);
  const perMinute = samples.reduce((sum, { at, held }) => sum + (at - middle) * (held / 1024 - level), 0) / spread;
  const off = samples.reduce((sum, { at, held }) => sum + (held / 1024 - level - perMinute * (at - middle)) ** 2, 0);
  const error = Math.sqrt(off / (count - 2) / spread);
  return { perMinute, error, grown: perMinute * (samples.at(-1)!.at - samples[0]!.at) };
}

/** Growth that is more than chance (three standard errors), and more than a line could show of nothing. */
export function isBeyondNoise({ perMinute, error, grown }: Slope): boolean {
  return perMinute > 3 * error && grown > 512;
}
