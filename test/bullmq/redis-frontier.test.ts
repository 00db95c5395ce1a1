import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisError, redisFrontier } from '../../src/bullmq/index.ts';
import type { Frontier, HostLease } from '../../src/crawl/index.ts';
import { type Clock, systemClock } from '../../src/time/clock.ts';
import { frontierContract } from '../crawl/frontier-contract.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';

describe.skipIf(noRedis !== undefined)(`in Redis ${noRedis ?? ''}`, () => {
  let server: RedisServer;
  let names = 0;
  const newName = () => `own-${names++}`;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.close());

  frontierContract('redis', {
    open: (name, options) => redisFrontier({ connection: server.url, name, ...options }),
    isKept: true,
    isShared: true,
  });

  describe('a frontier', () => {
    const signal = new AbortController().signal;
    const first = async (frontier: Frontier): Promise<HostLease> => {
      const { value } = await frontier.leases({ signal, hosts: 1 })[Symbol.asyncIterator]().next();
      return value as HostLease;
    };
    const url = (path: string) => ({ url: `http://a.example/${path}` });

    it('is one for all who give its name', async () => {
      const name = newName();
      await using one = redisFrontier({ connection: server.url, name });
      await using other = redisFrontier({ connection: { host: '127.0.0.1', port: server.port }, name });
      await one.add([url('a')]);
      expect(await other.add([url('a'), url('b')])).toEqual({ added: 1, known: 1, full: false });
      const lease = await first(one);
      const [visit] = await lease.take(1);
      expect(await other.stats()).toMatchObject({ known: 2, leased: 1, waiting: 1, workers: 1 });
      await lease.settle(visit!, { line: 'x' });
      for await (const { line } of other.lines()) expect(line).toBe('"x"');
      await one.shared.set('robots', 'text', 60_000);
      expect([await other.shared.get('robots'), await other.shared.get('none')]).toEqual(['text', undefined]);
      await lease[Symbol.asyncDispose]();
    });

    it('hands the host of a worker that has gone silent to another, and takes nothing of the first any more', async () => {
      const name = newName();
      const options = { connection: server.url, name, lease: '300ms' } as const;
      await using one = redisFrontier(options);
      await using other = redisFrontier(options);
      await one.add([url('a')]);
      const lease = await first(one);
      const [visit] = await lease.take(1);
      // Its lock goes, as it does when a process stands still.
      const { Redis } = await import('ioredis');
      const redis = new Redis(server.url);
      for (const key of await redis.keys(`sluice:{${name}}:hosts:*:lock`)) await redis.set(key, 'another', 'PX', 300);
      const next = await first(other);
      const [again] = await next.take(1);
      expect(again).toMatchObject({ url: visit!.url, attempt: 2 });
      expect(await lease.settle(visit!, { line: 'late', found: [url('late')] })).toBe(false);
      expect(lease.signal.aborted).toBe(true);
      expect(await next.settle(again!, { line: 'in time' })).toBe(true);
      expect(await other.stats()).toMatchObject({ known: 1, done: 1, waiting: 0, leased: 0 });
      await redis.quit();
    }, 30_000);

    it.each([
      ['throws', 1],
      ['throws', 2],
      ['throws', 3],
      ['rejects', 1],
      ['rejects', 3],
    ])(
      'ends with what its clock throws, and gives back what it had: a sleep %s, the %i. one',
      async (how, nth) => {
        const fault = new Error('the clock broke');
        let sleeps = 0;
        const clock: Clock = {
          now: systemClock.now,
          sleep(ms, signal) {
            sleeps += 1;
            if (sleeps < nth) return systemClock.sleep(ms, signal);
            if (how === 'rejects') return Promise.reject(fault);
            throw fault;
          },
        };
        const name = newName();
        const options = { connection: server.url, name, lease: '1s' } as const;
        await using broken = redisFrontier({ ...options, clock });
        await using other = redisFrontier(options);
        await broken.add([url('a')]);
        const leases: HostLease[] = [];
        const leasing = (async () => {
          for await (const lease of broken.leases({ signal, hosts: 2 })) leases.push(lease);
        })();
        await expect(leasing).rejects.toBe(fault);
        for (const lease of leases) await lease[Symbol.asyncDispose]();
        const [visit] = await (await first(other)).take(1);
        expect(visit).toMatchObject(url('a'));
      },
      30_000,
    );

    it('hands nothing out while it is paused, and ends everywhere when it is stopped', async () => {
      await using frontier = redisFrontier({ connection: server.url, name: newName() });
      await frontier.add([url('a'), url('b')]);
      const leases = frontier.leases({ signal, hosts: 1 })[Symbol.asyncIterator]();
      const { value: lease } = await leases.next();
      await frontier.pause();
      expect(await lease.take(1)).toEqual([]);
      await frontier.resume();
      expect(await lease.take(1)).toHaveLength(1);
      await frontier.stop();
      expect((await leases.next()).done).toBe(true);
      await lease[Symbol.asyncDispose]();
      expect(await frontier.stats()).toMatchObject({ waiting: 2, leased: 0 });
    });

    it('hands a host on after its turn', async () => {
      await using frontier = redisFrontier({ connection: server.url, name: newName(), turn: { urls: 2 } });
      await frontier.add(['a', 'b', 'c'].map(url));
      const turns: number[] = [];
      for await (const lease of frontier.leases({ signal, hosts: 1 })) {
        let count = 0;
        for (let visits = await lease.take(5); visits.length > 0; visits = await lease.take(5)) {
          for (const visit of visits) await lease.settle(visit, {});
          count += visits.length;
        }
        turns.push(count);
        await lease[Symbol.asyncDispose]();
      }
      expect(turns).toEqual([2, 1]);
    });

    it('takes at most 12 bytes for a known URL, and 250 for one that waits', async () => {
      const { Redis } = await import('ioredis');
      const redis = new Redis(server.url);
      await redis.flushall();
      await using frontier = redisFrontier({ connection: redis, name: newName() });
      const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1]);
      await frontier.stats();
      const [count, hosts] = [30_000, 100];
      const path = 'x'.repeat(40);
      const before = await used();
      await frontier.add(
        (function* () {
          for (let i = 0; i < count; i += 1) yield { url: `http://h${i % hosts}.example/${path}/${i}` };
        })(),
      );
      const all = ((await used()) - before) / count;
      let seen = 0;
      for (let i = 0; ; i += 1) {
        const bytes = await redis.memory('USAGE', `sluice:{own-${names - 1}}:s${i}`);
        if (bytes === null) break;
        seen += bytes;
      }
      expect(seen / count).toBeLessThan(12);
      expect(all).toBeLessThan(250);
      expect(await frontier.stats()).toMatchObject({ known: count, waiting: count, hosts });
      await redis.quit();
    }, 60_000);

    it.each<[name: string, options: object, message: RegExp]>([
      ['a name with a slash', { name: 'a/b' }, /the name of a crawl/],
      ['no connection', { connection: undefined }, /expects a connection/],
      ['a turn of nothing', { turn: { urls: 0 } }, /turn.urls/],
      ['a turn that is none', { turn: 5 }, /turn takes \{ urls, time \}, got .*number/],
      ['a setting of a turn that there is not', { turn: { url: 5 } }, /turn has no setting url; .*did you mean "urls"/],
      ['a setting that there is not', { tern: {} }, /redisFrontier has no setting tern; .*did you mean "turn"/],
      ['a lease of no time', { lease: 0 }, /lease must be at least 100 ms, got 0 ms/],
    ])('refuses %s', (_name, options, message) => {
      expect(() => redisFrontier({ connection: server.url, name: 'x', ...options })).toThrow(message);
    });

    it('says that nobody answers, and shows no password', async () => {
      const frontier = redisFrontier({ connection: 'redis://user:s3cret@127.0.0.1:1', name: 'x' });
      const error: Error = await frontier.stats().then(
        () => expect.unreachable(),
        (thrown) => thrown,
      );
      expect(error).toBeInstanceOf(RedisError);
      expect(error.message).toMatch(
        /Redis at 127.0.0.1:1 cannot be used: the connection was refused; start a Redis there/,
      );
      expect(error.message).not.toContain('s3cret');
    });

    it('refuses a crawl of another version', async () => {
      const { Redis } = await import('ioredis');
      const redis = new Redis(server.url);
      await redis.hset('sluice:{newer}:m', 'v', '99', 'id', 'x');
      await redis.quit();
      await expect(redisFrontier({ connection: server.url, name: 'newer' }).stats()).rejects.toThrow(
        /of another version \(99/,
      );
    });

    it('says that Redis is full, and loses nothing', async () => {
      await using small = await RedisServer.start('--maxmemory', '3mb', '--maxmemory-policy', 'noeviction');
      await using frontier = redisFrontier({ connection: small.url, name: 'x' });
      function* many() {
        for (let i = 0; ; i += 1) yield url('x'.repeat(200) + i);
      }
      await expect(frontier.add(many())).rejects.toThrow(
        /^the crawl x cannot go on: Redis at 127\.0\.0\.1:\d+ is full: it uses .* raise maxmemory/,
      );
      const { known, waiting } = await frontier.stats();
      expect(known).toBeGreaterThan(100);
      expect(waiting).toBe(known);
    }, 60_000);
  });
});
