import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import Keyv from 'keyv';
import { describe, expect, it } from 'vitest';
import { fileCache, type HttpCache, keyvCache, memoryCache, sqliteCache } from '../../src/cache/index.ts';
import { Client, CookieJar, HandlerStack, HttpResponse, type RequestOptions } from '../../src/index.ts';
import { builtin } from '../../src/runtime/platform.ts';

// Node 20 has no node:sqlite.
const hasSqlite = builtin('node:sqlite') !== undefined;

/** One cache for each play, over each kind of store. */
const stores: [name: string, runs: number, make: (shared: boolean, directory: string) => HttpCache][] = [
  ['memory', 40, (shared) => memoryCache({ shared })],
  ['files', 10, (shared, directory) => fileCache(join(directory, 'files'), { shared })],
  ['Keyv', 20, (shared) => keyvCache(new Keyv(), { shared })],
];
if (hasSqlite) stores.push(['SQLite', 10, (shared, directory) => sqliteCache(join(directory, 'db'), { shared })]);

/** How a user is known to the server. */
type Way = 'Authorization' | 'Cookie' | 'X-Api-Key' | 'auth' | 'jar';
const ways: Way[] = ['Authorization', 'Cookie', 'X-Api-Key', 'auth', 'jar'];
const users = ['ann', 'bob', 'cid'];

const step = fc.record({
  user: fc.constantFrom(...users, ''),
  way: fc.constantFrom(...ways),
  path: fc.constantFrom('/a', '/b', '/to/a', '/to/b', '/away'),
  control: fc.constantFrom(
    'max-age=60',
    'private, max-age=60',
    'no-cache',
    'max-age=0, stale-while-revalidate=60',
    'no-cache="set-cookie", max-age=60',
  ),
  vary: fc.constantFrom('', 'Cookie', 'Authorization', 'X-Lang', 'X-Lang, Cookie', '*'),
  lang: fc.constantFrom('x', 'y'),
  range: fc.constantFrom('', 'bytes=0-1', 'bytes=2-'),
  confirms: fc.boolean(),
  stream: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Who asks, as the server sees it: every credential that came, and the language. */
function seenBy(headers: { get(name: string): string | null }): string {
  const told = ['authorization', 'cookie', 'x-api-key'].map((name) => headers.get(name) ?? '');
  return `${told.join('|').padEnd(40, '.')}`;
}

function optionsOf({ user, way, lang, range, stream }: Step, jars: Map<string, CookieJar>): RequestOptions {
  const headers: Record<string, string> = { 'X-Lang': lang, ...(range && { Range: range }) };
  const options: RequestOptions = { headers, stream, cookies: false };
  if (user === '') return options;
  if (way === 'auth') return { ...options, auth: { bearer: user } };
  if (way === 'jar') return { ...options, cookies: jars.get(user)! };
  headers[way] = way === 'Cookie' ? `id=${user}` : user;
  return options;
}

async function jarsOf(): Promise<Map<string, CookieJar>> {
  const jars = new Map(users.map((user) => [user, new CookieJar()]));
  for (const [user, jar] of jars) await jar.setCookie(`id=${user}; Path=/`, 'http://site.test/');
  return jars;
}

/** What the server would say to this very request, now. */
async function play(cache: HttpCache, steps: readonly Step[]): Promise<void> {
  let current: Step;
  let told = '';
  const stack = HandlerStack.create(async (request) => {
    const url = new URL(request.url);
    const head = { 'Cache-Control': current.control, ETag: '"same"', ...(current.vary && { Vary: current.vary }) };
    if (url.pathname.startsWith('/to/')) return new HttpResponse(302, { ...head, Location: url.pathname.slice(3) });
    if (url.pathname === '/away') return new HttpResponse(302, { ...head, Location: 'http://other.test/a' });
    told = seenBy(request.headers);
    if (request.headers.has('if-none-match') && current.confirms) return new HttpResponse(304, head);
    const body = Buffer.from(`${url.host} ${told}`);
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '');
    if (range === null) return new HttpResponse(200, head, body);
    const [from, to] = [Number(range[1]), range[2] === '' ? body.length - 1 : Number(range[2])];
    const part = { ...head, 'Content-Range': `bytes ${from}-${to}/${body.length}` };
    return new HttpResponse(206, part, body.subarray(from, to + 1));
  });
  const jars = await jarsOf();
  const client = new Client({ handler: stack, cache, httpErrors: false });
  // The same requests without a cache: what each user is to see.
  const bare = new Client({ handler: stack, httpErrors: false });
  for (const one of steps) {
    current = { ...one, confirms: false };
    const expected = await (await bare.get(`http://site.test${one.path}`, optionsOf(one, jars))).text();
    current = one;
    const response = await client.get(`http://site.test${one.path}`, optionsOf(one, jars));
    expect(await response.text()).toBe(expected);
    await client.drain();
  }
}

describe.each(stores)('over %s', (_name, numRuns, make) => {
  it.each([false, true])('one user’s private answer never reaches another, shared: %s', async (shared) => {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-users-'));
    let count = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), (steps) => {
          count += 1;
          return play(make(shared, join(directory, String(count))), steps);
        }),
        { numRuns },
      );
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
