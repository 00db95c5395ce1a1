/**
 * Workers of a crawl stand still for longer than their lease and go on, as on a machine that was put to sleep or has
 * far too much to do: what they had is another's by then, and they must not ask for it. `STOPS=60` is a long run.
 */
import { describe, expect, it } from 'vitest';
import { redisFrontier } from '../../src/bullmq/index.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';
import { CrawlProcesses, random } from './crawl-processes.ts';
import { manyHosts } from './many-hosts.ts';

const STOPS = Number(process.env['STOPS'] ?? 10);
const [HOSTS, PAGES] = [30, 2 * STOPS];
const WORKERS = 2;
const INTERVAL = 100;
/** Milliseconds, of a lease of 1000. */
const [SHORTEST, LONGEST] = [700, 2000];

describe.skipIf(noRedis !== undefined)(`a crawl on many machines ${noRedis ?? ''}`, () => {
  it(`whose workers stand still ${STOPS} times stays polite`, async () => {
    await using redis = await RedisServer.start();
    const site = await manyHosts(HOSTS, PAGES);
    await using frontier = redisFrontier({ connection: redis.url, name: 'still' });
    const starts = Array.from({ length: HOSTS }, (_, i) => ({ url: `http://h${i}.test:${site.port}/0` }));
    await frontier.add(starts);
    const processes = new CrawlProcesses();
    const workers = Array.from({ length: WORKERS }, () =>
      processes.keep('test/bullmq/crawl-worker.ts', redis.url, 'still', site.port, String(INTERVAL), '20'),
    );
    const pick = random(Number(process.env['SEED'] ?? 1));
    let stops = 0;
    let stopped = false;
    site.onRequest(() => {
      if (stopped || stops >= STOPS || site.count() < ((stops + 1) * HOSTS * PAGES) / (STOPS + 2)) return;
      stops += 1;
      stopped = true;
      const { child } = workers[Math.floor(pick() * WORKERS)]!;
      child.kill('SIGSTOP');
      setTimeout(
        () => {
          child.kill('SIGCONT');
          stopped = false;
        },
        SHORTEST + pick() * (LONGEST - SHORTEST),
      );
    });
    try {
      await Promise.all(workers.map(({ ended }) => ended));
      const { gap, between } = site.leastGap();
      expect(gap, between).toBeGreaterThanOrEqual(0.95 * INTERVAL);
      expect(await frontier.stats()).toMatchObject({ waiting: 0, leased: 0, done: HOSTS * PAGES });
      console.info(
        `stood still ${stops} times, fetched ${site.count()}, least gap: ${gap.toFixed(1)} ms of ${INTERVAL}`,
      );
    } finally {
      processes.end();
      await site.close();
      if (processes.err !== '') console.info(processes.err.slice(0, 2000));
    }
  }, 600_000);
});
