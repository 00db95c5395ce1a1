import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type CacheEntry, type CacheStore, makeCache, memoryCache } from '../../src/cache/index.ts';
import {
  Client,
  cache as cachePlace,
  HandlerStack,
  type HttpRequest,
  HttpResponse,
  nodeHttpHandler,
  type RequestOptions,
  streamHandler,
} from '../../src/index.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { cached, START } from './cached.ts';

const URL_ = 'http://site.test/';
const FRESH = { 'Cache-Control': 'max-age=60' };

describe('the place in the stack', () => {
  it('is refused above redirect, with the reason', () => {
    const { layer } = memoryCache();
    const reason = /"cache" must stand below "redirect", which makes a new request for each hop/;
    expect(() => HandlerStack.create(mockHandler()).before('redirect', layer, 'cache')).toThrow(reason);
    expect(() => HandlerStack.create(mockHandler()).unshift(layer, 'cache')).toThrow(reason);
    expect(() => HandlerStack.create(mockHandler()).after('cookies', layer, 'cache')).not.toThrow();
  });

  it('does nothing without a store', () => {
    const answer = Promise.resolve(new HttpResponse());
    const next = vi.fn(() => answer);
    const options = { cache: 'reload' } as const;
    const request = {} as never;
    expect(cachePlace()(next)(request, options)).toBe(answer);
    expect(next).toHaveBeenCalledWith(request, options);
  });

  describe('with a cache that is told by its shape', () => {
    type Shape = (next: (request: HttpRequest, options: RequestOptions) => Promise<HttpResponse>) => unknown;
    const asking = (layer: Shape, options: RequestOptions = {}) => {
      const client = new Client({
        handler: HandlerStack.create(mockHandler([new HttpResponse()])),
        cache: { layer },
        ...options,
      });
      return client.get(URL_);
    };

    it('reads nothing through options that it has spread', async () => {
      Object.defineProperty(Object.prototype, 'decodeContent', { value: 'x-polluted', configurable: true });
      try {
        const response = await asking(
          (next) => (request: HttpRequest, options: RequestOptions) => next(request, { ...options }),
        );
        expect(response.request?.headers.get('accept-encoding')).not.toBe('x-polluted');
      } finally {
        Reflect.deleteProperty(Object.prototype, 'decodeContent');
      }
    });

    it('takes an answer that is no promise', async () => {
      const response = await asking(() => () => new HttpResponse(203), { cookies: true });
      expect(response.status).toBe(203);
    });
  });

  it('stores each hop by itself, and replays no cookie', async () => {
    const { answers, client, asked } = cached(memoryCache(), { cookies: true });
    answers(
      { status: 301, head: { ...FRESH, Location: '/b', 'Set-Cookie': 'a=1' } },
      { head: { ...FRESH, 'Cache-Control': 'max-age=60, public' } },
    );
    await client.get(URL_);
    const again = await client.get(`${URL_}b`);
    expect([again.cache?.status, asked.length]).toEqual(['hit', 2]);
    expect(again.headers.getSetCookie()).toEqual([]);
  });
});

describe('concurrent misses', () => {
  it('share one request', async () => {
    const { answers, get, asked } = cached();
    answers({ head: FRESH });
    const all = await Promise.all(Array.from({ length: 100 }, () => get()));
    expect(asked).toHaveLength(1);
    expect(all.filter((one) => one === 'hit body 1')).toHaveLength(99);
  });

  it('go on by themselves when nothing may be stored', async () => {
    const { answers, get, asked } = cached();
    answers({ head: { 'Cache-Control': 'no-store' } });
    await Promise.all([get(), get(), get()]);
    expect(asked).toHaveLength(3);
  });

  it('share the next request when the first is answered with a server error', async () => {
    const { answers, get, asked } = cached();
    answers({ status: 503 }, { head: FRESH });
    const all = await Promise.all(Array.from({ length: 50 }, () => get()));
    expect(asked).toHaveLength(2);
    expect(all.filter((one) => one === 'hit body 2')).toHaveLength(48);
  });

  it('go on by themselves when the origin stays broken', async () => {
    const { answers, get, asked } = cached();
    answers(...Array.from({ length: 5 }, () => ({ status: 503 })));
    await Promise.all(Array.from({ length: 5 }, () => get()));
    expect(asked).toHaveLength(5);
  });

  it('are not shared between users', async () => {
    const { get, asked } = cached();
    await Promise.all(['a', 'b'].map((user) => get('/', { headers: { Authorization: user } })));
    expect(asked).toHaveLength(2);
  });

  it('go on when the first caller stops', async () => {
    let count = 0;
    const stack = HandlerStack.create((_request, { signal }) => {
      count += 1;
      if (count > 1) return Promise.resolve(new HttpResponse(200, FRESH, 'second'));
      return new Promise((_, reject) => {
        if (signal) signal.addEventListener('abort', () => reject(signal.reason));
      });
    });
    const client = new Client({ handler: stack, cache: memoryCache() });
    const stop = new AbortController();
    const first = client.get(URL_, { signal: stop.signal });
    await vi.waitFor(() => expect(count).toBe(1));
    const others = [client.get(URL_), client.get(URL_)];
    stop.abort(new Error('mine'));
    await expect(first).rejects.toThrow('mine');
    expect((await Promise.all(others)).map(({ cache }) => cache?.status).sort()).toEqual(['hit', 'miss']);
    expect(count).toBe(2);
  });
});

describe('a store that fails', () => {
  const store = (over: Partial<CacheStore>): CacheStore => ({ ...memoryCache().store, ...over }) as CacheStore;
  const empty = { get: () => undefined, set: () => undefined, delete: () => undefined, keys: () => [] };
  const fail = () => {
    throw new Error('broken');
  };
  it.each<[string, Partial<CacheStore>]>([
    ['get throws', { ...empty, get: fail }],
    ['set throws', { ...empty, set: fail }],
    ['get rejects', { ...empty, get: async () => fail() }],
    ['set rejects', { ...empty, set: async () => fail() }],
  ])('%s: told, and a miss', async (_what, over) => {
    const errors: unknown[] = [];
    const { answers, get } = cached(makeCache(store(over)), { onError: (error) => errors.push(error) });
    answers({ head: FRESH });
    expect(await get()).toBe('miss body 1');
    expect(errors.map(String)).toContain('Error: broken');
  });

  it.each(['keys', 'delete'] as const)('%s throws: told, and the change went through', async (method) => {
    const errors: unknown[] = [];
    const over = { ...empty, keys: () => ['http://site.test/ GET -'], [method]: fail };
    const { client } = cached(makeCache(store(over)), { onError: (error) => errors.push(error) });
    expect((await client.post(URL_)).status).toBe(200);
    expect(errors.map(String)).toEqual(['Error: broken']);
  });

  it('one that hangs is left alone for a while', async () => {
    const errors: unknown[] = [];
    const get = vi.fn(() => new Promise<undefined>(() => undefined));
    const made = makeCache({ ...empty, get });
    const { client, seconds } = cached(made, { onError: (error) => errors.push(error) });
    const first = client.get(URL_);
    await seconds(3);
    expect((await first).cache?.status).toBe('miss');
    expect(String(errors[0])).toContain("the cache's store did not answer get within 2000 ms");
    const asked = get.mock.calls.length;
    expect((await client.get(URL_)).cache?.status).toBe('miss');
    expect(get).toHaveBeenCalledTimes(asked);
  });

  it('one whose set hangs is left alone for a while, and the message says so', async () => {
    const errors: unknown[] = [];
    const get = vi.fn(() => undefined);
    const set = vi.fn(() => new Promise<void>(() => undefined));
    const made = makeCache({ ...empty, get, set });
    const { answers, client, seconds } = cached(made, { onError: (error) => errors.push(error) });
    answers({ head: FRESH }, { head: FRESH }, { head: FRESH });
    const first = client.get(URL_);
    await seconds(3);
    await first;
    expect(errors.map(String)).toEqual([
      "Error: the cache's store did not answer set within 2000 ms; the call went on without it, " +
        'and nothing is looked up or stored for 30 s',
    ]);
    const asked = get.mock.calls.length;
    await client.get(URL_);
    expect([get.mock.calls.length, set.mock.calls.length]).toEqual([asked, 1]);
    await seconds(30);
    const later = client.get(URL_);
    await seconds(3);
    await later;
    expect([get.mock.calls.length > asked, set.mock.calls.length]).toEqual([true, 2]);
  });

  const whole: CacheEntry = {
    url: URL_,
    status: 200,
    statusText: 'OK',
    headers: ['Cache-Control', 'max-age=60'],
    requestedAt: START,
    receivedAt: START,
    body: Buffer.from('stored'),
  };
  const damages = Object.keys(whole).flatMap((name) =>
    [null, [[1]], { a: 1 }].map((value): [string, unknown] => [
      `${name} ${JSON.stringify(value)}`,
      { ...whole, [name]: value },
    ]),
  );
  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 5],
    ['text', 'entry'],
    ['a list of variants with null', { ...whole, variants: [null] }],
    ['variants that are no list', { ...whole, variants: null }],
    ...damages,
  ])('what is no entry is told, and a miss: %s', async (_what, given) => {
    for (const later of [false, true]) {
      const errors: unknown[] = [];
      const store = { ...empty, get: () => (later ? Promise.resolve(given) : given) } as unknown as CacheStore;
      const { get } = cached(makeCache(store), { onError: (error) => errors.push(error) });
      expect(await get()).toBe('miss body 1');
      expect(String(errors[0])).toContain("TypeError: the cache's store must give an entry, or undefined");
    }
  });

  it.each<[string, unknown, string]>([
    ['a number', 5, 'a list of keys, and gave number'],
    ['null', null, 'a list of keys, and gave null'],
    ['text', 'http://site.test/ GET -', 'a list of keys, and gave string'],
    ['a list of other things', [5, null], 'keys as text, and gave number'],
    ['nothing', undefined, 'a list of keys, and gave undefined'],
  ])('keys that are %s are told, and the change went through', async (_what, given, message) => {
    for (const later of [false, true]) {
      const errors: unknown[] = [];
      const store = { ...empty, keys: () => (later ? Promise.resolve(given) : given) } as unknown as CacheStore;
      const { client } = cached(makeCache(store), { onError: (error) => errors.push(error) });
      expect((await client.post(URL_)).status).toBe(200);
      expect(errors.map(String)).toEqual([`TypeError: the cache's store must give ${message}`]);
    }
  });

  it('what could not be taken out is not used again, and taken out later', async () => {
    const { store: kept } = memoryCache();
    let isDown = false;
    const errors: unknown[] = [];
    const out = (key: string) => {
      if (isDown) throw new Error('read-only just now');
      return kept.delete(key);
    };
    const flaky: CacheStore = {
      get: (key) => kept.get(key),
      set: (key, entry) => kept.set(key, entry),
      delete: out,
      keys: (prefix) => kept.keys(prefix),
    };
    const { answers, client, get } = cached(makeCache(flaky), { onError: (error) => errors.push(error) });
    answers({ head: FRESH }, {}, {}, { head: FRESH });
    await get();
    isDown = true;
    expect((await client.put(URL_)).status).toBe(200);
    expect(await get()).toBe('miss body 3');
    isDown = false;
    expect([await get(), await get()]).toEqual(['miss body 4', 'hit body 4']);
    expect(errors.map(String)[0]).toBe('Error: read-only just now');
  });

  it('one that hangs is waited for without end where storeTimeout is 0', async () => {
    const errors: unknown[] = [];
    let wake: () => void = () => undefined;
    const awake = new Promise<undefined>((resolve) => (wake = () => resolve(undefined)));
    const get = () => awake;
    const { client, seconds } = cached(makeCache({ ...empty, get }, { storeTimeout: 0 }), {
      onError: (error) => errors.push(error),
    });
    const call = client.get(URL_);
    await seconds(3600);
    wake();
    expect((await call).cache?.status).toBe('miss');
    expect(errors).toEqual([]);
  });

  it('purge tells by rejecting', async () => {
    await expect(makeCache({ ...empty, keys: fail }).purge(URL_)).rejects.toThrow('broken');
  });
});

it('one user’s private answer never reaches another', async () => {
  const user = fc.record({
    header: fc.constantFrom('Authorization', 'Cookie', 'X-Api-Key', 'Proxy-Authorization', 'X-Session-Token'),
    name: fc.constantFrom('ann', 'bob', 'cid', ''),
  });
  const step = fc.record({
    user,
    path: fc.constantFrom('/', '/a', '/redirect'),
    control: fc.constantFrom('max-age=60', 'private, max-age=60', 'no-cache', 'max-age=1, stale-while-revalidate=60'),
    vary: fc.constantFrom('', 'Cookie', 'Authorization', 'X-Lang', '*'),
    lang: fc.constantFrom('a', 'b'),
    wait: fc.constantFrom(0, 5),
    stream: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), fc.boolean(), async (steps, shared) => {
      const who = (headers: { get(name: string): string | null }) =>
        ['authorization', 'cookie', 'x-api-key', 'proxy-authorization', 'x-session-token']
          .map((name) => headers.get(name) ?? '')
          .join('|');
      let current: (typeof steps)[number] | undefined;
      const stack = HandlerStack.create(async (request) => {
        const lines = {
          'Cache-Control': current!.control,
          ETag: '"same"',
          ...(current!.vary && { Vary: current!.vary }),
        };
        if (request.headers.has('if-none-match') && request.headers.get('x-lang') === 'b') {
          return new HttpResponse(304, lines);
        }
        if (request.url.endsWith('/redirect')) return new HttpResponse(302, { ...lines, Location: '/a' });
        return new HttpResponse(200, lines, who(request.headers));
      });
      const client = new Client({ handler: stack, cache: memoryCache({ shared }) });
      for (const one of steps) {
        current = one;
        const headers = { ...(one.user.name && { [one.user.header]: one.user.name }), 'X-Lang': one.lang };
        const asked = new Headers(headers);
        const response = await client.get(`http://site.test${one.path}`, { headers, stream: one.stream });
        expect(await response.text()).toBe(who(asked));
        await client.drain();
      }
    }),
    { numRuns: 60 },
  );
});

describe.each([
  ['undici', undefined],
  ['node', nodeHttpHandler],
  ['stream', streamHandler],
] as const)('over %s', (_name, handler) => {
  it('stores streams, gzip and chunks, and stands in when the origin closes', async () => {
    const { gzipSync } = await import('node:zlib');
    let count = 0;
    const server = createServer((request, response) => {
      count += 1;
      if (count > 2) return void request.socket.destroy();
      response.setHeader('Cache-Control', count === 1 ? 'max-age=60' : 'max-age=0');
      response.setHeader('Content-Encoding', 'gzip');
      response.write(gzipSync(`answer ${count}`));
      return void response.end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const stack = handler === undefined ? HandlerStack.create() : HandlerStack.create(handler());
    await using client = new Client({ handler: stack, cache: memoryCache() });
    try {
      for (const status of ['miss', 'hit']) {
        const response = await client.get(url, { stream: true });
        expect([response.cache?.status, await response.text()]).toEqual([status, 'answer 1']);
      }
      expect(await client.get(url, { cache: 'reload' }).text()).toBe('answer 2');
      const stale = await client.get(url);
      expect([stale.cache?.status, await stale.text()]).toEqual(['stale', 'answer 2']);
    } finally {
      server.close();
    }
  });
});

it('calls onHeaders once, with the answer that the caller gets', async () => {
  const { answers, client, seconds } = cached();
  const head = { 'Cache-Control': 'max-age=1', ETag: '"a"' };
  answers({ head }, { status: 304, head });
  const seen: string[] = [];
  const onHeaders = (response: HttpResponse) => seen.push(`${response.status} ${response.cache?.status}`);
  await client.get(URL_, { onHeaders });
  await client.get(URL_, { onHeaders });
  await seconds(5);
  await client.get(URL_, { onHeaders });
  expect(seen).toEqual(['200 undefined', '200 hit', '200 revalidated']);
});

describe('bytes that a caller changes are the caller’s alone', () => {
  const bytesOf = async (response: HttpResponse) => (await response.bytes()).fill(88);
  const chunksOf = async (response: HttpResponse) => {
    for await (const chunk of response.body!) chunk.fill(88);
  };
  it.each<[string, RequestOptions, (response: HttpResponse) => Promise<unknown>]>([
    ['bytes()', {}, bytesOf],
    ['body', {}, chunksOf],
    ['the chunks of a stream', { stream: true }, chunksOf],
    ['bytes() of a stream', { stream: true }, bytesOf],
    ['a part', { headers: { Range: 'bytes=0-1' } }, bytesOf],
  ])('%s', async (what, options, change) => {
    const { answers, client, get } = cached();
    answers({ head: FRESH });
    if (what === 'a part') await get();
    for (const _ of [1, 2, 3]) await change(await client.get(URL_, options));
    expect(await get()).toBe('hit body 1');
  });

  it('of two that waited for one answer, too', async () => {
    const { answers, client, get } = cached();
    answers({ head: FRESH });
    const [one, other] = await Promise.all([client.get(URL_), client.get(URL_)]);
    await bytesOf(one);
    expect([await other.text(), await get()]).toEqual(['body 1', 'hit body 1']);
  });

  it('also where a store keeps and gives Buffers', async () => {
    const map = new Map<string, CacheEntry>();
    const store: CacheStore = {
      get: (key) => map.get(key),
      set: (key, entry) => void map.set(key, { ...entry, body: Buffer.from(entry.body) }),
      delete: (key) => void map.delete(key),
      keys: () => map.keys(),
    };
    const { answers, client, get } = cached(makeCache(store));
    answers({ head: FRESH });
    for (const _ of [1, 2]) await bytesOf(await client.get(URL_));
    expect(await get()).toBe('hit body 1');
  });
});

it.each([
  [204, {}],
  [301, { Location: '/b', 'Content-Length': '6' }],
])('a streamed %s is stored though nobody reads its body', async (status, head) => {
  const { answers, client } = cached();
  answers({ status, head: { ...FRESH, ...head }, body: status === 204 ? '' : 'body 1' });
  const options = { stream: true, allowRedirects: false };
  await (await client.get(URL_, options)).discard();
  const again = await client.get(URL_, options);
  expect([again.status, again.cache?.status]).toEqual([status, 'hit']);
});

it('a stream that is left half-read is not stored', async () => {
  const { answers, client, get } = cached();
  answers({ head: FRESH }, { head: FRESH });
  const response = await client.get(URL_, { stream: true });
  await response.discard();
  expect(await get()).toBe('miss body 2');
});
