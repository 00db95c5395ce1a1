/**
 * A body of 400 000 bytes, each a chunk of its own. A view of one byte takes a hundred: whoever keeps the chunks needs
 * a hundred times as much, and a process whose heap has 48 MiB ends. What is joined as it comes needs a small multiple
 * of the bytes.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { frames, startFrames } from '../support/http2-peer.ts';
import { type Origins, pathsOver, readTinyChunks, SIZE, tinyHandlers } from './tiny-chunks-process.ts';

const plain = Buffer.alloc(SIZE);
/** Hardly smaller than what it decodes to: blocks that are stored (RFC 1951 section 3.2.4). */
const gzip = gzipSync(plain, { level: 0 });

/** RFC 9112 section 7.1: a chunk of one byte for each byte. */
function chunked(bytes: Uint8Array): Buffer {
  const whole = Buffer.alloc(bytes.byteLength * 6, '1\r\n \r\n');
  for (let at = 0; at < bytes.byteLength; at += 1) whole[at * 6 + 3] = bytes[at]!;
  return Buffer.concat([whole, Buffer.from('0\r\n\r\n')]);
}

/** RFC 9113 section 6.1: a DATA frame of one byte for each byte. */
function framed(bytes: Uint8Array, stream: number): Buffer {
  const frame = frames.data(stream, '\0');
  const whole = Buffer.alloc(bytes.byteLength * frame.byteLength, frame);
  for (let at = 0; at < bytes.byteLength; at += 1) whole[(at + 1) * frame.byteLength - 1] = bytes[at]!;
  return Buffer.concat([whole, frames.data(stream, '', true)]);
}

/** Servers, one for each kind of answer. */
const open: AsyncDisposable[] = [];
let http1: Origins;
let http2: Origins;

beforeAll(async () => {
  const [body, coded] = [chunked(plain), chunked(gzip)];
  const head = (status: string, more = '') => `HTTP/1.1 ${status}\r\n${more}Transfer-Encoding: chunked\r\n\r\n`;
  http1 = {
    plain: await answering(head('200 OK'), body),
    missing: await answering(head('404 Not Found'), body),
    coded: await answering(head('200 OK', 'Content-Encoding: gzip\r\n'), coded),
  };
  http2 = {
    plain: await framing((stream) => [frames.headers(stream), framed(plain, stream)]),
    missing: await framing((stream) => [missing(stream), framed(plain, stream)]),
    coded: await framing((stream) => [frames.headers(stream, { 'content-encoding': 'gzip' }), framed(gzip, stream)]),
  };
});
afterAll(async () => {
  for (const server of open) await server[Symbol.asyncDispose]();
});

/** Answers whatever comes. @returns its URL */
async function answering(head: string, body: Uint8Array): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    socket.on('data', () => {
      socket.write(head);
      socket.write(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  open.push({ [Symbol.asyncDispose]: close });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function framing(answer: (stream: number) => readonly Buffer[]): Promise<string> {
  const peer = await startFrames(answer);
  open.push(peer);
  return peer.url;
}

/** RFC 7541 appendix A: `:status: 404` is the entry 13 of the static table. */
function missing(stream: number): Buffer {
  const head = frames.headers(stream);
  head[9] = 0x8d;
  return head;
}

const inMemory: Origins = { plain: 'http://memory/', missing: 'http://memory/missing', coded: 'http://memory/' };

it.each(Object.keys(tinyHandlers))(
  '400 000 chunks of one byte fit into a small heap, over %s',
  { timeout: 120_000 },
  async (handler) => {
    const origins = handler === 'mock' ? inMemory : handler === 'http2' ? http2 : http1;
    const whole = Object.fromEntries(pathsOver(handler).map((name) => [name, SIZE]));
    expect(await readTinyChunks(handler, origins)).toEqual(whole);
  },
);
