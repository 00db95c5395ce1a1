import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, HandlerStack, HttpResponse } from '../../src/index.ts';
import { rateLimit } from '../../src/resilience/index.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';

let redis: RedisServer;
let connections: Redis[];

/** A client of one process: a connection, a limiter and a layer of its own. */
function processOf(onSent: () => void, onError?: (error: unknown) => void) {
  const connection = new Redis({ port: redis.port, host: '127.0.0.1', enableOfflineQueue: false, lazyConnect: true });
  // Whoever asks is told by a rejection.
  connection.on('error', () => undefined);
  connections.push(connection);
  const store = new RateLimiterRedis({ storeClient: connection, keyPrefix: 'test', points: 10, duration: 1 });
  const handler = HandlerStack.create(async () => {
    onSent();
    return new HttpResponse(200);
  }).push(rateLimit({ store }), 'rateLimit');
  return { connection, client: new Client({ handler, onError }) };
}

describe.skipIf(noRedis !== undefined)(`a limit that is shared in Redis ${noRedis ?? ''}`, () => {
  beforeEach(async () => {
    connections = [];
    redis = await RedisServer.start();
  });
  afterEach(async () => {
    for (const connection of connections) connection.disconnect();
    await redis.close();
  });

  it('holds for two clients together, and all calls go', async () => {
    // What Redis counted, by its own clock: each window of it began with a first point.
    const sent = { count: 0 };
    const processes = [0, 1].map(() => processOf(() => void (sent.count += 1)));
    for (const { connection } of processes) await connection.connect();
    const spy = await new Redis({ port: redis.port, host: '127.0.0.1' });
    connections.push(spy);
    const calls = Array.from({ length: 30 }, (_, i) => processes[i % 2]!.client.get('http://a.test/'));
    await Promise.all(calls.slice(0, 10));
    // The points of the first window are used up, by both, under one key.
    expect(sent.count).toBeGreaterThanOrEqual(10);
    expect(await spy.keys('*')).toEqual(['test:http://a.test']);
    await Promise.all(calls);
    expect(sent.count).toBe(30);
  });

  it('fails no call when Redis ends: each is told to onError', async () => {
    const onError = vi.fn();
    const { client, connection } = processOf(() => undefined, onError);
    await connection.connect();
    await client.get('http://a.test/');
    expect(onError).not.toHaveBeenCalled();
    const closed = new Promise((resolve) => connection.once('close', resolve));
    await redis.kill();
    await closed;
    expect((await client.get('http://a.test/')).status).toBe(200);
    expect(onError).toHaveBeenCalledTimes(1);
  });
});
