/**
 * Workers, the writer of the lines and Redis itself are killed at random while a site of many hosts is crawled: no line is
 * lost, none comes twice, and no host is asked sooner than it may be. `KILLS=30` is the whole matrix.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redisFrontier } from '../../src/bullmq/index.ts';
import { startServer } from '../../src/testing/server.ts';
import { systemClock } from '../../src/time/clock.ts';
import { built } from '../support/built.ts';
import { noRedis, RedisServer } from '../support/redis-server.ts';

const KILLS = Number(process.env['KILLS'] ?? 6);
const [HOSTS, PAGES] = KILLS >= 30 ? [200, 50] : [30, 12];
const WORKERS = 3;
const INTERVAL = 100;
const SEED = Number(process.env['SEED'] ?? 1);

/** Numbers from 0 to 1 that are the same with each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Seen {
  readonly begun: number;
  ended: number;
}

/** Each page leads to the next ones of its host, twice, and to a page of the next host. */
async function manyHosts() {
  const seen = new Map<string, Seen[]>();
  const fetched = new Map<string, number>();
  let onRequest = () => {};
  const server = await startServer({
    keep: 1,
    listener: (req, res) => {
      const host = req.headers.host!;
      const exchange = { begun: systemClock.now(), ended: Number.NaN };
      seen.set(host, [...(seen.get(host) ?? []), exchange]);
      fetched.set(host + req.url, (fetched.get(host + req.url) ?? 0) + 1);
      const page = Number(req.url!.slice(1));
      const next = (Number(/^h(\d+)/.exec(host)![1]) + 1) % HOSTS;
      const own = [1, 2, 3].map((step) => `/${(page + step) % PAGES}`);
      onRequest();
      setTimeout(() => {
        exchange.ended = systemClock.now();
        res.end(JSON.stringify([...own, own[0], `http://h${next}.test:PORT/${page}`]));
      }, 5);
    },
  });
  return {
    server,
    fetched,
    count: () => [...fetched.values()].reduce((sum, count) => sum + count, 0),
    /** From the end of an answer to the next request of its host. */
    gaps: () => [...seen.values()].flatMap((all) => all.slice(1).map(({ begun }, i) => begun - all[i]!.ended)),
    onRequest: (listener: () => void) => {
      onRequest = listener;
    },
  };
}

describe.skipIf(noRedis !== undefined)(`a crawl on many machines ${noRedis ?? ''}`, () => {
  it(`whose workers, writer and Redis are killed ${KILLS} times has each line once, and stays polite`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kill-matrix-'));
    await using redis = await RedisServer.start();
    const site = await manyHosts();
    const port = String(site.server.port);
    const file = join(folder, 'pages.jsonl');
    await using frontier = redisFrontier({ connection: redis.url, name: 'matrix' });
    await frontier.add([{ url: `http://h0.test:${port}/0` }]);

    const running = new Set<ChildProcess>();
    let isOver = false;
    let err = '';
    /** Started again whenever it was killed. */
    const keep = (program: string, ...args: string[]) => {
      const slot = { child: undefined as ChildProcess | undefined, done: Promise.resolve() };
      const start = () => {
        const child = spawn(process.execPath, [built(program), redis.url, 'matrix', ...args]);
        slot.child = child;
        running.add(child);
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          err += text;
        });
        slot.done = new Promise<void>((resolve) => {
          child.on('close', (code) => {
            running.delete(child);
            resolve(code === 0 || isOver ? undefined : start());
          });
        });
        return slot.done;
      };
      const ended = start();
      return { kill: () => slot.child!.kill('SIGKILL'), ended };
    };
    const workers = Array.from({ length: WORKERS }, () =>
      keep('test/bullmq/crawl-worker.ts', port, String(INTERVAL), '20'),
    );
    const writer = keep('test/bullmq/line-writer.ts', file);
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
        workers[Math.floor(pick() * WORKERS)]!.kill();
      } else if (chance < 0.75) {
        killed.writer += 1;
        writer.kill();
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
      expect(Math.min(...site.gaps())).toBeGreaterThanOrEqual(0.95 * INTERVAL);
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
          `pages fetched twice: ${twice}, least gap: ${Math.min(...site.gaps()).toFixed(1)} ms of ${INTERVAL}`,
      );
    } finally {
      isOver = true;
      for (const child of running) child.kill('SIGKILL');
      await site.server.close();
      rmSync(folder, { recursive: true, force: true });
      if (err !== '') console.info(err.slice(0, 2000));
    }
  }, 1_800_000);
});
