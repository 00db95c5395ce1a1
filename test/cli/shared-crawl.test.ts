import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseLine } from '../../src/cli/crawl/page-line.ts';
import { main } from '../../src/cli/main.ts';
import type { TestServer } from '../../src/testing/server.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { sluice } from './sluice-process.ts';
import { asked, startBigSite } from './web-site.ts';

describe.skipIf(noRedis !== undefined)(`sluice crawl --redis ${noRedis ?? ''}`, () => {
  const PAGES = 60;
  let redis: RedisServer;
  let folder: string;
  let server: TestServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shared-crawl-'));
    server = await startBigSite(PAGES, (_res, answer) => void setTimeout(answer, 5));
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const shared = (name: string) => ['--redis', redis.url, '--name', name];

  it('is one crawl for who starts it and who joins it, with each page once, and a report at its end', async () => {
    const out = join(folder, 'pages.jsonl');
    const worker = sluice(['crawl', '--worker', ...shared('docs')]);
    const { code, out: report } = await sluice(['crawl', server.url('/p/0'), '--out', out, ...shared('docs')]).ended;
    expect(code).toBe(1);
    expect((await worker.ended).code).toBe(0);
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n').map(parseLine);
    const missing = Array.from({ length: PAGES }, (_, i) => i).filter((i) => i % 17 === 0).length;
    expect(new Set(lines.map((line) => line!.url)).size).toBe(PAGES + missing);
    expect(lines).toHaveLength(PAGES + missing);
    expect(asked(server)).toHaveLength(PAGES + missing);
    expect(server.requests.filter(({ url }) => url === '/robots.txt')).toHaveLength(1);
    expect(report).toMatch(new RegExp(`^${PAGES + missing} pages, .*`));
    expect(report).toContain(`broken links (${missing})`);

    const status = fakeTerminal();
    expect(await main(['crawl', '--status', ...shared('docs')], status)).toBe(0);
    expect(status.out()).toMatch(/^64 of 64 pages, 0 failed, 0 waiting, 0 in hand, 1 hosts, 0 workers\n$/);
  }, 60_000);

  it('ends at its limit, whoever fetches the pages, and goes on with a greater one', async () => {
    const out = join(folder, 'limited.jsonl');
    const command = ['crawl', server.url('/p/0'), '--out', out, ...shared('limited')];
    const worker = sluice(['crawl', '--worker', ...shared('limited')]);
    await sluice([...command, '--limit', '20']).ended;
    expect((await worker.ended).code).toBe(0);
    const lines = () => readFileSync(out, 'utf8').trimEnd().split('\n').map(parseLine);
    expect(lines()).toHaveLength(20);
    expect(asked(server)).toHaveLength(20);
    const { out: report } = await sluice([...command, '--limit', '30']).ended;
    expect(new Set(lines().map((line) => line!.url)).size).toBe(30);
    expect(asked(server)).toHaveLength(30);
    expect(report).toMatch(/^30 pages, /);
  }, 60_000);

  it('has a cache and an archive of its own on each machine', async () => {
    const [cache, har] = [join(folder, 'cache'), join(folder, 'pages.har')];
    await server.close();
    server = await startBigSite(PAGES, (res, answer) => {
      res.setHeader('Cache-Control', 'max-age=60');
      answer();
    });
    const own = ['--cache', cache, '--har', har];
    await main(['crawl', server.url('/p/0'), '--limit', '3', ...own, ...shared('cached')], fakeTerminal());
    expect(readdirSync(cache).length).toBeGreaterThan(0);
    const { entries } = JSON.parse(readFileSync(har, 'utf8')).log as { entries: { request: { url: string } }[] };
    expect(entries.map(({ request }) => request.url)).toContain(server.url('/p/0'));
    const client = new Redis(redis.url);
    const told = await client.get('sluice:{cached}:f:command');
    await client.quit();
    expect(told).toContain(server.url('/p/0'));
    expect(told).not.toContain(folder);
  });

  it('says that nobody answers at the address, and shows no password', async () => {
    const terminal = fakeTerminal();
    const redisUrl = 'redis://user:s3cret@127.0.0.1:1';
    expect(await main(['crawl', server.url('/'), '--redis', redisUrl, '--name', 'x'], terminal)).toBe(1);
    expect(terminal.err()).toMatch(/Redis at 127.0.0.1:1 cannot be used/);
    expect(terminal.err()).not.toContain('s3cret');
  });
});
