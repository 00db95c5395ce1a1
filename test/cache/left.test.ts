import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Keyv from 'keyv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CacheSettings, fileCache, type HttpCache, keyvCache, memoryCache } from '../../src/cache/index.ts';
import { Client } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { cached } from './cached.ts';

const URL_ = 'http://site.test/';
const FRESH = { 'Cache-Control': 'public, max-age=60' };
const MOVED = { status: 301, head: { ...FRESH, Location: '/x' } };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-left-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let count = 0;
const stores: [string, (settings: CacheSettings) => HttpCache][] = [
  ['memory', memoryCache],
  ['file', (settings) => fileCache(join(folder, String(count++)), settings)],
  ['keyv', (settings) => keyvCache(new Keyv(), settings)],
];

describe.each(stores)('over the %s store', (_name, cacheOf) => {
  it.each([
    ['private', true, 0],
    ['shared', true, 0],
    ['private', true, 20],
    ['private', false, 0],
  ])('a chunked redirect is asked for once: %s, stream %s, its end %s ms late', async (whose, stream, late) => {
    const asked: Record<string, number> = {};
    const server = createServer(({ url = '' }, response) => {
      asked[url] = (asked[url] ?? 0) + 1;
      response.writeHead(url === '/r' ? 301 : 200, url === '/r' ? MOVED.head : FRESH);
      response.write('moved');
      if (late === 0 || url !== '/r') response.end();
      else setTimeout(() => response.end(), late);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/r`;
    await using client = new Client({ cache: cacheOf({ shared: whose === 'shared' }), clock: new FakeClock() });
    try {
      for (const _ of [1, 2, 3]) expect(await client.get(url, { stream }).text()).toBe('moved');
      expect(asked).toEqual({ '/r': 1, '/x': 1 });
      const itself = await client.get(url, { stream, allowRedirects: false });
      expect([itself.status, itself.cache?.status, await itself.text()]).toEqual([301, 'hit', 'moved']);
    } finally {
      server.close();
    }
  });
});

const last = new Error('broke off');
describe('a body that is left is stored whole or not at all', () => {
  it.each([
    ['comes in pieces', [...'moved'], 'hit moved'],
    ['breaks off', ['mov', last], 'miss body 3'],
    ['is longer than 64 KiB', Array.from({ length: 70 }, () => 'x'.repeat(1024)), 'miss body 3'],
    ['is a little less', Array.from({ length: 60 }, () => 'x'.repeat(1024)), `hit ${'x'.repeat(61_440)}`],
  ])('that of a redirect %s', async (_name, chunks, then) => {
    const { answers, client, get } = cached();
    answers({ ...MOVED, chunks });
    await client.get(URL_, { stream: true }).text();
    await client.drain();
    expect(await get('/', { allowRedirects: false })).toBe(then);
  });

  it('that of a redirect shorter than it said', async () => {
    const { answers, client, get } = cached();
    answers({ ...MOVED, head: { ...MOVED.head, 'Content-Length': '70000' }, chunks: ['moved'] });
    await client.get(URL_, { stream: true }).text();
    await client.drain();
    expect(await get('/', { allowRedirects: false })).toBe('miss body 3');
  });

  it.each([404, 503])('that of a %s, after some of it was read', async (status) => {
    const { answers, client, get } = cached();
    answers({ status, head: FRESH, chunks: ['not', ' now'] });
    for await (const _chunk of await client.get(URL_, { stream: true })) break;
    await client.drain();
    expect(await get()).toBe('hit not now');
  });

  it('and is let go of when it does not end: the next call waits a moment and asks', async () => {
    let isLetGo = false;
    const endless = new ReadableStream<Uint8Array>({ cancel: () => void (isLetGo = true) });
    const { answers, client, clock, asked } = cached();
    answers({ ...MOVED, body: endless }, {});
    await client.get(URL_, { stream: true }).text();
    expect(isLetGo).toBe(false);
    const next = client.get(URL_, { allowRedirects: false });
    await clock.advance(250);
    expect([(await next).cache?.status, isLetGo, asked.length]).toEqual(['miss', true, 3]);
    await client.drain();
  });
});
