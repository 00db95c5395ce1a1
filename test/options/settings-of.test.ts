import Keyv from 'keyv';
import { describe, expect, it } from 'vitest';
import { fileCache, keyvCache, makeCache, memoryCache, sqliteCache } from '../../src/cache/index.ts';
import { har } from '../../src/har/index.ts';
import { Client, HandlerStack, HttpResponse, oauth2 } from '../../src/index.ts';
import { otel } from '../../src/otel/index.ts';
import { breaker, coalesce, hedge, rateLimit } from '../../src/resilience/index.ts';
import { expectations, record, routes } from '../../src/testing/index.ts';

const never = <T>(value: unknown): T => value as T;
const store = { get: () => undefined, set: () => undefined, delete: () => undefined, keys: () => [] };
const client = new Client({ handler: HandlerStack.create(async () => HttpResponse.json([])) });
const limits = { limit: 1, interval: '1s' };
const refresh = async () => 'token';

/** Each factory that takes settings, with those that it needs. */
const makers: [
  name: string,
  make: (settings: unknown) => unknown,
  needed: object,
  typo: [typo: string, meant: string] | undefined,
][] = [
  ['memoryCache', (given) => memoryCache(never(given)), {}, ['maxByte', 'maxBytes']],
  ['a cache', (given) => makeCache(store, never(given)), {}, ['shard', 'shared']],
  ['a cache', (given) => keyvCache(never(new Keyv()), never(given)), {}, ['storeTimout', 'storeTimeout']],
  ['a cache', (given) => fileCache('/tmp', never(given)), {}, ['maxEntrysize', 'maxEntrySize']],
  ['breaker', (given) => breaker(never(given)), {}, ['treshold', 'threshold']],
  ['hedge', (given) => hedge(never(given)), { after: '1s' }, ['afer', 'after']],
  ['rateLimit', (given) => rateLimit(never(given)), limits, ['bursts', 'burst']],
  ['coalesce', (given) => coalesce(never(given)), {}, undefined],
  ['oauth2', (given) => oauth2(never(given)), { refresh }, ['earlly', 'early']],
  ['otel', (given) => otel(never(given)), {}, ['tracr', 'tracer']],
  ['har', (given) => har(never(given)), {}, ['bodis', 'bodies']],
  ['record', (given) => record('/tmp/none.har', never(given)), {}, ['mod', 'mode']],
  ['routes', (given) => routes({}, never(given)), {}, ['fallbak', 'fallback']],
  ['expectations', (given) => expectations(never(given)), {}, undefined],
];

describe.each(makers)('%s', (name, make, needed, typo) => {
  it.each([5, 'text', null, true, [], () => undefined])('refuses %j in place of settings', (given) => {
    expect(() => make(given)).toThrow(TypeError);
    expect(() => make(given)).toThrow(`${name} takes `);
  });

  it('refuses a name that it has not, and inherits none', () => {
    expect(() => make({ ...needed, zzzzzz: 1 })).toThrow(`${name} has no setting zzzzzz; `);
    if (typo !== undefined) expect(() => make({ ...needed, [typo[0]]: 1 })).toThrow(`did you mean "${typo[1]}"?`);
    expect(() => make(Object.assign(Object.create({ zzzzzz: 1 }), needed))).not.toThrow();
  });
});

it('makers that need no settings take none at all', () => {
  for (const make of [memoryCache, coalesce, otel, har, expectations, breaker]) expect(() => make()).not.toThrow();
});

describe('a value of another kind, or below what there can be', () => {
  it.each<[what: string, make: () => unknown]>([
    ['memoryCache maxBytes', () => memoryCache({ maxBytes: -1 })],
    ['memoryCache maxEntrySize', () => memoryCache({ maxEntrySize: -1 })],
    ['memoryCache shared', () => memoryCache({ shared: never('yes') })],
    ['memoryCache storeTimeout', () => memoryCache({ storeTimeout: -1 })],
    ['sqliteCache without a path', () => sqliteCache(never(5))],
    ['breaker threshold', () => breaker({ threshold: -1 })],
    ['breaker window', () => breaker({ window: -1 })],
    ['breaker per', () => breaker({ per: never('host') })],
    ['hedge max', () => hedge({ after: '1s', max: -1 })],
    ['hedge after', () => hedge({ after: never('p101') })],
    ['rateLimit limit', () => rateLimit({ limit: -1, interval: '1s' })],
    ['rateLimit interval', () => rateLimit({ limit: 1, interval: never(Number.NaN) })],
    ['rateLimit burst', () => rateLimit({ ...limits, burst: 0 })],
    ['rateLimit learn', () => rateLimit({ ...limits, learn: never('yes') })],
    ['oauth2 refresh', () => oauth2(never({}))],
    ['oauth2 early', () => oauth2({ refresh, early: -1 })],
    ['otel tracer', () => otel({ tracer: never(5) })],
    ['har bodies', () => har({ bodies: -1 })],
    ['har redact', () => har({ redact: never([5]) })],
    ['record mode', () => record('/tmp/none.har', { mode: never('rewind') })],
    ['record redact', () => record('/tmp/none.har', { redact: never([5]) })],
    ['routes fallback', () => routes({}, { fallback: never(5) })],
    ['routes table', () => routes(never(null))],
  ])('%s', (_what, make) => {
    expect(make).toThrow(/must|takes|needs/);
  });

  it.each<[given: object, words: string]>([
    [{ maxPages: -1 }, 'maxPages'],
    [{ maxItems: 'all' }, 'maxItems'],
    [{ items: 5 }, 'items'],
    [{ next: 'next' }, 'next'],
    [{ delay: -1 }, 'delay'],
    [{ maxPage: 1 }, 'did you mean "maxPages"?'],
    [{ max_item: 1 }, 'did you mean "maxItems"?'],
    [{ timuot: 1 }, 'did you mean "timeout"?'],
  ])('paginate %j', async (given, words) => {
    await expect(client.paginate('http://h/', given).next()).rejects.toThrow(words);
    await expect(client.paginate('http://h/', given).next()).rejects.toThrow(TypeError);
  });
});
