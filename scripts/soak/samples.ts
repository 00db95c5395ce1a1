/** What a process holds, measured while nothing is under way, and whether that grows. */
import { getEventListeners } from 'node:events';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Sample {
  /** Minutes since the start. */
  readonly at: number;
  /** Bytes that are left when the garbage is gone, without those of compiled code. */
  readonly heap: number;
  /** Bytes of compiled code and what belongs to it. The engine compiles as long as a run has news, so it is no leak. */
  readonly code: number;
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

v8.setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

export function sample(at: number, shared: AbortSignal, connections: number): Sample {
  for (let i = 0; i < 3; i += 1) gc();
  const { heapUsed, rss } = process.memoryUsage();
  const { code_and_metadata_size, bytecode_and_metadata_size } = v8.getHeapCodeStatistics();
  const code = code_and_metadata_size + bytecode_and_metadata_size;
  const timers = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  return {
    at,
    heap: heapUsed - code,
    code,
    rss,
    timers,
    listeners: getEventListeners(shared, 'abort').length,
    connections,
  };
}

/** Samples without those of the first third, in which code is compiled and caches are filled. */
export function settledSamples(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.ceil(samples.length / 3));
}

/** `undefined` for fewer than five samples, or less than a minute of them: code is still being compiled then. */
export function slopeOf(samples: readonly Sample[]): Slope | undefined {
  const count = samples.length;
  if (count < 5 || samples.at(-1)!.at - samples[0]!.at < 1) return undefined;
  const mean = (pick: (one: Sample) => number) => samples.reduce((sum, one) => sum + pick(one), 0) / count;
  const [middle, level] = [mean(({ at }) => at), mean(({ heap }) => heap / 1024)];
  const spread = samples.reduce((sum, { at }) => sum + (at - middle) ** 2, 0);
  const perMinute = samples.reduce((sum, { at, heap }) => sum + (at - middle) * (heap / 1024 - level), 0) / spread;
  const off = samples.reduce((sum, { at, heap }) => sum + (heap / 1024 - level - perMinute * (at - middle)) ** 2, 0);
  const error = Math.sqrt(off / (count - 2) / spread);
  return { perMinute, error, grown: perMinute * (samples.at(-1)!.at - samples[0]!.at) };
}

/** Growth that is more than chance (three standard errors), and more than a line could show of nothing. */
export function isBeyondNoise({ perMinute, error, grown }: Slope): boolean {
  return perMinute > 3 * error && grown > 512;
}
