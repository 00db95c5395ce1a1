import { getEventListeners } from 'node:events';
import { expect, it, vi } from 'vitest';
import { FakeClock } from '../../src/testing/fake-clock.ts';

it('stands still until it is advanced', async () => {
  const clock = new FakeClock(500);
  const woken = vi.fn();
  clock.sleep(10).then(woken);
  await clock.advance(9);
  expect(clock.now()).toBe(509);
  expect(woken).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(clock.now()).toBe(510);
  expect(woken).toHaveBeenCalledOnce();
});

it('wakes in order of due time, and in order of call among equals', async () => {
  const clock = new FakeClock();
  const order: string[] = [];
  for (const [name, ms] of [
    ['c', 30],
    ['a', 10],
    ['b1', 20],
    ['b2', 20],
  ] as const) {
    clock.sleep(ms).then(() => order.push(`${name}@${clock.now()}`));
  }
  await clock.advance(100);
  expect(order).toEqual(['a@10', 'b1@20', 'b2@20', 'c@30']);
  expect(clock.now()).toBe(100);
});

it('lets chained sleeps fall due within one advance', async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  async function tick(): Promise<void> {
    for (let i = 0; i < 5; i += 1) {
      await clock.sleep(10);
      for (let step = 0; step < 20; step += 1) await Promise.resolve();
      times.push(clock.now());
    }
  }
  const done = tick();
  await clock.advance(50);
  await done;
  expect(times).toEqual([10, 20, 30, 40, 50]);
});

it('sees sleeps of code that was called but has not run yet', async () => {
  const clock = new FakeClock();
  const woken = vi.fn();
  void (async () => {
    await Promise.resolve();
    await clock.sleep(5);
    woken();
  })();
  await clock.advance(5);
  expect(woken).toHaveBeenCalledOnce();
});

it('counts the sleeps that wait', async () => {
  const clock = new FakeClock();
  void clock.sleep(1);
  void clock.sleep(2);
  expect(clock.pending).toBe(2);
  await clock.advance(1);
  expect(clock.pending).toBe(1);
});

it('wakes a sleep of nothing on an advance of nothing', async () => {
  const clock = new FakeClock();
  const woken = vi.fn();
  clock.sleep(0).then(woken);
  expect(clock.pending).toBe(1);
  await clock.advance(0);
  expect(woken).toHaveBeenCalledOnce();
});

it('rejects an aborted sleep at once with the reason, and keeps neither it nor a listener', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);
  const reason = new Error('stop');
  controller.abort(reason);
  await expect(sleep).rejects.toBe(reason);
  expect(clock.pending).toBe(0);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  await expect(clock.sleep(10, controller.signal)).rejects.toBe(reason);
  expect(clock.pending).toBe(0);
});

it('leaves no listener on the signal of a sleep that ended', async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  const sleep = clock.sleep(10, signal);
  await clock.advance(10);
  await sleep;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('runs overlapping advances one after the other', async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  clock.sleep(10).then(() => times.push(clock.now()));
  clock.sleep(15).then(() => times.push(clock.now()));
  await Promise.all([clock.advance(10), clock.advance(10)]);
  expect(times).toEqual([10, 15]);
  expect(clock.now()).toBe(20);
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to advance by %s', async (ms) => {
  await expect(new FakeClock().advance(ms)).rejects.toThrow('advance() takes milliseconds');
});

it('goes on while a test has replaced the timers of the runtime', async () => {
  vi.useFakeTimers();
  try {
    const clock = new FakeClock();
    const sleep = clock.sleep(10);
    await clock.advance(10);
    await sleep;
  } finally {
    vi.useRealTimers();
  }
});
