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

/** Milliseconds: the system counts in hundredths of a second, so that a shorter time tells nothing. */
const SPAN = 300;

/** What was measured while others took more of the machine than this tells nothing. */
export const MOST_OF_OTHERS = 0.1;

export class Neighbours {
  readonly #own: readonly number[];
  #before: Used | undefined;
  #since = 0;
  #share = 0;

  /** @param own processes that are part of the measurement */
  constructor(own: readonly number[]) {
    this.#own = own;
    this.#begin();
  }

  /** What is taken by others of late, of all that the machine has to give: from 0 to 1. */
  share(): number {
    if (!TELLS) return Math.max(0, loadavg()[0]! - this.#own.length) / availableParallelism();
    if (performance.now() - this.#since < SPAN) return this.#share;
    const before = this.#before!;
    this.#begin();
    const { total, busy, own } = this.#before!;
    const others = busy - before.busy - (own - before.own);
    this.#share = Math.max(0, others / Math.max(1, total - before.total));
    return this.#share;
  }

  #begin(): void {
    this.#since = performance.now();
    if (TELLS) this.#before = this.#used();
  }

  #used(): Used {
    // user nice system idle iowait irq softirq steal: what is stolen is taken by others too. The rest is in these already.
    // Interrupts may be those of the measured traffic itself, which no process has on its account.
    const ticks = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/ +/).slice(1, 9).map(Number);
    const total = ticks.reduce((sum, value) => sum + value, 0);
    const own = this.#own.reduce((sum, id) => sum + ticksOf(id), 0);
    return { total, busy: ticks[0]! + ticks[1]! + ticks[2]! + ticks[7]!, own };
  }
}

/** User and system time of a process and of those that it started, as far as they have ended. */
function ticksOf(id: number): number {
  const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
  // Its name is in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}
