/** What is held for very many calls and origins, and whether it is given back when they are over. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Session } from '../clients/client.ts';
import { BASELINE, clients } from '../clients/index.ts';
import { ORIGINS, type Origins, SMALL } from '../site.ts';
import { ask, askSeen } from './asked.ts';
import { type Case, clientsWith, needed } from './case.ts';
import { arrived, each, held, release } from './held.ts';

const CALLS = 10_000;
const CONNECTIONS = 1000;
const AT_ONCE = 50;
/** Milliseconds for the ends of connections to arrive. */
const CLOSING = 300;

function calls(session: Session, origins: Origins, count: number): Promise<unknown>[] {
  const bare = needed(session, 'bare');
  return Array.from({ length: count }, () => bare(`${origins.http}/held`));
}

/** As many at a time as there are connections. */
async function letThrough(session: Session, origins: Origins, sent: readonly Promise<unknown>[]): Promise<void> {
  for (let at = 0; at < sent.length; at += CONNECTIONS) {
    const part = sent.slice(at, at + CONNECTIONS);
    await arrived(origins, part.length);
    await release(session, origins, part);
  }
}

/** Until idle connections of before are closed, which would be missing from what is held at the end. */
async function noneKept(origins: Origins): Promise<void> {
  while ((await askSeen(origins)).open > 1) await setTimeout(CLOSING);
}

async function heldByCalls(session: Session, origins: Origins): Promise<Record<string, number>> {
  await letThrough(session, origins, calls(session, origins, CONNECTIONS));
  const idle = await held();
  const sent = calls(session, origins, CALLS);
  await arrived(origins, CONNECTIONS);
  const busy = await held();
  await letThrough(session, origins, sent);
  sent.length = 0;
  return { ...each('call', idle, busy, CALLS), ...each('callAfter', idle, await held(), CALLS) };
}

async function heldByOrigins(session: Session, origins: Origins): Promise<Record<string, number>> {
  const ports = await ask<number[]>(origins, '/origins/open');
  const parsed = needed(session, 'parsed');
  const get = async (port: number) => parsed(await needed(session, 'bare')(`http://127.0.0.1:${port}/json`));
  const none = await held();
  for (let at = 0; at < ORIGINS; at += AT_ONCE) {
    for (const answer of await Promise.all(ports.slice(at, at + AT_ONCE).map(get))) assert.deepEqual(answer, SMALL);
  }
  const met = await held();
  const kept = await ask<number>(origins, '/origins/close');
  assert.equal(kept, ORIGINS, `${kept} connections to ${ORIGINS} origins were kept`);
  await setTimeout(CLOSING);
  return { ...each('origin', none, met, ORIGINS), ...each('originAfter', none, await held(), ORIGINS) };
}

export const memoryMany: readonly Case[] = [
  {
    name: 'memory-many',
    title: 'Bytes held for many',
    note: `After a collection, in a process of its own: by each of ${CALLS} calls at once over ${CONNECTIONS} kept connections, by each of ${ORIGINS} origins with one kept connection, and what is left of each when all calls are answered, and when the servers have closed all connections.`,
    figures: [
      { key: 'call', title: 'call', ratio: true },
      { key: 'callAfter', title: 'when answered' },
      { key: 'origin', title: 'origin', ratio: true },
      { key: 'originAfter', title: 'when closed' },
    ],
    flags: ['--expose-gc'],
    contestants: clientsWith(['held']),
    baseline: BASELINE,
    async run({ row, client: name }, { origins }) {
      const client = clients[name]!;
      const library = await client.load();
      const open = () => client.open(library, { origin: origins.http, connections: CONNECTIONS, limit: CONNECTIONS });
      // What is compiled and loaded with the first calls is nobody's in particular.
      const first = await open();
      await letThrough(first, origins, calls(first, origins, AT_ONCE));
      await noneKept(origins);
      const ofOrigins = await heldByOrigins(await open(), origins);
      return { [row]: { ...(await heldByCalls(await open(), origins)), ...ofOrigins } };
    },
  },
];
