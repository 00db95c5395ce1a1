/**
 * `npm run crawl-scale`: what a crawl on many machines costs and how it grows. Prints the rates with 1, 2 and 4 workers
 * over sites that answer in 50 ms, the commands and bytes that Redis itself counts, how long a host stands still after a
 * kill, and a simulation of up to 1000 workers. `--urls 100000 --only redis` is a part of it. Needs a `redis-server`.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { noRedis, RedisServer } from '../test/support/redis-server.ts';
import { handOver } from './crawl-scale/hand-over.ts';
import { bytesOf, roundTrips } from './crawl-scale/redis-costs.ts';
import { simulate } from './crawl-scale/simulation.ts';
import { workerRates } from './crawl-scale/worker-rates.ts';

const { values } = parseArgs({
  options: {
    urls: { type: 'string', default: '5000000' },
    workers: { type: 'string', default: '1,2,4' },
    kills: { type: 'string', default: '10' },
    simulated: { type: 'string', default: '1,10,100,1000' },
    only: { type: 'string' },
  },
});
const isWanted = (part: string) => values.only === undefined || values.only === part;
const problems: string[] = [];

function told(what: string, value: string, goal: string, isMet: boolean): void {
  console.log(`${what.padEnd(44)} ${value.padStart(24)}   goal: ${goal}${isMet ? '' : '   MISSED'}`);
  if (!isMet) problems.push(what);
}

async function redisCosts(): Promise<void> {
  await using redis = await RedisServer.start('--appendonly', 'no');
  const pages = await roundTrips(redis);
  told('round trips a page', pages.perPage.toFixed(2), 'at most 3', pages.perPage <= 3);
  console.log(`  of ${pages.pages} pages: ${pages.calls}`);
  const waiting = await bytesOf(redis, 100_000, true);
  told('bytes of a waiting URL, known too', waiting.bytes.toFixed(1), 'at most 250', waiting.bytes <= 250);
  const known = await bytesOf(redis, Number(values.urls), false);
  told(`bytes of a known URL, of ${known.urls}`, known.bytes.toFixed(2), 'at most 12', known.bytes <= 12);
  console.log(`  added in ${known.seconds.toFixed(0)} s, ${(known.urls / known.seconds).toFixed(0)} a second`);
}

async function rates(): Promise<void> {
  const counts = values.workers.split(',').map(Number);
  const measured = await workerRates(counts);
  for (const [i, { workers, rate, loads }] of measured.entries()) {
    const factor = rate / measured[0]!.rate;
    const goal = workers === 2 ? 1.9 : workers === 4 ? 3.5 : 1;
    const text = `${rate.toFixed(0)}/s, ${factor.toFixed(2)} times one`;
    told(`${workers} workers, 200 hosts`, text, i === 0 ? '-' : `${goal} times one`, factor >= goal);
    const percent = (load: number) => `${(100 * load).toFixed(0)} %`;
    const { sites, redis } = loads;
    const words = `the sites ${percent(sites)}, Redis ${percent(redis)}, the workers ${percent(loads.workers)}`;
    console.log(`  of one core: ${words}; this machine has ${availableParallelism()}`);
  }
}

async function simulation(): Promise<void> {
  console.log('\nsimulated workers   hosts   pages/s   of bound   fairness   least gap   at once   wrong');
  for (const workers of values.simulated.split(',').map(Number)) {
    const hosts = Math.max(15, 1.5 * workers);
    const turn = { urls: 2, time: 30_000 };
    const one = await simulate({
      workers,
      hostsPerWorker: 1,
      hosts,
      pagesPerHost: 4,
      interval: 1000,
      latency: 200,
      turn,
    });
    const cells = [
      hosts,
      one.rate.toFixed(1),
      `${((100 * one.rate) / one.bound).toFixed(0)} %`,
      one.fairness.toFixed(3),
    ];
    const rest = [`${one.leastGap.toFixed(0)} ms`, one.mostAtOnce, one.wrong];
    const widths = [8, 10, 11, 11, 12, 10, 8];
    console.log(
      String(workers).padEnd(19) + [...cells, ...rest].map((cell, i) => String(cell).padStart(widths[i]!)).join(''),
    );
    if (one.leastGap < 1000 || one.mostAtOnce > 1 || one.wrong > 0) problems.push(`simulation of ${workers}`);
  }
}

if (noRedis !== undefined) throw new Error(noRedis);
if (isWanted('redis')) await redisCosts();
if (isWanted('rates')) await rates();
if (isWanted('hand-over')) {
  const { lease, milliseconds } = await handOver(Number(values.kills));
  const most = 2.5 * lease;
  const [median, worst] = [milliseconds[Math.floor(milliseconds.length / 2)]!, milliseconds.at(-1)!];
  told(
    `hand-over after ${milliseconds.length} kills, lease ${lease} ms`,
    `${median.toFixed(0)} ms, worst ${worst.toFixed(0)}`,
    `at most ${most} ms`,
    worst <= most,
  );
}
if (isWanted('simulation')) await simulation();
if (problems.length > 0) console.log(`missed: ${problems.join(', ')}`);
process.exit(problems.length === 0 ? 0 : 1);
