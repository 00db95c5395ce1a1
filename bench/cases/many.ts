/** Many requests: what a pool and a queue add to each, over a handler that answers at once. */

import type { RequestOptions } from '../../src/options/options.ts';
import type { PoolClient } from '../../src/pool/pool-options.ts';
import type { Handler } from '../../src/stack/handler.ts';
import { loadSluice } from '../clients/sluice.ts';
import type { Rows } from '../results.ts';
import { type Case, CONNECTIONS } from './case.ts';
import { cpuMicroseconds } from './load.ts';

type Sluice = Awaited<ReturnType<typeof loadSluice>>;
type Run = () => Promise<unknown>;

const ITEMS = 100_000;
const WAITING = 10_000;
const WAIT = 1000;
const LOOP = 'a loop by hand';
const TIMERS = 'a timer for each';

function instant({ HttpResponse }: Sluice): Handler {
  const answer = Promise.resolve(new HttpResponse(200, {}, 'x', '1.1', 'OK', { url: 'http://a.test/' }));
  return () => answer;
}

function* uris(): Generator<string> {
  for (let i = 0; i < ITEMS; i++) yield `http://a.test/${i}`;
}

async function loop(client: PoolClient, options?: RequestOptions): Promise<void> {
  const source = uris();
  const worker = async () => {
    for (const uri of source) await client.request('GET', uri, options);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

async function pools({ Pool }: Sluice, client: PoolClient): Promise<Record<string, Run>> {
  // Loaded here, so that a cold start of another contestant does not pay for them.
  const { default: pMap } = await import('p-map');
  const { default: PQueue } = await import('p-queue');
  const concurrency = CONNECTIONS;
  return {
    [LOOP]: () => loop(client),
    [`${LOOP}, with a signal`]: () => loop(client, Object.freeze({ signal: new AbortController().signal })),
    'Pool.promise()': () => new Pool(client, uris(), { concurrency }).promise(),
    'for await (... of pool)': async () => {
      for await (const _ of new Pool(client, uris(), { concurrency }));
    },
    'p-map': () => pMap(uris(), async (uri) => client.request('GET', uri), { concurrency, stopOnError: false }),
    'p-queue': async () => {
      const queue = new PQueue({ concurrency });
      for (const uri of uris()) {
        if (queue.size > concurrency) await queue.onSizeLessThan(concurrency);
        void queue.add(async () => client.request('GET', uri));
      }
      await queue.onIdle();
    },
  };
}

async function poolRows(sluice: Sluice): Promise<Rows> {
  const runs = Object.entries(await pools(sluice, new sluice.Client({ handler: instant(sluice) })));
  const rows: Rows = {};
  for (let round = 0; round < 3; round++) {
    for (const [row, run] of runs) {
      (globalThis as { gc?(): void }).gc?.();
      const used = cpuMicroseconds();
      await run();
      const cost = (cpuMicroseconds() - used) / ITEMS;
      rows[row] = { cost: Math.min(cost, rows[row]?.['cost'] ?? Number.POSITIVE_INFINITY) };
    }
  }
  const least = rows[LOOP]!['cost']!;
  for (const row of Object.values(rows)) row['more'] = row['cost']! - least;
  return rows;
}

/** All are due at the same moment or a little later: the worst that a queue can meet. */
async function waiting(send: (wait: number) => Promise<unknown>): Promise<Record<string, number>> {
  (globalThis as { gc?(): void }).gc?.();
  const heap = process.memoryUsage().heapUsed;
  const used = cpuMicroseconds();
  const late: number[] = [];
  const sent = Array.from({ length: WAITING }, async (_, i) => {
    const wait = WAIT + (i % 500);
    const due = performance.now() + wait;
    await send(wait);
    late.push(performance.now() - due);
  });
  const held = (process.memoryUsage().heapUsed - heap) / WAITING;
  await Promise.all(sent);
  late.sort((a, b) => a - b);
  return { cost: (cpuMicroseconds() - used) / WAITING, held, late: late[Math.floor(WAITING * 0.99)]! };
}

async function delayRows(sluice: Sluice): Promise<Rows> {
  const { Client, DelayQueue, HandlerStack } = sluice;
  const handler = instant(sluice);
  const client = new Client({ handler: HandlerStack.create(handler) });
  const queue = new DelayQueue();
  const contestants: Record<string, (wait: number) => Promise<unknown>> = {
    'the delay option': (delay) => client.get('http://a.test/', { delay }),
    'DelayQueue.add': (wait) => queue.add(wait, () => client.get('http://a.test/')),
    [TIMERS]: (wait) => new Promise((resolve) => setTimeout(() => resolve(client.get('http://a.test/')), wait)),
  };
  const rows: Rows = {};
  for (const send of Object.values(contestants)) await Promise.all(Array.from({ length: 5000 }, () => send(1)));
  for (const [row, send] of Object.entries(contestants)) rows[row] = await waiting(send);
  return rows;
}

export const many: readonly Case[] = [
  {
    name: 'pool',
    title: 'A pool of 100 000',
    note: `${CONNECTIONS} at once, over a client with a handler that answers at once; the least of three.`,
    figures: [
      { key: 'cost', title: 'CPU µs an item', ratio: true, digits: 2 },
      { key: 'more', title: 'more than the loop, µs', digits: 2 },
    ],
    flags: ['--expose-gc'],
    contestants: [{ row: LOOP, client: 'sluice' }],
    baseline: LOOP,
    run: async () => poolRows(await loadSluice()),
  },
  {
    name: 'delay-queue',
    title: '10 000 requests waiting',
    note: 'Each waits 1 to 1.5 s before the default stack over a handler that answers at once. The heap is what a waiting one holds.',
    figures: [
      { key: 'cost', title: 'CPU µs', ratio: true, digits: 1 },
      { key: 'held', title: 'heap, bytes', digits: 0 },
      { key: 'late', title: 'late, p99, ms', digits: 1 },
    ],
    flags: ['--expose-gc'],
    contestants: [{ row: TIMERS, client: 'sluice' }],
    baseline: TIMERS,
    run: async () => delayRows(await loadSluice()),
  },
];
