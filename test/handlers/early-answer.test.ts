import { createReadStream } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import type { RequestBody } from '../../src/message/body.ts';
import type { BodyInit } from '../../src/message/body-from.ts';
import { multipartBody } from '../../src/message/multipart-parts.ts';
import { HttpRequest } from '../../src/message/request.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Transport } from '../../src/stack/handler.ts';
import { certificates } from '../support/certificates.ts';
import { type Afterwards, type EarlyServer, startEarlyHttp2, startEarlyServer } from '../support/early-server.ts';

const SIZE = 50 * 1024 * 1024;
const PIECE = 65_536;
const bytes = new Uint8Array(SIZE);
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'early-'));
  file = join(folder, 'large.bin');
  await writeFile(file, '');
  await truncate(file, SIZE);
});

afterAll(() => rm(folder, { recursive: true }));

interface Sent {
  readonly body: BodyInit | RequestBody;
  /** Whether whoever gives the body was told that nobody wants more. */
  isReleased(): boolean;
}

const bodies: Readonly<Record<string, () => Sent>> = {
  'bytes in memory': () => ({ body: bytes, isReleased: () => true }),
  'an async iterable': () => {
    let isReleased = false;
    async function* pieces() {
      try {
        for (let at = 0; at < SIZE; at += PIECE) yield bytes.subarray(at, at + PIECE);
      } finally {
        isReleased = true;
      }
    }
    return { body: pieces(), isReleased: () => isReleased };
  },
  'a file as a Node stream': () => {
    const body = createReadStream(file);
    return { body, isReleased: () => body.closed };
  },
  'a file in a multipart form': () => {
    const body = multipartBody([{ name: 'file', path: file }]);
    let isReleased = false;
    async function* followed() {
      try {
        yield* body.open();
      } finally {
        isReleased = true;
      }
    }
    return { body: followed(), isReleased: () => isReleased };
  },
};

interface Way {
  readonly name: string;
  readonly make: () => Transport;
  readonly start: (afterwards: Afterwards) => Promise<EarlyServer>;
  readonly options?: RequestOptions;
  /** A stream ended before its body: the connection goes on. */
  readonly isHttp2?: boolean;
}

const plain = (afterwards: Afterwards) => startEarlyServer(afterwards);
const overTls = (afterwards: Afterwards) => startEarlyServer(afterwards, true);
const ca = (await certificates()).ca.cert;

const ways: readonly Way[] = [
  { name: 'undici', make: () => undiciHandler(), start: plain },
  { name: 'undici over TLS', make: () => undiciHandler(), start: overTls, options: { ca } },
  { name: 'node:http', make: () => nodeHttpHandler(), start: plain },
  { name: 'node:http over TLS', make: () => nodeHttpHandler(), start: overTls, options: { ca } },
  { name: 'stream', make: () => streamHandler(), start: plain, options: { stream: true } },
  { name: 'fetch', make: () => fetchHandler(), start: plain },
  { name: 'http2', make: () => http2Handler(), start: startEarlyHttp2, isHttp2: true },
];

const rows = ways.flatMap((way) =>
  Object.keys(bodies).flatMap((kind) =>
    (['reads on', 'closes at once', 'stops reading'] as const).map((afterwards) => ({
      ...way,
      kind,
      afterwards,
    })),
  ),
);

describe('a 413 after 64 KiB of a body of 50 MiB', () => {
  it.each(rows)(
    'is the answer over $name: $kind, from a server that $afterwards',
    async ({ make, start, options = {}, isHttp2, kind, afterwards }) => {
      await using server = await start(afterwards);
      const handler = make();
      const { body, isReleased } = bodies[kind]!();
      const response = await handler(new HttpRequest('POST', server.url, null, body as BodyInit), options);
      expect([response.status, await response.text()]).toEqual([413, 'too much\n']);
      await vi.waitFor(() => expect(isReleased()).toBe(true), 5000);
      // What was not sent must not be taken for the next request, nor hold it up.
      const next = await handler(new HttpRequest('GET', server.url), options);
      expect([next.status, await next.text()]).toEqual([200, 'ok']);
      expect(server.heads).toEqual(['1:POST', isHttp2 ? '1:GET' : '2:GET']);
      expect(server.read).toBeLessThan(SIZE);
      await handler.destroy?.();
    },
  );
});
