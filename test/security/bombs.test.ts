/**
 * Bodies of at most 10 MB that decode to 10 GiB, on every path by which a body can come. What a body may have counts
 * after decoding, and the client's process never needs more than 300 MB.
 *
 * By default each handler meets one bomb of each kind on some paths; `BOMBS=full npx vitest run test/security/bombs`
 * tries every bomb on every path of every handler, and prints the table.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BombOutcome, meetBombs } from './bomb-process.ts';
import { type Bomb, makeBombs } from './bombs.ts';
import { matrixHandlers } from './fault-cells.ts';

const isFull = process.env['BOMBS'] === 'full';
const MB = 1_000_000;
const SIZE = 10 * 2 ** 30;
const MOST_MEMORY = 300 * MB;

function tableOf(handler: string, outcomes: readonly BombOutcome[]): string {
  const rows = outcomes.map(({ bomb, path, outcome, peak }) => [
    handler,
    path,
    bomb,
    outcome,
    `${Math.round(peak / MB)} MB`,
  ]);
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

let bombs: Readonly<Record<string, Bomb>>;
let server: Server;
let origin: string;

beforeAll(async () => {
  bombs = await makeBombs(SIZE);
  server = createServer((req, res) => {
    const query = new URL(req.url ?? '/', 'http://h').searchParams;
    const bomb = bombs[query.get('bomb') ?? ''];
    if (bomb === undefined) return void res.end('where the redirect leads');
    const { encoding, bytes } = bomb;
    const status = Number(query.get('status') ?? 200);
    const location = query.has('plain') ? `/?bomb=${encodeURIComponent(query.get('bomb')!)}` : '/';
    const more = {
      ...(status === 302 && { Location: location }),
      ...(status === 401 && { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' }),
    };
    if (query.has('plain')) return void res.writeHead(status, { ...more, 'Content-Length': 0 }).end();
    res.writeHead(status, { 'Content-Encoding': encoding, 'Content-Length': bytes.length, ...more });
    res.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('a bomb is at most 10.5 MB', () => {
  for (const { bytes } of Object.values(bombs)) expect(bytes.length).toBeLessThan(10.5 * MB);
});

describe.each(Object.keys(matrixHandlers))('over %s', (handler) => {
  it('every bomb ends in a BodyError, and the process never has 300 MB', { timeout: 600_000 }, async () => {
    const outcomes = await meetBombs(handler, origin, Object.keys(bombs), isFull);
    if (isFull) console.log(tableOf(handler, outcomes));
    const wrong = outcomes.filter(({ outcome, end }) => outcome !== end);
    expect(wrong.map(({ bomb, path, outcome }) => `${path}, ${bomb}: ${outcome}`)).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(10);
    expect(outcomes.at(-1)?.peak).toBeLessThan(MOST_MEMORY);
  });
});
