import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../src/cache/index.ts';
import { ConnectError, HttpRequest } from '../../src/index.ts';
import { type Answer, at, cached, type Head } from './cached.ts';

const URL_ = 'http://site.test/';
const FRESH = { 'Cache-Control': 'max-age=60' };
const modes = [false, true];

/** RFC 9111 section 4.1: two requests, and whether the answer to one is the answer to the other. */
const variants: [what: string, vary: string | string[], first: Head, second: Head, status: string][] = [
  ['the same value', 'X-A', { 'X-A': '1' }, { 'X-A': '1' }, 'hit'],
  ['another value', 'X-A', { 'X-A': '1' }, { 'X-A': '2' }, 'miss'],
  ['no value', 'X-A', { 'X-A': '1' }, {}, 'miss'],
  ['none in both', 'X-A', {}, {}, 'hit'],
  ['one where there was none', 'X-A', {}, { 'X-A': '1' }, 'miss'],
  ['*', '*', {}, {}, 'miss'],
  ['* among others', 'X-A, *', {}, {}, 'miss'],
  ['* on a second line', ['X-A', '*'], {}, {}, 'miss'],
  ['a name in another case', 'x-a', { 'X-A': '1' }, { 'X-A': '1' }, 'hit'],
  ['two names, one differs', 'X-A, X-B', { 'X-A': '1', 'X-B': '1' }, { 'X-A': '1', 'X-B': '2' }, 'miss'],
  ['two lines', ['X-A', 'X-B'], { 'X-A': '1', 'X-B': '1' }, { 'X-A': '1', 'X-B': '2' }, 'miss'],
  ['space in a list', 'X-A', { 'X-A': '1, 2' }, { 'X-A': '1 ,2' }, 'hit'],
  ['lines in place of a list', 'X-A', { 'X-A': '1, 2' }, { 'X-A': ['1', '2'] }, 'hit'],
  ['another order', 'X-A', { 'X-A': '1, 2' }, { 'X-A': '2, 1' }, 'miss'],
  ['another case', 'X-A', { 'X-A': 'a' }, { 'X-A': 'A' }, 'miss'],
  ['a language in another case', 'Accept-Language', { 'Accept-Language': 'EN' }, { 'Accept-Language': 'en' }, 'hit'],
];

describe.each(modes)('Vary, shared: %s', (shared) => {
  it.each(variants)('RFC 9111 4.1: %s', async (_what, vary, first, second, status) => {
    const { answers, get } = cached(memoryCache({ shared }));
    answers({ head: { ...FRESH, Vary: vary } });
    await get('/', { headers: first });
    expect(await get('/', { headers: second })).toBe(`${status} body ${status === 'hit' ? 1 : 2}`);
  });

  it('keeps the answers to several variants', async () => {
    const { answers, get } = cached(memoryCache({ shared }));
    answers({ head: { ...FRESH, Vary: 'X-A' } }, { head: { ...FRESH, Vary: 'X-A' } });
    await get('/', { headers: { 'X-A': '1' } });
    await get('/', { headers: { 'X-A': '2' } });
    expect(await get('/', { headers: { 'X-A': '1' } })).toBe('hit body 1');
    expect(await get('/', { headers: { 'X-A': '2' } })).toBe('hit body 2');
  });

  it('Vary: Accept-Encoding knows the coding that is asked for below the cache', async () => {
    const { answers, get } = cached(memoryCache({ shared }));
    answers({ head: { ...FRESH, Vary: 'Accept-Encoding' } });
    await get();
    expect(await get()).toBe('hit body 1');
    expect(await get('/', { decodeContent: 'br' })).toBe('miss body 2');
    expect(await get('/', { decodeContent: false })).toBe('miss body 3');
  });
});

describe.each(modes)('invalidation, shared: %s', (shared) => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'FOO'])('RFC 9111 4.4: %s takes out its target', async (method) => {
    const { answers, get, client } = cached(memoryCache({ shared }));
    answers({ head: FRESH }, { head: { ...FRESH, Vary: 'X-A' } }, { status: 204 });
    await get('/');
    await get('/?page=2', { headers: { 'X-A': '1' } });
    expect((await client.request(method, URL_)).cache?.status).toBe('bypass');
    expect(await get('/')).toBe('miss body 4');
    expect(await get('/?page=2', { headers: { 'X-A': '1' } })).toBe('hit body 2');
  });

  it.each(['GET', 'HEAD', 'OPTIONS', 'QUERY'])('RFC 9111 4.4: %s takes out nothing', async (method) => {
    const { answers, get, client } = cached(memoryCache({ shared }));
    answers({ head: FRESH }, { status: 204 });
    await get('/');
    await client.request(method, `${URL_}#x`, { headers: { 'Cache-Control': 'no-store' } });
    expect(await get('/')).toBe('hit body 1');
  });

  it.each(['Location', 'Content-Location'])('RFC 9111 4.4: takes out its %s on the same origin', async (name) => {
    for (const [target, status] of [
      ['/other', 'miss'],
      ['http://site.test/other#part', 'miss'],
      ['http://elsewhere.test/other', 'hit'],
      ['http://site.test:81/other', 'hit'],
      ['http://[', 'hit'],
    ] as const) {
      const { answers, get, client } = cached(memoryCache({ shared }));
      answers({ head: FRESH }, { head: FRESH }, { status: 201, head: { [name]: target } });
      await get('/other');
      await get('http://elsewhere.test/other');
      await client.post(URL_);
      expect(await get('/other')).toMatch(status);
      expect(await get('http://elsewhere.test/other')).toBe('hit body 2');
    }
  });

  it.each([400, 404, 500, 503])('RFC 9111 4.4: a %s takes out nothing', async (status) => {
    const { answers, get, client } = cached(memoryCache({ shared }));
    answers({ head: FRESH }, { status });
    await get('/');
    await client.post(URL_);
    expect(await get('/')).toBe('hit body 1');
  });

  it('keeps out what was asked for before a change and came after it', async () => {
    const { answers, get, client } = cached(memoryCache({ shared }));
    answers({ head: FRESH }, { status: 204 });
    const slow = await client.get(URL_, { stream: true });
    await client.put(URL_);
    await slow.text();
    expect(await get('/')).toBe('miss body 3');
  });

  it('RFC 9875 3: takes out a group of the same origin', async () => {
    const { answers, get, client, cache } = cached(memoryCache({ shared }));
    const grouped = (groups: string) => ({ head: { ...FRESH, 'Cache-Groups': groups } });
    answers(grouped('"a", "b"'), grouped('"b"'), grouped('"a"'), { head: { 'Cache-Group-Invalidation': '"a"' } });
    await get('/1');
    await get('/2');
    await get('http://elsewhere.test/3');
    await client.post('http://site.test/change');
    expect(await get('/2')).toBe('hit body 2');
    expect(await get('http://elsewhere.test/3')).toBe('hit body 3');
    expect(await get('/1')).toBe('miss body 5');
    expect(await cache.invalidate({ group: 'b' })).toBe(1);
    expect(await get('/2')).toBe('miss body 6');
  });

  it('RFC 9875 3: a safe method takes out no group', async () => {
    const { answers, get } = cached(memoryCache({ shared }));
    answers({ head: { ...FRESH, 'Cache-Groups': '"a"' } }, { head: { 'Cache-Group-Invalidation': '"a"' } });
    await get('/1');
    await get('/2');
    expect(await get('/1')).toBe('hit body 1');
  });

  it('Clear-Site-Data takes out the origin', async () => {
    const { answers, get } = cached(memoryCache({ shared }));
    answers({ head: FRESH }, { head: FRESH }, { head: { 'Clear-Site-Data': '"cookies", "cache"' } });
    await get('/1');
    await get('http://elsewhere.test/');
    await get('/2');
    expect(await get('/1')).toBe('miss body 4');
    expect(await get('http://elsewhere.test/')).toBe('hit body 2');
  });

  it('purge and clear take out by hand', async () => {
    const { answers, get, cache } = cached(memoryCache({ shared }));
    answers({ head: FRESH }, { head: FRESH });
    await get('/1');
    await get('/2');
    await cache.purge('http://site.test/1#part');
    expect(await get('/2')).toBe('hit body 2');
    expect(await get('/1')).toBe('miss body 3');
    await cache.clear();
    expect(await get('/2')).toBe('miss body 4');
  });
});

const broken = () => new ConnectError('refused', { request: new HttpRequest('GET', URL_), code: 'ECONNREFUSED' });

describe.each(modes)('the most recent answer, shared: %s', (shared) => {
  const dated = (seconds: number, more: Head = {}): Answer => ({ head: { ...FRESH, Date: at(seconds), ...more } });
  it.each<[string, Head]>([
    ['of a URL', {}],
    ['of a variant', { Vary: 'X-A' }],
  ])('RFC 9111 4: %s stays when an older one comes to its end later', async (_what, more) => {
    const { answers, get, client } = cached(memoryCache({ shared }));
    answers(dated(0, more), dated(2, more));
    const slow = await client.get(URL_, { stream: true });
    expect(await get('/', { cache: 'reload' })).toBe('miss body 2');
    expect(await slow.text()).toBe('body 1');
    expect(await get()).toBe('hit body 2');
  });

  it.each([0, 2])('RFC 9111 4: one of %s seconds later takes the place of what was stored meanwhile', async (later) => {
    const { answers, get, client } = cached(memoryCache({ shared }));
    answers(dated(later), dated(0));
    const slow = await client.get(URL_, { stream: true });
    await get('/', { cache: 'reload' });
    await slow.text();
    expect(await get()).toBe('hit body 1');
  });
});

describe('stale answers', () => {
  it('RFC 5861 3: stale-while-revalidate gives the old one and fetches behind it', async () => {
    const { answers, get, seconds, client, asked } = cached();
    answers({ head: { 'Cache-Control': 'max-age=1, stale-while-revalidate=60' } }, { head: FRESH });
    await get();
    await seconds(5);
    expect(await get()).toBe('stale body 1');
    await client.drain();
    expect(await get()).toBe('hit body 2');
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['min-fresh=1', 'miss body 2'],
    ['min-fresh=0', 'miss body 2'],
    ['max-stale=0', 'miss body 2'],
    ['max-stale=60', 'stale body 1'],
    ['max-age=60', 'stale body 1'],
  ])('RFC 9111 5.2.1: a request with %s counts before stale-while-revalidate', async (control, expected) => {
    const { answers, get, seconds, client } = cached();
    answers({ head: { 'Cache-Control': 'max-age=1, stale-while-revalidate=60' } });
    await get();
    await seconds(5);
    expect(await get('/', { headers: { 'Cache-Control': control } })).toBe(expected);
    await client.drain();
  });

  it('RFC 5861 3: not longer than it says', async () => {
    const { answers, get, seconds } = cached();
    answers({ head: { 'Cache-Control': 'max-age=1, stale-while-revalidate=2' } });
    await get();
    await seconds(5);
    expect(await get()).toBe('miss body 2');
  });

  it.each(['must-revalidate', 'no-cache'])('RFC 9111 4.2.4: not with %s', async (directive) => {
    const { answers, get, seconds } = cached();
    const control = `max-age=1, stale-while-revalidate=60, stale-if-error=60, ${directive}`;
    answers({ head: { 'Cache-Control': control } }, { status: 503 });
    await get();
    await seconds(5);
    expect(await get()).toBe('miss body 2');
  });

  it.each([500, 502, 503, 504])('RFC 5861 4: stale-if-error stands in for a %s', async (status) => {
    const { answers, get, seconds } = cached();
    answers({ head: { 'Cache-Control': 'max-age=1, stale-if-error=10' } }, { status }, { status });
    await get();
    await seconds(5);
    expect(await get()).toBe('stale body 1');
    await seconds(10);
    expect(await get()).toBe('miss body 3');
  });

  it.each([404, 501, 429])('RFC 5861 4: and not for a %s', async (status) => {
    const { answers, get, seconds } = cached();
    answers({ head: { 'Cache-Control': 'max-age=1, stale-if-error=10' } }, { status });
    await get();
    await seconds(5);
    expect(await get()).toBe('miss body 2');
  });

  it('RFC 5861 4: a request may allow it too', async () => {
    const { answers, get, seconds } = cached();
    answers({ head: { 'Cache-Control': 'max-age=1' } }, { status: 503 });
    await get();
    await seconds(5);
    expect(await get('/', { headers: { 'Cache-Control': 'stale-if-error=10' } })).toBe('stale body 1');
  });

  it.each<[string, boolean, string]>([
    ['max-age=1', false, 'stale body 1'],
    ['max-age=1', true, 'stale body 1'],
    ['max-age=1, must-revalidate', false, 'rejected'],
    ['max-age=1, no-cache', false, 'rejected'],
    ['max-age=1, proxy-revalidate', false, 'stale body 1'],
    ['max-age=1, proxy-revalidate', true, 'rejected'],
    ['max-age=1, s-maxage=1', true, 'rejected'],
    ['max-age=1, stale-if-error=2', false, 'rejected'],
  ])('RFC 9111 4.2.4: %s, shared %s, when the origin cannot be reached: %s', async (control, shared, expected) => {
    const { answers, get, seconds } = cached(memoryCache({ shared }));
    answers({ head: { 'Cache-Control': control } }, { fails: broken() });
    await get();
    await seconds(5);
    expect(await get().catch(() => 'rejected')).toBe(expected);
  });

  it('does not stand in for a call that its caller stopped', async () => {
    const { answers, get, seconds } = cached();
    answers({ head: { 'Cache-Control': 'max-age=1' } });
    await get();
    await seconds(5);
    await expect(get('/', { signal: AbortSignal.abort(new Error('mine')) })).rejects.toThrow('mine');
  });
});

describe('authorised answers', () => {
  const Authorization = 'Bearer one';
  it.each<[string, string, string, string]>([
    ['max-age=60', 'hit', 'miss', 'miss'],
    ['max-age=60, public', 'hit', 'hit', 'hit'],
    ['max-age=60, s-maxage=60', 'hit', 'miss', 'hit'],
    ['max-age=60, must-revalidate', 'hit', 'miss', 'hit'],
  ])('RFC 9111 3.5: %s', async (control, own, other, sharing) => {
    for (const [shared, headers, status] of [
      [false, { Authorization }, own],
      [false, { Authorization: 'Bearer two' }, other],
      [false, {}, other],
      [true, { Authorization: 'Bearer two' }, sharing],
      [true, {}, sharing],
    ] as const) {
      const { answers, get } = cached(memoryCache({ shared }));
      answers({ head: { 'Cache-Control': control } });
      await get('/', { headers: { Authorization } });
      expect(await get('/', { headers })).toMatch(new RegExp(`^${status}`));
    }
  });
});

describe('what is stored of the head', () => {
  it('RFC 9111 3.1: no field of the connection, no cookie, no field that is for asking first', async () => {
    const { answers, client } = cached(memoryCache({ shared: true }));
    const gone = {
      Connection: 'X-Hop',
      'X-Hop': '1',
      'Keep-Alive': 'timeout=5',
      'Proxy-Authenticate': 'Basic',
      'Proxy-Authentication-Info': 'x',
      TE: 'trailers',
      Upgrade: 'h2c',
      'Set-Cookie': 'a=1',
      'X-Asked': '1',
      'X-Private': '1',
    };
    const control = 'max-age=60, no-cache="x-asked", private="x-private"';
    answers({ head: { ...gone, 'Cache-Control': control, 'X-Kept': '1', Trailer: 'X-T' } });
    const first = await client.get(URL_);
    expect(Object.keys(gone).filter((name) => !first.headers.has(name))).toEqual([]);
    const second = await client.get(URL_);
    expect(second.cache?.status).toBe('hit');
    expect(Object.keys(gone).filter((name) => second.headers.has(name))).toEqual([]);
    expect([second.headers.get('x-kept'), second.headers.get('trailer')]).toEqual(['1', 'X-T']);
  });
});

describe('methods', () => {
  it('RFC 9111 2: POST is not stored', async () => {
    const { answers, client, get } = cached();
    answers({ head: FRESH });
    await client.post(URL_);
    expect(await get()).toBe('miss body 2');
  });

  it('RFC 10008 2.7: QUERY is stored by its content and its type', async () => {
    const { answers, client } = cached();
    answers({ head: FRESH }, { head: FRESH });
    const query = async (body: string, type = 'text/plain') => {
      const response = await client.request('QUERY', URL_, { body, headers: { 'Content-Type': type } });
      return `${response.cache?.status} ${await response.text()}`;
    };
    await query('a');
    expect(await query('a')).toBe('hit body 1');
    expect(await query('b')).toBe('miss body 2');
    expect(await query('a', 'text/html')).toBe('miss body 3');
    expect((await client.get(URL_)).cache?.status).toBe('miss');
  });
});

describe('options.cache', () => {
  it.each<[string, string, string]>([
    ['default', 'hit body 1', 'miss body 2'],
    ['no-store', 'bypass body 2', 'bypass body 2'],
    ['reload', 'miss body 2', 'miss body 2'],
    ['no-cache', 'revalidated body 1', 'revalidated body 1'],
    ['force-cache', 'hit body 1', 'stale body 1'],
    ['only-if-cached', 'hit body 1', 'stale body 1'],
  ])('%s', async (mode, whenFresh, whenStale) => {
    for (const [wait, expected] of [
      [1, whenFresh],
      [100, whenStale],
    ] as const) {
      const { answers, get, seconds } = cached();
      const next: Answer = mode === 'no-cache' ? { status: 304, head: { ETag: '"a"' } } : { head: {} };
      answers({ head: { ...FRESH, ETag: '"a"' } }, next);
      await get();
      await seconds(wait);
      expect(await get('/', { cache: mode as 'default' })).toBe(expected);
    }
  });

  it('false is off, and another word or cache is the call’s', async () => {
    const { answers, get, client } = cached();
    answers({ head: FRESH });
    await get();
    expect(await get('/', { cache: false })).toBe('undefined body 2');
    expect(await get('/', { cache: memoryCache() })).toBe('miss body 3');
    const extended = client.extend({ cache: 'reload' });
    expect((await extended.get(URL_)).cache?.status).toBe('miss');
    expect((await client.extend({ cache: false }).get(URL_)).cache).toBeUndefined();
  });

  it('refuses what is no cache', async () => {
    const { client } = cached();
    await expect(client.get(URL_, { cache: 'never' as 'default' })).rejects.toThrow(
      'option cache must be a cache of sluice/cache, "default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached" or false, got "never"',
    );
  });

  it('counts what it did', async () => {
    const { answers, get, cache, client } = cached();
    answers({ head: FRESH });
    await get();
    await get();
    await client.post(URL_);
    expect(cache.stats()).toEqual({ hits: 1, misses: 1, stale: 0, revalidated: 0, bypassed: 1, stored: 1 });
  });

  it('is fetch’s own word in client.fetch', async () => {
    const { answers, client, asked } = cached();
    answers({ head: { ...FRESH, ETag: '"a"' } });
    const text = async (init?: RequestInit) => (await client.fetch(URL_, init)).text();
    expect([await text(), await text(), await text({ cache: 'reload' })]).toEqual(['body 1', 'body 1', 'body 2']);
    expect(asked).toHaveLength(2);
    const { status } = await client.fetch(URL_, { cache: 'force-cache', headers: { 'If-None-Match': '"a"' } });
    expect(status).toBe(200);
  });
});

it('Last-Modified of the answer is what a second cache would ask with', async () => {
  const { answers, client } = cached();
  answers({ head: { ...FRESH, 'Last-Modified': at(-10) } });
  await client.get(URL_);
  expect((await client.get(URL_)).headers.get('last-modified')).toBe(at(-10));
});
