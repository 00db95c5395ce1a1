/** One large body at a time, down to a sink and up from a file. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { BASELINE, clients, EIGHT } from '../clients/index.ts';
import { DOWNLOAD_BYTES } from '../site.ts';
import { askSeen } from './asked.ts';
import { type Case, clientsCalled, type Figure, LARGE_PIECES, needed } from './case.ts';
import { cpuMicroseconds } from './load.ts';

const MEBIBYTE = 1024 * 1024;

const figures: readonly Figure[] = [
  { key: 'rate', title: 'MiB/s', ratio: true, digits: 0 },
  { key: 'cpu', title: 'CPU ms', ratio: true, digits: 0 },
  { key: 'rss', title: 'peak RSS, MiB', digits: 0 },
];

async function measured(transfer: () => Promise<unknown>): Promise<Record<string, number>> {
  const began = performance.now();
  const used = cpuMicroseconds();
  await transfer();
  const seconds = (performance.now() - began) / 1000;
  const cpu = (cpuMicroseconds() - used) / 1000;
  // Kilobytes on every system (libuv makes them so).
  const rss = process.resourceUsage().maxRSS / 1024;
  return { rate: DOWNLOAD_BYTES / MEBIBYTE / seconds, cpu, rss };
}

async function open(name: string, origin: string) {
  const client = clients[name]!;
  return client.open(await client.load(), { origin, connections: 1 });
}

/** Clients that can stream a body both ways. */
const streaming = clientsCalled(
  'sluice',
  BASELINE,
  EIGHT,
  'undici.fetch',
  'node:http',
  'built-in fetch',
  'got',
  'axios',
  'node-fetch',
  'needle',
);

export const transfers: readonly Case[] = [
  {
    name: 'download',
    title: '256 MiB down to a sink',
    note: 'One transfer after another of the same size in a fresh process; the sink counts and drops.',
    figures,
    contestants: streaming,
    baseline: BASELINE,
    async run({ row, client }, { origins }) {
      const session = await open(client, origins.http);
      const download = needed(session, 'download');
      let received = 0;
      const counting = () =>
        new Writable({
          write(chunk: Uint8Array, _, done) {
            received += chunk.byteLength;
            done();
          },
        });
      // What a client loads and compiles with its first transfer is a matter of cold starts.
      await download(`${origins.http}/download`, counting());
      received = 0;
      const figures = await measured(() => download(`${origins.http}/download`, counting()));
      assert.equal(received, DOWNLOAD_BYTES);
      return { [row]: figures };
    },
  },
  {
    name: 'upload',
    title: '256 MiB up from a file',
    note: 'One transfer after another of the same size in a fresh process; the server counts.',
    figures,
    contestants: [...streaming, LARGE_PIECES],
    baseline: BASELINE,
    async run({ row, client, pieceSize }, { origins, file }) {
      const session = await open(client, origins.http);
      const upload = () => needed(session, 'upload')(`${origins.http}/upload`, file, pieceSize);
      await upload();
      await askSeen(origins);
      const figures = await measured(upload);
      assert.equal((await askSeen(origins)).lastBody, DOWNLOAD_BYTES);
      return { [row]: figures };
    },
  },
];
