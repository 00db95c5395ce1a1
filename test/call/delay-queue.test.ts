import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { DelayQueue } from '../../src/call/delay-queue.ts';
import { isRequestError } from '../../src/message/errors.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

function setUp() {
  const clock = new FakeClock();
  return { clock, queue: new DelayQueue({ clock }) };
}

describe('add', () => {
  it('runs the task when it is due and resolves with its result', async () => {
    const { clock, queue } = setUp();
    const task = vi.fn(async () => `at ${clock.now()}`);
    const result = queue.add('1.5s', task);
    await clock.advance(1499);
    expect(task).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(await result).toBe('at 1500');
  });

  it.each([0, false] as const)('runs a task with a delay of %s on the next turn, never at once', async (delay) => {
    const { clock, queue } = setUp();
    const task = vi.fn();
    void queue.add(delay, task);
    expect(task).not.toHaveBeenCalled();
    await clock.advance(0);
    expect(task).toHaveBeenCalledOnce();
  });

  it('runs tasks due at the same time in the order they came', async () => {
    const { clock, queue } = setUp();
    const order: number[] = [];
    for (let i = 0; i < 100; i += 1) void queue.add(10, () => order.push(i));
    await clock.advance(10);
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('does not let a long delay or a slow task hold another task', async () => {
    const { clock, queue } = setUp();
    void queue.add('1h', () => undefined);
    void queue.add(5, () => new Promise(() => undefined));
    const quick = vi.fn();
    void queue.add(10, quick);
    await clock.advance(10);
    expect(quick).toHaveBeenCalledOnce();
    expect(queue.size).toBe(1);
  });

  it('runs a task that a task adds', async () => {
    const { clock, queue } = setUp();
    const times: number[] = [];
    void queue.add(10, () => {
      void queue.add(5, () => times.push(clock.now()));
      times.push(clock.now());
      expect(clock.pending).toBe(0);
    });
    await clock.advance(20);
    expect(times).toEqual([10, 15]);
    expect(clock.pending).toBe(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('bad task');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('bad task');
      },
    ],
  ])('rejects when the task %s, and runs the others', async (_, bad) => {
    const { clock, queue } = setUp();
    const result = expect(queue.add(1, bad)).rejects.toThrow('bad task');
    const other = queue.add(1, () => 'fine');
    await clock.advance(1);
    await result;
    expect(await other).toBe('fine');
  });

  const task = (): number => 1;
  it.each([
    [-1, task, 'delay must not be negative'],
    [Number.POSITIVE_INFINITY, task, 'delay must be finite, got Infinity'],
    [0.5, task, 'delay must be whole milliseconds'],
    ['soon', task, 'delay must be milliseconds or text with a unit'],
    [1, undefined as never, 'task must be a function, got undefined'],
  ])('rejects a delay of %j with the task %o', async (delay, task, message) => {
    const { clock, queue } = setUp();
    await expect(queue.add(delay, task)).rejects.toThrow(message);
    await expect(queue.add(delay, task)).rejects.toBeInstanceOf(TypeError);
    expect(queue.size).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe('the timer', () => {
  it('is one, for the entry due first', async () => {
    const { clock, queue } = setUp();
    for (const delay of [50, 70, 20, 60, 10]) {
      void queue.add(delay, () => undefined);
      expect(clock.pending).toBe(1);
    }
    expect(queue.nextAt).toBe(10);
    await clock.advance(10);
    expect(queue.nextAt).toBe(20);
    expect(clock.pending).toBe(1);
  });

  it('is armed again only when an earlier entry arrives', () => {
    const { clock, queue } = setUp();
    const sleep = vi.spyOn(clock, 'sleep');
    void queue.add(10, () => undefined);
    void queue.add(20, () => undefined);
    void queue.add(10, () => undefined);
    expect(sleep).toHaveBeenCalledTimes(1);
    void queue.add(5, () => undefined);
    expect(sleep).toHaveBeenCalledTimes(2);
  });

  it('is gone when nothing waits', async () => {
    const { clock, queue } = setUp();
    void queue.add(10, () => undefined);
    await clock.advance(10);
    expect(clock.pending).toBe(0);
    expect(queue.nextAt).toBeUndefined();
  });

  it('fires for the system clock too', async () => {
    const queue = new DelayQueue();
    expect(await Promise.all([queue.add(6, () => 'later'), queue.add(2, () => 'sooner')])).toEqual(['later', 'sooner']);
  });
});

describe('a signal', () => {
  it('rejects at once with its reason and takes entry, timer and listener along', async () => {
    const { clock, queue } = setUp();
    const controller = new AbortController();
    const task = vi.fn();
    const result = queue.add(10, task, { signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(result).rejects.toBe(reason);
    expect(queue.size).toBe(0);
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await clock.advance(10);
    expect(task).not.toHaveBeenCalled();
  });

  it('that is aborted already keeps the task out', async () => {
    const { clock, queue } = setUp();
    await expect(queue.add(10, () => 1, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(queue.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('keeps no listener once the task runs', async () => {
    const { clock, queue } = setUp();
    const { signal } = new AbortController();
    void queue.add(10, () => undefined, { signal });
    void queue.add(10, () => undefined, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await clock.advance(10);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('that aborts in a task keeps the next one due from running', async () => {
    const { clock, queue } = setUp();
    const controller = new AbortController();
    const second = vi.fn();
    void queue.add(10, () => controller.abort('first'));
    const result = expect(queue.add(10, second, { signal: controller.signal })).rejects.toBe('first');
    await clock.advance(10);
    await result;
    expect(second).not.toHaveBeenCalled();
  });

  it('leaves the entries after the one it took, under a timer of their own', async () => {
    const { clock, queue } = setUp();
    const controller = new AbortController();
    queue.add(10, () => undefined, { signal: controller.signal }).catch(() => undefined);
    const second = vi.fn();
    void queue.add(20, second);
    controller.abort();
    expect(queue.nextAt).toBe(20);
    await clock.advance(15);
    expect(clock.pending).toBe(1);
    await clock.advance(5);
    expect(second).toHaveBeenCalledOnce();
  });
});

describe('a task that adds itself at once', () => {
  it('waits for the next turn, and leaves the others theirs', async () => {
    const { clock, queue } = setUp();
    let runs = 0;
    const again = (): void => {
      runs += 1;
      void queue.add(0, again).catch(() => undefined);
    };
    const other = vi.fn();
    again();
    void queue.add(10, other);
    await clock.advance(20);
    expect(other).toHaveBeenCalledOnce();
    expect(runs).toBeLessThanOrEqual(22);
    queue.close();
  });
});

describe('close', () => {
  it('rejects what waits and what is added later, and stops the timer', async () => {
    const { clock, queue } = setUp();
    const { signal } = new AbortController();
    const waiting = queue.add(10, () => 1, { signal });
    queue.close();
    await expect(waiting).rejects.toMatchObject({
      code: 'ERR_QUEUE_CLOSED',
      message: expect.stringContaining('closed'),
    });
    const late = await queue.add(10, () => 1).catch((error: unknown) => error);
    expect(isRequestError(late)).toBe(true);
    expect(queue.size).toBe(0);
    expect(clock.pending).toBe(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
