/**
 * Workers, the writer of the lines and Redis itself are killed at random while a site of many hosts is crawled: no line is
 * lost, none comes twice, and no host is asked sooner than it may be. `KILLS=30` is the whole matrix.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redisFrontier } from '../../src/bullmq/index.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';
import { CrawlProcesses, random } from './crawl-processes.ts';
import { manyHosts } from './many-hosts.ts';

const KILLS = Number(process.env['KILLS'] ?? 6);
const [HOSTS, PAGES] = KILLS >= 30 ? [200, 50] : [30, 12];
const WORKERS = 3;
const INTERVAL = 100;
const SEED = Number(process.env['SEED'] ?? 1);

describe.skipIf(noRedis !== undefined)(`a crawl on many machines ${noRedis ?? ''}`, () => {
  it(`whose workers, writer and Redis are killed ${KILLS} times has each line once, and stays polite`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kill-matrix-'));
    await using redis = await RedisServer.start();
    const site = await manyHosts(HOSTS, PAGES);
    const { port } = site;
    const file = join(folder, 'pages.jsonl');
    await using frontier = redisFrontier({ connection: redis.url, name: 'matrix' });
    await frontier.add([{ url: `http://h0.test:${port}/0` }]);

    const processes = new CrawlProcesses();
    const workers = Array.from({ length: WORKERS }, () =>
      processes.keep('test/bullmq/crawl-worker.ts', redis.url, 'matrix', port, String(INTERVAL), '20'),
    );
    const writer = processes.keep('test/bullmq/line-writer.ts', redis.url, 'matrix', file);
    const pick = random(SEED);
    const killed = { worker: 0, writer: 0, redis: 0 };
    let isKilling: Promise<unknown> = Promise.resolve();
    let kills = 0;
    site.onRequest(() => {
      if (kills >= KILLS || site.count() < ((kills + 1) * HOSTS * PAGES) / (KILLS + 2)) return;
      kills += 1;
      const chance = pick();
      if (chance < 0.5) {
        killed.worker += 1;
        const { child } = workers[Math.floor(pick() * WORKERS)]!;
        child.kill('SIGKILL');
        site.died(child.pid);
      } else if (chance < 0.75) {
        killed.writer += 1;
        writer.child.kill('SIGKILL');
      } else {
        killed.redis += 1;
        isKilling = isKilling.then(() => redis.kill()).then(() => redis.run());
      }
    });
    try {
      await Promise.all([...workers.map(({ ended }) => ended), writer.ended]);
      await isKilling;
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      const urls = lines.map((line) => JSON.parse(line).url as string);
      const pages = Array.from({ length: HOSTS * PAGES }, (_, i) => {
        return `http://h${Math.floor(i / PAGES)}.test:${port}/${i % PAGES}`;
      });
      expect(urls.sort()).toEqual(pages.sort());
      const { gap, between } = site.leastGap();
      expect(gap, between).toBeGreaterThanOrEqual(0.95 * INTERVAL);
      expect(await frontier.stats()).toMatchObject({
        known: HOSTS * PAGES,
        waiting: 0,
        leased: 0,
        done: HOSTS * PAGES,
      });
      expect(kills).toBe(KILLS);
      const twice = [...site.fetched.values()].filter((count) => count > 1).length;
      console.info(
        `${HOSTS} hosts, ${urls.length} lines, killed: ${JSON.stringify(killed)}, fetched ${site.count()}, ` +
          `pages fetched twice: ${twice}, least gap: ${gap.toFixed(1)} ms of ${INTERVAL}`,
      );
    } finally {
      processes.end();
      await site.close();
      rmSync(folder, { recursive: true, force: true });
      if (processes.err !== '') console.info(processes.err.slice(0, 2000));
    }
  }, 1_800_000);
});
