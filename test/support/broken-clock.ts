/** Clocks that fail when they are read, for tests of what waits on one. */
import { expect, onTestFinished } from 'vitest';
import type { Clock } from '../../src/time/clock.ts';

export type Broken = 'now throws' | 'sleep throws' | 'sleep rejects';

/** A clock whose waits are over at once, that fails when it is asked for the nth time, and from then on unless only `once`. */
export class BrokenClock implements Clock {
  readonly fault = new Error('the clock broke');
  failed = 0;
  #asked = 0;
  #isMended = false;
  #now = 0;

  constructor(
    readonly how: Broken,
    readonly nth: number,
    readonly once: boolean,
  ) {}

  /** The same time, which does not fail. */
  readonly sound: Clock = {
    now: () => {
      this.#now += 1;
      return this.#now;
    },
    sleep: async (ms) => {
      this.#now += ms;
    },
  };

  now(): number {
    if (this.how === 'now throws' && this.#fails()) throw this.fault;
    return this.sound.now();
  }

  sleep(ms: number): Promise<void> {
    if (this.how !== 'now throws' && this.#fails()) {
      if (this.how === 'sleep throws') throw this.fault;
      return Promise.reject(this.fault);
    }
    return this.sound.sleep(ms);
  }

  /** It fails no more. */
  mend(): void {
    this.#isMended = true;
  }

  #fails(): boolean {
    if (this.#isMended) return false;
    this.#asked += 1;
    if (this.once ? this.#asked !== this.nth : this.#asked < this.nth) return false;
    this.failed += 1;
    return true;
  }
}

/** More than a call looks at its clock. */
const LOOKS = 40;

/** Every way to fail: how, in words how often, and whether once. */
export const brokenWays = (['now throws', 'sleep throws', 'sleep rejects'] as const).flatMap((how) =>
  [true, false].map((once) => [how, once ? 'once' : 'for good', once] as const),
);

/** Each look at the clock in turn: what came of it is the fault, or the result where that was there already. */
export async function atEachLook(
  how: Broken,
  once: boolean,
  begin: (clock: BrokenClock) => Promise<unknown>,
): Promise<number> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  let broke = 0;
  for (let nth = 1; nth <= LOOKS; nth += 1) {
    const clock = new BrokenClock(how, nth, once);
    const outcome = await inTime(begin(clock)).catch((error: unknown) => error);
    expect([clock.fault, 'done'], `look ${nth}`).toContain(outcome);
    if (outcome === clock.fault) broke += 1;
    if (clock.failed === 0) break;
  }
  // Node tells of a rejection that nobody heard after the microtasks of a turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
  return broke;
}

/** What hangs is told as that, before the test is over. */
function inTime(promise: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise((resolve) => {
    timer = setTimeout(() => resolve('it hangs'), 2000);
  });
  return Promise.race([promise, hung]).finally(() => clearTimeout(timer));
}
