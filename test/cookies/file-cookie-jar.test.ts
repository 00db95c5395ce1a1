import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileCookieJar } from '../../src/cookies/file-cookie-jar.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

const HOME = 'https://example.com/';
const NOW = Date.UTC(2030, 0, 1);

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-jar-'));
  path = join(folder, 'cookies.json');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const onDisk = async (): Promise<string[]> =>
  JSON.parse(await readFile(path, 'utf8')).cookies.map(({ key, value }: Record<string, string>) => `${key}=${value}`);

/** A jar whose own writing waits for the test to turn the clock, and has done its first. */
async function quietJar(): Promise<{ jar: FileCookieJar; clock: FakeClock }> {
  const clock = new FakeClock(NOW);
  const jar = await FileCookieJar.open(path, { clock });
  await jar.setCookie('first=1; Max-Age=60', HOME);
  await vi.waitFor(async () => expect(await onDisk()).toEqual(['first=1']));
  return { jar, clock };
}

describe('opening', () => {
  it('a missing file gives an empty jar and makes no file', async () => {
    const jar = await FileCookieJar.open(path);
    expect(jar.size).toBe(0);
    expect(jar.getCookieHeader(HOME)).toBe('');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['', '\n'])('an empty file (%j) gives an empty jar', async (text) => {
    await writeFile(path, text);
    expect((await FileCookieJar.open(path)).size).toBe(0);
  });

  it('a file that was saved gives the cookies back, with the host-only flag', async () => {
    const jar = await FileCookieJar.open(path);
    await jar.store(HOME, ['a=1; Max-Age=60', 'b=2; Max-Age=60; Domain=example.com; Secure']);
    await jar.close();
    const again = await FileCookieJar.open(path);
    expect([...again]).toEqual([...jar]);
    expect(again.getCookieHeader('https://www.example.com/')).toBe('b=2');
  });

  it.each([
    ['cut off by a crash', (whole: string) => whole.slice(0, whole.length / 2), 'it is not complete JSON'],
    ['a scalar', () => '"planted-secret"', 'a record with a list of cookies'],
    ['of another program', () => '{"planted-secret":true}', 'a record with a list of cookies'],
    ['no text', () => '\u0000\u0001planted-secret', 'it is not complete JSON'],
    ['without host-only flags', (whole: string) => whole.replaceAll('"hostOnly": true', '"x": 1'), 'hostOnly must be'],
    ['with one bad cookie', (whole: string) => whole.replace('"path": "/"', '"path": 5'), 'path must be a string'],
    ['with a public suffix', (whole: string) => widened(whole), 'its domain is a public suffix'],
  ])('a file %s is refused by its path, shows no value and stays as it is', async (_, damage, message) => {
    const jar = await FileCookieJar.open(path);
    await jar.store('https://github.io/', ['a=planted-secret; Max-Age=60', 'b=planted-secret; Max-Age=60']);
    await jar.close();
    const damaged = damage(await readFile(path, 'utf8'));
    await writeFile(path, damaged);
    const failure = await FileCookieJar.open(path).catch((error: Error) => error);
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).toContain(path);
    expect((failure as Error).message).toContain(message);
    expect(inspect(failure)).not.toContain('planted-secret');
    expect(await readFile(path, 'utf8')).toBe(damaged);
  });

  it('a folder is refused by its path', async () => {
    await expect(FileCookieJar.open(folder)).rejects.toThrow(`the cookie jar ${folder} cannot be read: EISDIR`);
  });
});

function widened(whole: string): string {
  return whole.replaceAll('"hostOnly": true', '"hostOnly": false');
}

describe('saving', () => {
  it('makes a file that only its owner can read, also in the place of one that all could', async () => {
    await writeFile(path, '', { mode: 0o666 });
    await chmod(path, 0o666);
    const jar = await FileCookieJar.open(path);
    await jar.setCookie('a=1; Max-Age=60', HOME);
    await jar.save();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['cookies.json']);
  });

  it.each([
    [false, ['b=2']],
    [true, ['a=1', 'b=2']],
  ])('with session: %s keeps %j', async (session, kept) => {
    const jar = await FileCookieJar.open(path, { session });
    await jar.store(HOME, ['a=1', 'b=2; Max-Age=60', 'c=3; Max-Age=0']);
    await jar.close();
    expect(await onDisk()).toEqual(kept);
    expect(jar.size).toBe(2);
  });

  it('leaves out what has expired meanwhile', async () => {
    const { jar, clock } = await quietJar();
    await clock.advance(60_000);
    await jar.setCookie('b=2; Max-Age=120', HOME);
    await jar.save();
    expect(await onDisk()).toEqual(['b=2']);
  });

  it('follows a link and keeps it', async () => {
    const target = join(folder, 'real.json');
    await writeFile(target, '');
    await symlink(target, path);
    const jar = await FileCookieJar.open(path);
    await jar.setCookie('a=1; Max-Age=60', HOME);
    await jar.close();
    expect(await onDisk()).toEqual(['a=1']);
    expect((await readdir(folder)).sort()).toEqual(['cookies.json', 'real.json']);
    expect(await readFile(target, 'utf8')).toContain('"key": "a"');
  });

  it('makes the file of an empty jar, and then writes nothing without a change', async () => {
    const jar = await FileCookieJar.open(path);
    await jar.save();
    expect(await onDisk()).toEqual([]);
    const { ino } = await stat(path);
    await jar.save();
    await jar.close();
    expect((await stat(path)).ino).toBe(ino);
  });

  it('waits for the cookies that are still being read', async () => {
    vi.resetModules();
    const { FileCookieJar: Fresh } = await import('../../src/cookies/file-cookie-jar.ts');
    const jar = await Fresh.open(path);
    const storing = jar.store(HOME, ['a=1; Max-Age=60']);
    expect(storing).toBeInstanceOf(Promise);
    await jar.close();
    expect(await onDisk()).toEqual(['a=1']);
  });

  it('is safe however many save at once, and every state on disk is a whole jar', async () => {
    const jar = await FileCookieJar.open(path, { session: true });
    await jar.save();
    let done = false;
    const seen: number[] = [];
    const reader = (async () => {
      while (!done) seen.push((await onDisk()).length);
    })();
    const saves: Promise<void>[] = [];
    for (let i = 0; i < 40; i += 1) {
      await jar.setCookie(`c${i}=${'x'.repeat(2000)}`, HOME);
      saves.push(jar.save(), jar.save());
    }
    await Promise.all(saves);
    done = true;
    await reader;
    expect(await onDisk()).toHaveLength(40);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(await readdir(folder)).toEqual(['cookies.json']);
    await jar.close();
  });

  it('that fails names the path, leaves the file and no other, and succeeds when it is tried again', async () => {
    path = join(folder, 'gone', 'cookies.json');
    const jar = await FileCookieJar.open(path);
    await jar.setCookie('a=planted-secret; Max-Age=60', HOME);
    const failure = await jar.save().catch((error: unknown) => error);
    expect(String(failure)).toContain(`the cookie jar ${path} cannot be written: ENOENT`);
    expect(inspect(failure)).not.toContain('planted-secret');
    await expect(jar.close()).rejects.toThrow('cannot be written');
    await mkdir(join(folder, 'gone'));
    await jar.save();
    expect(await onDisk()).toEqual(['a=planted-secret']);
  });
});

describe('writing by itself', () => {
  it('happens after a response changed the jar, and not after one that did not', async () => {
    const { jar, clock } = await quietJar();
    const { ino } = await stat(path);
    await clock.advance(100);
    await jar.store(HOME, ['first=1; Max-Age=60', 'bad=1; Domain=.']);
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
    // The same value with a later end is a change; a line that was refused is none.
    await jar.store(HOME, ['bad=1; Domain=.']);
    expect(clock.pending).toBe(0);
    await jar.close();
    expect((await stat(path)).ino).not.toBe(ino);
  });

  it('gathers the changes of 100 ms into one writing', async () => {
    const { jar, clock } = await quietJar();
    await jar.store(HOME, ['b=2; Max-Age=60']);
    await jar.store(HOME, ['c=3; Max-Age=60']);
    await clock.advance(99);
    expect(await onDisk()).toEqual(['first=1']);
    await clock.advance(1);
    await vi.waitFor(async () => expect(await onDisk()).toEqual(['first=1', 'b=2', 'c=3']));
    await jar.close();
    expect(clock.pending).toBe(0);
  });

  it('that fails is silent until save or close, and is not tried again without a change', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { jar, clock } = await quietJar();
    await rm(folder, { recursive: true });
    await jar.setCookie('b=2; Max-Age=60', HOME);
    await clock.advance(100);
    await expect(jar.save()).rejects.toThrow(`the cookie jar ${path} cannot be written: ENOENT`);
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
    await expect(jar.close()).rejects.toThrow(path);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('ends with close; save still works', async () => {
    const { jar, clock } = await quietJar();
    await jar.close();
    await jar.setCookie('b=2; Max-Age=60', HOME);
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
    expect(await onDisk()).toEqual(['first=1']);
    await jar.save();
    expect(await onDisk()).toEqual(['first=1', 'b=2']);
  });

  it('is finished by await using', async () => {
    {
      await using jar = await FileCookieJar.open(path);
      await jar.setCookie('a=1; Max-Age=60', HOME);
    }
    expect(await onDisk()).toEqual(['a=1']);
  });

  it('follows clear', async () => {
    const { jar } = await quietJar();
    void jar.clear();
    await jar.close();
    expect(await onDisk()).toEqual([]);
  });
});
