import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest';
import { type EachControl, each, eachLimit } from '../../src/pool/promises.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

const bad = new Error('bad');

/**
 * Items that take `ms` each; `peak` is how many were under way at most, `pulled` how many were asked for. `begun` waits until
 * so many were: a walk gives way to the event loop by the real time, so that on a busy machine the clock may be moved between
 * two of them, and what is asked for later sleeps beyond that.
 */
function work(count: number, ms = 10) {
  const clock = new FakeClock();
  const seen = { pulled: 0, running: 0, peak: 0, closed: false };
  async function run(n: number): Promise<number> {
    seen.running += 1;
    seen.peak = Math.max(seen.peak, seen.running);
    await clock.sleep(ms);
    seen.running -= 1;
    return n;
  }
  function* items(): Generator<Promise<number>> {
    try {
      for (let n = 0; n < count; n += 1) {
        seen.pulled += 1;
        yield run(n);
      }
    } finally {
      seen.closed = true;
    }
  }
  async function begun(n: number): Promise<void> {
    while (seen.pulled < n) await new Promise(setImmediate);
  }
  return { clock, seen, items: items(), begun };
}

describe('each', () => {
  it('tells of each item with its value and index', async () => {
    const fulfilled = vi.fn();
    await each([Promise.resolve('a'), 'b'], { fulfilled });
    expect(fulfilled.mock.calls.map(([value, key]) => [value, key])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
  });

  it('tells of each item of a record with its name, and types both', async () => {
    const entries: [number, string][] = [];
    await each(
      { a: Promise.resolve(1), b: async () => 2 },
      {
        fulfilled: (value, key) => {
          expectTypeOf(value).toEqualTypeOf<number>();
          expectTypeOf(key).toEqualTypeOf<'a' | 'b'>();
          entries.push([value, key]);
        },
      },
    );
    expect(entries).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('takes an async iterable', async () => {
    async function* items() {
      yield 1;
      yield 2;
    }
    const values: number[] = [];
    await each(items(), { fulfilled: (value) => void values.push(value) });
    expect(values).toEqual([1, 2]);
  });

  it('goes on when an item fails, and tells of it', async () => {
    const fulfilled = vi.fn();
    const rejected = vi.fn();
    const throwing = (): never => {
      throw bad;
    };
    await each([Promise.reject(bad), throwing, 3], { fulfilled, rejected });
    expect(rejected.mock.calls.map(([reason, key]) => [reason, key])).toEqual([
      [bad, 0],
      [bad, 1],
    ]);
    expect(fulfilled).toHaveBeenCalledExactlyOnceWith(3, 2, expect.anything());
  });

  it('resolves although nobody listens for a failure', async () => {
    await expect(each([Promise.reject(bad)])).resolves.toBeUndefined();
  });

  it('resolves for no items', async () => {
    await expect(each([])).resolves.toBeUndefined();
    await expect(each({}, { concurrency: 1 })).resolves.toBeUndefined();
  });

  it.each([
    ['', 0],
    [', on a machine that is busy with something else', 50],
  ])('starts all at once without a bound%s', async (_, between) => {
    let at = 0;
    const real = vi.spyOn(performance, 'now').mockImplementation(() => (at += between));
    onTestFinished(() => real.mockRestore());
    const { clock, seen, items, begun } = work(30);
    const done = each(items);
    await begun(30);
    await clock.advance(10);
    await done;
    expect(seen.peak).toBe(30);
    expect(clock.now()).toBe(10);
  });

  it.each([1, 3, 30])('keeps at most %i under way, and pulls no item before its slot is free', async (concurrency) => {
    const { clock, seen, items, begun } = work(30);
    const done = each(items, { concurrency });
    await begun(concurrency);
    await clock.advance(5);
    expect(seen.pulled).toBe(concurrency);
    await clock.advance((30 / concurrency) * 10);
    await done;
    expect(seen.peak).toBe(concurrency);
    expect(seen.pulled).toBe(30);
  });

  it('asks a function how many may be under way', async () => {
    const { clock, seen, items } = work(30);
    const concurrency = vi.fn((pending: number) => (clock.now() < 10 ? 2 : pending + 1));
    const done = each(items, { concurrency });
    await clock.advance(5);
    expect(seen.running).toBe(2);
    await clock.advance(100);
    await done;
    expect(seen.peak).toBeGreaterThan(2);
    expect(concurrency).toHaveBeenCalledWith(0);
  });

  it('waits while a function says not now, as long as something is under way', async () => {
    const { clock, seen, items } = work(3);
    const done = each(items, { concurrency: (pending) => (pending === 0 ? 1 : 0) });
    await clock.advance(30);
    await done;
    expect(seen.peak).toBe(1);
  });

  it('awaits a callback before its slot is free', async () => {
    const { clock, seen, items } = work(3);
    const done = each(items, { concurrency: 1, fulfilled: () => clock.sleep(100) });
    await clock.advance(109);
    expect(seen.pulled).toBe(1);
    await clock.advance(1);
    expect(seen.pulled).toBe(2);
    await clock.advance(1000);
    await done;
  });

  it('calls a function only when its slot is free', async () => {
    const clock = new FakeClock();
    const second = vi.fn();
    const done = each([() => clock.sleep(10), second], { concurrency: 1 });
    await clock.advance(9);
    expect(second).not.toHaveBeenCalled();
    await clock.advance(1);
    await done;
    expect(second).toHaveBeenCalledOnce();
  });

  it.each(['fulfilled', 'rejected'] as const)('rejects with what %s throws, and pulls no more', async (name) => {
    const { clock, seen } = work(0);
    function* items() {
      try {
        for (;;) {
          seen.pulled += 1;
          yield name === 'fulfilled' ? clock.sleep(10) : clock.sleep(10).then(() => Promise.reject(bad));
        }
      } finally {
        seen.closed = true;
      }
    }
    const wrong = new Error('wrong');
    const callback = vi.fn(async () => Promise.reject(wrong));
    const done = expect(each(items(), { concurrency: 2, [name]: callback })).rejects.toBe(wrong);
    await clock.advance(10);
    await done;
    // The second ended in the same instant, and nobody is told of it any more.
    expect(callback).toHaveBeenCalledTimes(1);
    expect(seen.pulled).toBe(2);
    expect(seen.closed).toBe(true);
  });

  it.each(['resolve', 'reject'] as const)('ends early when a callback calls %s, and ignores what runs', async (how) => {
    const { clock, seen, items } = work(100);
    const values: number[] = [];
    const done = each(items, {
      concurrency: 3,
      fulfilled(value, _key, control) {
        values.push(value);
        control[how](bad);
      },
    }).then(
      () => 'resolved',
      (reason: unknown) => reason,
    );
    await clock.advance(1000);
    expect(await done).toBe(how === 'resolve' ? 'resolved' : bad);
    expect(values).toEqual([0]);
    expect(seen.pulled).toBe(3);
    expect(seen.closed).toBe(true);
  });

  it('rejects with what the source throws', async () => {
    function* items() {
      yield 1;
      throw bad;
    }
    const fulfilled = vi.fn();
    await expect(each(items(), { fulfilled, concurrency: 1 })).rejects.toBe(bad);
    expect(fulfilled).toHaveBeenCalledOnce();
  });

  it('leaves no rejection unhandled of a promise whose turn has not come', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const clock = new FakeClock();
    const rejected = vi.fn();
    const done = each([clock.sleep(10), Promise.reject(bad)], { concurrency: 1, rejected });
    await new Promise(setImmediate);
    await clock.advance(10);
    await done;
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(rejected).toHaveBeenCalledOnce();
  });

  it('walks over a million items in constant memory, never ahead of its bound', async () => {
    let done = 0;
    let pulled = 0;
    let ahead = 0;
    function* items() {
      for (; pulled < 1_000_000; pulled += 1) {
        ahead = Math.max(ahead, pulled - done);
        yield pulled;
      }
    }
    await each(items(), { concurrency: 50, fulfilled: () => void (done += 1) });
    expect(done).toBe(1_000_000);
    expect(ahead).toBeLessThanOrEqual(50);
  }, 60_000);

  it.each([
    ['a generator', 1, (items: Generator<number>) => items],
    ['a generator, without a bound', undefined, (items: Generator<number>) => items],
    [
      'an asynchronous source',
      50,
      async function* (items: Generator<number>) {
        yield* items;
      },
    ],
  ])('lets timers have their turn though all of %s is there at once', async (_, concurrency, made) => {
    let isOver = false;
    const timer = setTimeout(() => (isOver = true), 30);
    let count = 0;
    function* items() {
      for (; count < 3_000_000; count += 1) yield count;
    }
    const fulfilled = (_value: number, _key: number, walk: EachControl) => isOver && walk.resolve();
    await each(made(items()), { concurrency, fulfilled });
    clearTimeout(timer);
    expect([isOver, count < 3_000_000]).toEqual([true, true]);
  });

  it.each([0, -1, 1.5, Number.NaN, '2'])('refuses a concurrency of %s', async (concurrency) => {
    await expect(each([1], { concurrency: concurrency as number })).rejects.toThrow(
      `concurrency must be a whole number of 1 or more, or a function, got ${concurrency}`,
    );
  });

  it.each([0, Number.NaN])('refuses a function that gives %s when nothing is under way', async (allowed) => {
    await expect(each([1], { concurrency: () => allowed })).rejects.toThrow(`got ${allowed}`);
  });

  it('refuses a function that gives a promise, and nobody hears of its rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    const concurrency = (() => Promise.reject(bad)) as never;
    await expect(each([1], { concurrency })).rejects.toThrow('got a promise');
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it.each([
    [null, 'null'],
    ['ab', 'string'],
    [Promise.resolve([1]), 'a promise'],
  ])('refuses %o', async (items, found) => {
    await expect(each(items as never)).rejects.toThrow(
      `each() takes an iterable or a record of promises, got ${found}`,
    );
  });
});

describe('eachLimit', () => {
  it('is each with a bound and both callbacks', async () => {
    const { clock, seen, items } = work(4);
    const fulfilled = vi.fn();
    const rejected = vi.fn();
    const done = eachLimit(items, 2, fulfilled, rejected);
    await clock.advance(20);
    await done;
    await eachLimit({ a: Promise.reject(bad) }, () => 1, fulfilled, rejected);
    expect(seen.peak).toBe(2);
    expect(fulfilled).toHaveBeenCalledTimes(4);
    expect(rejected).toHaveBeenCalledExactlyOnceWith(bad, 'a', expect.anything());
  });

  it('needs a bound', async () => {
    await expect(eachLimit([1], undefined as never)).rejects.toThrow('got undefined');
  });
});
