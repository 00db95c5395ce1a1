/** What a crawl costs in Redis, counted by Redis: commands of a page, bytes of a URL. */
import { Redis } from 'ioredis';
import { FrontierConnection } from '../../src/bullmq/connection.ts';
import { linkArguments } from '../../src/bullmq/entries.ts';
import { redisFrontier } from '../../src/bullmq/index.ts';
import { crawl } from '../../src/crawl/crawl.ts';
import { startLink } from '../../src/crawl/link.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { PoolClient } from '../../src/pool/pool-options.ts';
import type { RedisServer } from '../../test/support/redis-server.ts';

const HOSTS = 100;
const PAGES = 50;
const LINKS = 10;

interface Trips {
  readonly pages: number;
  readonly perPage: number;
  /** The commands, the most frequent first. */
  readonly calls: string;
}

/** A crawl of 100 hosts whose answers cost nothing: what Redis was sent meanwhile, as its MONITOR tells, for each page. */
export async function roundTrips({ url }: RedisServer): Promise<Trips> {
  const redis = new Redis(url);
  await redis.flushall();
  await using frontier = redisFrontier({ connection: url, name: 'trips' });
  await frontier.add(Array.from({ length: HOSTS }, (_, i) => ({ url: `http://h${i}.test/0` })));
  const counts = new Map<string, number>();
  const monitor = await redis.duplicate().monitor();
  monitor.on('monitor', (_time: string, [name = '']: string[], source: string) => {
    // What a script does is done there: it is no round trip.
    if (source !== 'lua') counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  });
  const { done } = await crawl(memory, frontier, {
    concurrency: 50,
    perHost: { concurrency: 1 },
    robots: false,
    visit: (_response, { url: page, host }) => {
      const number = Number(page.slice(page.lastIndexOf('/') + 1));
      const found = Array.from({ length: LINKS }, (_, k) => ({ url: `http://${host}/${(number + k + 1) % PAGES}` }));
      return { line: { url: page, status: 200 }, found };
    },
  });
  // What it has sent is on its way to us until another answer came behind it.
  await redis.ping();
  monitor.disconnect();
  await redis.quit();
  const sent = [...counts].sort(([, a], [, b]) => b - a);
  const all = sent.reduce((sum, [, count]) => sum + count, 0);
  return { pages: done, perPage: all / done, calls: sent.map(([name, count]) => `${name} ${count}`).join(', ') };
}

const memory: PoolClient = {
  request: () => Promise.resolve(new HttpResponse(404, {}, '')),
  send: () => Promise.resolve(new HttpResponse(200, {}, '')),
};

interface Bytes {
  readonly urls: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** URLs of 64 characters, over 100 hosts. */
const urlOf = (i: number) => `http://h${i % HOSTS}.example/${'x'.repeat(30)}/${String(i).padStart(12, '0')}`;
const AT_ONCE = 2000;

/**
 * Adds so many URLs and asks Redis what it holds more than before. Known ones alone are those that were visited: they wait
 * nowhere, so that their entries go as they come.
 */
export async function bytesOf({ url }: RedisServer, urls: number, isWaiting: boolean): Promise<Bytes> {
  const redis = new Redis(url);
  await redis.flushall();
  const name = isWaiting ? 'waiting' : 'known';
  await using frontier = redisFrontier({ connection: url, name });
  await frontier.stats();
  const connection = await FrontierConnection.open(url, `sluice:{${name}}`, name);
  const id = (await redis.hget(`sluice:{${name}}:m`, 'id'))!;
  const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1]);
  const before = await used();
  const started = performance.now();
  for (let from = 0; from < urls; from += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, urls - from) }, (_, i) => startLink({ url: urlOf(from + i) }));
    await connection.call('sluiceAdd', 0, ...batch.flatMap((link) => linkArguments(link, id)));
    if (!isWaiting) await redis.del(...Array.from({ length: HOSTS }, (_, i) => `sluice:{${name}}:q1:h${i}.example`));
  }
  const seconds = (performance.now() - started) / 1000;
  const bytes = ((await used()) - before) / urls;
  const { known } = await frontier.stats();
  await connection.close();
  await redis.quit();
  if (known !== urls) throw new Error(`${known} of ${urls} URLs are known`);
  return { urls, bytes, seconds };
}
