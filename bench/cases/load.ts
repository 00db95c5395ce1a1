/** Keeps so many requests under way, and counts what they cost this process. */
import { CONNECTIONS, type Plan } from './case.ts';

type Send = () => Promise<unknown>;

async function keepBusy(send: Send, hasMore: () => boolean, lanes = CONNECTIONS): Promise<void> {
  const lane = async () => {
    while (hasMore()) await send();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

export async function repeat(send: Send, count: number, lanes = CONNECTIONS): Promise<void> {
  let left = count;
  await keepBusy(send, () => left-- > 0, lanes);
}

/** CPU time of all threads, so that what a collector or a compiler does in the background is counted too. */
export function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

export interface Load {
  /** Microseconds for each request. */
  readonly cpu: number;
  readonly perSecond: number;
}

/** After a warm-up, as often as the plan says. */
export async function load(send: Send, plan: Plan, lanes = CONNECTIONS): Promise<Load[]> {
  const until = performance.now() + plan.warm;
  // What is slow is not kept longer for being slow.
  const latest = performance.now() + 5 * plan.warm;
  let cold = plan.warmUp;
  await keepBusy(send, () => (cold-- > 0 && performance.now() < latest) || performance.now() < until, lanes);
  const found: Load[] = [];
  while (found.length < plan.windows) found.push(await measured(send, plan.measure, lanes));
  return found;
}

async function measured(send: Send, milliseconds: number, lanes: number): Promise<Load> {
  let count = 0;
  const began = performance.now();
  const used = cpuMicroseconds();
  await keepBusy(
    () => {
      count++;
      return send();
    },
    () => performance.now() - began < milliseconds,
    lanes,
  );
  const cpu = (cpuMicroseconds() - used) / count;
  return { cpu, perSecond: (count / (performance.now() - began)) * 1000 };
}
