import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { startTimer, systemClock, wallClock, wallClockBy } from '../../src/time/clock.ts';

/** The longest delay that a timer of the runtime takes, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a timer of the system', () => {
  it('fires once, after its time', () => {
    const fire = vi.fn();
    startTimer(systemClock, 100, fire);
    vi.advanceTimersByTime(99);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(fire).toHaveBeenCalledOnce();
  });

  it('does not fire when it was stopped', () => {
    const fire = vi.fn();
    startTimer(systemClock, 100, fire)();
    vi.advanceTimersByTime(1000);
    expect(fire).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits as long as it says where that is longer than the runtime can count', () => {
    const fire = vi.fn();
    startTimer(systemClock, LONGEST_TIMER + 1000, fire);
    vi.advanceTimersByTime(LONGEST_TIMER);
    expect(fire).not.toHaveBeenCalled();
    vi.advanceTimersByTime(LONGEST_TIMER);
    expect(fire).toHaveBeenCalledOnce();
  });
});

describe('a sleep of the system', () => {
  it('leaves no timer and no listener when its signal aborts', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const sleep = systemClock.sleep(100, controller.signal);
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('begins none when its signal has aborted already', async () => {
    const reason = new Error('enough');
    await expect(systemClock.sleep(100, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no listener when it is over', async () => {
    const { signal } = new AbortController();
    const sleep = systemClock.sleep(100, signal);
    await vi.advanceTimersByTimeAsync(100);
    await sleep;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('the wall clock of a request', () => {
  it('is that of its clock when this counts from 1970', () => {
    expect(wallClockBy(new FakeClock(Date.UTC(2001, 0)))).toBe(Date.UTC(2001, 0));
  });

  it('is that of the system when its clock counts from elsewhere', () => {
    vi.setSystemTime(Date.UTC(2020, 0));
    expect(wallClockBy(new FakeClock(5000))).toBe(Date.UTC(2020, 0));
    expect(wallClock()).toBe(Date.UTC(2020, 0));
  });
});
