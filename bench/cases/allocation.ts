/** What a request leaves on the heap for the collector, which is kept from running meanwhile. */
import assert from 'node:assert/strict';
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { BASELINE, clients } from '../clients/index.ts';
import { SMALL } from '../site.ts';
import { type Case, CONNECTIONS, clientsWith } from './case.ts';
import { repeat } from './load.ts';

const REQUESTS = 2000;

async function allocated(send: () => Promise<unknown>): Promise<{ heap: number; external: number }> {
  const collect = (globalThis as { gc?(): void }).gc!;
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  collect();
  await setImmediate();
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage();
  await repeat(send, REQUESTS);
  const after = process.memoryUsage();
  await setImmediate();
  observer.disconnect();
  if (collections > 0) throw new Error(`the collector ran ${collections} times while allocations were counted`);
  return {
    heap: (after.heapUsed - before.heapUsed) / REQUESTS,
    external: (after.external - before.external) / REQUESTS,
  };
}

export const allocation: readonly Case[] = [
  {
    name: 'allocation',
    title: 'Bytes allocated for a GET of small JSON',
    note: 'Growth of the heap over 2000 requests in a young generation too large to be collected meanwhile; buffers outside the heap beside it.',
    figures: [
      { key: 'heap', title: 'heap, bytes', ratio: true, digits: 0 },
      { key: 'external', title: 'outside, bytes', digits: 0 },
    ],
    flags: ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'],
    contestants: clientsWith(),
    baseline: BASELINE,
    async run({ row, client: name }, { origins, plan }) {
      const client = clients[name]!;
      const session = await client.open(await client.load(), { origin: origins.http, connections: CONNECTIONS });
      const send = () => session.json(`${origins.http}/json`);
      assert.deepEqual(await send(), SMALL);
      await repeat(send, plan.warmUp);
      return { [row]: await allocated(send) };
    },
  },
];
