/** A line or an event without end, from a real server: what reads line by line holds no more than its bound. */
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import '../../src/default-stack.ts';
import type { HttpResponse } from '../../src/message/response.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { matrixHandlers } from './fault-cells.ts';

const MEBIBYTE = 1_048_576;
const PIECE = 'x'.repeat(65_536);

const readers: Record<
  string,
  [piece: string, read: (response: HttpResponse, limit?: number) => AsyncIterable<unknown>]
> = {
  lines: [PIECE, (response, limit) => response.lines({ maxLineLength: limit })],
  ndjson: [PIECE, (response, limit) => response.ndjson({ maxLineLength: limit })],
  'events of one line': [PIECE, (response, limit) => response.events({ maxLineLength: limit })],
  'events of many lines': [
    `data: ${'x'.repeat(1000)}\n`,
    (response, limit) => response.events({ maxLineLength: limit }),
  ],
  'events of empty data': ['data\n'.repeat(10_000), (response, limit) => response.events({ maxLineLength: limit })],
};

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** Writes until nobody takes it any more, and gives the count of bytes. */
function endless(piece: string): Promise<number> {
  return new Promise((resolve) => {
    let sent = 0;
    function* pieces(): Generator<string> {
      for (;;) {
        sent += piece.length;
        yield piece;
      }
    }
    server.enqueue(async (_, res) => {
      await pipeline(pieces, res).catch(() => resolve(sent));
    });
  });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe.each(Object.entries(matrixHandlers))('without end, over %s', (_, make) => {
  it.each(Object.entries(readers))('%s fail at 1 MiB and let go of the connection', async (_name, [piece, read]) => {
    const client = new Client({ handler: HandlerStack.create(make()), stream: true });
    const sent = endless(piece);
    const response = await client.get(server.url('/'));
    await expect(all(read(response))).rejects.toMatchObject({ name: 'BodyError', code: 'ERR_BODY_LINE' });
    expect(await sent).toBeLessThan(64 * MEBIBYTE);
    await client.close();
  });
});

describe('maxLineLength', () => {
  const client = new Client();
  const reply = async (text: string) => {
    server.enqueue((_, res) => res.end(text));
    return client.get(server.url('/'));
  };
  afterAll(() => client.close());

  it('counts the characters of a line without its end', async () => {
    const response = await reply('abc\r\nabc\nabc');
    expect(await all(response.lines({ maxLineLength: 3 }))).toEqual(['abc', 'abc', 'abc']);
    await expect(all(response.lines({ maxLineLength: 2 }))).rejects.toThrow(
      'one line of the body is longer than maxLineLength (2 characters)',
    );
  });

  it('counts the data of an event in all, with the line ends between', async () => {
    const response = await reply('data: abcd\ndata: efgh\n\ndata: abcd\n\n');
    expect(await all(response.events({ maxLineLength: 10 }))).toHaveLength(2);
    const small = await reply('data:a\ndata:b\ndata:c\ndata:d\n\n');
    await expect(all(small.events({ maxLineLength: 6 }))).rejects.toThrow('one event of the body is longer');
  });

  it('is no limit when it is Infinity', async () => {
    const response = await reply('x'.repeat(2 * MEBIBYTE));
    const [line] = await all(response.lines({ maxLineLength: Number.POSITIVE_INFINITY }));
    expect(line).toHaveLength(2 * MEBIBYTE);
  });

  it.each([0, -1, 1.5, Number.NaN, '5'])('refuses %j', async (limit) => {
    const response = await reply('a');
    const options = { maxLineLength: limit as number };
    for (const read of [
      () => response.lines(options),
      () => response.ndjson(options),
      () => response.events(options),
    ]) {
      expect(read).toThrow(TypeError);
    }
  });
});
