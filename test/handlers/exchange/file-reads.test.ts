/** A file stream as a body: it is read in an own way, and whoever else looks at it sees no difference. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs, { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readInto } from '../../../src/handlers/exchange/file-reads.ts';
import { http2Handler } from '../../../src/handlers/http2/http2.ts';
import { nodeHttpHandler } from '../../../src/handlers/node/node-http.ts';
import type { BodyInit } from '../../../src/message/body-from.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Transport } from '../../../src/stack/handler.ts';

const SIZE = 3_000_001;
const bytes = randomBytes(SIZE);
let folder: string;
let path: string;
let servers: readonly Server[];
let urls: Readonly<Record<string, string>>;

/** Answers with the digest of what came, and its size. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'file-reads-'));
  path = join(folder, 'file');
  writeFileSync(path, bytes);
  const answer = (request: Readable, response: { end(text: string): unknown }) => {
    const hash = createHash('sha256');
    let size = 0;
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      hash.update(chunk);
    });
    request.on('end', () => response.end(`${size} ${hash.digest('hex')}`));
  };
  servers = [createServer(answer), createHttp2Server(answer as never) as unknown as Server];
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const [node, http2] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  urls = { node: node!, http2: http2! };
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const digestOf = (sent: Uint8Array) => `${sent.byteLength} ${createHash('sha256').update(sent).digest('hex')}`;

const handlers: Readonly<Record<string, () => Transport>> = { node: nodeHttpHandler, http2: http2Handler };

async function answerTo(body: BodyInit, options: RequestOptions = {}, name = 'node'): Promise<string> {
  const handler = handlers[name]!();
  onTestFinished(() => handler.destroy?.());
  const request = new HttpRequest('PUT', urls[name]!, {}, body);
  return (await handler(request, options)).text();
}

describe.each(Object.keys(handlers))('a file stream over %s', (name) => {
  it.each<[string, RequestOptions]>([
    ['', {}],
    [', its progress watched', { progress: () => undefined }],
  ])('arrives as the file is%s', async (_, options) => {
    expect(await answerTo(createReadStream(path), options, name)).toBe(digestOf(bytes));
  });

  it('arrives as the file is when a function opens it', async () => {
    expect(await answerTo(() => createReadStream(path), {}, name)).toBe(digestOf(bytes));
  });
});

describe('a file stream', () => {
  it.each([
    { start: 10, end: 2_000_000 },
    { start: 2_999_990 },
    { end: 1_500_000 },
    { start: 5, end: 5 },
    { start: SIZE, end: SIZE },
  ])('is read within its range: %o', async ({ start = 0, end = SIZE - 1 }) => {
    expect(await answerTo(createReadStream(path, { start, end }))).toBe(digestOf(bytes.subarray(start, end + 1)));
  });

  it('counts what it has read, ends and closes', async () => {
    const stream = createReadStream(path);
    const events: string[] = [];
    for (const event of ['open', 'end', 'close']) stream.on(event, () => events.push(event));
    await answerTo(stream);
    if (!stream.closed) await once(stream, 'close');
    expect([stream.bytesRead, ...events]).toEqual([SIZE, 'open', 'end', 'close']);
  });

  it.each(['before', 'after'])(
    'gives a listener that came %s its sending chunks that stay as they are',
    async (when) => {
      const stream = createReadStream(path);
      const kept: Buffer[] = [];
      const keep = () => stream.on('data', (chunk) => kept.push(chunk as Buffer));
      if (when === 'before') keep();
      const answer = answerTo(stream);
      if (when === 'after') keep();
      expect(await answer).toBe(digestOf(bytes));
      expect(Buffer.concat(kept).equals(bytes)).toBe(true);
    },
  );

  it('shows its progress in the pieces that it reads by itself', async () => {
    const sizes: number[] = [];
    let before = 0;
    const progress: RequestOptions['progress'] = ({ direction, transferred }) => {
      if (direction !== 'upload') return;
      sizes.push(transferred - before);
      before = transferred;
    };
    await answerTo(createReadStream(path), { progress });
    expect(Math.max(...sizes)).toBe(65_536);
    expect(before).toBe(SIZE);
  });

  it('ends the call with the error of a file that is not there', async () => {
    const error = await answerTo(createReadStream(join(folder, 'none'))).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_SOURCE', cause: { code: 'ENOENT' } });
  });

  it('that is destroyed before its end fails the call', async () => {
    const stream = createReadStream(path);
    const progress = () => void stream.destroy();
    const error = await answerTo(stream, { progress }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_SOURCE' });
  });

  it('is closed when the call is aborted', async () => {
    const stream = createReadStream(path);
    const stop = new AbortController();
    const options = { signal: stop.signal, progress: () => stop.abort('enough') };
    await expect(answerTo(stream, options)).rejects.toBe('enough');
    if (!stream.closed) await once(stream, 'close');
    expect(stream.destroyed).toBe(true);
  });

  it('that was paused is read all the same', async () => {
    expect(await answerTo(createReadStream(path).pause())).toBe(digestOf(bytes));
  });
});

describe('readInto', () => {
  const unread = (stream: Readable): Readable => {
    onTestFinished(() => void stream.on('error', () => undefined).destroy());
    return stream;
  };

  it('reads the next piece into the memory of one that was given back', async () => {
    const stream = unread(createReadStream(path));
    const giveBack = readInto(stream, false)!;
    const memory = new Set<ArrayBufferLike>();
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      memory.add(chunk.buffer);
      giveBack(chunk);
    }
    expect(memory.size).toBeLessThan(8);
  });

  it('reads into memory of its own what is not given back', async () => {
    const stream = unread(createReadStream(path));
    readInto(stream, false);
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(chunks.length);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it.each<[string, () => Readable | Promise<Readable>]>([
    ['that is no file stream', () => Readable.from(['a'])],
    ['of another class', () => new (class extends fs.ReadStream {})(path as never)],
    ['with a size of its own for its pieces', () => createReadStream(path, { highWaterMark: 1024 })],
    ['that gives text', () => createReadStream(path, 'utf8')],
    ['with functions of its own to read with', () => createReadStream(path, { fs: { ...fs } })],
    ['over a FileHandle', async () => (await open(path)).createReadStream()],
    [
      'of which something was read',
      async () => {
        const stream = createReadStream(path);
        await once(stream, 'readable');
        stream.read(1);
        return stream;
      },
    ],
  ])('leaves a stream %s as it is', async (_, make) => {
    expect(readInto(unread(await make()), false)).toBeUndefined();
  });

  it('knows the file streams of this Node', () => {
    expect(readInto(unread(createReadStream(path)), false)).toBeTypeOf('function');
    expect(readFileSync(path).byteLength).toBe(SIZE);
  });
});
