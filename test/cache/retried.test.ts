import { describe, expect, it } from 'vitest';
import { Client, HandlerStack, HttpResponse, NetworkError } from '../../src/index.ts';
import { cached } from './cached.ts';

const URL_ = 'http://site.test/';
const STORED = { 'Cache-Control': 'max-age=60', 'Retry-After': '1' };

describe('an answer out of the store is not retried: nobody was asked, and it would be the same', () => {
  it.each([503, 429, 500])('a stored %s', async (status) => {
    const { answers, client, asked } = cached();
    answers({ status, head: STORED });
    await client.get(URL_);
    const again = await client.get(URL_, { retry: 3 });
    expect([again.status, again.cache?.status, again.attempts, asked.length]).toEqual([status, 'hit', 1, 1]);
  });

  it('a stale one that stands in', async () => {
    const { answers, client, asked, seconds } = cached();
    const lost = new NetworkError('reset', { request: undefined as never, code: 'ECONNRESET' });
    answers({ status: 503, head: { 'Cache-Control': 'max-age=1' } }, { fails: lost });
    await client.get(URL_);
    await seconds(5);
    const again = await client.get(URL_, { retry: 3 });
    expect([again.status, again.cache?.status, again.attempts, asked.length]).toEqual([503, 'stale', 1, 2]);
  });

  it('the 504 of only-if-cached', async () => {
    const { client, asked } = cached();
    const response = await client.get(URL_, { retry: 3, cache: 'only-if-cached' });
    expect([response.status, response.attempts, asked.length]).toEqual([504, 1, 0]);
  });

  it('the 504 of only-if-cached without a cache', async () => {
    const client = new Client({ handler: HandlerStack.create(async () => new HttpResponse()), httpErrors: false });
    expect((await client.get(URL_, { retry: 3, cache: 'only-if-cached' })).attempts).toBe(1);
  });

  it('and earns nothing for the budget of those that are sent', async () => {
    const { answers, client, clock, asked } = cached();
    const retry = { limit: 1, budget: { ratio: 0.2, min: 0 } };
    answers({ head: { 'Cache-Control': 'max-age=60' } });
    await client.get(URL_);
    for (let count = 0; count < 20; count++) await client.get(URL_, { retry });
    answers({ status: 503 });
    const failed = client.get('http://site.test/other', { retry });
    await clock.advance(10_000);
    expect((await failed).status).toBe(503);
    expect(asked).toHaveLength(2);
  });
});

it('an answer of the origin is retried as ever, and the good one is stored', async () => {
  const { answers, client, clock, asked, get } = cached();
  answers({ status: 503 }, { head: { 'Cache-Control': 'max-age=60' } });
  const answer = client.get(URL_, { retry: 1 });
  await clock.advance(10_000);
  expect([(await answer).status, (await answer).attempts, asked.length]).toEqual([200, 2, 2]);
  expect(await get()).toBe('hit body 2');
});

it.each([false, true])(
  'an answer that is retried may be stored, and the origin is asked again: stream %s',
  async (stream) => {
    const { answers, client, clock, asked, get } = cached();
    answers({ status: 503, head: { 'Cache-Control': 'max-age=60' }, chunks: ['not', ' now'] }, { head: STORED });
    const answer = client.get(URL_, { retry: 1, stream });
    await clock.advance(10_000);
    expect([(await answer).status, await (await answer).text(), asked.length]).toEqual([200, 'body 2', 2]);
    expect(await get()).toBe('hit body 2');
  },
);

it('a confirmed 503 is the origin’s word, and is retried', async () => {
  const { answers, client, clock, asked, seconds } = cached();
  const head = { ETag: '"a"', 'Cache-Control': 'max-age=0' };
  answers({ status: 503, head }, { status: 304, head: { ETag: '"a"' } }, { head });
  await client.get(URL_);
  await seconds(5);
  const answer = client.get(URL_, { retry: 1 });
  await clock.advance(10_000);
  expect([(await answer).status, asked.length]).toEqual([200, 3]);
});
