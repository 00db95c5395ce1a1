import { describe, expect, it } from 'vitest';
import { memoryCache } from '../../src/cache/index.ts';
import { NetworkError, type RequestOptions } from '../../src/index.ts';
import { type Answer, at, cached, type Head } from './cached.ts';

const URL_ = 'http://site.test/';
const WHOLE = '0123456789';
const range = (value: string, more: Head = {}): RequestOptions => ({ headers: { Range: `bytes=${value}`, ...more } });

/** A 206 of the bytes from `first` to `last`. */
function part(first: number, last: number, head: Head = {}, whole = WHOLE): Answer {
  const lines = {
    'Content-Range': `bytes ${first}-${last}/${whole.length}`,
    'Content-Length': String(last - first + 1),
  };
  const fresh = { ETag: '"a"', 'Cache-Control': 'max-age=60' };
  return { status: 206, head: { ...lines, ...fresh, ...head }, body: whole.slice(first, last + 1) };
}

const whole = (head: Head = {}): Answer => ({
  head: { ETag: '"a"', 'Cache-Control': 'max-age=60', ...head },
  body: WHOLE,
});

describe.each([false, true])('stored parts, shared: %s', (shared) => {
  /** Answers one after the other, and what a GET with each of these options says. */
  async function run(answers: readonly Answer[], calls: readonly RequestOptions[], wait = 0) {
    const world = cached(memoryCache({ shared }));
    world.answers(...answers);
    const seen: string[] = [];
    for (const options of calls) {
      const response = await world.client.get(URL_, options);
      seen.push(`${response.cache?.status} ${response.status} ${await response.text()}`);
      await world.seconds(wait);
    }
    return { ...world, seen };
  }

  it.each<[what: string, first: RequestOptions, second: RequestOptions, expected: string]>([
    ['the same range', range('2-5'), range('2-5'), 'hit 206 2345'],
    ['a range within', range('2-5'), range('3-4'), 'hit 206 34'],
    ['one that goes further', range('2-5'), range('3-6'), 'miss 206 3456'],
    ['one that begins before', range('2-5'), range('1-3'), 'miss 206 123'],
    ['an open one', range('2-5'), range('2-'), 'miss 206 23456789'],
  ])('RFC 9111 3.3: answer %s', async (_what, first, second, expected) => {
    const [from, to] = /bytes=(\d+)-(\d*)/.exec((second.headers as Head)['Range'] as string)!.slice(1);
    const more = part(Number(from), to === '' ? 9 : Number(to));
    const { seen } = await run([part(2, 5), more], [first, second]);
    expect(seen[1]).toBe(expected);
  });

  it.each([
    ['an open range up to the end', '7-', '789'],
    ['the last bytes', '-2', '89'],
    ['a range beyond the end', '8-99', '89'],
  ])('RFC 9110 14.1.2: %s is answered from the part that holds the end', async (_what, asked, body) => {
    const { seen, client } = await run([part(5, 9)], [range('5-9'), range(asked)]);
    expect(seen[1]).toBe(`hit 206 ${body}`);
    const { headers } = await client.get(URL_, range(asked));
    expect(headers.get('content-range')).toBe(`bytes ${10 - body.length}-9/10`);
    expect(headers.get('content-length')).toBe(String(body.length));
  });

  it('RFC 9110 15.5.17: a range behind the end is a 416', async () => {
    const { seen, client } = await run([part(0, 4)], [range('0-4'), range('10-')]);
    expect(seen[1]).toBe('hit 416 ');
    expect((await client.get(URL_, range('10-'))).headers.get('content-range')).toBe('bytes */10');
  });

  it('RFC 9111 3.3: a part is never the answer to who asks for the whole', async () => {
    const { seen } = await run([part(0, 4, { ETag: '' }), whole({ ETag: '' })], [range('0-4'), {}]);
    expect(seen[1]).toBe(`miss 200 ${WHOLE}`);
  });

  it('RFC 9111 3.4: completes the part with the rest, and stores the whole', async () => {
    const { seen, asked, client } = await run(
      [part(0, 3, { 'X-A': '1' }), part(4, 9, { 'X-A': '2' })],
      [range('0-3'), {}, {}],
    );
    expect(seen.slice(1)).toEqual([`revalidated 200 ${WHOLE}`, `hit 200 ${WHOLE}`]);
    expect([asked[1]!.headers.get('range'), asked[1]!.headers.get('if-range')]).toEqual(['bytes=4-9', '"a"']);
    const { headers } = await client.get(URL_);
    expect(['content-length', 'content-range', 'x-a'].map((name) => headers.get(name))).toEqual(['10', null, '2']);
  });

  it('RFC 9111 3.4: completes with the beginning', async () => {
    const { seen, asked } = await run([part(6, 9), part(0, 5)], [range('6-9'), {}]);
    expect([seen[1], asked[1]!.headers.get('range')]).toEqual([`revalidated 200 ${WHOLE}`, 'bytes=0-5']);
  });

  it('completes a stale part too: If-Range asks whether it still holds', async () => {
    const { seen } = await run([part(0, 3), part(4, 9)], [range('0-3'), {}, {}], 40);
    expect(seen.slice(1)).toEqual([`revalidated 200 ${WHOLE}`, `hit 200 ${WHOLE}`]);
  });

  it('RFC 9110 15.3.7.3: parts that meet or overlap become one, and the whole at last', async () => {
    const calls = [range('0-3'), range('3-6'), range('1-5'), range('7-9'), {}];
    const { seen, asked } = await run([part(0, 3), part(3, 6), part(7, 9)], calls);
    expect(seen.slice(2)).toEqual(['hit 206 12345', 'miss 206 789', `hit 200 ${WHOLE}`]);
    expect(asked).toHaveLength(3);
  });

  it.each<[what: string, first: Answer, second: Answer]>([
    ['a weak tag', part(0, 3, { ETag: 'W/"a"' }), part(4, 9, { ETag: 'W/"a"' })],
    ['no tag', part(0, 3, { ETag: '' }), part(4, 9, { ETag: '' })],
    ['another tag', part(0, 3), part(4, 9, { ETag: '"b"' })],
    ['another length', part(0, 3, { 'Content-Range': 'bytes 0-3/11' }), part(4, 9)],
    ['a gap', part(0, 2), part(4, 9)],
  ])('RFC 9110 15.3.7.3: parts are not put together with %s', async (_what, first, second) => {
    const { seen, asked } = await run([first, second, whole()], [range('0-3'), range('4-9'), {}]);
    expect(seen[2]).toMatch(/ 200 0123456789$/);
    expect(asked).toHaveLength(3);
    expect(seen[2]).not.toMatch('hit');
  });

  it.each<[what: string, rest: Answer]>([
    ['another tag', part(4, 9, { ETag: '"b"' })],
    ['no tag', part(4, 9, { ETag: '' })],
    ['another range', part(5, 9)],
    ['another length', part(4, 9, { 'Content-Range': 'bytes 4-9/12' })],
    ['more bytes than it says', { ...part(4, 9), body: '4567890' }],
    ['a 416', { status: 416, head: { 'Content-Range': 'bytes */3' }, body: '' }],
  ])('asks for the whole when the rest comes with %s', async (_what, rest) => {
    const { seen, asked } = await run([part(0, 3), rest, whole()], [range('0-3'), {}]);
    expect(seen[1]).toBe(`miss 200 ${WHOLE}`);
    expect(asked[2]!.headers.has('range')).toBe(false);
  });

  it('RFC 9110 13.1.5: takes the whole that comes because it has changed', async () => {
    const changed = { ...whole({ ETag: '"b"' }), body: 'changed' };
    const { seen, asked } = await run([part(0, 3), changed], [range('0-3'), {}, {}]);
    expect(seen.slice(1)).toEqual(['miss 200 changed', 'hit 200 changed']);
    expect(asked).toHaveLength(2);
  });

  it.each<[what: string, answer: Answer]>([
    [
      'of several ranges',
      { ...part(0, 3), head: { 'Content-Type': 'multipart/byteranges; boundary=x', 'Cache-Control': 'max-age=60' } },
    ],
    ['without its range', { status: 206, head: { 'Cache-Control': 'max-age=60' }, body: '0123' }],
    ['of encoded bytes', part(0, 3, { 'Content-Encoding': 'gzip' })],
    ['that may not be stored', part(0, 3, { 'Cache-Control': 'no-store' })],
    ['whose bytes are not what it says', { ...part(0, 3), body: '01' }],
  ])('does not answer from a 206 %s', async (_what, answer) => {
    const { seen } = await run([answer, part(0, 3)], [range('0-3'), range('0-3')]);
    expect(seen[1]).toBe('miss 206 0123');
  });

  it('a part of a whole that is stored leaves it there, and one of another takes its place', async () => {
    const two = range('0-1,3-4');
    const { seen } = await run([whole(), part(0, 3), part(0, 3, { ETag: '"b"' })], [{}, two, {}, two, range('0-3')]);
    expect(seen.slice(2)).toEqual([`hit 200 ${WHOLE}`, 'miss 206 0123', 'hit 206 0123']);
  });

  it('RFC 9111 4.2: a stale part is asked about, and a 304 confirms it', async () => {
    const { seen, asked } = await run(
      [part(2, 5), { status: 304, head: { ETag: '"a"' } }],
      [range('2-5'), range('3-4')],
      70,
    );
    expect([seen[1], asked[1]!.headers.get('if-none-match')]).toEqual(['revalidated 206 34', '"a"']);
  });

  it('RFC 9111 4.1: Vary is heeded', async () => {
    const vary = { Vary: 'X-A' };
    const first = range('0-3', { 'X-A': '1' });
    const { seen } = await run([part(0, 3, vary), part(0, 3, vary)], [first, range('0-3', { 'X-A': '2' }), first]);
    expect(seen.map((one) => one.split(' ')[0])).toEqual(['miss', 'miss', 'hit']);
  });

  it('a part of another variant is not asked about for the whole, nor confirmed as it', async () => {
    const vary = { Vary: 'X-A' };
    const first = range('0-3', { 'X-A': '1' });
    const { seen, asked } = await run([part(0, 3, vary), whole()], [first, { headers: { 'X-A': '2' } }]);
    expect([seen[1], asked[1]!.headers.has('if-none-match')]).toEqual([`miss 200 ${WHOLE}`, false]);
  });

  it('If-Range with the tag of the part is answered, with another it is for the origin', async () => {
    const calls = [range('0-3'), range('0-3', { 'If-Range': '"a"' }), range('0-3', { 'If-Range': '"b"' })];
    const { seen } = await run([part(0, 3), whole()], calls);
    expect(seen.slice(1)).toEqual(['hit 206 0123', `miss 200 ${WHOLE}`]);
  });

  it.each([
    ['HEAD', '"a"', 'hit'],
    ['HEAD', '"b"', 'miss'],
  ])('RFC 9111 4.3.5: a %s with the tag %s: %s', async (_method, tag, expected) => {
    const { answers, client } = cached(memoryCache({ shared }));
    answers(part(0, 3), whole({ ETag: tag }), part(0, 3));
    await client.get(URL_, range('0-3'));
    expect((await client.head(URL_)).cache?.status).toBe('miss');
    expect((await client.get(URL_, range('0-3'))).cache?.status).toBe(expected);
  });

  it('force-cache and only-if-cached take what is there, and no less than was asked for', async () => {
    const calls = [
      range('0-3'),
      { ...range('1-2'), cache: 'force-cache' },
      { ...range('0-5'), cache: 'only-if-cached' },
    ] as const;
    const { seen, asked } = await run([part(0, 3)], calls, 70);
    expect(seen.slice(1)).toEqual(['stale 206 12', 'miss 504 ']);
    expect(asked).toHaveLength(1);
  });

  it('a heuristic counts for a part as for the whole', async () => {
    const old = part(0, 3, { 'Cache-Control': '', 'Last-Modified': at(-1000) });
    expect((await run([old], [range('0-3'), range('0-3')], 10)).seen[1]).toBe('hit 206 0123');
  });
});

describe('a stream that ends early', () => {
  const broken = (head: Head = {}): Answer => ({
    head: { ETag: '"a"', 'Cache-Control': 'max-age=60', 'Content-Length': '10', ...head },
    chunks: ['012', '345', new NetworkError('reset', { request: undefined as never, code: 'ECONNRESET' })],
  });

  it('RFC 9111 3.3: what came before is stored as a part, and completed later', async () => {
    const { answers, client, asked } = cached();
    answers(broken(), part(6, 9));
    await expect((await client.get(URL_, { stream: true })).text()).rejects.toThrow('reset');
    const inside = await client.get(URL_, range('1-4'));
    expect([inside.cache?.status, inside.status, await inside.text()]).toEqual(['hit', 206, '1234']);
    const all = await client.get(URL_, { stream: true });
    expect([all.cache?.status, all.status, await all.text()]).toEqual(['revalidated', 200, WHOLE]);
    expect(asked[1]!.headers.get('range')).toBe('bytes=6-9');
  });

  it('a part that breaks off is stored as a shorter one', async () => {
    const { answers, client } = cached();
    answers({ ...broken({ 'Content-Range': 'bytes 2-9/12', 'Content-Length': '8' }), status: 206 });
    await expect((await client.get(URL_, { ...range('2-9'), stream: true })).text()).rejects.toThrow('reset');
    const inside = await client.get(URL_, range('2-7'));
    expect([inside.cache?.status, inside.headers.get('content-range'), await inside.text()]).toEqual([
      'hit',
      'bytes 2-7/12',
      '012345',
    ]);
  });

  it.each<[what: string, head: Head]>([
    ['a weak tag', { ETag: 'W/"a"' }],
    ['no tag', { ETag: '' }],
    ['no length', { 'Content-Length': '' }],
    ['no-store', { 'Cache-Control': 'no-store' }],
  ])('nothing of it is stored with %s', async (_what, head) => {
    const { answers, client, get, asked } = cached();
    answers(broken(head), whole());
    await expect((await client.get(URL_, { stream: true })).text()).rejects.toThrow('reset');
    expect(await get()).toBe(`miss ${WHOLE}`);
    expect(asked[1]!.headers.has('range')).toBe(false);
  });

  it('one that its caller leaves is stored as far as it was read', async () => {
    const { answers, client } = cached();
    answers({ ...broken(), chunks: ['012', '3456789'] }, part(3, 9));
    for await (const _ of (await client.get(URL_, { stream: true })).body!) break;
    expect(await client.get(URL_).text()).toBe(WHOLE);
    expect((await client.get(URL_)).cache?.status).toBe('hit');
  });
});

it('completes no more than what can be stored, or what its caller takes', async () => {
  for (const [options, settings] of [
    [{ maxResponseSize: 9 }, {}],
    [{}, { maxEntrySize: 9 }],
  ] as const) {
    const { answers, client, asked } = cached(memoryCache(settings));
    answers(part(0, 3), whole());
    await client.get(URL_, range('0-3'));
    await client.get(URL_, options).catch(() => undefined);
    expect(asked[1]!.headers.has('range')).toBe(false);
  }
});
