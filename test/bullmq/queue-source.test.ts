import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type QueueSourceOptions, queueSource } from '../../src/bullmq/index.ts';
import { Client } from '../../src/client/client.ts';
import { HandlerStack } from '../../src/index.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { Pool, type PoolOptions } from '../../src/pool/pool.ts';
import { BrokenClock } from '../support/broken-clock.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';

describe.skipIf(noRedis !== undefined)(`a queue as the source of a pool ${noRedis ?? ''}`, () => {
  let redis: RedisServer;
  let queue: Queue;
  let names = 0;
  let asked: string[] = [];
  const client = new Client({
    handler: HandlerStack.create(async (request) => {
      asked.push(`${request.method} ${request.url} ${request.headers.get('x-a') ?? ''}`.trim());
      const status = Number(/status=(\d+)/.exec(request.url)?.[1] ?? 200);
      return new HttpResponse(status, {}, `body of ${request.url}`);
    }),
  });

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.close());
  afterEach(async () => {
    asked = [];
    await queue.close();
  });

  const newQueue = () => {
    queue = new Queue(`source-${names++}`, { connection: { host: '127.0.0.1', port: redis.port }, prefix: 'mine' });
    return queue;
  };
  const run = (source: QueueSourceOptions = {}, options: PoolOptions = {}) =>
    new Pool(client, queueSource(queue, { untilEmpty: true, ...source }), options).promise();

  it('sends each job, and the job has how its request ended', async () => {
    newQueue();
    const jobs = await queue.addBulk([
      { name: 'a', data: 'http://a.example/1' },
      { name: 'b', data: { url: 'http://a.example/2', method: 'POST', json: { x: 1 }, headers: { 'X-A': 'b' } } },
      { name: 'c', data: 'http://a.example/?status=500' },
      { name: 'd', data: { no: 'url' } },
    ]);
    await run();
    expect(asked.sort()).toEqual([
      'GET http://a.example/1',
      'GET http://a.example/?status=500',
      'POST http://a.example/2 b',
    ]);
    const found = await Promise.all(jobs.map(({ id }) => queue.getJob(id!)));
    expect(await Promise.all(found.map((job) => job!.getState()))).toEqual([
      'completed',
      'completed',
      'failed',
      'failed',
    ]);
    expect(found[0]!.returnvalue).toEqual({ status: 200, url: 'http://a.example/1' });
    expect(found[2]!.failedReason).toMatch(/500/);
    expect(found[3]!.failedReason).toMatch(/is no URL and has none/);
  });

  it('is asked for no more than the pool can take', async () => {
    newQueue();
    await queue.addBulk(Array.from({ length: 30 }, (_, i) => ({ name: 'a', data: `http://a.example/${i}` })));
    let most = 0;
    await run(
      { concurrency: 3 },
      {
        concurrency: 3,
        fulfilled: async () => {
          most = Math.max(most, await queue.getActiveCount());
        },
      },
    );
    expect(asked).toHaveLength(30);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('tries a job again as often as the job says', async () => {
    newQueue();
    const job = await queue.add('a', 'http://a.example/?status=503', { attempts: 3 });
    await run();
    expect(asked).toHaveLength(3);
    expect(await queue.getJob(job.id!)).toMatchObject({ attemptsMade: 3 });
  });

  it('settles a job after the callback, and fails it with what that throws', async () => {
    newQueue();
    const job = await queue.add('a', 'http://a.example/');
    const states: unknown[] = [];
    await run({ result: (response) => response.text() }, { fulfilled: async () => states.push(await job.getState()) });
    expect([states, (await queue.getJob(job.id!))!.returnvalue]).toEqual([['active'], 'body of http://a.example/']);
    const other = await queue.add('a', 'http://a.example/');
    const broken = () => Promise.reject(new Error('no room'));
    await expect(run({}, { fulfilled: broken })).rejects.toThrow('no room');
    await expect.poll(() => other.getState()).toBe('failed');
    expect(await queue.getJob(other.id!)).toMatchObject({ failedReason: 'no room' });
  });

  it('gives back what was not sent when the pool ends', async () => {
    newQueue();
    await queue.addBulk(Array.from({ length: 10 }, (_, i) => ({ name: 'a', data: `http://a.example/${i}` })));
    const pool: Pool = new Pool(client, queueSource(queue, { concurrency: 10 }), {
      concurrency: 1,
      fulfilled: () => pool.cancel(new Error('enough')),
    });
    await expect(pool.promise()).rejects.toThrow('enough');
    await expect.poll(() => queue.getActiveCount()).toBe(0);
    expect(await queue.getFailedCount()).toBe(0);
    await run();
    expect(new Set(asked).size).toBe(10);
    expect(await queue.getCompletedCount()).toBe(10);
  }, 30_000);

  it.each(['sleep throws', 'sleep rejects'] as const)('ends with what its clock throws: %s', async (how) => {
    newQueue();
    await queue.add('a', 'http://a.example/later', { delay: 600_000 });
    const clock = new BrokenClock(how, 1, false);
    await expect(run({ clock })).rejects.toBe(clock.fault);
    expect(await queue.getDelayedCount()).toBe(1);
  });

  it('waits for more until its signal', async () => {
    newQueue();
    const stop = new AbortController();
    const waiting = run({ untilEmpty: false, signal: stop.signal }, { fulfilled: () => stop.abort() });
    await queue.add('a', 'http://a.example/late');
    await waiting;
    expect(asked).toEqual(['GET http://a.example/late']);
    await expect.poll(() => queue.getCompletedCount()).toBe(1);
  });
});
