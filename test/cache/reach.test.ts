import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../src/cache/index.ts';
import { type Answer, cached, type Head } from './cached.ts';

const URL_ = 'http://site.test/';
const ETag = '"a"';
const by = (user: string) => ({ headers: { Authorization: user } });
const head = (control: string, more: Head = {}) => ({ ETag, 'Cache-Control': control, ...more });
const confirms = (control: string, more: Head = {}): Answer => ({ status: 304, head: head(control, more) });

describe.each([false, true])('whose an answer is after its confirmation, shared: %s', (shared) => {
  const PRIVATE = 'private, max-age=60';

  it.each<[string, string]>([
    ['public, max-age=0', PRIVATE],
    ['public, max-age=0', 'max-age=60'],
  ])('%s, confirmed with %s, is that user’s alone', async (first, then) => {
    const { answers, client, asked, cache } = cached(memoryCache({ shared }));
    answers({ head: head(first) });
    await client.get(URL_, by('Ann'));
    for (const user of ['Ann', 'Bob']) {
      const count = asked.length;
      answers(asked.length === 1 ? confirms(then, { 'X-Account': user }) : { head: head(then, { 'X-Account': user }) });
      const response = await client.get(URL_, by(user));
      expect([response.headers.get('x-account'), asked.length]).toEqual([user, count + 1]);
    }
    const keys = [...(await cache.store.keys(''))];
    expect(keys.filter((key) => key.endsWith('*'))).toEqual([]);
  });

  it.each([false, true])('a 304 with public never gives one user’s answer to all, streamed: %s', async (stream) => {
    const { answers, client, cache } = cached(memoryCache({ shared }));
    const cookie = { headers: { Cookie: 'ann' }, stream };
    answers(
      { head: head(shared ? 'max-age=0' : 'private, max-age=0'), body: 'secret' },
      confirms('public, max-age=60'),
    );
    await (await client.get(URL_, cookie)).text();
    const own = await client.get(URL_, cookie);
    expect([own.cache?.status, await own.text()]).toEqual(['revalidated', 'secret']);
    expect(await client.get(URL_).text()).toBe('body 3');
    expect((await client.get(URL_, cookie)).cache?.status).toBe('hit');
    expect([...(await cache.store.keys(''))].filter((key) => key.endsWith('*'))).toEqual([]);
  });

  it.each<[string, Head]>([
    ['private', head('private, max-age=60')],
    ['no-store', head('no-store')],
    ['another Vary', head('public, max-age=60', { Vary: 'X-A' })],
  ])('an answer to HEAD with %s takes the answer for all out', async (_what, then) => {
    const { answers, client, get } = cached(memoryCache({ shared }));
    answers({ head: head('public, max-age=0') }, { head: then });
    await get();
    await client.head(URL_, by('Ann'));
    expect(await get()).toBe('miss body 3');
  });
});

describe.each([false, true])('the Vary of a confirmation, shared: %s', (shared) => {
  const inLanguage = (language: string) => ({ headers: { 'X-Lang': language, 'X-Kind': 'k' } });
  it.each<[string, Head, Head]>([
    ['new', {}, { Vary: 'X-Lang' }],
    ['longer', { Vary: 'X-Kind' }, { Vary: 'X-Kind, X-Lang' }],
    ['another', { Vary: 'X-Kind' }, { Vary: 'X-Lang' }],
  ])('RFC 9111 4.1: one that is %s counts from then on', async (_what, first, then) => {
    for (const control of ['max-age=60', 'public, max-age=60']) {
      const { answers, get } = cached(memoryCache({ shared }));
      answers({ head: head('public, max-age=0', first) }, confirms(control, then), { head: head(control, then) });
      expect(await get('/', inLanguage('de'))).toBe('miss body 1');
      expect(await get('/', inLanguage('de'))).toBe('revalidated body 1');
      expect(await get('/', inLanguage('de'))).toBe('hit body 1');
      expect(await get('/', inLanguage('en'))).toBe('miss body 3');
      expect([await get('/', inLanguage('de')), await get('/', inLanguage('en'))]).toEqual([
        'hit body 1',
        'hit body 3',
      ]);
    }
  });

  it('* is not stored any more', async () => {
    const { answers, get } = cached(memoryCache({ shared }));
    answers({ head: head('max-age=0') }, confirms('max-age=60', { Vary: '*' }));
    await get();
    expect(await get()).toBe('revalidated body 1');
    expect(await get()).toBe('miss body 3');
  });
});
