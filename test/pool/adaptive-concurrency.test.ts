import { describe, expect, it } from 'vitest';
import { ConnectError } from '../../src/message/errors.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { AdaptiveConcurrency } from '../../src/pool/adaptive-concurrency.ts';
import { Pool } from '../../src/pool/pool.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { fixed, latencies, seededRandom, simulate } from './model-server.ts';
import { ok, poolClient } from './pool-client.ts';

const REQUESTS = 10_000;
const SEEDS = [1, 2, 3, 4, 5];

/** The share of the values that are within bounds. */
function shareWithin(values: readonly number[], least: number, most: number): number {
  return values.filter((value) => value >= least && value <= most).length / values.length;
}

describe.each(Object.entries(latencies))('against a server that %s', (_, latency) => {
  const best = Math.max(
    ...[16, 18, 19, 20, 21, 22, 24, 28, 32, 40].map((limit) => simulate(fixed(limit), latency, REQUESTS, 9).throughput),
  );

  it.each(SEEDS)('settles between 15 and 30, seed %i', (seed) => {
    const { limits } = simulate(new AdaptiveConcurrency(), latency, REQUESTS, seed);
    expect(shareWithin(limits, 15, 30)).toBeGreaterThan(0.98);
    expect(limits.at(-1)).toBeGreaterThanOrEqual(15);
    expect(limits.at(-1)).toBeLessThanOrEqual(30);
  });

  it.each(SEEDS)('is within 10 % of the best fixed setting, seed %i', (seed) => {
    const { throughput } = simulate(new AdaptiveConcurrency(), latency, REQUESTS, seed);
    expect(throughput).toBeGreaterThan(0.9 * best);
  });
});

describe('the limiter', () => {
  it('goes to its maximum where latency never rises', () => {
    const { limits } = simulate(new AdaptiveConcurrency({ max: 64 }), () => 50, REQUESTS, 1);
    expect(limits.at(-1)).toBeGreaterThanOrEqual(51);
    expect(Math.max(...limits)).toBe(64);
  });

  it('does not grow while nobody asks for more', () => {
    const limiter = new AdaptiveConcurrency();
    for (let i = 0; i < 1000; i++) limiter.settle(limiter.start(), 50, 'success');
    expect(limiter.limit).toBe(8);
  });

  it('finds its way again when the server becomes slower for everybody', () => {
    let base = 50;
    const limiter = new AdaptiveConcurrency();
    const latency = (n: number) => base * Math.max(1, n / 20);
    simulate(limiter, latency, 4000, 1);
    base = 150;
    const { limits } = simulate(limiter, latency, 20_000, 2);
    expect(shareWithin(limits, 15, 30)).toBeGreaterThan(0.95);
  });

  it('follows a server that can take more than before', () => {
    let knee = 20;
    const limiter = new AdaptiveConcurrency();
    const latency = (n: number) => 50 * Math.max(1, n / knee);
    simulate(limiter, latency, 4000, 1);
    knee = 60;
    const { limits } = simulate(limiter, latency, 40_000, 2);
    expect(limits.at(-1)).toBeGreaterThan(45);
  });

  it('lowers the limit once for each round trip of overload, down to 1', () => {
    const limiter = new AdaptiveConcurrency({ initial: 20 });
    const first = Array.from({ length: 20 }, () => limiter.start());
    for (const epoch of first) limiter.settle(epoch, 10, 'overload');
    expect(limiter.limit).toBe(15);
    for (let i = 0; i < 20; i++) limiter.settle(limiter.start(), 10, 'overload');
    expect(limiter.limit).toBe(1);
  });

  it('learns nothing from what failed on our side', () => {
    const limiter = new AdaptiveConcurrency();
    for (let i = 0; i < 100; i++) limiter.settle(limiter.start(), 5000, 'ignored');
    expect(limiter.limit).toBe(8);
  });
});

describe("concurrency: 'auto'", () => {
  /** Answers as a server with a line behind 20 places would. */
  function modelClient(clock: FakeClock, seed: number) {
    const random = seededRandom(seed);
    return poolClient(async () => {
      await clock.sleep(50 * Math.max(1, client_running() / 20) * (0.95 + 0.1 * random()));
      return ok();
    });
  }
  let client_running = () => 0;

  it.each(SEEDS)('settles between 15 and 30 in a pool, seed %i', async (seed) => {
    const clock = new FakeClock();
    const client = modelClient(clock, seed);
    client_running = () => client.running;
    const limits: number[] = [];
    const pool = new Pool(client, generated(3000), {
      concurrency: 'auto',
      clock,
      fulfilled: (_response, key) => void ((key as number) > 1500 && limits.push(pool.stats.concurrency)),
    });
    const done = pool.promise();
    await clock.advance(60_000);
    await done;
    expect(shareWithin(limits, 15, 30)).toBeGreaterThan(0.98);
  });

  it('is found for each host where perHost asks', async () => {
    const clock = new FakeClock();
    const running: Record<string, number> = { 'a.test': 0, 'b.test': 0 };
    const knees: Record<string, number> = { 'a.test': 5, 'b.test': 20 };
    const client = poolClient(async (url) => {
      const { host } = new URL(url);
      running[host]! += 1;
      await clock.sleep(50 * Math.max(1, running[host]! / knees[host]!));
      running[host]! -= 1;
      return ok();
    });
    const requests = (function* () {
      for (let i = 0; ; i++) yield `http://${i % 5 === 0 ? 'a' : 'b'}.test/${i}`;
    })();
    const pool = new Pool(client, requests, { concurrency: 100, perHost: { concurrency: 'auto' }, clock });
    const done = pool.promise();
    await clock.advance(10_000);
    const { 'a.test': a, 'b.test': b } = pool.stats.hosts;
    expect(a!.concurrency).toBeGreaterThanOrEqual(4);
    expect(a!.concurrency).toBeLessThanOrEqual(8);
    expect(b!.concurrency).toBeGreaterThanOrEqual(15);
    expect(b!.concurrency).toBeLessThanOrEqual(30);
    pool.cancel('seen');
    await expect(done).rejects.toBe('seen');
  });

  it.each<[string, () => Promise<HttpResponse>]>([
    ['429', () => Promise.resolve(new HttpResponse(429))],
    ['503', () => Promise.resolve(new HttpResponse(503))],
    ['429 as an error', () => Promise.reject(Object.assign(new Error(), { response: new HttpResponse(429) }))],
    ['a connection error', () => Promise.reject(new ConnectError('refused'))],
  ])('backs off on %s', async (_, answer) => {
    const clock = new FakeClock();
    const client = poolClient(async () => {
      await clock.sleep(10);
      return answer();
    });
    const pool = new Pool(client, generated(200), { concurrency: 'auto', clock });
    const done = pool.promise();
    expect(pool.stats.concurrency).toBe(8);
    await clock.advance(10_000);
    await done;
    expect(pool.stats.concurrency).toBe(1);
  });
});

function* generated(count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield `http://a.test/${i}`;
}
