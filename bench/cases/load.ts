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

/** After a warm-up: CPU microseconds for each request, and requests in a second. */
export async function load(send: Send, { warmUp, warm, measure }: Plan): Promise<{ cpu: number; perSecond: number }> {
  const until = performance.now() + warm;
  let cold = warmUp;
  await keepBusy(send, () => cold-- > 0 || performance.now() < until);
  let count = 0;
  const began = performance.now();
  const used = cpuMicroseconds();
  await keepBusy(
    () => {
      count++;
      return send();
    },
    () => performance.now() - began < measure,
  );
  const cpu = (cpuMicroseconds() - used) / count;
  return { cpu, perSecond: (count / (performance.now() - began)) * 1000 };
}
