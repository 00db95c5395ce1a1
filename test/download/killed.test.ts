import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { startServer } from '../../src/testing/index.ts';
import { seededBytes, seededPieces } from '../../src/testing/site-payload.ts';
import { built } from '../support/built.ts';

const MIB = 1_048_576;
const SIZE = 64 * MIB;
/** Bytes to one process before the server falls silent, and of one process before it is killed. */
const STALL = 12 * MIB;
const KILL = 9 * MIB;

/** Serves ranges of the seeded bytes, and of each answer no more than `stall()`. */
function serve(stall: () => number): RequestListener {
  return async (req, res) => {
    const closed = once(res, 'close');
    const [, from = '0', to] = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '') ?? [];
    const start = Number(from);
    const end = to ? Number(to) + 1 : SIZE;
    const isPart = req.headers.range !== undefined && req.headers['if-range'] === '"v1"';
    res.writeHead(isPart ? 206 : 200, {
      ETag: '"v1"',
      'Accept-Ranges': 'bytes',
      'Content-Length': isPart ? end - start : SIZE,
      ...(isPart && { 'Content-Range': `bytes ${start}-${end - 1}/${SIZE}` }),
    });
    const most = Math.min(stall(), end - start);
    for (const piece of seededPieces(most, 0, start)) {
      if (res.destroyed) return;
      if (!res.write(piece)) await Promise.race([once(res, 'drain'), closed]);
    }
    if (most === end - start) res.end();
  };
}

/** Runs the downloader until it is `most` bytes further, and kills it; or to its end. Resolves to its last line. */
async function run(args: readonly string[], most: number): Promise<string> {
  const child = spawn(process.execPath, [built('test/download/downloader.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let first: number | undefined;
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    first ??= Number(line) - MIB;
    if (Number(line) - first >= most) child.kill('SIGKILL');
  }
  await ended;
  return last;
}

it.each([1, 3])(
  'has the right bytes in the end, killed five times on the way (segments: %d)',
  async (segments) => {
    const folder = await mkdtemp(join(tmpdir(), 'killed-'));
    let runs = 0;
    await using server = await startServer({ listener: serve(() => (runs < 5 ? STALL / segments : SIZE)) });
    try {
      const path = join(folder, 'file.bin');
      const args = [server.origin, path, String(segments)];
      for (; runs < 5; runs++) {
        expect(Number(await run(args, KILL))).toBeLessThan(SIZE);
        expect(existsSync(path)).toBe(false);
      }
      expect(await run(args, Number.POSITIVE_INFINITY)).toBe(`done ${SIZE} true`);
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      expect(hash.digest('hex')).toBe(createHash('sha256').update(seededBytes(SIZE)).digest('hex'));
      expect(await readdir(folder)).toEqual(['file.bin']);
      const asked = server.requests.map(({ headers }) => headers.range).filter((range) => range !== undefined);
      expect(asked.length).toBeGreaterThanOrEqual(5);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  60_000,
);
