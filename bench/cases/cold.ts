/** What a process that has just started waits for. */
import { BASELINE, clients } from '../clients/index.ts';
import { SMALL } from '../site.ts';
import { type Case, CONNECTIONS, clientsWith } from './case.ts';

export const cold: readonly Case[] = [
  {
    name: 'cold-start',
    title: 'Cold start',
    note: 'Milliseconds to import the package in a fresh process, and from the start of the process to its first parsed answer.',
    figures: [
      { key: 'import', title: 'import, ms', ratio: true, digits: 1 },
      { key: 'first', title: 'first answer, ms', ratio: true, digits: 1 },
    ],
    contestants: clientsWith(),
    baseline: BASELINE,
    async run({ row, client: name }, { origins }) {
      const client = clients[name]!;
      const began = performance.now();
      const library = await client.load();
      const imported = performance.now() - began;
      const session = await client.open(library, { origin: origins.http, connections: CONNECTIONS });
      const answer = await session.json(`${origins.http}/json`);
      const first = performance.now();
      if (JSON.stringify(answer) !== JSON.stringify(SMALL)) throw new Error('another answer than was sent');
      return { [row]: { import: imported, first } };
    },
  },
];
