/** Latency at a fixed arrival rate, counted from when a request was due and not from when it could be sent. */
import assert from 'node:assert/strict';
import { BASELINE, clients } from '../clients/index.ts';
import type { Rows } from '../results.ts';
import { SMALL } from '../site.ts';
import { type Case, CONNECTIONS, clientsWith } from './case.ts';
import { repeat } from './load.ts';

const PER_SECOND = 2000;

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** Resolves to the latencies in milliseconds, once all are answered. */
function arrivals(send: () => Promise<unknown>, milliseconds: number): Promise<number[]> {
  const count = Math.round((PER_SECOND * milliseconds) / 1000);
  const latencies: number[] = [];
  const began = performance.now();
  let next = 0;
  return new Promise((resolve, reject) => {
    // A turn of the loop after the other: a timer would be late by up to a millisecond.
    function turn() {
      const now = performance.now();
      for (; next < count && began + (next * 1000) / PER_SECOND <= now; next++) {
        const due = began + (next * 1000) / PER_SECOND;
        send().then(() => {
          latencies.push(performance.now() - due);
          if (latencies.length === count) resolve(latencies);
        }, reject);
      }
      if (next < count) setImmediate(turn);
    }
    turn();
  });
}

export const latency: readonly Case[] = [
  {
    name: 'latency',
    title: `GET of small JSON, ${PER_SECOND} arrivals a second`,
    note: 'Milliseconds from when a request was due to its parsed answer: what waits because the client is behind counts as late.',
    figures: [
      { key: 'p50', title: 'p50, ms', ratio: true, digits: 3 },
      { key: 'p99', title: 'p99, ms', ratio: true, digits: 3 },
    ],
    contestants: clientsWith(),
    baseline: BASELINE,
    isWindowed: true,
    async run({ row, client: name }, { origins, plan }) {
      const client = clients[name]!;
      const session = await client.open(await client.load(), { origin: origins.http, connections: CONNECTIONS });
      const send = () => session.json(`${origins.http}/json`);
      assert.deepEqual(await send(), SMALL);
      await repeat(send, plan.warmUp);
      await arrivals(send, plan.warm);
      const found: Rows[] = [];
      while (found.length < plan.windows) {
        const sorted = (await arrivals(send, plan.measure * 3)).sort((a, b) => a - b);
        found.push({ [row]: { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) } });
      }
      assert.deepEqual(await send(), SMALL);
      return found;
    },
  },
];
