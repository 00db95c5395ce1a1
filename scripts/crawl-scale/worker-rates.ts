/** Pages a second of several workers, processes of their own, over many hosts that answer in 50 ms. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { redisFrontier } from '../../src/bullmq/index.ts';
import { RedisServer } from '../../test/support/redis-server.ts';
import { workerProgram } from './worker-program.ts';

const HOSTS = 200;
const PAGES = 15;
const LATENCY = 50;
/** Few enough for two cores: the sites answer slowly, and what is waited for is no work. */
const CONCURRENCY = '10';

export interface WorkerRate {
  readonly workers: number;
  readonly rate: number;
  /** Of one core, that the sites took. */
  readonly serverLoad: number;
}

export async function workerRates(counts: readonly number[]): Promise<WorkerRate[]> {
  const server = createServer((req, res) => {
    const page = Number(req.url!.slice(1));
    const links = [1, 2, 3].map((step) => `/${(page + step) % PAGES}`);
    void delay(LATENCY).then(() => res.end(JSON.stringify(links)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const rates: WorkerRate[] = [];
    for (const workers of counts) rates.push(await rateOf(workers, port));
    return rates;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function rateOf(workers: number, port: number): Promise<WorkerRate> {
  await using redis = await RedisServer.start();
  await using frontier = redisFrontier({ connection: redis.url, name: 'rates' });
  await frontier.add(Array.from({ length: HOSTS }, (_, i) => ({ url: `http://h${i}.test:${port}/0` })));
  await frontier.pause();
  const args = [...(await workerProgram()), redis.url, 'rates', String(port), '0', CONCURRENCY];
  const children = Array.from({ length: workers }, () => spawn(process.execPath, args, { stdio: 'inherit' }));
  const ended = Promise.all(children.map((child) => new Promise((resolve) => child.on('close', resolve))));
  // All of them are there before the first page is asked for.
  while ((await frontier.stats()).workers < workers) await delay(50);
  const before = process.cpuUsage();
  const started = performance.now();
  await frontier.resume();
  while ((await frontier.stats()).done < HOSTS * PAGES) await delay(50);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  await ended;
  return { workers, rate: (HOSTS * PAGES) / seconds, serverLoad: (user + system) / 1e6 / seconds };
}
