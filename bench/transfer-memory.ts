/**
 * How much memory a large transfer takes: `tsx bench/transfer-memory.ts [MiB]` (1024) downloads that much from a server in
 * another process, uploads it from disk, and prints the highest resident set of the process that did it. Ends with 1 when
 * it is over the limit or the bytes are not the right ones.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const MIB = 1_048_576;
const LIMIT = 150;
/** One piece that is sent over and over: making the bytes is not what is measured. */
const PIECE = Buffer.alloc(MIB, 'sluice, large transfers. ');
const self = fileURLToPath(import.meta.url);
const [mode = '1024', ...rest] = process.argv.slice(2);

if (mode === 'serve') await serve(Number(rest[0]));
else if (mode === 'download' || mode === 'upload') await transfer(mode, rest[0]!, rest[1]!);
else await measure(Number(mode));

async function serve(pieces: number): Promise<void> {
  const server = createServer(async (req, res) => {
    if (req.method === 'GET') {
      res.writeHead(200, { 'Content-Length': pieces * MIB, ETag: '"one"', 'Accept-Ranges': 'bytes' });
      for (let i = 0; i < pieces; i++) if (!res.write(PIECE)) await once(res, 'drain');
      res.end();
      return;
    }
    const hash = createHash('sha256');
    await pipeline(req, hash);
    res.end(hash.digest('hex'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  writeSync(1, `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/\n`);
}

/** In a process of its own, so that its memory is its own. Prints MiB, milliseconds and, for an upload, the hash. */
async function transfer(way: 'download' | 'upload', uri: string, path: string): Promise<void> {
  const { Client } = await import('../dist/index.js');
  const client = new Client({ retry: 0 });
  let most = 0;
  const progress = (): void => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const started = performance.now();
  let hash = '';
  if (way === 'download') await client.download(uri, path, { progress });
  else {
    const body = () => createReadStream(path);
    hash = await client.put(uri, { body, progress }).text();
  }
  const ms = performance.now() - started;
  await client.close();
  writeSync(1, JSON.stringify({ mib: Math.round(most / MIB), ms: Math.round(ms), hash }));
}

async function measure(pieces: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'transfer-'));
  const path = join(folder, 'file.bin');
  const server = spawn(process.execPath, [...process.execArgv, self, 'serve', String(pieces)]);
  try {
    const [origin] = await once(server.stdout, 'data');
    const uri = String(origin).trim();
    const download = await run('download', uri, path);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const expected = createHash('sha256');
    for (let i = 0; i < pieces; i++) expected.update(PIECE);
    const right = expected.digest('hex');
    const upload = await run('upload', uri, path);
    const rows = { download: { ...download, hash: hash.digest('hex') }, upload };
    for (const [way, { mib, ms, hash: found }] of Object.entries(rows)) {
      const rate = Math.round((pieces / ms) * 1000);
      const verdict = found !== right ? 'wrong bytes' : mib > LIMIT ? `over ${LIMIT} MiB` : 'right';
      console.log(`${way}: ${pieces} MiB in ${ms} ms (${rate} MiB/s), at most ${mib} MiB resident, ${verdict}`);
      if (verdict !== 'right') process.exitCode = 1;
    }
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(way: string, uri: string, path: string): Promise<{ mib: number; ms: number; hash: string }> {
  const options = { stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'] };
  const child = spawn(process.execPath, [...process.execArgv, self, way, uri, path], options);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return JSON.parse(text);
}
