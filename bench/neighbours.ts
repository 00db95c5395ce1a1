/** What other processes, and other machines on the same hardware, take while something is measured. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';

/** In ticks. */
interface Used {
  readonly total: number;
  readonly busy: number;
  readonly own: number;
}

/** Where Linux does not tell, the load average has to do. */
const TELLS = existsSync('/proc/stat');

export class Neighbours {
  readonly #own: readonly number[];
  #before: Used | undefined;

  /** @param own processes that are part of the measurement */
  constructor(own: readonly number[]) {
    this.#own = own;
  }

  begin(): void {
    if (TELLS) this.#before = this.#used();
  }

  /** What was taken by others since `begin`, of all that the machine had to give: from 0 to 1. */
  share(): number {
    if (this.#before === undefined) return Math.max(0, loadavg()[0]! - this.#own.length) / availableParallelism();
    const { total, busy, own } = this.#used();
    const before = this.#before;
    const others = busy - before.busy - (own - before.own);
    return Math.max(0, others / Math.max(1, total - before.total));
  }

  #used(): Used {
    // user nice system idle iowait irq softirq steal: what is stolen is taken by others too. The rest is in these already.
    const ticks = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/ +/).slice(1, 9).map(Number);
    const total = ticks.reduce((sum, value) => sum + value, 0);
    const own = this.#own.reduce((sum, id) => sum + ticksOf(id), 0);
    return { total, busy: total - ticks[3]! - ticks[4]!, own };
  }
}

/** User and system time of a process. */
function ticksOf(id: number): number {
  const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
  // Its name is in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
