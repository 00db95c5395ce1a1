/** Pages a second of several workers, processes of their own, over many hosts that answer in 50 ms. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { redisFrontier } from '../../src/bullmq/index.ts';
import { RedisServer } from '../../test/support/redis-server.ts';
import { workerProgram } from './worker-program.ts';

const HOSTS = 200;
/** Enough for the first seconds, in which the workers compile what they run, to be few of all. */
const PAGES = 50;
const LATENCY = 50;
/** Few enough for two cores: the sites answer slowly, and what is waited for is no work. */
const CONCURRENCY = '10';

export interface WorkerRate {
  readonly workers: number;
  readonly rate: number;
  /** Of one core, that each took: what was the limit when the workers are not. */
  readonly loads: { readonly sites: number; readonly redis: number; readonly workers: number };
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
  const client = new Redis(redis.url);
  const used = async () => ({
    sites: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
    redis: await secondsOfRedis(client),
    workers: children.reduce((sum, { pid }) => sum + secondsOf(pid!), 0),
  });
  const before = await used();
  const started = performance.now();
  await frontier.resume();
  let after = before;
  while ((await frontier.stats()).done < HOSTS * PAGES) {
    // Workers end with the last page, and take their figures with them.
    after = await used();
    await delay(50);
  }
  const seconds = (performance.now() - started) / 1000;
  await client.quit();
  await ended;
  const load = (who: keyof typeof after) => (after[who] - before[who]) / seconds;
  const loads = { sites: load('sites'), redis: load('redis'), workers: load('workers') };
  return { workers, rate: (HOSTS * PAGES) / seconds, loads };
}

async function secondsOfRedis(client: Redis): Promise<number> {
  const info = await client.info('cpu');
  const of = (name: string) => Number(new RegExp(`used_cpu_${name}:([\\d.]+)`).exec(info)![1]);
  return of('user') + of('sys');
}

/** Processor time of another process, from Linux; 0 elsewhere. */
function secondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    // proc(5): utime and stime, in hundredths of a second, are the 12th and 13th behind the name.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}
