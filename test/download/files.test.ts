import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../src/index.ts';
import { startServer, type TestServer } from '../../src/testing/index.ts';
import { seededBytes } from '../../src/testing/site-payload.ts';
import { built } from '../support/built.ts';

const SIZE = 300_000;
const bytes = seededBytes(SIZE);
let server: TestServer;
let client: Client;
let folder: string;
let path: string;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  server.clear();
  client = new Client({ baseUri: server.origin });
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  path = join(folder, 'file.bin');
});
afterEach(async () => {
  await client.close();
  await rm(folder, { recursive: true, force: true });
});

const left = (): string[] => readdirSync(folder).sort();
const isWhole = (file: string): boolean => readFileSync(file).equals(bytes);
const BREAK = `/bytes/${SIZE}?cut=100000&key=`;
/** Breaks off after 100000 bytes; the next call for the same URL goes on. */
async function broken(): Promise<string> {
  const uri = BREAK + Math.random();
  await expect(client.download(uri, path)).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED' });
  return uri;
}

describe('a download through a symbolic link', () => {
  it('replaces the file that the link leads to, and keeps the link', async () => {
    const real = join(folder, 'real.bin');
    writeFileSync(real, 'old');
    symlinkSync('real.bin', path);
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ path, bytes: SIZE });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(isWhole(real)).toBe(true);
    expect(left()).toEqual(['file.bin', 'real.bin']);
  });

  it('makes the file that a chain of links leads to', async () => {
    symlinkSync('second', path);
    symlinkSync(join(folder, 'real.bin'), join(folder, 'second'));
    await client.download(`/bytes/${SIZE}`, path);
    expect(isWhole(join(folder, 'real.bin'))).toBe(true);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('is refused before anything is sent when links lead in a circle, or nowhere', async () => {
    symlinkSync('file.bin', path);
    const words = expect.stringContaining('lead in a circle');
    await expect(client.download('/bytes/1', path)).rejects.toMatchObject({ code: 'ERR_SINK', message: words });
    symlinkSync('none/file', join(folder, 'nowhere'));
    await expect(client.download('/bytes/1', join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'ERR_SINK' });
    expect(server.requests).toHaveLength(0);
  });

  it('is the same path as its target: the second download of this process is told', async () => {
    symlinkSync('real.bin', path);
    const first = client.download(`/bytes/${SIZE}`, path);
    await expect(client.download('/bytes/1', join(folder, 'real.bin'))).rejects.toMatchObject({ code: 'ERR_SINK' });
    expect((await first).bytes).toBe(SIZE);
  });
});

describe('the mode of a file', () => {
  it.each([0o600, 0o640, 0o444, 0o755])('stays when it is replaced, also when it is gone on with: %o', async (mode) => {
    writeFileSync(path, 'old', { mode });
    const uri = await broken();
    expect(statSync(`${path}.part`).mode & 0o077 & ~mode).toBe(0);
    expect(await client.download(uri, path)).toMatchObject({ resumed: true });
    expect(statSync(path).mode & 0o777).toBe(mode);
    expect(isWhole(path)).toBe(true);
  });
});

describe('what somebody has put where the partial file goes', () => {
  it.each(['.part', '.part.json', '.part.json.new'])('is not written through when it is a link at %s', async (name) => {
    const other = join(folder, 'precious');
    writeFileSync(other, 'precious');
    symlinkSync(other, path + name);
    await client.download(`/bytes/${SIZE}`, path).catch(() => undefined);
    await client.download(`/bytes/${SIZE}`, path);
    expect([readFileSync(other, 'utf8'), lstatSync(path).isFile(), isWhole(path)]).toEqual(['precious', true, true]);
  });

  it.each([
    ['a link', (to: string, at: string): void => symlinkSync(to, at)],
    ['a second name', (to: string, at: string): void => linkSync(to, at)],
  ])('is not gone on with when it is %s of another file', async (_, plant) => {
    const uri = await broken();
    const other = join(folder, 'precious');
    writeFileSync(other, readFileSync(`${path}.part`));
    await rm(`${path}.part`);
    plant(other, `${path}.part`);
    expect(await client.download(uri, path)).toMatchObject({ resumed: false, bytes: SIZE });
    expect(readFileSync(other).length).toBe(100_000);
  });
});

describe('two processes on one path', { timeout: 60_000 }, () => {
  const start = (url: string) => {
    const child = spawn(process.execPath, [built('test/download/downloader.ts'), url, path], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    return { child, ended: once(child, 'close').then(() => text) };
  };
  const stalled = (): Promise<ServerResponse> =>
    new Promise((resolve) => {
      server.enqueue((_, res) => {
        res.writeHead(200, { 'Content-Length': SIZE, ETag: `"${SIZE}-0"` });
        res.write(bytes.subarray(0, 100_000), () => resolve(res));
      });
    });
  const partHas = async (size: number): Promise<void> => {
    while ((statSync(`${path}.part`, { throwIfNoEntry: false })?.size ?? 0) < size) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it('the second is told at once, the first is not disturbed', async () => {
    const url = server.url(`/bytes/${SIZE}`);
    const answer = stalled();
    const first = start(url);
    const response = await answer;
    const count = server.requests.length;
    const words = expect.stringMatching(new RegExp(`process ${first.child.pid} is downloading to it`));
    await expect(client.download(url, path)).rejects.toMatchObject({ code: 'ERR_SINK', message: words });
    expect(server.requests).toHaveLength(count);
    response.end(bytes.subarray(100_000));
    expect(await first.ended).toContain(`done ${SIZE} false`);
    expect([isWhole(path), left()]).toEqual([true, ['file.bin']]);
  });

  it('the second goes on after the first was killed', async () => {
    const url = server.url(`/bytes/${SIZE}`);
    const answer = stalled();
    const first = start(url);
    await answer;
    await partHas(100_000);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(left()).toContain('file.bin.part.lock');
    expect(await client.download(url, path)).toMatchObject({ bytes: SIZE, resumed: true });
    expect([isWhole(path), left()]).toEqual([true, ['file.bin']]);
  });
});

describe('the lock of a process that cannot be looked at', () => {
  const lock = (changes: object = {}): void => {
    const owner = { pid: 1, machine: 'another container', token: 'x', ...changes };
    writeFileSync(`${path}.part.lock`, JSON.stringify(owner));
  };
  const age = (...names: string[]): void => {
    for (const name of names) utimesSync(path + name, new Date(0), new Date(0));
  };

  it('holds while its file was written to a moment ago', async () => {
    const uri = await broken();
    lock();
    age('.part.lock');
    await expect(client.download(uri, path)).rejects.toMatchObject({ code: 'ERR_SINK' });
  });

  it('is taken over after a minute without a byte, and what it may still write is not ours', async () => {
    const uri = await broken();
    lock();
    age('.part.lock', '.part');
    const before = statSync(`${path}.part`).ino;
    const inodes: number[] = [];
    const progress = (): void => void inodes.push(statSync(`${path}.part`).ino);
    expect(await client.download(uri, path, { progress })).toMatchObject({ bytes: SIZE, resumed: true });
    expect(inodes).not.toContain(before);
    expect([isWhole(path), left()]).toEqual([true, ['file.bin']]);
  });

  it('is no lock when half of it was written long ago', async () => {
    writeFileSync(`${path}.part.lock`, '{"pid":');
    age('.part.lock');
    expect((await client.download('/bytes/10', path)).bytes).toBe(10);
  });

  it('does not hold for a process number that was given again', async () => {
    const own = client.download(`/bytes/${SIZE}`, path, {
      onHeaders: () => writeFileSync(join(folder, 'lock'), readFileSync(`${path}.part.lock`)),
    });
    await own;
    const mine = JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as { started?: string; machine: string };
    expect(mine.machine).toContain(hostname());
    if (mine.started === undefined) return;
    lock({ ...mine, started: '1' });
    expect((await client.download('/bytes/10', path)).bytes).toBe(10);
    lock(mine);
    await expect(client.download('/bytes/10', path)).rejects.toMatchObject({ code: 'ERR_SINK' });
  });

  it('loses its file when another takes it over: the name gets no mixture', async () => {
    writeFileSync(path, 'old');
    const stolen = client.download(`/bytes/${SIZE}`, path, { onHeaders: () => lock() });
    await expect(stolen).rejects.toMatchObject({ code: 'ERR_SINK', message: expect.stringContaining('taken it over') });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(existsSync(`${path}.part.lock`)).toBe(true);
  });
});
