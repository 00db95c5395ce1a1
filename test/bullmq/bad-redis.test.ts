import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RedisError, redisFrontier } from '../../src/bullmq/index.ts';
import { crawl } from '../../src/crawl/index.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { PoolClient } from '../../src/pool/pool-options.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';

const client: PoolClient = {
  request: () => Promise.resolve(new HttpResponse(404, {}, '')),
  send: () => Promise.resolve(new HttpResponse(200, {}, '')),
};
const urls = (count: number) => Array.from({ length: count }, (_, i) => ({ url: `http://a.example/${i}` }));

describe('a server that is no Redis of today', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  /** Answers every command that comes. */
  async function answering(answer: (command: string) => string): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        // Each command is an array of strings, whose first is its name.
        for (const [, name] of bytes.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
          socket.write(answer(name!.toLowerCase()));
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return `redis://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  const info = (version: string) => {
    const text = `# Server\r\nredis_version:${version}\r\nloading:0\r\n`;
    return (command: string) => (command === 'info' ? `$${text.length}\r\n${text}\r\n` : '+OK\r\n');
  };

  it.each<[name: string, answer: (command: string) => string, message: RegExp]>([
    ['version 5', info('5.0.14'), /a frontier needs Redis 6\.2 or newer, and the server is 5\.0/],
    ['version 6.0', info('6.0.16'), /a frontier needs Redis 6\.2 or newer, and the server is 6\.0/],
    [
      'one that wants a password',
      () => '-NOAUTH Authentication required.\r\n',
      /cannot be used: it wants a password; give one/,
    ],
    ['one that speaks HTTP', () => 'HTTP/1.1 400 Bad Request\r\n\r\n', /cannot be used: /],
  ])('is told: %s', async (_name, answer, message) => {
    await using frontier = redisFrontier({ connection: await answering(answer), name: 'x' });
    const error = await frontier.add(urls(1)).then(
      () => expect.unreachable(),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(RedisError);
    expect((error as Error).message).toMatch(message);
  });
});

describe.skipIf(noRedis !== undefined)(`a Redis ${noRedis ?? ''}`, () => {
  it('that is restarted while a crawl runs is waited for, and nothing is lost', async () => {
    await using redis = await RedisServer.start();
    await using frontier = redisFrontier({ connection: redis.url, name: 'x', lease: '1s' });
    await frontier.add(urls(40));
    let restarting: Promise<void> | undefined;
    const visited = new Set<string>();
    await crawl(client, frontier, {
      robots: false,
      visit: async (_response, { url }) => {
        visited.add(url);
        if (visited.size === 10) restarting = redis.kill().then(() => redis.run());
        return { line: url };
      },
    });
    await restarting;
    const lines: string[] = [];
    for await (const { line } of frontier.lines()) lines.push(JSON.parse(line));
    expect(lines.sort()).toEqual(
      urls(40)
        .map(({ url }) => url)
        .sort(),
    );
  }, 60_000);

  it('that is full ends the crawl with its words, and the crawl goes on when there is room', async () => {
    await using redis = await RedisServer.start('--maxmemory-policy', 'noeviction');
    await using frontier = redisFrontier({ connection: redis.url, name: 'x', lease: '1s' });
    await frontier.add(urls(300));
    const { Redis } = await import('ioredis');
    const admin = new Redis(redis.url);
    let visits = 0;
    let filling: Promise<unknown> | undefined;
    let refusing: Promise<unknown> | undefined;
    const hasRefused = async () => expect(await admin.info('errorstats')).toContain('errorstat_OOM');
    const run = () =>
      crawl(client, frontier, {
        robots: false,
        visit: async (_response, { url }) => {
          visits += 1;
          const visit = visits;
          if (visit === 50) filling = admin.config('SET', 'maxmemory', '1');
          await filling;
          // The later ones wait until Redis has refused something, or for a second in which nobody has asked it for
          // anything: else the crawl might be over before.
          if (visit > 50) await (refusing ??= vi.waitFor(hasRefused, { timeout: 1000 }).catch(() => undefined));
          return { line: url };
        },
      });
    await expect(run()).rejects.toThrow(/^the crawl x cannot go on: Redis at [\d.:]+ is full/);
    await admin.config('SET', 'maxmemory', '0');
    await admin.quit();
    await run();
    const lines: string[] = [];
    for await (const { line } of frontier.lines()) lines.push(line);
    expect(lines).toHaveLength(300);
    expect(new Set(lines).size).toBe(300);
    expect(await frontier.stats()).toMatchObject({ waiting: 0, leased: 0, done: 300 });
  }, 60_000);
});
