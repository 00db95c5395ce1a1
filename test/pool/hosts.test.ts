import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HttpResponse } from '../../src/message/response.ts';
import { aside } from '../../src/pool/aside.ts';
import { Pool } from '../../src/pool/pool.ts';
import type { PerHostOptions } from '../../src/pool/pool-options.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { Gates, ok, poolClient, turn, urls } from './pool-client.ts';

/** Alternates: the first of each, the second of each... */
function interleaved(...lists: string[][]): string[] {
  return lists[0]!.flatMap((_, i) => lists.map((list) => list[i]!));
}

/** Answers after so many milliseconds of the clock, by host. */
function slowClient(clock: FakeClock, latency: Readonly<Record<string, number>>) {
  const finished: [host: string, at: number][] = [];
  const started: [host: string, at: number][] = [];
  const client = poolClient(async (url, options): Promise<HttpResponse> => {
    const { host } = new URL(url);
    started.push([host, clock.now()]);
    await clock.sleep(latency[host] ?? 0, options.signal as AbortSignal);
    finished.push([host, clock.now()]);
    return ok();
  });
  return { client, started, finished };
}

const lastOf = (host: string, events: [string, number][]) => events.filter(([name]) => name === host).at(-1)?.[1];

describe('a function of the interval', () => {
  it('is asked again when the callback is done, which may have learnt of a pause', async () => {
    const clock = new FakeClock();
    const { client, started } = slowClient(clock, {});
    let pause = 0;
    const pool = new Pool(client, urls(3), {
      perHost: { concurrency: 1, interval: () => pause },
      fulfilled: (_response, key) => {
        pause = key === 0 ? 700 : 0;
      },
      clock,
    });
    const over = pool.promise();
    await clock.advance(2000);
    await over;
    expect(started.map(([, at]) => at)).toEqual([0, expect.any(Number), expect.any(Number)]);
    expect(started[1]![1]).toBeGreaterThanOrEqual(700);
  });
});

describe('perHost.concurrency', () => {
  it('bounds each host, below the bound of all', async () => {
    const gates = new Gates();
    const client = poolClient(gates.answer);
    const requests = interleaved(urls(5, 'a.test'), urls(5, 'b.test'), urls(5, 'c.test'));
    const pool = new Pool(client, requests, { concurrency: 5, perHost: { concurrency: 2 } });
    const done = pool.promise();
    await turn();
    expect(client.running).toBe(5);
    const running = () => Object.values(pool.stats.hosts).map((host) => host.running);
    expect(running()).toEqual([2, 2, 1]);
    for (let i = 0; i < 5; i++) {
      for (const url of requests) {
        await gates.open(url);
        expect(Math.max(...running())).toBeLessThanOrEqual(2);
      }
    }
    await done;
    expect(pool.stats.done).toBe(15);
  });

  it.each([
    ['in turn', interleaved(urls(40, 'slow.test'), urls(40, 'fast.test'))],
    ['after the slow one', [...urls(40, 'slow.test'), ...urls(40, 'fast.test')]],
  ])('keeps a slow host from slowing another, %s', async (_, requests) => {
    const clock = new FakeClock();
    const latency = { 'slow.test': 10_000, 'fast.test': 10 };
    const { client, finished } = slowClient(clock, latency);
    const alone = slowClient(clock, latency);
    const lone = new Pool(alone.client, urls(40, 'fast.test'), { concurrency: 2, clock }).promise();
    await clock.advance(1000);
    await lone;
    const began = clock.now();
    const pool = new Pool(client, requests, { concurrency: 10, perHost: { concurrency: 2 }, clock });
    const done = pool.promise();
    await clock.advance(250_000);
    await done;
    expect(lastOf('fast.test', finished)! - began).toBe(lastOf('fast.test', alone.finished));
    expect(lastOf('slow.test', finished)! - began).toBe((40 / 2) * 10_000);
  });

  it('lets at most maxWaiting requests of busy hosts wait, and pulls no more', async () => {
    const gates = new Gates();
    let pulled = 0;
    function* source() {
      for (; pulled < 100; ) yield `http://a.test/${pulled++}`;
    }
    const client = poolClient(gates.answer);
    const pool = new Pool(client, source(), { concurrency: 10, perHost: { concurrency: 1, maxWaiting: 5 } });
    const done = pool.promise();
    await turn();
    expect([pulled, pool.stats.waiting, pool.stats.running]).toEqual([6, 5, 1]);
    await gates.open('http://a.test/0');
    expect([pulled, pool.stats.waiting]).toEqual([7, 5]);
    for (const url of urls(100)) await gates.open(url);
    await done;
    expect(client.asked).toEqual(urls(100));
  });

  it('pulls nothing ahead while no host is busy', async () => {
    const gates = new Gates();
    let pulled = 0;
    function* source() {
      for (; pulled < 100; ) yield `http://host-${pulled++}.test/`;
    }
    const pool = new Pool(poolClient(gates.answer), source(), { concurrency: 4, perHost: { concurrency: 1 } });
    const done = pool.promise();
    await turn();
    expect(pulled).toBe(4);
    pool.cancel('enough');
    await expect(done).rejects.toBe('enough');
  });

  it('serves hosts round robin', async () => {
    const clock = new FakeClock();
    const { client, started } = slowClient(clock, { 'a.test': 10, 'b.test': 10 });
    const requests = [...urls(4, 'a.test'), ...urls(4, 'b.test')];
    const done = new Pool(client, requests, { concurrency: 1, perHost: { interval: 100 }, clock }).promise();
    await clock.advance(1000);
    await done;
    expect(started.map(([host]) => host[0]).join('')).toBe('abababab');
  });

  it('does not bind functions, whose host nobody knows', async () => {
    const client = poolClient(() => turn().then(() => ok()));
    const items = Array.from({ length: 6 }, () => () => client.request('GET', 'http://a.test/'));
    await new Pool(client, items, { perHost: { concurrency: 1 } }).promise();
    expect(client.peak).toBe(6);
  });

  it('takes relative URIs for one host', async () => {
    const client = poolClient(() => turn().then(() => ok()));
    await new Pool(client, ['/a', 'b', '?c'], { perHost: { concurrency: 1 } }).promise();
    expect(client.peak).toBe(1);
    const based = new Pool(client, ['/a', 'http://a.test/b'], { options: { baseUri: 'http://a.test/' } });
    await based.promise();
    expect(Object.keys(based.stats.hosts)).toEqual(['a.test']);
  });

  it('releases the lines of a cancelled pool', async () => {
    const gates = new Gates();
    const pool = new Pool(poolClient(gates.answer), urls(20), { perHost: { concurrency: 1 } });
    const done = pool.promise();
    await turn();
    expect(pool.stats.hosts['a.test']?.waiting).toBe(19);
    pool.cancel('enough');
    await expect(done).rejects.toBe('enough');
    expect(pool.stats.waiting).toBe(0);
  });

  it.each<[PerHostOptions, RegExp]>([
    [{ concurrency: 0 }, /perHost.concurrency must be a whole number from 1/],
    [{ concurrency: Number.NaN }, /perHost.concurrency must be a whole number from 1/],
    [{ interval: -1 }, /perHost.interval must not be negative/],
    [{ interval: 'soon' }, /perHost.interval must be milliseconds or text with a unit/],
    [{ maxWaiting: 0 }, /perHost.maxWaiting must be a whole number from 1/],
    [5 as never, /perHost must be \{ concurrency, interval \}, got 5/],
  ])('%o is refused', (perHost, message) => {
    expect(() => new Pool(poolClient(), [], { perHost })).toThrow(message);
  });
});

describe('perHost.interval', () => {
  it('is no promise, and nobody hears of its rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    onTestFinished(() => void process.off('unhandledRejection', unhandled));
    const interval = (() => Promise.reject(new Error('mine'))) as never;
    const pool = new Pool(poolClient(), ['http://a.test/'], { perHost: { interval } });
    await expect(pool.promise()).rejects.toThrow('perHost.interval("a.test") must be milliseconds');
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('spaces the requests of each host, and only those', async () => {
    const clock = new FakeClock();
    const { client, started } = slowClient(clock, { 'a.test': 5, 'b.test': 5 });
    const requests = interleaved(urls(4, 'a.test'), urls(4, 'b.test'));
    const done = new Pool(client, requests, { perHost: { interval: '1s' }, clock }).promise();
    await clock.advance(5000);
    await done;
    for (const host of ['a.test', 'b.test']) {
      expect(started.filter(([name]) => name === host).map(([, at]) => at)).toEqual([0, 1005, 2010, 3015]);
    }
  });

  it.each<[string, PerHostOptions]>([
    ['', { interval: 1000 }],
    [', one at a time', { interval: 1000, concurrency: 1 }],
    [', as a function says', { interval: (host) => (host === 'a.test' ? '1s' : 0) }],
  ])('counts from the end of an answer%s', async (_, perHost) => {
    const clock = new FakeClock();
    const { client, started } = slowClient(clock, { 'a.test': 2500 });
    const done = new Pool(client, urls(3), { perHost, clock }).promise();
    await clock.advance(20_000);
    await done;
    expect(started.map(([, at]) => at)).toEqual([0, 3500, 7000]);
  });

  it('counts from starts too where several may be in flight', async () => {
    const clock = new FakeClock();
    const { client, started } = slowClient(clock, { 'a.test': 2500 });
    const done = new Pool(client, urls(4), { perHost: { interval: 1000, concurrency: 2 }, clock }).promise();
    await clock.advance(20_000);
    await done;
    expect(started.map(([, at]) => at)).toEqual([0, 1000, 4500, 5500]);
  });

  it('counts from where a streamed answer was let go', async () => {
    const clock = new FakeClock();
    const started: number[] = [];
    const client = poolClient(async () => {
      started.push(clock.now());
      return new HttpResponse(200, {}, new ReadableStream());
    });
    const fulfilled = (response: HttpResponse) => clock.sleep(700).then(() => response.discard());
    const done = new Pool(client, urls(3), { perHost: { interval: 1000 }, clock, fulfilled }).promise();
    await clock.advance(20_000);
    await done;
    expect(started).toEqual([0, 1700, 3400]);
  });

  it.each([
    ['of none', () => 'soon'],
    ['of less than nothing', () => -1],
  ])('ends the pool with the mistake of a function that answers a time %s', async (_, interval) => {
    const pool = new Pool(poolClient(), urls(3), { perHost: { interval } });
    await expect(pool.promise()).rejects.toThrow(/perHost.interval\("a.test"\) must/);
  });

  it('that throws lets go of the answer that nobody is handed any more', async () => {
    const cancelled = vi.fn();
    const client = poolClient(() => new HttpResponse(200, {}, new ReadableStream<Uint8Array>({ cancel: cancelled })));
    const interval = () => {
      if (client.asked.length > 0) throw new Error('mine');
      return 0;
    };
    await expect(new Pool(client, urls(2), { perHost: { interval } }).promise()).rejects.toThrow('mine');
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1));
  });

  it.each(['now', 'sleep'] as const)(
    'ends the pool with what %s of its clock throws, wherever it does',
    async (what) => {
      const fault = new Error('the clock broke');
      let ended = 0;
      for (let nth = 1; nth <= 20; nth += 1) {
        const time = new FakeClock();
        let asked = 0;
        const look = () => {
          asked += 1;
          if (asked === nth) throw fault;
        };
        const clock = {
          now: () => {
            if (what === 'now') look();
            return time.now();
          },
          sleep: (ms: number, signal?: AbortSignal) => {
            if (what === 'sleep') look();
            return time.sleep(ms, signal);
          },
        };
        const done = new Pool(poolClient(), urls(4), { perHost: { interval: 100 }, clock }).promise();
        const outcome = done.catch((error: unknown) => error);
        await time.advance(1000);
        expect(await outcome, `look ${nth}`).toBe(asked < nth ? undefined : fault);
        if (asked >= nth) ended += 1;
      }
      expect(ended).toBeGreaterThan(2);
    },
  );

  it('arms one timer for each host at most, and none once the pool has ended', async () => {
    const clock = new FakeClock();
    const pool = new Pool(poolClient(), urls(50), { perHost: { interval: 1000 }, clock });
    const done = pool.promise();
    await turn();
    expect(clock.pending).toBe(1);
    pool.cancel('enough');
    await expect(done).rejects.toBe('enough');
    await turn();
    expect(clock.pending).toBe(0);
  });

  it('starts what is due while the only slot would wait for an asynchronous source', async () => {
    const clock = new FakeClock();
    const client = poolClient();
    let answered = 0;
    let more: (() => void) | undefined;
    async function* source() {
      yield* urls(3);
      while (answered < 3) await new Promise<void>((resolve) => void (more = resolve));
      yield 'http://a.test/last';
    }
    const fulfilled = () => {
      answered += 1;
      more?.();
    };
    const pool = new Pool(client, source(), { concurrency: 1, perHost: { interval: 1000 }, clock, fulfilled });
    const done = pool.promise();
    await clock.advance(3000);
    expect(client.asked).toEqual([...urls(3), 'http://a.test/last']);
    await done;
    expect(client.peak).toBe(1);
  });

  it('holds while the pool is paused', async () => {
    const clock = new FakeClock();
    const client = poolClient();
    const pool = new Pool(client, urls(3), { perHost: { interval: 1000 }, clock });
    const done = pool.promise();
    await turn();
    pool.pause();
    await clock.advance(5000);
    expect(client.asked).toHaveLength(1);
    pool.resume();
    await clock.advance(5000);
    await done;
    expect(client.asked).toHaveLength(3);
  });
});

describe('what is done aside', () => {
  it('has its turn at its host and no slot, and what it adds keeps the interval', async () => {
    const clock = new FakeClock();
    const { client, started } = slowClient(clock, {});
    let release = () => {};
    const asked: [string, number][] = [];
    const task = () => {
      asked.push(['aside', clock.now()]);
      return new Promise<void>((resolve) => (release = resolve));
    };
    const pool = new Pool(client, ['http://a.example/1'], { concurrency: 1, perHost: { interval: 100 }, clock });
    pool.add(aside('http://a.example/', task, () => void pool.add('http://a.example/2')));
    const [first, second] = ['http://b.example/1', 'http://b.example/2'];
    pool.add(first, second);
    let isOver = false;
    const over = pool.promise().then(() => (isOver = true));
    await clock.advance(250);
    expect(asked).toEqual([['aside', 100]]);
    expect(started.map(([host]) => host)).toEqual(['a.example', 'b.example', 'b.example']);
    expect(isOver).toBe(false);
    release();
    await turn();
    await clock.advance(150);
    await over;
    expect(started.at(-1)).toEqual(['a.example', 350]);
    expect(pool.stats).toMatchObject({ done: 4, failed: 0, running: 0 });
  });

  it('ends the pool when it fails', async () => {
    const pool = new Pool(poolClient(), []);
    const failing = () => Promise.reject(new Error('no'));
    pool.add(aside('http://a.example/', failing, () => expect.unreachable()));
    await expect(pool.promise()).rejects.toThrow('no');
  });
});
