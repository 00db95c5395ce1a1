/**
 * Where the bytes of a response are cut on their way says nothing: any cut of any valid response gives the same status,
 * headers and body, on every handler, buffered and streamed.
 */
import { createServer, type Server, type Socket } from 'node:net';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { listen } from '../../src/testing/server-connections.ts';
import { matrixHandlers } from '../security/fault-cells.ts';
import { runs } from './runs.ts';

interface Answer {
  readonly body: string;
  readonly framing: 'length' | 'chunked' | 'close';
  readonly isCoded: boolean;
  /** Sizes of the chunks of the framing, as far as they go. */
  readonly chunks: readonly number[];
  /** Where the bytes on the wire are cut, in thousandths of the whole. */
  readonly cuts: readonly number[];
  readonly extension: string;
  readonly trailer: boolean;
  readonly isStreamed: boolean;
}

const answers: fc.Arbitrary<Answer> = fc.record({
  body: fc.oneof(
    fc.string({ maxLength: 60, unit: 'binary' }),
    fc.constant('line\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n'),
    fc.constant('x'.repeat(20_000)),
  ),
  framing: fc.constantFrom('length', 'chunked', 'close'),
  isCoded: fc.boolean(),
  chunks: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 8 }),
  cuts: fc.array(fc.nat(1000), { maxLength: 12 }),
  extension: fc.constantFrom('', ';a', ';a=b', ';a="b;c"'),
  trailer: fc.boolean(),
  isStreamed: fc.boolean(),
});

function chunked(bytes: Buffer, { chunks, extension, trailer }: Answer): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  for (let n = 0; at < bytes.length; n += 1) {
    const piece = bytes.subarray(at, at + (chunks[n] ?? bytes.length));
    const size = n % 2 === 0 ? piece.length.toString(16) : piece.length.toString(16).toUpperCase();
    pieces.push(Buffer.from(`${size}${extension}\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  return Buffer.concat([...pieces, Buffer.from(`0${extension}\r\n${trailer ? 'X-Trailer: t\r\n' : ''}\r\n`)]);
}

function wire(answer: Answer): Buffer {
  const plain = Buffer.from(answer.body);
  const bytes = answer.isCoded ? zlib.gzipSync(plain) : plain;
  const lines = [
    'HTTP/1.1 203 Odd Words',
    'X-One: 1',
    'x-two: a, b',
    ...(answer.isCoded ? ['Content-Encoding: gzip'] : []),
    ...(answer.framing === 'length' ? [`Content-Length: ${bytes.length}`] : []),
    ...(answer.framing === 'chunked' ? ['Transfer-Encoding: chunked'] : []),
    ...(answer.framing === 'close' ? ['Connection: close'] : []),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  return Buffer.concat([head, answer.framing === 'chunked' ? chunked(bytes, answer) : bytes]);
}

let answer: Answer;
let server: Server;
let origin: string;
const sockets = new Set<Socket>();

/** Each piece leaves in a turn of its own, so that the client reads it by itself as often as the system lets it. */
async function play(socket: Socket): Promise<void> {
  const { cuts, framing } = answer;
  const bytes = wire(answer);
  const places = [...new Set(cuts.map((cut) => Math.floor((bytes.length * cut) / 1000))), bytes.length].sort(
    (a, b) => a - b,
  );
  let at = 0;
  for (const place of places) {
    if (place > at) await new Promise((resolve) => socket.write(bytes.subarray(at, place), resolve));
    await new Promise(setImmediate);
    at = Math.max(at, place);
  }
  if (framing === 'close') socket.end();
}

beforeAll(async () => {
  server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => void play(socket));
  });
  origin = `http://127.0.0.1:${await listen(server, {})}`;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** undici's parser keeps only the last piece of a reason phrase that arrives in two; nobody may rely on one (RFC 9112 §4). */
const SHORTENS: ReadonlySet<string> = new Set(['undici', 'fetch']);

describe.each(Object.keys(matrixHandlers))('over %s', (handler) => {
  it('any cut of any valid response gives the same response', { timeout: 120_000 }, async () => {
    const client = new Client({ handler: HandlerStack.create(matrixHandlers[handler]!()), timeout: '20s' });
    await fc.assert(
      fc.asyncProperty(answers, async (given) => {
        answer = given;
        const response = await client.get(origin, { stream: given.isStreamed });
        expect(response.status).toBe(203);
        if (SHORTENS.has(handler)) expect('Odd Words'.endsWith(response.statusText)).toBe(true);
        else expect(response.statusText).toBe('Odd Words');
        expect([response.headers.get('X-One'), response.headers.get('X-Two')]).toEqual(['1', 'a, b']);
        expect(Buffer.from(await response.bytes()).toString()).toBe(Buffer.from(given.body).toString());
      }),
      runs(80),
    );
    await client.destroy();
  });
});
