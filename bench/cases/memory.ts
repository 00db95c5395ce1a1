/** What is held for a client, a call and a connection while nothing moves. */
import assert from 'node:assert/strict';
import type { Session } from '../clients/client.ts';
import { BASELINE, clients } from '../clients/index.ts';
import { ask, askSeen } from './asked.ts';
import { type Case, clientsWith, needed } from './case.ts';
import { arrived, each, held, release } from './held.ts';

const CLIENTS = 1000;
const CALLS = 10_000;
const CONNECTIONS = 1000;

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
