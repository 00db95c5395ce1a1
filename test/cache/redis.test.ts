import { Redis } from 'ioredis';
import Keyv from 'keyv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyvCache } from '../../src/cache/index.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';
import { cached } from './cached.ts';

const FRESH = { 'Cache-Control': 'max-age=60' };
let redis: RedisServer;
let connections: Redis[];

/** What a Keyv adapter is, over one connection. */
function keyvOver(): Keyv {
  const connection = new Redis({
    port: redis.port,
    host: '127.0.0.1',
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  connection.on('error', () => undefined);
  connections.push(connection);
  const store = {
    opts: {},
    get: async (key: string) => (await connection.get(key)) ?? undefined,
    set: async (key: string, value: string) => (await connection.set(key, value)) === 'OK',
    delete: async (key: string) => (await connection.del(key)) > 0,
    clear: async () => void (await connection.flushall()),
  };
  return new Keyv({ store, throwOnErrors: true } as never);
}

describe.skipIf(noRedis !== undefined)(`keyvCache over a real Redis ${noRedis ?? ''}`, () => {
  beforeEach(async () => {
    connections = [];
    redis = await RedisServer.start();
  });
  afterEach(async () => {
    for (const connection of connections) connection.disconnect();
    await redis.close();
  });

  it('has what another process stored, variants and bytes too, and forgets for both', async () => {
    const [one, other] = [cached(keyvCache(keyvOver())), cached(keyvCache(keyvOver()))];
    const bytes = '\u0000\u00ff€';
    one.answers({ head: FRESH, body: bytes }, { head: { ...FRESH, Vary: 'X-A' } });
    await one.get('/');
    await one.get('/v', { headers: { 'X-A': '1' } });
    expect(await other.get('/')).toBe(`hit ${bytes}`);
    expect(await other.get('/v', { headers: { 'X-A': '1' } })).toBe('hit body 2');
    expect(await other.get('/v', { headers: { 'X-A': '2' } })).toMatch('miss');
    await other.client.post('http://site.test/', { body: 'x' });
    expect(await one.get('/')).toBe('miss body 3');
    await other.cache.clear();
    expect(await one.get('/v', { headers: { 'X-A': '1' } })).toMatch('miss');
  });

  it('a Redis that is gone fails no call, and is told', async () => {
    const told: unknown[] = [];
    const { answers, get } = cached(keyvCache(keyvOver()), { onError: (error) => void told.push(error) });
    answers({ head: FRESH });
    await get();
    await redis.kill();
    expect(await get()).toBe('miss body 2');
    expect(told.length).toBeGreaterThan(0);
  });
});
