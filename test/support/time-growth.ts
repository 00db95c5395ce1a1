/**
 * How the time that something takes grows with the size of what it reads. It is the processor's time of this process, the
 * least of a few runs, and one is divided by the other: neither a slow machine nor a loaded one changes that.
 */

const RUNS = 3;
/** Microseconds under which a run says nothing of itself: other work of the process is as long. */
const LEAST = 1_000;

/** The time for eight times `size` divided by that for `size`: 8 where it is linear, 64 where it is quadratic. */
export async function timeGrowth(size: number, run: (size: number) => unknown): Promise<number> {
  const [small, large] = [await leastTime(size, run), await leastTime(8 * size, run)];
  return Math.max(large, LEAST) / Math.max(small, LEAST);
}

/** Between the two: what `timeGrowth` of anything linear stays under. */
export const LINEAR = 24;

async function leastTime(size: number, run: (size: number) => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < RUNS; count += 1) {
    const before = process.cpuUsage();
    await run(size);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}
