import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../src/cache/index.ts';
import { at, cached, date, type Head, START } from './cached.ts';

const URL_ = 'http://site.test/';
const STALE = 'max-age=1';

describe.each([false, true])('validation, shared: %s', (shared) => {
  const fresh = () => cached(memoryCache({ shared }));

  it.each<[string, string, Head, string, string | null]>([
    ['4.3.1', 'a strong ETag', { ETag: '"a"' }, 'if-none-match', '"a"'],
    ['4.3.1', 'a weak ETag', { ETag: 'W/"a"' }, 'if-none-match', 'W/"a"'],
    ['4.3.1', 'Last-Modified', { 'Last-Modified': at(-5) }, 'if-modified-since', at(-5)],
    ['4.3.1', 'both', { ETag: '"a"', 'Last-Modified': at(-5) }, 'if-none-match', '"a"'],
    ['4.3.1', 'a Last-Modified that is no date', { 'Last-Modified': 'x' }, 'if-modified-since', null],
  ])('RFC 9111 %s: asks with %s', async (_section, _what, head, name, value) => {
    const { answers, asked, get, seconds } = fresh();
    answers({ head: { ...head, 'Cache-Control': STALE } }, { status: value === null ? 200 : 304, head });
    await get();
    await seconds(5);
    expect(await get()).toBe(value === null ? 'miss body 2' : 'revalidated body 1');
    expect(asked[1]!.headers.get(name)).toBe(value);
  });

  it('RFC 9111 3.2: a 304 updates stored fields, old and new, and no length', async () => {
    const { answers, client, seconds } = fresh();
    answers(
      { head: { ETag: '"a"', 'X-Old': '1', 'X-Both': '1', 'Content-Length': '6', 'Cache-Control': STALE } },
      {
        status: 304,
        head: { ETag: '"a"', 'X-Both': '2', 'X-New': '3', 'Content-Length': '99', 'Cache-Control': 'max-age=60' },
      },
    );
    await client.get(URL_);
    await seconds(5);
    for (const status of ['revalidated', 'hit']) {
      const { headers, cache } = await client.get(URL_);
      expect(cache?.status).toBe(status);
      expect(['x-old', 'x-both', 'x-new', 'content-length'].map((name) => headers.get(name))).toEqual([
        '1',
        '2',
        '3',
        '6',
      ]);
      expect(headers.get('date')).toBe(at(5));
    }
  });

  it('RFC 9111 4.3.3: another answer replaces the stored one', async () => {
    const { answers, get, seconds } = fresh();
    answers(
      { head: { ETag: '"a"', 'Cache-Control': STALE } },
      { head: { ETag: '"b"', 'Cache-Control': 'max-age=60' } },
    );
    await get();
    await seconds(5);
    expect(await get()).toBe('miss body 2');
    expect(await get()).toBe('hit body 2');
  });

  it('asks again without a condition after a 304 for what is not stored', async () => {
    const { answers, asked, get, seconds } = fresh();
    answers({ head: { ETag: '"a"', 'Cache-Control': STALE } }, { status: 304, head: { ETag: '"other"' } });
    await get();
    await seconds(5);
    expect(await get()).toBe('miss body 3');
    expect(asked[2]!.headers.has('if-none-match')).toBe(false);
  });

  it('hands on a 304 that nobody asked for', async () => {
    const { answers, client } = fresh();
    answers({ status: 304 });
    expect((await client.get(URL_)).status).toBe(304);
  });

  it('RFC 9111 4.1: asks about the answers to other variants', async () => {
    const { answers, asked, get } = fresh();
    const head = (tag: string) => ({ Vary: 'X-Lang', ETag: tag, 'Cache-Control': 'max-age=60' });
    answers({ head: head('"a"') }, { head: head('"b"') }, { status: 304, head: head('"a"') });
    await get('/', { headers: { 'X-Lang': 'a' } });
    await get('/', { headers: { 'X-Lang': 'b' } });
    expect(await get('/', { headers: { 'X-Lang': 'c' } })).toBe('revalidated body 1');
    expect(asked[2]!.headers.get('if-none-match')).toBe('"b", "a"');
    expect(await get('/', { headers: { 'X-Lang': 'c' } })).toBe('hit body 1');
    expect(await get('/', { headers: { 'X-Lang': 'b' } })).toBe('hit body 2');
    expect(await get('/', { headers: { 'X-Lang': 'a' } })).toBe('hit body 1');
  });
});

/** RFC 9111 section 4.3.2: the caller's own condition against a fresh stored answer. */
describe('a condition of the caller', () => {
  const tag = (value: string): Head => ({ 'If-None-Match': value });
  const since = (seconds: number): Head => ({ 'If-Modified-Since': at(seconds) });
  it.each<[string, Head, Head, number]>([
    ['a strong tag', { ETag: '"a"' }, tag('"a"'), 304],
    ['a weak tag of a strong one', { ETag: '"a"' }, tag('W/"a"'), 304],
    ['a strong tag of a weak one', { ETag: 'W/"a"' }, tag('"a"'), 304],
    ['one of a list', { ETag: '"a"' }, tag('"x", "a"'), 304],
    ['a tag with a comma', { ETag: '"a,b"' }, tag('"x", "a,b"'), 304],
    ['any', { ETag: '"a"' }, tag('*'), 304],
    ['another tag', { ETag: '"a"' }, tag('"b"'), 200],
    ['a tag where there is none', {}, tag('"b"'), 200],
    ['a date after Last-Modified', { 'Last-Modified': at(-10) }, since(-5), 304],
    ['the date of Last-Modified', { 'Last-Modified': at(-10) }, since(-10), 304],
    ['a date before Last-Modified', { 'Last-Modified': at(-10) }, since(-11), 200],
    ['a date after Date', {}, since(1), 304],
    ['no date', { 'Last-Modified': at(-10) }, { 'If-Modified-Since': 'x' }, 200],
    ['a tag counts more than a date', { ETag: '"a"', 'Last-Modified': at(-10) }, { ...tag('"b"'), ...since(0) }, 200],
  ])('of %s', async (_what, head, condition, status) => {
    const { answers, asked, client } = cached();
    answers({ head: { ...head, 'Cache-Control': 'max-age=60' } });
    await client.get(URL_);
    const response = await client.get(URL_, { headers: condition });
    expect([response.status, response.cache?.status, asked.length]).toEqual([status, 'hit', 1]);
    expect(await response.text()).toBe(status === 304 ? '' : 'body 1');
  });

  it('goes as it is to the origin, whose 304 is about what is stored only when it says so', async () => {
    const { answers, asked, client, get, seconds } = cached();
    answers({ head: { ETag: '"a"', 'Cache-Control': STALE } }, { status: 304 }, { status: 304, head: { ETag: '"a"' } });
    await get();
    await seconds(5);
    const first = await client.get(URL_, { headers: tag('"mine"') });
    expect([first.status, first.cache?.status]).toEqual([304, 'miss']);
    expect(asked[1]!.headers.get('if-none-match')).toBe('"mine"');
    const second = await client.get(URL_, { headers: tag('"a"') });
    expect([second.status, second.cache?.status]).toEqual([304, 'revalidated']);
  });

  it.each(['If-Match', 'If-Unmodified-Since'])('%s is for the origin', async (name) => {
    const { answers, get } = cached();
    answers({ head: { ETag: '"a"', 'Cache-Control': 'max-age=60' } });
    await get();
    expect(await get('/', { headers: { [name]: '"a"' } })).toBe('miss body 2');
  });
});

describe('HEAD', () => {
  it('is answered from a stored GET, without a body', async () => {
    const { answers, client, asked } = cached();
    answers({ head: { 'Content-Length': '6', 'Cache-Control': 'max-age=60' } });
    await client.get(URL_);
    const response = await client.head(URL_);
    expect([
      response.cache?.status,
      response.headers.get('content-length'),
      await response.text(),
      asked.length,
    ]).toEqual(['hit', '6', '', 1]);
  });

  it('RFC 9111 4.3.5: brings the head of the stored answer up to date', async () => {
    const { answers, client, seconds, get } = cached();
    answers(
      { head: { ETag: '"a"', 'Cache-Control': STALE, 'X-A': '1' } },
      { head: { ETag: '"a"', 'Cache-Control': 'max-age=60', 'X-A': '2' } },
    );
    await get();
    await seconds(5);
    expect((await client.head(URL_)).cache?.status).toBe('miss');
    const response = await client.get(URL_);
    expect([response.cache?.status, response.headers.get('x-a'), await response.text()]).toEqual([
      'hit',
      '2',
      'body 1',
    ]);
  });

  it('RFC 9111 4.3.5: shows that the stored answer is over', async () => {
    const { answers, client, seconds, get } = cached();
    answers(
      { head: { ETag: '"a"', 'Cache-Control': 'max-age=4' } },
      { head: { ETag: '"b"', 'Cache-Control': 'max-age=60' } },
    );
    await get();
    await seconds(5);
    await client.head(URL_);
    expect(await get()).toBe('miss body 3');
  });

  it('alone is never the answer to a GET', async () => {
    const { answers, client, get } = cached();
    answers({ head: { 'Cache-Control': 'max-age=60' } });
    await client.head(URL_);
    expect(await get()).toBe('miss body 2');
  });
});

describe('ranges out of a complete answer', () => {
  const LM = at(-10);
  it.each<[string, Head, number, string, string | null]>([
    ['first bytes', { Range: 'bytes=0-3' }, 206, 'body', 'bytes 0-3/6'],
    ['to the end', { Range: 'bytes=4-' }, 206, ' 1', 'bytes 4-5/6'],
    ['beyond the end', { Range: 'bytes=4-99' }, 206, ' 1', 'bytes 4-5/6'],
    ['the last bytes', { Range: 'bytes=-2' }, 206, ' 1', 'bytes 4-5/6'],
    ['more last bytes than there are', { Range: 'bytes=-99' }, 206, 'body 1', 'bytes 0-5/6'],
    ['behind the end', { Range: 'bytes=6-' }, 416, '', 'bytes */6'],
    ['no last bytes', { Range: 'bytes=-0' }, 416, '', 'bytes */6'],
    ['a range that goes back', { Range: 'bytes=3-1' }, 200, 'body 1', null],
    ['If-Range that fits', { Range: 'bytes=0-3', 'If-Range': '"a"' }, 206, 'body', 'bytes 0-3/6'],
    ['If-Range of another', { Range: 'bytes=0-3', 'If-Range': '"b"' }, 200, 'body 1', null],
    ['a weak If-Range', { Range: 'bytes=0-3', 'If-Range': 'W/"a"' }, 200, 'body 1', null],
    ['If-Range by its date', { Range: 'bytes=0-3', 'If-Range': LM }, 206, 'body', 'bytes 0-3/6'],
    ['If-Range by another date', { Range: 'bytes=0-3', 'If-Range': at(-9) }, 200, 'body 1', null],
  ])('RFC 9110 14: %s', async (_what, headers, status, body, range) => {
    const { answers, client, asked } = cached();
    answers({ head: { ETag: '"a"', 'Last-Modified': LM, 'Cache-Control': 'max-age=60' } });
    await client.get(URL_);
    const response = await client.get(URL_, { headers });
    expect([response.status, await response.text(), response.headers.get('content-range'), asked.length]).toEqual([
      status,
      body,
      range,
      1,
    ]);
  });

  it.each(['bytes=0-1,3-4', 'lines=1-2'])('%s is for the origin', async (range) => {
    const { answers, client } = cached();
    answers({ head: { 'Cache-Control': 'max-age=60' } }, { status: 206, head: { 'Cache-Control': 'max-age=60' } });
    await client.get(URL_);
    expect((await client.get(URL_, { headers: { Range: range } })).cache?.status).toBe('miss');
  });

  it('a part is not stored as the whole', async () => {
    const { answers, get } = cached();
    answers({ status: 206, head: { 'Content-Range': 'bytes 0-5/99', 'Cache-Control': 'max-age=60' } });
    await get('/', { headers: { Range: 'bytes=0-5' } });
    expect(await get()).toBe('miss body 2');
  });
});

it('a confirmation hands its cookies to the jar and not to the store', async () => {
  const { answers, client, seconds, asked } = cached(memoryCache(), { cookies: true });
  answers(
    { head: { ETag: '"a"', 'Cache-Control': 'no-cache', 'Set-Cookie': 'a=1' } },
    { status: 304, head: { ETag: '"a"', 'Cache-Control': 'max-age=60' } },
  );
  expect((await client.get(URL_)).headers.getSetCookie()).toEqual(['a=1']);
  await seconds(1);
  await client.get(URL_);
  expect(asked[1]!.headers.get('cookie')).toBe('a=1');
});

it('the date of the fake clock is that of the tests', () => {
  expect(date(START)).toBe('Sun, 06 Nov 2044 08:49:37 GMT');
});
