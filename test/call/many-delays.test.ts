import { describe, expect, it, vi } from 'vitest';
import { DelayQueue } from '../../src/call/delay-queue.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

describe('100 000 entries', () => {
  const count = 100_000;
  /** A permutation of 1 to `count`: each due time once. */
  const delayOf = (i: number) => ((i * 7919) % count) + 1;

  it('run in order of due time under one timer', async () => {
    const clock = new FakeClock();
    const queue = new DelayQueue({ clock });
    let last = 0;
    let ran = 0;
    for (let i = 0; i < count; i += 1) {
      void queue.add(delayOf(i), () => {
        if (clock.now() !== last + 1) throw new Error(`ran at ${clock.now()} after ${last}`);
        last = clock.now();
        ran += 1;
      });
    }
    expect(queue.size).toBe(count);
    expect(clock.pending).toBe(1);
    for (let part = 0; part < 10; part += 1) {
      await clock.advance(count / 10);
      expect(clock.pending).toBe(part < 9 ? 1 : 0);
    }
    expect(ran).toBe(count);
  });

  it('that are cancelled neither run nor stay', async () => {
    const clock = new FakeClock();
    const queue = new DelayQueue({ clock });
    const ran = vi.fn();
    const controllers = Array.from({ length: count }, () => new AbortController());
    const results = controllers.map(({ signal }, i) => queue.add(delayOf(i), ran, { signal }).catch(() => 'gone'));
    for (let i = 0; i < count; i += 1) if (i % 1000 !== 0) controllers[i]!.abort();
    expect(queue.size).toBe(count / 1000);
    expect(clock.pending).toBe(1);
    await clock.advance(count);
    expect(ran).toHaveBeenCalledTimes(count / 1000);
    expect((await Promise.all(results)).filter((result) => result === 'gone')).toHaveLength(count - count / 1000);
  });
});
