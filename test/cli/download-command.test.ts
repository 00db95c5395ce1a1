import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { seededBytes } from '../../src/testing/site-payload.ts';
import { sluice } from './sluice-process.ts';

const SIZE = 300_000;
const bytes = seededBytes(SIZE);
let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'download-'));
});
afterEach(() => {
  server.clear();
  rmSync(folder, { recursive: true });
});

const download = (...args: string[]) => sluice(['download', ...args], '', folder);
const run = (...args: string[]) => download(...args).ended;
const left = (): string[] => readdirSync(folder).sort();

describe('sluice download', { timeout: 60_000 }, () => {
  it('saves under the name of the server, which replaces no file', async () => {
    const answer = { headers: { 'Content-Disposition': 'attachment; filename="../report.txt"' }, body: 'content' };
    server.enqueue(answer, answer, answer);
    expect(await run(server.url('/x'))).toMatchObject({ code: 0, out: 'report.txt\n' });
    writeFileSync(join(folder, 'report.txt'), 'mine');
    const { code, err } = await run(server.url('/x'));
    expect([code, err]).toEqual([1, expect.stringContaining('calls the file report.txt, which exists')]);
    expect(await run(server.url('/x'), '--skip-existing')).toMatchObject({ code: 0, out: '' });
    expect([left(), readFileSync(join(folder, 'report.txt'), 'utf8')]).toEqual([['report.txt'], 'mine']);
  });

  it('saves under the name of the URL, in segments, with a checksum', async () => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const url = server.url(`/bytes/${SIZE}`);
    const { code, out, err } = await run(url, '-O', '--segments', '3', '--checksum', `sha256=${sha256}`);
    expect([code, out, err]).toEqual([0, `${SIZE}\n`, expect.stringMatching(/^300000: 300\.0 kB, /)]);
    expect(readFileSync(join(folder, String(SIZE))).equals(bytes)).toBe(true);
    const wrong = await run(url, '--checksum', `md5=${'0'.repeat(32)}`);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('damaged')]);
    expect(left()).toEqual([String(SIZE)]);
  });

  it('goes on after a kill -9, whatever the file is called in the end', async () => {
    const headers = { ETag: `"${SIZE}-0"`, 'Content-Disposition': 'attachment; filename=named.bin' };
    server.enqueue((_, res) => {
      res.writeHead(200, { 'Content-Length': SIZE, ...headers });
      res.write(bytes.subarray(0, 100_000));
    });
    const url = server.url(`/bytes/${SIZE}`);
    const first = download(url);
    const part = (): string | undefined => left().find((name) => name.endsWith('.part'));
    while (part() === undefined || statSync(join(folder, part()!)).size < 100_000) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    first.child.kill('SIGKILL');
    await first.ended;
    server.enqueue((req, res) => {
      const range = { 'Content-Range': `bytes 100000-${SIZE - 1}/${SIZE}`, 'Content-Length': SIZE - 100_000 };
      res.writeHead(req.headers.range === `bytes=100000-${SIZE - 1}` ? 206 : 500, { ...range, ...headers });
      res.end(bytes.subarray(100_000));
    });
    expect(await run(url)).toMatchObject({ code: 0, out: 'named.bin\n', err: expect.stringContaining('resumed') });
    expect([left(), readFileSync(join(folder, 'named.bin')).equals(bytes)]).toEqual([['named.bin'], true]);
  });

  it('keeps what came when it is stopped, and says so', async () => {
    const closed = new Promise<void>((resolve) => {
      server.enqueue((_, res) => {
        res.writeHead(200, { 'Content-Length': SIZE, ETag: '"a"' });
        res.write(bytes.subarray(0, 100_000));
        res.on('close', resolve);
      });
    });
    const running = download(server.url('/'), '-o', 'f');
    while ((statSync(join(folder, 'f.part'), { throwIfNoEntry: false })?.size ?? 0) < 100_000) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    running.child.kill('SIGTERM');
    await closed;
    const { code, err } = await running.ended;
    expect([code, err]).toEqual([143, expect.stringContaining('the same command goes on')]);
    expect(left()).toEqual(['f.part', 'f.part.json']);
  });

  it('asks for what is newer than a file or a date, and keeps the date', async () => {
    const modified = 'Wed, 01 Jan 2025 00:00:00 GMT';
    server.enqueue({ headers: { 'Last-Modified': modified }, body: 'one' }, { status: 304 }, { status: 304 });
    expect(await run(server.url('/'), '-o', 'f', '-z', 'f')).toMatchObject({ code: 0 });
    expect(statSync(join(folder, 'f')).mtime).toEqual(new Date(modified));
    expect(await run(server.url('/'), '-o', 'f', '-z', 'f')).toMatchObject({ code: 0, out: '' });
    expect(await run(server.url('/'), '-o', 'f', '-z', '2026-01-31')).toMatchObject({ code: 0 });
    expect(server.requests.map(({ headers }) => headers['if-modified-since'])).toEqual([
      undefined,
      modified,
      'Sat, 31 Jan 2026 00:00:00 GMT',
    ]);
    expect(readFileSync(join(folder, 'f'), 'utf8')).toBe('one');
  });

  it('leaves a file that is there without a request', async () => {
    writeFileSync(join(folder, 'f'), 'old');
    expect(await run(server.url('/'), '-o', 'f', '--skip-existing')).toMatchObject({ code: 0, out: '' });
    expect(server.requests).toHaveLength(0);
  });

  it('comes no faster than it may', async () => {
    const started = performance.now();
    expect(await run(server.url(`/bytes/${SIZE}`), '-o', 'f', '--limit-rate', '300kB')).toMatchObject({ code: 0 });
    // A lower bound alone: a busy machine makes it longer.
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(readFileSync(join(folder, 'f')).equals(bytes)).toBe(true);
  });

  it('makes no file of a bad answer', async () => {
    const { code, err } = await run(server.url('/status/404'), '-o', 'f');
    expect([code, err, left()]).toEqual([1, expect.stringContaining('404'), []]);
  });
});
