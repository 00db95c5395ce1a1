/**
 * Autobahn's cases against our client. The table of results is printed, and is the one in docs/websocket.md: a test
 * compares them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { root } from '../architecture/imports.ts';
import { startPeer } from '../support/websocket-peer.ts';
import type { AutobahnCase, Verdict } from './autobahn/case.ts';
import { closing } from './autobahn/closing.ts';
import { compression } from './autobahn/compression.ts';
import { framing } from './autobahn/framing.ts';
import { utf8 } from './autobahn/utf8.ts';

const cases: readonly AutobahnCase[] = [...framing, ...utf8, ...closing, ...compression];
const TITLES: Readonly<Record<string, string>> = {
  1: 'Framing',
  2: 'Pings and pongs',
  3: 'Reserved bits',
  4: 'Opcodes',
  5: 'Fragmentation',
  6: 'UTF-8 handling',
  7: 'Close handling',
  10: 'Auto-fragmentation',
  12: 'Compression: kinds and sizes of data',
  13: 'Compression: parameters',
};
const client = new Client({ timeout: '10s' });
/** Milliseconds for one case; Autobahn's own number of messages takes its time. */
const LONGEST = process.env['AUTOBAHN_MESSAGES'] === undefined ? 15_000 : 600_000;
const verdicts = new Map<string, Verdict | 'FAILED'>();

afterAll(() => client.close());

async function play(one: AutobahnCase): Promise<Verdict> {
  await using server = await startPeer({ ...(one.lines && { lines: one.lines }) });
  const opened = client.upgrade(server.url, one.client);
  const peer = await server.accept();
  const socket = await opened;
  const echoing = (async () => {
    try {
      for await (const { type, data } of socket) await socket.send(data, { binary: type === 'binary' });
    } catch {
      // It was closed before the echo was out.
    }
  })();
  try {
    return await one.play(peer);
  } finally {
    peer.socket.destroy();
    await socket.closed;
    await echoing;
  }
}

function tableOf(): string[] {
  const groups = [...new Set(cases.map(({ id }) => id.split('.')[0]!))];
  const lines = groups.map((group) => {
    const own = cases.filter(({ id }) => id.startsWith(`${group}.`)).map(({ id }) => verdicts.get(id));
    const count = (verdict: string) => own.filter((one) => one === verdict).length;
    const numbers = ['OK', 'NON-STRICT', 'INFORMATIONAL', 'FAILED'].map(count);
    return `| ${group} | ${TITLES[group]} | ${own.length} | ${numbers.join(' | ')} |`;
  });
  return [
    '| group | about | cases | OK | NON-STRICT | INFORMATIONAL | FAILED |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ];
}

describe("Autobahn's cases", () => {
  it('has a number of its own for each', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  it.each(cases.map((one) => [one.id, one.about, one] as const))(
    '%s %s',
    async (id, _, one) => {
      verdicts.set(id, 'FAILED');
      verdicts.set(id, await play(one));
    },
    LONGEST,
  );

  it('answers late only where a frame is looked at as a whole', () => {
    const late = [...verdicts].filter(([, verdict]) => verdict === 'NON-STRICT').map(([id]) => id);
    expect(late).toEqual(['6.4.1', '6.4.2', '6.4.3', '6.4.4']);
  });

  it('has the results that the documentation shows', () => {
    const table = tableOf();
    console.log(table.join('\n'));
    const page = readFileSync(join(root, 'docs/websocket.md'), 'utf8');
    for (const line of table) expect(page).toContain(line);
  });
});
