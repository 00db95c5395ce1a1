import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CacheEntry, CacheStore } from '../../src/cache/entry.ts';
import { fileCache, keyvCache, makeCache, memoryCache, sqliteCache } from '../../src/cache/index.ts';
import { MemoryStore } from '../../src/cache/stores/memory.ts';
import { builtin } from '../../src/runtime/platform.ts';
import { cached } from './cached.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cache-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hasSqlite = builtin('node:sqlite') !== undefined;

/** What a Keyv does, over a map and through JSON, as its adapters do. */
function keyv() {
  const map = new Map<string, string>();
  return {
    map,
    get: async (key: string) => (map.has(key) ? (JSON.parse(map.get(key)!) as unknown) : undefined),
    set: async (key: string, value: unknown) => map.set(key, JSON.stringify(value)) !== undefined,
    delete: async (key: string) => map.delete(key),
  };
}

let count = 0;
const stores: [string, () => CacheStore][] = [
  ['memory', () => memoryCache().store],
  ['file', () => fileCache(join(folder, String(count++))).store],
  ['keyv', () => keyvCache(keyv()).store],
];
// Node 20 has no node:sqlite.
if (hasSqlite) stores.push(['sqlite', () => sqliteCache(join(folder, `${count++}.db`)).store]);

const entry = (body: string, over: Partial<CacheEntry> = {}): CacheEntry => ({
  url: 'http://a.test/',
  status: 200,
  statusText: 'OK',
  headers: ['ETag', '"a"', 'X-A', '\xe9'],
  requestedAt: 1,
  receivedAt: 2.5,
  body: new TextEncoder().encode(body),
  ...over,
});

describe.each(stores)('the %s store', (_name, make) => {
  it('gives what was set, and nothing for another key', async () => {
    const store = make();
    await store.set('http://a.test/ GET -', entry('one'));
    const found = await store.get('http://a.test/ GET -');
    expect({ ...found, body: [...found!.body], variants: undefined }).toEqual({
      ...entry('one'),
      body: [...entry('one').body],
      variants: undefined,
    });
    expect(await store.get('http://a.test/ GET *')).toBeUndefined();
  });

  it('replaces and deletes, also what is not there', async () => {
    const store = make();
    await store.set('http://a.test/ GET -', entry('one'));
    await store.set('http://a.test/ GET -', entry('two'));
    expect(new TextDecoder().decode((await store.get('http://a.test/ GET -'))!.body)).toBe('two');
    await store.delete('http://a.test/ GET -');
    await store.delete('http://a.test/ GET -');
    expect(await store.get('http://a.test/ GET -')).toBeUndefined();
    expect([...(await store.keys(''))]).toEqual([]);
  });

  it('knows the keys of a URL, of an origin and all', async () => {
    const store = make();
    const keys = ['http://a.test/ GET -', 'http://a.test/ GET * x', 'http://a.test/%25_ GET -', 'http://b.test/ GET -'];
    for (const key of keys) await store.set(key, entry('x'));
    const sorted = async (prefix: string) => [...(await store.keys(prefix))].sort();
    expect(await sorted('http://a.test/ ')).toEqual([keys[1], keys[0]].sort());
    expect(await sorted('http://a.test/')).toEqual(keys.slice(0, 3).sort());
    expect(await sorted('')).toEqual([...keys].sort());
    expect(await sorted('http://c.test/ ')).toEqual([]);
  });

  it('keeps bytes, empty bodies and lists of variants', async () => {
    const store = make();
    const body = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
    const variants = [{ names: ['x-a'], key: 'k', etag: null }];
    await store.set('u GET -', entry('', { body }));
    await store.set('u GET *', entry('', { variants }));
    expect(Buffer.compare((await store.get('u GET -'))!.body, body)).toBe(0);
    const list = await store.get('u GET *');
    expect([list!.body.byteLength, list!.variants]).toEqual([0, variants]);
  });

  it('is a store of a client', async () => {
    const { answers, get, client, cache } = cached(makeCache(make()));
    answers({ head: { 'Cache-Control': 'max-age=60', Vary: 'X-A' } }, { head: { 'Cache-Control': 'max-age=60' } }, {});
    await get();
    await get('/2');
    expect([await get(), await get('/2')]).toEqual(['hit body 1', 'hit body 2']);
    await client.post('http://site.test/');
    expect([await get(), await get('/2')]).toEqual(['miss body 4', 'hit body 2']);
    await cache.clear();
    expect(await get('/2')).toBe('miss body 5');
  });
});

describe('memoryCache', () => {
  it('lets what was not used for longest go first', () => {
    const store = new MemoryStore(2500);
    for (const key of ['a', 'b', 'c']) store.set(key, entry('x'.repeat(100)));
    expect(store.keys('')).toEqual(['a', 'b', 'c']);
    store.get('a');
    store.set('d', entry('x'.repeat(100)));
    expect(store.keys('')).toEqual(['c', 'a', 'd']);
    expect(store.bytes).toBeLessThanOrEqual(2500);
    store.set('e', entry('x'.repeat(5000)));
    expect(store.keys('')).toEqual(['c', 'a', 'd']);
  });

  it.each([0, -1, 1.5, Number.NaN, '5'])('refuses maxBytes: %s', (maxBytes) => {
    expect(() => memoryCache({ maxBytes: maxBytes as number })).toThrow(RangeError);
  });

  it('stores no body above maxEntrySize, announced or not', async () => {
    const { answers, get } = cached(memoryCache({ maxEntrySize: 5 }));
    const head = { 'Cache-Control': 'max-age=60' };
    answers({ head: { ...head, 'Content-Length': '6' } }, { head }, { head });
    await get();
    await get();
    await get('/', { stream: true });
    expect(await get()).toBe('miss body 4');
  });
});

describe('what a maker is given', () => {
  it.each<[string, () => unknown, string]>([
    [
      'no store',
      () => makeCache(undefined as never),
      'makeCache takes a store with get, set, delete, keys; got undefined',
    ],
    ['text', () => makeCache('x' as never), 'makeCache takes a store with get, set, delete, keys; got string'],
    ['half a store', () => makeCache({ get() {}, keys() {} } as never), 'there is no set, delete'],
    [
      'a number',
      () => memoryCache(5 as never),
      'memoryCache takes { maxBytes, shared, maxEntrySize, storeTimeout }, got number',
    ],
    [
      'null',
      () => memoryCache(null as never),
      'memoryCache takes { maxBytes, shared, maxEntrySize, storeTimeout }, got null',
    ],
    [
      'another name',
      () => memoryCache({ max: 5 } as never),
      'memoryCache has no setting max; there are maxBytes, shared',
    ],
    ['another case', () => memoryCache({ maxbytes: 5 } as never), 'memoryCache has no setting maxbytes'],
    ['a list', () => fileCache('x', [] as never), 'a cache takes { shared, maxEntrySize, storeTimeout }, got a list'],
    [
      'maxBytes of files',
      () => fileCache('x', { maxBytes: 5 } as never),
      'a cache has no setting maxBytes; there are shared',
    ],
  ])('is refused: %s', (_what, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it.each<[unknown, string]>([
    [undefined, 'invalidate takes { group, origin }, got undefined'],
    [{}, 'invalidate needs the name of a group, got undefined'],
    [{ group: 5 }, 'invalidate needs the name of a group, got number'],
    [{ groups: 'a' }, 'invalidate has no setting groups'],
  ])('invalidate(%j) rejects', async (what, message) => {
    await expect(memoryCache().invalidate(what as never)).rejects.toThrow(message);
  });

  it('purge of what is no absolute URL rejects', async () => {
    await expect(memoryCache().purge('news')).rejects.toThrow(TypeError);
  });
});

describe('fileCache', () => {
  const head = { 'Cache-Control': 'max-age=60' };
  async function filesIn(directory: string): Promise<string[]> {
    return (await readdir(directory, { recursive: true, withFileTypes: true }))
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name));
  }

  it('is there for the next process, and for its owner alone', async () => {
    const directory = join(folder, 'owner');
    const first = cached(fileCache(directory));
    first.answers({ head });
    await first.get();
    const [file] = await filesIn(directory);
    expect((await stat(file!)).mode & 0o777).toBe(0o600);
    expect(await cached(fileCache(directory)).get()).toBe('hit body 1');
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['empty', () => Buffer.alloc(0)],
    ['changed', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from('X')])],
    ['something else', () => Buffer.from('{"no":"entry"}\nand no digest either, of any kind')],
  ])('a file that is %s is told, gone, and a miss', async (what, damage) => {
    const directory = join(folder, `damaged ${what}`);
    const errors: unknown[] = [];
    const { answers, get } = cached(fileCache(directory), { onError: (error) => errors.push(error) });
    answers({ head });
    await get();
    const [file] = await filesIn(directory);
    await writeFile(file!, damage(await readFile(file!)));
    expect(await get()).toBe('miss body 2');
    expect(String(errors[0])).toContain('was damaged and is gone');
    expect(await filesIn(directory)).toEqual([]);
  });

  it('a directory that cannot be written is told, and no failure', async () => {
    const directory = join(folder, 'a file');
    await writeFile(directory, '');
    const errors: unknown[] = [];
    const { answers, get } = cached(fileCache(directory), { onError: (error) => errors.push(error) });
    answers({ head });
    expect(await get()).toBe('miss body 1');
    expect(String(errors.at(-1))).toMatch(/ENOTDIR|EEXIST|could not be written/);
  });

  it('refuses no path', () => {
    expect(() => fileCache('')).toThrow('a file cache needs the path of its directory');
  });
});

describe('sqliteCache', () => {
  it.skipIf(hasSqlite)('says where there is no node:sqlite', () => {
    expect(() => sqliteCache('x.db')).toThrow('sqliteCache needs node:sqlite');
  });

  it.runIf(hasSqlite)('a damaged database is told, and no failure', async () => {
    const path = join(folder, 'damaged.db');
    await writeFile(path, 'this is no database, and long enough to be looked at as one'.repeat(100));
    const errors: unknown[] = [];
    const { answers, get } = cached(sqliteCache(path), { onError: (error) => errors.push(error) });
    answers({ head: { 'Cache-Control': 'max-age=60' } });
    expect(await get()).toBe('miss body 1');
    expect(String(errors[0])).toContain('cannot be used: file is not a database; move it away to begin anew');
  });
});

describe.runIf(hasSqlite)('a SQLite database', () => {
  interface Database {
    exec(sql: string): void;
    prepare(sql: string): { run(...values: unknown[]): unknown };
    close(): void;
  }
  type Sqlite = { DatabaseSync: new (path: string) => Database };
  const opened = (path: string) => new (builtin<Sqlite>('node:sqlite')!.DatabaseSync)(path);
  const head = { 'Cache-Control': 'max-age=60' };

  it('is for its owner alone, with the files beside it', async () => {
    const path = join(folder, 'own.db');
    const { answers, get } = cached(sqliteCache(path));
    answers({ head });
    await get();
    const names = (await readdir(folder)).filter((name) => name.startsWith('own.db'));
    expect(names.sort()).toEqual(['own.db', 'own.db-shm', 'own.db-wal']);
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it.each(['body', 'head'])(
    'whose %s was changed and is as long as before is told, gone, and a miss',
    async (column) => {
      const path = join(folder, `changed ${column}.db`);
      const errors: unknown[] = [];
      const { answers, get, cache } = cached(sqliteCache(path), { onError: (error) => errors.push(error) });
      answers({ head });
      await get();
      const other = opened(path);
      if (column === 'body') other.prepare('UPDATE sluice_cache SET body = ?').run(Buffer.from('body X'));
      else other.exec("UPDATE sluice_cache SET head = replace(head, 'max-age=60', 'max-age=99')");
      other.close();
      expect(await get()).toBe('miss body 2');
      expect(String(errors[0])).toContain('was damaged and is gone: its bytes are not those that were written');
      expect(await cache.store.keys('')).toEqual([]);
    },
  );

  it('that another process holds is told once, read on, and written again after a second', async () => {
    const path = join(folder, 'held.db');
    const errors: unknown[] = [];
    const { answers, get, client, seconds } = cached(sqliteCache(path), { onError: (error) => errors.push(error) });
    answers(...Array.from({ length: 6 }, () => ({ head })));
    await get();
    const other = opened(path);
    other.exec('BEGIN IMMEDIATE');
    expect([await get('/2'), await get('/3'), await get()]).toEqual(['miss body 2', 'miss body 3', 'hit body 1']);
    expect(errors.map(String)).toEqual([`Error: the cache database ${path} is held by another process`]);
    await client.post('http://site.test/');
    expect(await get()).toBe('miss body 5');
    other.exec('COMMIT');
    other.close();
    await seconds(2);
    expect([await get('/2'), await get('/2')]).toEqual(['miss body 6', 'hit body 6']);
  });

  it('that another process holds when it is opened first is told, and no damage', async () => {
    const path = join(folder, 'held first.db');
    const other = opened(path);
    other.exec('CREATE TABLE a (b)');
    other.exec('BEGIN EXCLUSIVE');
    const errors: unknown[] = [];
    const { answers, get, seconds } = cached(sqliteCache(path), { onError: (error) => errors.push(error) });
    answers({ head }, { head });
    expect(await get()).toBe('miss body 1');
    expect(String(errors[0])).toBe(`Error: the cache database ${path} is held by another process`);
    other.exec('COMMIT');
    other.close();
    await seconds(2);
    expect([await get(), await get()]).toEqual(['miss body 2', 'hit body 2']);
  });
});

it('keyvCache takes a damaged entry out, and refuses what is no Keyv', async () => {
  const backing = keyv();
  const errors: unknown[] = [];
  const { answers, get } = cached(keyvCache(backing), { onError: (error) => errors.push(error) });
  answers({ head: { 'Cache-Control': 'max-age=60' } });
  await get();
  backing.map.set('entry:http://site.test/ GET -', '{"head":"{}","body":""}');
  expect(await get()).toBe('miss body 2');
  expect(String(errors[0])).toContain('was damaged and is gone');
  expect(() => keyvCache({} as never)).toThrow('a Keyv cache needs a Keyv');
});
