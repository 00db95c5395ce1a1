/**
 * What a pool costs for each item, beside p-map, p-queue and a loop written by hand, over a handler that answers at once.
 *
 *     npm ci --prefix bench && node --expose-gc --import tsx bench/pool-overhead.ts [items] [rounds]
 *
 * Printed: the best of the rounds, in microseconds for each item, and what is over the loop. The loop sends without
 * options, and once with the `signal` that makes requests cancellable, as a pool does.
 */
import pMap from 'p-map';
import PQueue from 'p-queue';
import { Client } from '../src/client.ts';
import { HttpResponse } from '../src/message/response.ts';
import type { RequestOptions } from '../src/options.ts';
import type { PoolClient } from '../src/pool/pool-options.ts';
import { Pool } from '../src/pool.ts';

const ITEMS = Number(process.argv[2] ?? 200_000);
const ROUNDS = Number(process.argv[3] ?? 7);
const CONCURRENCY = 50;

const answer = Promise.resolve(new HttpResponse(200, {}, 'x', '1.1', 'OK', { url: 'http://a.test/' }));
const bare: PoolClient = { request: () => answer, send: () => answer };
const real: PoolClient = new Client({ handler: () => answer });

function* requests(): Generator<string> {
  for (let i = 0; i < ITEMS; i++) yield `http://a.test/${i}`;
}

async function loop(client: PoolClient, options?: RequestOptions): Promise<void> {
  const source = requests();
  const worker = async () => {
    for (const uri of source) await client.request('GET', uri, options);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

const contestants: Record<string, (client: PoolClient) => Promise<unknown>> = {
  'loop by hand': (client) => loop(client),
  'loop by hand, with a signal': (client) => loop(client, Object.freeze({ signal: new AbortController().signal })),
  'Pool.promise()': (client) => new Pool(client, requests(), { concurrency: CONCURRENCY }).promise(),
  'for await (... of pool)': async (client) => {
    for await (const _ of new Pool(client, requests(), { concurrency: CONCURRENCY }));
  },
  'p-map': (client) =>
    pMap(requests(), (uri) => client.request('GET', uri), { concurrency: CONCURRENCY, stopOnError: false }),
  'p-queue': async (client) => {
    const queue = new PQueue({ concurrency: CONCURRENCY });
    for (const uri of requests()) {
      if (queue.size > CONCURRENCY) await queue.onSizeLessThan(CONCURRENCY);
      void queue.add(async () => client.request('GET', uri));
    }
    await queue.onIdle();
  },
};

for (const [name, client] of [
  ['an object that answers at once', bare],
  ['a client with an instant handler', real],
] as const) {
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [contestant, run] of Object.entries(contestants)) {
      (globalThis as { gc?(): void }).gc?.();
      const began = process.cpuUsage();
      await run(client);
      const { user, system } = process.cpuUsage(began);
      best.set(contestant, Math.min(best.get(contestant) ?? Number.POSITIVE_INFINITY, (user + system) / ITEMS));
    }
  }
  const loopCost = best.get('loop by hand')!;
  console.log(`\nCPU µs for each item, over ${name}`);
  for (const [contestant, cost] of best) {
    console.log(
      `${contestant.padEnd(30)}${cost.toFixed(2).padStart(8)}${(cost - loopCost).toFixed(2).padStart(8)} more`,
    );
  }
}
