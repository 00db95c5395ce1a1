/**
 * How much memory a large transfer takes: `tsx bench/transfer-memory.ts [MiB]` (1024). Each way runs in a process of its
 * own against a server in another, and its line has the highest resident set that the system saw of it. Ends with 1 when
 * that is over the limit or the bytes are not the right ones. It measures `dist`: build first.
 */
import { spawn } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const MIB = 1_048_576;
/** 150 MB. */
const LIMIT = 150_000_000 / MIB;
/** The built-in fetch reads ahead of its socket, as it does without us. */
const UNBOUNDED = 'the same over fetch';
const DOWNLOADS = ['download', 'download in 4 segments', 'sink'];
const OTHERS = [
  'stream, read and dropped',
  'upload of a file stream',
  'the same over node:http',
  UNBOUNDED,
  'multipart upload from disk',
];
/** One piece that is sent over and over: making the bytes is not what is measured. */
const PIECE = Buffer.alloc(MIB, 'sluice, large transfers. ');
const transferOnce = fileURLToPath(new URL('transfer-once.mjs', import.meta.url));
const self = fileURLToPath(import.meta.url);
const [mode = '1024', size = ''] = process.argv.slice(2);

if (mode === 'serve') await serve(Number(size) * MIB);
else await measure(Number(mode));

async function serve(length: number): Promise<void> {
  const server = createServer((req, res) => (req.method === 'GET' ? give(req, res, length) : take(req, res)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  writeSync(1, `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/\n`);
}

async function give(req: IncomingMessage, res: ServerResponse, length: number): Promise<void> {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = to ? Number(to) + 1 : length;
  if (start >= length) {
    res.writeHead(416, { 'Content-Range': `bytes */${length}` }).end();
    return;
  }
  res.writeHead(from === undefined ? 200 : 206, {
    'Content-Length': end - start,
    ETag: '"one"',
    'Accept-Ranges': 'bytes',
    ...(from !== undefined && { 'Content-Range': `bytes ${start}-${end - 1}/${length}` }),
  });
  const closed = once(res, 'close');
  for (let at = start; at < end && !res.destroyed; ) {
    const piece = PIECE.subarray(at % MIB, Math.min(MIB, (at % MIB) + end - at));
    at += piece.length;
    if (!res.write(piece)) await Promise.race([once(res, 'drain'), closed]);
  }
  res.end();
}

/** Answers with the hash of the file, which is all that there is, or what stands in the one part of a form. */
async function take(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const hash = createHash('sha256');
  const [, boundary] = /boundary=(.+)$/.exec(req.headers['content-type'] ?? '') ?? [];
  if (boundary === undefined) await pipeline(req, hash);
  else await hashPart(req, hash, `\r\n--${boundary}--\r\n`.length);
  res.end(hash.digest('hex'));
}

async function hashPart(req: IncomingMessage, hash: Hash, tail: number): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let left = 0;
  let at = 0;
  for await (const data of req) {
    let chunk = data as Buffer;
    at += chunk.length;
    if (head !== undefined) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) continue;
      left = Number(req.headers['content-length']) - (end + 4) - tail;
      chunk = head.subarray(end + 4);
      head = undefined;
    }
    hash.update(chunk.subarray(0, left));
    left -= Math.min(left, chunk.length);
  }
  if (left > 0) throw new Error(`the form ended after ${at} bytes`);
}

async function measure(pieces: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'transfer-'));
  const path = join(folder, 'file.bin');
  const server = spawn(process.execPath, [...process.execArgv, self, 'serve', String(pieces)]);
  try {
    const [origin] = await once(server.stdout, 'data');
    const uri = String(origin).trim();
    const right = hashOf(pieces);
    for (const way of DOWNLOADS) {
      await rm(path, { force: true });
      const found = await run(way, uri, path);
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      tell(way, pieces, { ...found, isRight: hash.digest('hex') === right });
    }
    for (const way of OTHERS) {
      const found = await run(way, uri, path);
      tell(way, pieces, { ...found, isRight: found.hash === undefined || found.hash === right });
    }
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function hashOf(pieces: number): string {
  const hash = createHash('sha256');
  for (let i = 0; i < pieces; i++) hash.update(PIECE);
  return hash.digest('hex');
}

function tell(way: string, pieces: number, { mib, ms, isRight }: { mib: number; ms: number; isRight: boolean }): void {
  const verdict = !isRight
    ? 'wrong bytes'
    : mib > LIMIT && way !== UNBOUNDED
      ? `over ${Math.floor(LIMIT)} MiB`
      : 'right';
  console.log(
    `${way}: ${pieces} MiB in ${(ms / 1000).toFixed(1)} s, at most ${Math.ceil(mib)} MiB resident, ${verdict}`,
  );
  if (verdict !== 'right') process.exitCode = 1;
}

async function run(way: string, uri: string, path: string): Promise<{ mib: number; ms: number; hash?: string }> {
  const child = spawn(process.execPath, [transferOnce, way, uri, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return JSON.parse(text);
}
