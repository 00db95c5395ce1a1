/** A clock of the caller's that throws while something waits in the delay queue: what waits fails with that, and nothing hangs. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client, DelayQueue, HandlerStack, HttpResponse, isTimeoutError } from '../../src/index.ts';
import type { Clock } from '../../src/time/clock.ts';

type Broken = 'now throws' | 'sleep throws' | 'sleep rejects';

/** A clock whose waits are over at once, that fails when it is asked for the nth time, and from then on unless only `once`. */
class BrokenClock implements Clock {
  readonly fault = new Error('the clock broke');
  failed = 0;
  #asked = 0;
  #now = 0;

  constructor(
    readonly how: Broken,
    readonly nth: number,
    readonly once: boolean,
  ) {}

  now(): number {
    if (this.how === 'now throws' && this.#fails()) throw this.fault;
    this.#now += 1;
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    if (this.how !== 'now throws' && this.#fails()) {
      if (this.how === 'sleep throws') throw this.fault;
      return Promise.reject(this.fault);
    }
    this.#now += ms;
    return Promise.resolve();
  }

  #fails(): boolean {
    this.#asked += 1;
    if (this.once ? this.#asked !== this.nth : this.#asked < this.nth) return false;
    this.failed += 1;
    return true;
  }
}

/** More than a wait looks at its clock. */
const LOOKS = 12;

const cases = (['now throws', 'sleep throws', 'sleep rejects'] as const).flatMap((how) =>
  [true, false].map((once) => [how, once ? 'once' : 'for good', once] as const),
);

/** Each look at the clock in turn: what came of it is the fault, or the result where that was there already. */
async function atEachLook(how: Broken, once: boolean, begin: (clock: Clock) => Promise<unknown>): Promise<number> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  let broke = 0;
  for (let nth = 1; nth <= LOOKS; nth += 1) {
    const clock = new BrokenClock(how, nth, once);
    const outcome = await begin(clock).catch((error: unknown) => error);
    expect([clock.fault, 'done'], `look ${nth}`).toContain(outcome);
    if (outcome === clock.fault) broke += 1;
    if (clock.failed === 0) break;
  }
  // Node tells of a rejection that nobody heard after the microtasks of a turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
  return broke;
}

describe('a clock that fails', () => {
  it.each(cases)('fails a task of the queue: %s, %s', async (how, _when, once) => {
    const broke = await atEachLook(how, once, (clock) => new DelayQueue({ clock }).add(50, () => 'done'));
    expect(broke).toBeGreaterThan(0);
  });

  it.each(cases)('fails a call in its delay: %s, %s', async (how, _when, once) => {
    const handler = HandlerStack.create(async () => new HttpResponse(200, {}, 'done'));
    const broke = await atEachLook(how, once, (clock) =>
      new Client({ handler }).get('http://a.test/', { clock, delay: 50 }).text(),
    );
    expect(broke).toBeGreaterThan(0);
  });

  it.each(cases)('fails a call whose timeout it would tell: %s, %s', async (how, _when, once) => {
    const client = new Client({ handler: HandlerStack.create(() => new Promise(() => undefined)) });
    const broke = await atEachLook(how, once, (clock) =>
      client.get('http://a.test/', { clock, timeout: 50 }).catch((error: unknown) => {
        if (isTimeoutError(error)) return 'done';
        throw error;
      }),
    );
    expect(broke).toBeGreaterThan(0);
  });

  it('leaves the queue to those who come later', async () => {
    const clock = new BrokenClock('now throws', 1, true);
    const queue = new DelayQueue({ clock });
    await expect(queue.add(50, () => 'done')).rejects.toBe(clock.fault);
    expect(queue.size).toBe(0);
    expect(await queue.add(50, () => 'done')).toBe('done');
  });
});
