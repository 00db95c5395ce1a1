/** What is held for a client, a call and a connection while nothing moves. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Session } from '../clients/client.ts';
import { BASELINE, clients } from '../clients/index.ts';
import { type Origins, SMALL } from '../site.ts';
import { ask, askSeen } from './asked.ts';
import { type Case, clientsWith, needed } from './case.ts';

const CLIENTS = 1000;
const CALLS = 10_000;
const CONNECTIONS = 1000;

interface Held {
  /** Bytes on the heap. */
  readonly heap: number;
  /** Of buffers and what else is outside of it. */
  readonly outside: number;
}

/** What is there once the collector has found nothing more. */
async function held(): Promise<Held> {
  for (let i = 0; i < 4; i++) {
    (globalThis as { gc?(): void }).gc!();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, outside: external };
}

function each(name: string, before: Held, after: Held, count: number): Record<string, number> {
  return {
    [name]: (after.heap - before.heap) / count,
    [`${name}Outside`]: (after.outside - before.outside) / count,
  };
}

/** Until the server has so many that it does not answer. */
async function arrived(origins: Origins, count: number): Promise<void> {
  for (let had = -1; had < count; had = await ask<number>(origins, '/held/count')) await setImmediate();
}

async function release(session: Session, origins: Origins, calls: readonly Promise<unknown>[]): Promise<void> {
  await ask(origins, '/held/release');
  const parsed = needed(session, 'parsed');
  for (const call of calls) assert.deepEqual(await parsed(await call), SMALL);
}

export const memory: readonly Case[] = [
  {
    name: 'memory',
    title: 'Bytes held',
    note: `After a collection, in a process of its own: by each of ${CLIENTS} clients that are not in use, of ${CALLS} calls that wait for the only connection, of ${CONNECTIONS} kept connections, and what a call under way adds to its connection. Outside are buffers; what the system keeps for a socket is not counted.`,
    figures: [
      { key: 'client', title: 'client' },
      { key: 'waiting', title: 'waiting call', ratio: true },
      { key: 'waitingOutside', title: 'outside' },
      { key: 'underWay', title: 'call under way', ratio: true },
      { key: 'underWayOutside', title: 'outside' },
      { key: 'connection', title: 'idle connection', ratio: true },
      { key: 'connectionOutside', title: 'outside' },
    ],
    flags: ['--expose-gc'],
    contestants: clientsWith(['held']),
    baseline: BASELINE,
    async run({ row, client: name }, { origins }) {
      const client = clients[name]!;
      const library = await client.load();
      const open = (limit?: number) =>
        client.open(library, { origin: origins.http, connections: CONNECTIONS, ...(limit && { limit }) });
      const url = `${origins.http}/held`;
      const calls = (session: Session, count: number) => {
        const bare = needed(session, 'bare');
        return Array.from({ length: count }, () => bare(url));
      };
      async function through(session: Session, count: number): Promise<void> {
        const sent = calls(session, count);
        await arrived(origins, count);
        await release(session, origins, sent);
      }

      // What is compiled and loaded with the first calls is nobody's in particular.
      const first = await open();
      await through(first, 20);

      const before = await held();
      const opened = Array.from({ length: CLIENTS }, () => client.idle!(library));
      const clientsHeld = each('client', before, await held(), CLIENTS);
      opened.length = 0;

      const session = await open();
      const none = await held();
      await through(session, CONNECTIONS);
      const idle = await held();
      const { open: kept } = await askSeen(origins);
      assert.ok(kept > CONNECTIONS, `only ${kept} connections were kept`);
      const sent = calls(session, CONNECTIONS);
      await arrived(origins, CONNECTIONS);
      const busy = await held();
      await release(session, origins, sent);

      const narrow = await open(1);
      const [onWire] = calls(narrow, 1);
      await arrived(origins, 1);
      const alone = await held();
      const queue = calls(narrow, CALLS);
      const queued = await held();
      assert.equal(await ask(origins, '/held/count'), 1, 'more than one was sent');
      await release(narrow, origins, [onWire!]);
      assert.equal(queue.length, CALLS);

      return {
        [row]: {
          ...clientsHeld,
          ...each('waiting', alone, queued, CALLS),
          ...each('underWay', idle, busy, CONNECTIONS),
          ...each('connection', none, idle, CONNECTIONS),
        },
      };
    },
  },
];
