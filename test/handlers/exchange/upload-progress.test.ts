import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchHandler } from '../../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../../src/handlers/undici/undici.ts';
import type { RequestBody } from '../../../src/message/body.ts';
import type { BodyInit } from '../../../src/message/body-from.ts';
import { fileBody } from '../../../src/message/file-body.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { Transport } from '../../../src/stack/handler.ts';
import { startHttp2 } from '../../support/http2-peer.ts';

const SIZE = 50 * 1024 * 1024;
const bytes = new Uint8Array(SIZE);
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'progress-'));
  file = join(folder, 'large.bin');
  await writeFile(file, '');
  await truncate(file, SIZE);
});

afterAll(() => rm(folder, { recursive: true }));

interface Pausing extends AsyncDisposable {
  readonly url: string;
  /** There is a connection, or a stream. */
  readonly begun: Promise<void>;
  /** Reads on, and answers once everything came. */
  resume(): void;
}

/** A server that takes connections and reads nothing. */
async function pausing(): Promise<Pausing> {
  const sockets = new Set<Socket>();
  let begin: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    begin();
    let read = 0;
    let head = '';
    sockets.add(socket.on('error', () => undefined));
    socket.on('data', (chunk) => {
      head += read === 0 ? chunk.toString('latin1').split('\r\n\r\n')[0] : '';
      read += chunk.byteLength;
      const isAll = read >= SIZE && (!/chunked/i.test(head) || chunk.toString('latin1').endsWith('\r\n0\r\n\r\n'));
      if (isAll) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    // A listener makes a socket flow.
    socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    begun,
    resume: () => {
      for (const socket of sockets) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same over HTTP/2: the connection is read, the stream is not. */
async function pausingHttp2(): Promise<Pausing> {
  const peer = await startHttp2();
  const resumed: (() => void)[] = [];
  let begin: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  peer.server.on('stream', (stream) => {
    begin();
    stream.on('error', () => undefined);
    stream.on('end', () => {
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
    stream.pause();
    resumed.push(() => stream.resume());
  });
  return {
    url: peer.url(),
    begun,
    resume: () => {
      for (const resume of resumed) resume();
    },
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

const handlers: readonly (readonly [string, () => Transport, () => Promise<Pausing>])[] = [
  ['undici', () => undiciHandler(), pausing],
  ['node:http', () => nodeHttpHandler(), pausing],
  ['stream', () => streamHandler(), pausing],
  ['fetch', () => fetchHandler(), pausing],
  ['http2', () => http2Handler(), pausingHttp2],
];

const bodies: readonly (readonly [string, () => BodyInit | RequestBody])[] = [
  ['bytes in memory', () => bytes],
  ['a file', () => fileBody(file)],
  [
    'a stream of large chunks',
    async function* () {
      for (let at = 0; at < SIZE; at += SIZE / 5) yield bytes.subarray(at, at + SIZE / 5);
    },
  ],
];

const rows = handlers.flatMap(([name, make, start]) =>
  bodies.map(([kind, body]) => ({ name, make, start, kind, body })),
);

/** Until nothing has changed in a hundred turns of the event loop. */
async function atRest(state: () => unknown): Promise<void> {
  let last = state();
  for (let same = 0; same < 100; same += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (state() === last) continue;
    last = state();
    same = 0;
  }
}

describe('the progress of an upload of 50 MiB', () => {
  it.each(rows)('stops over $name while the server does not read: $kind', async ({ make, start, body }) => {
    await using server = await start();
    const handler = make();
    const seen: number[] = [];
    const request = new HttpRequest('POST', server.url, null, body() as BodyInit);
    const sending = handler(request, {
      progress: ({ direction, transferred }) => void (direction === 'upload' && seen.push(transferred)),
    });
    await server.begun;
    await atRest(() => seen.at(-1));
    expect(seen.at(-1) ?? 0).toBeLessThan(SIZE / 2);
    server.resume();
    expect((await sending).status).toBe(200);
    expect(seen.at(-1)).toBe(SIZE);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await handler.destroy?.();
  });
});
