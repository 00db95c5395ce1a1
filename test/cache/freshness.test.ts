import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../src/cache/index.ts';
import { type Answer, at, cached, type Head } from './cached.ts';

/** Whether a second GET, so many seconds after the first, is answered from the store. */
async function second(answer: Answer | Head, shared: boolean, after = 10, headers: Head = {}): Promise<string> {
  const { answers, get, seconds } = cached(memoryCache({ shared }));
  answers('head' in answer || 'status' in answer ? (answer as Answer) : { head: answer as Head });
  await get('/', { headers: {} });
  await seconds(after);
  return (await get('/', { headers })).split(' ')[0]!;
}

const modes = [false, true];
/** The expected status, or those of a private and of a shared cache. */
type Row = [section: string, what: string, head: Head | Answer, expected: string | [string, string], after?: number];

const rows: Row[] = [
  ['4.2', 'no freshness and no validator', {}, 'miss'],
  ['5.2.2.1', 'max-age', { 'Cache-Control': 'max-age=60' }, 'hit'],
  ['5.2.2.1', 'max-age that is over', { 'Cache-Control': 'max-age=60' }, 'miss', 61],
  ['5.2.2.1', 'max-age=0', { 'Cache-Control': 'max-age=0' }, 'miss'],
  ['5.2.2.1', 'max-age in quotes', { 'Cache-Control': 'max-age="60"' }, 'hit'],
  ['5.2.2.1', 'max-age in single quotes', { 'Cache-Control': "max-age='60'" }, 'miss'],
  ['5.2.2.1', 'max-age with an open quote', { 'Cache-Control': 'max-age="60' }, 'miss'],
  ['5.2', 'a name in another case', { 'Cache-Control': 'MaX-aGe=60' }, 'hit'],
  ['5.2', 'two lines', { 'Cache-Control': ['foo', 'max-age=60'] }, 'hit'],
  ['5.2', 'an extension in front', { 'Cache-Control': 'foo=bar, max-age=60' }, 'hit'],
  ['5.2', 'max-age inside a quoted extension', { 'Cache-Control': 'foo="max-age=60"' }, 'miss'],
  ['5.2', 'no-store inside a quoted extension', { 'Cache-Control': 'foo="x, no-store", max-age=60' }, 'hit'],
  ['1.2.2', 'a leading zero', { 'Cache-Control': 'max-age=0060' }, 'hit'],
  ['1.2.2', 'a negative number', { 'Cache-Control': 'max-age=-60' }, 'miss'],
  ['1.2.2', 'a decimal', { 'Cache-Control': 'max-age=60.5' }, 'miss'],
  ['1.2.2', 'letters behind', { 'Cache-Control': 'max-age=60s' }, 'miss'],
  ['1.2.2', 'letters in front', { 'Cache-Control': 'max-age=a60' }, 'miss'],
  ['1.2.2', 'no number', { 'Cache-Control': 'max-age' }, 'miss'],
  ['1.2.2', '2^31', { 'Cache-Control': 'max-age=2147483648' }, 'hit'],
  ['1.2.2', 'more than can be counted', { 'Cache-Control': 'max-age=99999999999999999999' }, 'hit'],
  ['4.2.1', 'max-age twice, the same', { 'Cache-Control': 'max-age=60, max-age=60' }, 'hit'],
  ['4.2.1', 'max-age twice, not the same', { 'Cache-Control': 'max-age=60, max-age=0' }, 'miss'],
  ['5.2.2.10', 's-maxage', { 'Cache-Control': 's-maxage=60' }, ['miss', 'hit']],
  ['5.2.2.10', 's-maxage over max-age', { 'Cache-Control': 'max-age=1, s-maxage=60' }, ['miss', 'hit']],
  ['5.2.2.10', 's-maxage under max-age', { 'Cache-Control': 'max-age=60, s-maxage=1' }, ['hit', 'miss']],
  ['5.3', 'Expires ahead', { Expires: at(60) }, 'hit'],
  ['5.3', 'Expires over', { Expires: at(5) }, 'miss'],
  ['5.3', 'Expires ahead of an old Date', { Date: at(-100), Expires: at(60) }, 'hit'],
  ['5.3', 'Expires that was over by its Date', { Date: at(120), Expires: at(60) }, 'miss'],
  ['5.3', 'Expires: 0', { Expires: '0' }, 'miss'],
  ['5.3', 'max-age over Expires', { 'Cache-Control': 'max-age=60', Expires: at(-60) }, 'hit'],
  ['5.3', 'max-age=0 over Expires', { 'Cache-Control': 'max-age=0', Expires: at(60) }, 'miss'],
  ['5.3', 'a Expires that is no date over Last-Modified', { Expires: 'soon', 'Last-Modified': at(-1e6) }, 'miss'],
  ['5.3', 'two Expires', { Expires: [at(60), at(90)] }, 'miss'],
  ['5.3', 'Expires as of RFC 850', { Expires: 'Sunday, 06-Nov-44 08:59:37 GMT' }, 'hit'],
  ['5.3', 'Expires as of asctime', { Expires: 'Sun Nov  6 08:59:37 2044' }, 'hit'],
  ['4.2', 'Expires in lower case', { Expires: at(60).toLowerCase() }, 'hit'],
  ['5.3', 'Expires in another zone', { Expires: at(60).replace('GMT', 'EST') }, 'miss'],
  ['5.3', 'Expires in UTC', { Expires: at(60).replace('GMT', 'UTC') }, 'miss'],
  ['5.3', 'Expires without a zone', { Expires: at(60).replace(' GMT', '') }, 'miss'],
  ['5.3', 'Expires with dashes', { Expires: 'Sun, 06-Nov-2044 08:59:37 GMT' }, 'miss'],
  ['5.3', 'Expires with two spaces', { Expires: at(60).replace(', ', ',  ') }, 'miss'],
  ['5.3', 'Expires with a year of two digits', { Expires: 'Sun, 06 Nov 44 08:59:37 GMT' }, 'miss'],
  ['5.3', 'Expires with an hour of one digit', { Expires: 'Sun, 06 Nov 2044 8:59:37 GMT' }, 'miss'],
  ['5.3', 'Expires with another separator', { Expires: 'Sun, 06 Nov 2044 08.59.37 GMT' }, 'miss'],
  ['4.2.3', 'no Date', { Date: '', 'Cache-Control': 'max-age=60' }, 'hit'],
  ['4.2.3', 'a Date of long ago', { Date: at(-100), 'Cache-Control': 'max-age=60' }, 'miss'],
  ['4.2.3', 'a Date ahead', { Date: at(100), 'Cache-Control': 'max-age=60' }, 'hit'],
  ['5.1', 'Age under max-age', { Age: '40', 'Cache-Control': 'max-age=60' }, 'hit'],
  ['5.1', 'Age that makes it stale', { Age: '55', 'Cache-Control': 'max-age=60' }, 'miss'],
  ['5.1', 'Age over Expires', { Age: '100', Expires: at(60) }, 'miss'],
  ['5.1', 'Age: -1', { Age: '-1', 'Cache-Control': 'max-age=60' }, 'hit'],
  ['5.1', 'a decimal Age', { Age: '100.0', 'Cache-Control': 'max-age=60' }, 'hit'],
  ['5.1', 'an Age with a parameter', { Age: '100;a=b', 'Cache-Control': 'max-age=60' }, 'hit'],
  ['5.1', 'an Age of letters', { Age: 'abc', 'Cache-Control': 'max-age=60' }, 'hit'],
  ['5.1', 'the first of a list', { Age: '0, 100', 'Cache-Control': 'max-age=60' }, 'hit'],
  ['5.1', 'the first of two lines', { Age: ['100', '0'], 'Cache-Control': 'max-age=60' }, 'miss'],
  ['5.1', 'a huge Age', { Age: '99999999999999999999', 'Cache-Control': 'max-age=60' }, 'miss'],
  ['4.2.2', 'a tenth since Last-Modified', { 'Last-Modified': at(-200) }, 'hit', 19],
  ['4.2.2', 'a tenth since Last-Modified, over', { 'Last-Modified': at(-200) }, 'miss', 21],
  ['4.2.2', 'a Last-Modified ahead', { 'Last-Modified': at(200) }, 'miss'],
  ['4.2.2', 'a Last-Modified that is no date', { 'Last-Modified': 'yesterday' }, 'miss'],
  ['4.2.2', 'a 201', { status: 201, head: { 'Last-Modified': at(-2000) } }, 'miss'],
  [
    '4.2.2',
    'a 201 that is public',
    { status: 201, head: { 'Cache-Control': 'public', 'Last-Modified': at(-2000) } },
    'hit',
  ],
  ['5.2.2.5', 'no-store', { 'Cache-Control': 'no-store, max-age=60' }, 'miss'],
  ['5.2.2.5', 'No-StOrE', { 'Cache-Control': 'No-StOrE, max-age=60' }, 'miss'],
  ['5.2.2.4', 'no-cache', { 'Cache-Control': 'no-cache, max-age=60' }, 'miss'],
  ['5.2.2.4', 'no-cache of a field', { 'Cache-Control': 'no-cache="x-user", max-age=60' }, 'hit'],
  ['5.2.2.7', 'private', { 'Cache-Control': 'private, max-age=60' }, ['hit', 'miss']],
  ['5.2.2.7', 'private of a field', { 'Cache-Control': 'private="x-user", max-age=60' }, 'hit'],
  ['5.2.2.3', 'must-understand over no-store', { 'Cache-Control': 'must-understand, no-store, max-age=60' }, 'hit'],
  [
    '5.2.2.3',
    'must-understand of an unknown status',
    { status: 299, head: { 'Cache-Control': 'must-understand, no-store, max-age=60' } },
    'miss',
  ],
  ['5.4', 'Pragma in a response', { Pragma: 'no-cache', 'Cache-Control': 'max-age=60' }, 'hit'],
  ['RFC 8246 2', 'immutable', { 'Cache-Control': 'max-age=60, immutable' }, 'hit'],
  ['RFC 8246 2', 'immutable that is over', { 'Cache-Control': 'max-age=5, immutable' }, 'miss'],
  ['RFC 9213 2', 'a targeted max-age', { 'CDN-Cache-Control': 'max-age=60' }, ['miss', 'hit']],
  [
    'RFC 9213 2.2',
    'a targeted max-age over no-store',
    { 'CDN-Cache-Control': 'max-age=60', 'Cache-Control': 'no-store' },
    ['miss', 'hit'],
  ],
  [
    'RFC 9213 2.2',
    'a targeted no-store over max-age',
    { 'CDN-Cache-Control': 'no-store', 'Cache-Control': 'max-age=60' },
    ['hit', 'miss'],
  ],
  [
    'RFC 9213 2.1',
    'a targeted field that is no dictionary',
    { 'CDN-Cache-Control': 'Max-Age=60', 'Cache-Control': 'no-store' },
    'miss',
  ],
  [
    'RFC 9213 2.1',
    'a targeted max-age that is text',
    { 'CDN-Cache-Control': 'max-age="60"', 'Cache-Control': 'max-age=60' },
    'hit',
  ],
];

describe.each(modes)('freshness, shared: %s', (shared) => {
  it.each(rows)('RFC 9111 %s: %s', async (_section, _what, answer, expected, after) => {
    const status = typeof expected === 'string' ? expected : expected[shared ? 1 : 0];
    expect(await second(answer, shared, after)).toBe(status);
  });

  it.each([
    200, 203, 204, 299, 300, 301, 302, 303, 307, 308, 400, 403, 404, 405, 410, 414, 418, 499, 500, 501, 503, 599,
  ])('stores a %s that says how long', async (status) => {
    expect(await second({ status, head: { 'Cache-Control': 'max-age=60' } }, shared)).toBe('hit');
  });

  it.each([206, 401, 407])('does not store a %s', async (status) => {
    expect(await second({ status, head: { 'Cache-Control': 'max-age=60' } }, shared)).toBe('miss');
  });
});

/** RFC 9111 section 5.2.1: what a request says, to an answer of `max-age=60` that is 10 s old. */
const requests: [section: string, what: string, headers: Head, expected: string, stored?: string][] = [
  ['5.2.1.1', 'max-age above the age', { 'Cache-Control': 'max-age=20' }, 'hit'],
  ['5.2.1.1', 'max-age below the age', { 'Cache-Control': 'max-age=5' }, 'miss'],
  ['5.2.1.1', 'max-age=0', { 'Cache-Control': 'max-age=0' }, 'miss'],
  ['5.2.1.3', 'min-fresh that is met', { 'Cache-Control': 'min-fresh=40' }, 'hit'],
  ['5.2.1.3', 'min-fresh that is not met', { 'Cache-Control': 'min-fresh=55' }, 'miss'],
  ['5.2.1.4', 'no-cache', { 'Cache-Control': 'no-cache' }, 'miss'],
  ['5.2.1.4', 'NO-CACHE', { 'Cache-Control': 'NO-CACHE' }, 'miss'],
  ['5.2.1.5', 'no-store', { 'Cache-Control': 'no-store' }, 'bypass'],
  ['5.4', 'Pragma: no-cache', { Pragma: 'no-cache' }, 'miss'],
  ['5.4', 'Pragma beside Cache-Control', { Pragma: 'no-cache', 'Cache-Control': 'foo' }, 'hit'],
  ['5.2.1.2', 'max-stale', { 'Cache-Control': 'max-stale' }, 'stale', 'max-age=5'],
  ['5.2.1.2', 'max-stale that is enough', { 'Cache-Control': 'max-stale=10' }, 'stale', 'max-age=5'],
  ['5.2.1.2', 'max-stale that is not', { 'Cache-Control': 'max-stale=2' }, 'miss', 'max-age=5'],
  ['5.2.1.2', 'max-stale that is no number', { 'Cache-Control': 'max-stale=x' }, 'miss', 'max-age=5'],
  ['5.2.2.2', 'max-stale of must-revalidate', { 'Cache-Control': 'max-stale' }, 'miss', 'max-age=5, must-revalidate'],
  ['5.2.1.7', 'only-if-cached', { 'Cache-Control': 'only-if-cached' }, 'hit'],
  ['5.2.1.7', 'only-if-cached of a stale one', { 'Cache-Control': 'only-if-cached' }, 'miss', 'max-age=5'],
];

describe.each(modes)('request directives, shared: %s', (shared) => {
  it.each(requests)('RFC 9111 %s: %s', async (_section, _what, headers, expected, stored = 'max-age=60') => {
    expect(await second({ 'Cache-Control': stored }, shared, 10, headers)).toBe(expected);
  });

  it('RFC 9111 5.2.2.8: proxy-revalidate is for shared caches', async () => {
    const head = { 'Cache-Control': 'max-age=5, proxy-revalidate' };
    expect(await second(head, shared, 10, { 'Cache-Control': 'max-stale' })).toBe(shared ? 'miss' : 'stale');
  });

  it('RFC 9111 5.2.1.7: a 504 stands for what is not stored', async () => {
    const { client, asked } = cached(memoryCache({ shared }));
    const response = await client.get('http://site.test/', { headers: { 'Cache-Control': 'only-if-cached' } });
    expect([response.status, asked.length]).toEqual([504, 0]);
  });
});

describe('the Age of a stored answer', () => {
  it('RFC 9111 5.1: counts from the origin, in whole seconds', async () => {
    const { client, answers, seconds } = cached();
    answers({ head: { Age: '7', 'Cache-Control': 'max-age=60' } });
    await client.get('http://site.test/');
    await seconds(5.5);
    const response = await client.get('http://site.test/');
    expect(response.headers.get('age')).toBe('12');
    expect(response.cache).toEqual({ status: 'hit', age: 12, ttl: 48, key: 'http://site.test/ GET -' });
  });

  it('asks again when the clock went back', async () => {
    const { client, clock, answers, get, asked } = cached();
    answers({ head: { 'Cache-Control': 'max-age=60' } });
    await get();
    const now = clock.now.bind(clock);
    clock.now = () => now() - 3600_000;
    expect((await client.get('http://site.test/')).cache?.status).toBe('miss');
    expect(asked).toHaveLength(2);
  });
});
