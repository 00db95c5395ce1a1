/** Messages over one WebSocket to a server that sends them back. */
import assert from 'node:assert/strict';
import { BASELINE, clients, EIGHT } from '../clients/index.ts';
import type { Rows } from '../results.ts';
import { type Case, type Contestant, type Figure, needed } from './case.ts';
import { cpuMicroseconds } from './load.ts';

const BYTES = 1024;
const MANY = 16;
/** The package, with nothing around it. */
const BARE = 'ws';

const figures: readonly Figure[] = [MANY, 1].flatMap((underWay) => [
  { key: `perSecond${underWay}`, title: `${underWay} under way, messages/s`, ratio: true },
  { key: `cpu${underWay}`, title: 'CPU µs', ratio: true, digits: 1 },
]);

const contestants: readonly Contestant[] = [
  { row: 'sluice', client: 'sluice' },
  { row: BARE, client: 'ws' },
  { row: "undici's WebSocket", client: BASELINE },
  { row: "undici-8's WebSocket", client: EIGHT },
];

export const echoes: readonly Case[] = [
  {
    name: 'websocket',
    title: `Messages of ${BYTES} bytes over a WebSocket, echoed`,
    note: 'One connection without compression; a message counts when it is back.',
    figures,
    contestants,
    baseline: BARE,
    isWindowed: true,
    async run({ row, client: name }, { origins, plan }) {
      const client = clients[name]!;
      const session = await client.open(await client.load(), { origin: origins.http, connections: 1 });
      const echo = await needed(session, 'echo')(`${origins.http.replace('http', 'ws')}/echo`);
      const message = Buffer.alloc(BYTES, 'x');
      async function during(milliseconds: number, underWay: number): Promise<Record<string, number>> {
        let count = underWay;
        const began = performance.now();
        const used = cpuMicroseconds();
        await echo.exchange(message, underWay, () => performance.now() - began < milliseconds && ++count > 0);
        const cpu = (cpuMicroseconds() - used) / count;
        const perSecond = (count / (performance.now() - began)) * 1000;
        return { [`cpu${underWay}`]: cpu, [`perSecond${underWay}`]: perSecond };
      }
      await during((plan.warm * 2) / 3, MANY);
      await during(plan.warm / 3, 1);
      const found: Rows[] = [];
      while (found.length < plan.windows) {
        found.push({ [row]: { ...(await during(plan.measure, MANY)), ...(await during(plan.measure, 1)) } });
      }
      assert.ok(found.every((rows) => rows[row]![`perSecond1`]! > 0));
      return found;
    },
  },
];
