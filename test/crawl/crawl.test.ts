import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { type CrawlOptions, crawl, type Frontier, linksOf, memoryFrontier } from '../../src/crawl/index.ts';
import { defaultStack } from '../../src/default-stack.ts';
import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

type Page = string | HttpResponse | (() => HttpResponse | Promise<HttpResponse>);

const hrefs = (...all: string[]) => all.map((href) => `<a href="${href}">x</a>`).join('');

/** A client over pages by their URL; what is not there is a 404. */
function site(pages: Record<string, Page>, clock?: FakeClock) {
  const asked: string[] = [];
  const times: number[] = [];
  const client = new Client({
    ...(clock && { clock }),
    handler: async ({ url }) => {
      asked.push(url);
      times.push(clock?.now() ?? 0);
      const page = pages[url] ?? new HttpResponse(404);
      if (typeof page === 'function') return page();
      return typeof page === 'string' ? new HttpResponse(200, { 'Content-Type': 'text/html' }, page) : page;
    },
  });
  return { client, asked, times, pagesAsked: () => asked.filter((url) => !url.endsWith('/robots.txt')) };
}

async function frontierWith(...urls: string[]) {
  const frontier = memoryFrontier();
  await frontier.add(urls.map((url) => ({ url })));
  return frontier;
}

async function linesOf(frontier: Frontier) {
  const lines: unknown[] = [];
  for await (const { line } of frontier.lines()) lines.push(JSON.parse(line));
  return lines as Record<string, unknown>[];
}

const visit: CrawlOptions['visit'] = async (response, { url, depth }) => ({
  line: { url, status: response.status, depth },
  found: await linksOf(response),
});
const A = 'http://a.example';

/** Turns the clock until the promise has settled. */
async function turned<T>(clock: FakeClock, promise: Promise<T>, step = 100): Promise<T> {
  let settled = false;
  const mark = () => {
    settled = true;
  };
  promise.then(mark, mark);
  while (!settled) {
    await new Promise(setImmediate);
    await clock.advance(step);
  }
  return promise;
}

describe('a crawl', () => {
  it('visits what the pages lead to, and says how it ended', async () => {
    const { client, asked } = site({
      [`${A}/`]: hrefs('a', '/b', 'a#x'),
      [`${A}/a`]: hrefs('/', '/gone'),
      [`${A}/b`]: '',
    });
    const frontier = await frontierWith(`${A}/`);
    const ended = await crawl(client, frontier, { visit });
    expect(ended).toEqual({ done: 4, failed: 0, stopped: false, elapsed: expect.any(Number) });
    expect((await linesOf(frontier)).map(({ url, status, depth }) => [url, status, depth])).toEqual([
      [`${A}/`, 200, 0],
      [`${A}/a`, 200, 1],
      [`${A}/b`, 200, 1],
      [`${A}/gone`, 404, 2],
    ]);
    expect(asked.filter((url) => url.endsWith('/robots.txt'))).toHaveLength(1);
  });

  it.each([
    [0, 1],
    [1, 2],
    [2, 3],
  ])('goes %d links deep', async (depth, count) => {
    const { client } = site({ [`${A}/`]: hrefs('1'), [`${A}/1`]: hrefs('2'), [`${A}/2`]: hrefs('3') });
    expect(await crawl(client, await frontierWith(`${A}/`), { visit, depth })).toMatchObject({ done: count });
  });

  it('ends at its limit, and another one goes on', async () => {
    const { client, pagesAsked } = site({ [`${A}/`]: hrefs('1', '2', '3', '4') });
    const frontier = await frontierWith(`${A}/`);
    expect(await crawl(client, frontier, { visit, limit: 3 })).toMatchObject({ done: 3, stopped: true });
    expect(await frontier.stats()).toMatchObject({ waiting: 2, leased: 0 });
    expect(await crawl(client, frontier, { visit })).toMatchObject({ done: 2, stopped: false });
    expect(new Set(pagesAsked()).size).toBe(5);
  });

  it('makes a page of where a redirect leads, on the same host name or from a start', async () => {
    const to = (Location: string) => new HttpResponse(302, { Location });
    const { client } = site({
      [`${A}/`]: to('http://www.a.example/'),
      'http://www.a.example/': hrefs('moved', 'away'),
      'http://www.a.example/moved': to('/new'),
      'http://www.a.example/away': to('http://other.example/'),
      'http://www.a.example/new': '',
    });
    const frontier = await frontierWith(`${A}/`);
    await crawl(client, frontier, { visit });
    expect((await linesOf(frontier)).map(({ url, status, depth }) => [url, status, depth])).toEqual([
      [`${A}/`, 302, 0],
      ['http://www.a.example/', 200, 0],
      ['http://www.a.example/moved', 302, 1],
      ['http://www.a.example/away', 302, 1],
      ['http://www.a.example/new', 200, 1],
    ]);
  });

  it.each<[name: string, robots: CrawlOptions['robots'], statuses: unknown[]]>([
    ['obeys robots.txt', undefined, [200, 'ERR_ROBOTS_DISALLOWED']],
    ['looks its own name up in it', { agent: 'mine' }, [200, 200]],
    ['does not ask for it when told so', false, [200, 200]],
  ])('%s', async (_name, robots, statuses) => {
    const rules = new HttpResponse(200, {}, 'User-agent: *\nDisallow: /no\n\nUser-agent: mine\nDisallow:');
    const { client } = site({ [`${A}/robots.txt`]: rules, [`${A}/`]: hrefs('no'), [`${A}/no`]: '' });
    const frontier = await frontierWith(`${A}/`);
    await crawl(client, frontier, { visit, robots });
    expect((await linesOf(frontier)).map(({ status, error }) => error ?? status)).toEqual(statuses);
  });

  it('fails when its frontier is closed with pages left', async () => {
    const frontier = await frontierWith(`${A}/`);
    const { client } = site({
      [`${A}/`]: async () => {
        await frontier[Symbol.asyncDispose]();
        return new HttpResponse(200);
      },
    });
    await expect(crawl(client, frontier, { visit, robots: false })).rejects.toThrow('the frontier was closed');
  });

  it('refuses options without a visit function', async () => {
    const { client } = site({});
    expect(() => crawl(client, memoryFrontier(), {} as CrawlOptions)).toThrow(/visit, a function/);
  });
});

describe('a page that fails', () => {
  it('is asked for again, twice, and then has a line that says why', async () => {
    const clock = new FakeClock();
    const { client, pagesAsked, times } = site({ [`${A}/`]: () => Promise.reject(new Error('lost')) }, clock);
    const frontier = memoryFrontier({ clock });
    await frontier.add([{ url: `${A}/` }]);
    const ended = await turned(clock, crawl(client, frontier, { visit, clock, robots: false }));
    expect(ended).toMatchObject({ done: 1, failed: 1 });
    expect(pagesAsked()).toHaveLength(3);
    expect([times[1]! - times[0]!, times[2]! - times[1]!]).toEqual([1000, 2000]);
    expect(await linesOf(frontier)).toEqual([
      { url: `${A}/`, error: expect.any(String), message: expect.stringContaining('lost') },
    ]);
    expect(await frontier.stats()).toMatchObject({ done: 1, failed: 1, waiting: 0 });
  });

  it('is what the caller makes of it', async () => {
    const { client } = site({ [`${A}/`]: () => Promise.reject(new Error('lost')) });
    const frontier = await frontierWith(`${A}/`);
    await crawl(client, frontier, { visit, failed: (error, { attempt }) => ({ line: [String(error), attempt] }) });
    expect(await linesOf(frontier)).toEqual([[expect.stringContaining('lost'), 1]]);
  });

  it.each<[name: string, visit: CrawlOptions['visit'], error: string]>([
    [
      'throws',
      () => {
        throw new RangeError('a mistake');
      },
      'RangeError',
    ],
    ['hangs', () => new Promise(() => {}), 'VisitTimeoutError'],
    ['gives a line that is no JSON', () => ({ line: 1n }), 'TypeError'],
    ['gives a priority that is none', () => ({ found: [{ url: '/x', priority: 7 as 0 }] }), 'TypeError'],
  ])('because visit %s does not keep the others', async (_name, bad, error) => {
    const clock = new FakeClock();
    const { client } = site({ [`${A}/bad`]: '', [`${A}/good`]: '' }, clock);
    const frontier = memoryFrontier({ clock });
    await frontier.add([{ url: `${A}/bad` }, { url: `${A}/good` }]);
    const both: CrawlOptions['visit'] = (response, one) => (one.url.endsWith('bad') ? bad : visit)(response, one);
    const run = crawl(client, frontier, { visit: both, retries: 0, visitTimeout: '1s', robots: false, clock });
    expect(await turned(clock, run)).toMatchObject({ done: 2, failed: 1 });
    const lines = await linesOf(frontier);
    expect(lines.map((line) => line['error'] ?? line['status']).sort()).toEqual([200, error].sort());
    expect(clock.pending).toBe(0);
  });

  it('with a Retry-After keeps its host waiting, and no other', async () => {
    const clock = new FakeClock();
    let busy = true;
    const answer = () => {
      const response = new HttpResponse(busy ? 429 : 200, busy ? { 'Retry-After': '5' } : {});
      busy = false;
      return response;
    };
    const { client, asked, times } = site({ [`${A}/1`]: answer, [`${A}/2`]: '', 'http://b.example/': '' }, clock);
    const frontier = memoryFrontier({ clock });
    await frontier.add([`${A}/1`, `${A}/2`, 'http://b.example/'].map((url) => ({ url })));
    await turned(clock, crawl(client, frontier, { visit, concurrency: 1, robots: false, clock }));
    const at = (url: string) => times[asked.lastIndexOf(url)]! - times[0]!;
    expect(at('http://b.example/')).toBeLessThan(500);
    expect(at(`${A}/2`)).toBeGreaterThanOrEqual(5000);
    expect(at(`${A}/1`)).toBeGreaterThanOrEqual(5000);
    expect((await linesOf(frontier)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

describe('the pace of a host', () => {
  it.each([
    ['one at a time', { concurrency: 1, interval: '1s' }],
    ['many at a time', { concurrency: 5, interval: 1000 }],
    ['a function', { interval: () => 1000 }],
  ] as const)('is kept: %s', async (_name, perHost) => {
    const clock = new FakeClock();
    const { client, times } = site({ [`${A}/`]: hrefs('1', '2', '3') }, clock);
    const frontier = memoryFrontier({ clock });
    await frontier.add([{ url: `${A}/` }]);
    await turned(clock, crawl(client, frontier, { visit, perHost, clock }));
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(gaps).toHaveLength(4);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect(clock.pending).toBe(0);
  });

  it('is kept by the next crawl of the frontier too', async () => {
    const clock = new FakeClock();
    const { client, times } = site({}, clock);
    const frontier = memoryFrontier({ clock });
    await frontier.add([{ url: `${A}/1` }, { url: `${A}/2` }]);
    const options = { visit, perHost: { interval: '1s' }, robots: false, limit: 1, clock } as const;
    await turned(clock, crawl(client, frontier, options));
    await turned(clock, crawl(client, frontier, options));
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1000);
  });
});

describe('a crawl that is stopped', () => {
  const many = Array.from({ length: 50 }, (_, i) => `${A}/${i}`);

  it('lets what was sent come to its end, and leaves the rest', async () => {
    const held: (() => void)[] = [];
    const hold = () => new Promise<HttpResponse>((resolve) => held.push(() => resolve(new HttpResponse(200))));
    const { client, asked } = site(Object.fromEntries(many.map((url) => [url, hold])));
    const frontier = await frontierWith(...many);
    const run = crawl(client, frontier, { visit, robots: false, perHost: { concurrency: 4 } });
    while (held.length < 4) await new Promise(setImmediate);
    run.stop();
    run.stop();
    for (const release of held.splice(0)) release();
    expect(await run).toMatchObject({ done: 4, stopped: true });
    expect(asked).toHaveLength(4);
    expect(await frontier.stats()).toMatchObject({ waiting: 46, leased: 0, done: 4, workers: 0 });
  });

  it('by its signal ends at once, and what was under way goes back', async () => {
    const { client, asked } = site(Object.fromEntries(many.map((url) => [url, () => new Promise(() => {})])));
    const frontier = await frontierWith(...many);
    const stop = new AbortController();
    const run = crawl(client, frontier, { visit, robots: false, signal: stop.signal });
    const ended = run.catch((error: unknown) => error);
    while (asked.length === 0) await new Promise(setImmediate);
    stop.abort('enough');
    expect(await ended).toBe('enough');
    expect(await frontier.stats()).toMatchObject({ waiting: 50, leased: 0, done: 0, workers: 0 });
  });

  it('rests while it is paused', async () => {
    const { client, asked } = site({});
    const frontier = await frontierWith(...many);
    const run = crawl(client, frontier, { visit, robots: false });
    run.pause();
    for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
    expect(asked).toEqual([]);
    run.resume();
    expect(await run).toMatchObject({ done: 50 });
  });
});

describe('two crawls of one frontier', () => {
  it('share the hosts, and fetch each page once', async () => {
    const hosts = Array.from({ length: 8 }, (_, i) => `http://h${i}.example`);
    const paths = Array.from({ length: 5 }, (_, i) => `/${i}`);
    const links = hosts.flatMap((host) => paths.map((path) => host + path));
    const wait = async () => {
      await new Promise(setImmediate);
      return new HttpResponse(200, { 'Content-Type': 'text/html' }, hrefs(...links));
    };
    const { client, pagesAsked } = site(Object.fromEntries(links.map((url) => [url, wait])));
    const frontier = await frontierWith(links[0]!);
    const options = { visit, hosts: 4 };
    const ended = await Promise.all([crawl(client, frontier, options), crawl(client, frontier, options)]);
    expect(pagesAsked().sort()).toEqual([...links].sort());
    expect(ended[0]!.done + ended[1]!.done).toBe(links.length);
    expect(await linesOf(frontier)).toHaveLength(links.length);
  });
});

describe('a robots.txt', () => {
  it('is asked for by the way of the pages, and read by its own rules', async () => {
    const seen: unknown[] = [];
    const client = new Client({
      handler: async ({ url, headers }, { proxy, maxResponseSize }) => {
        seen.push({ url, key: headers.get('x-key'), proxy, maxResponseSize });
        return new HttpResponse(url.endsWith('/robots.txt') ? 404 : 200);
      },
    });
    const proxy = 'http://p.test:3128';
    await crawl(client, await frontierWith(`${A}/`), {
      visit: () => undefined,
      options: { proxy, maxResponseSize: 10 },
      request: () => ({ headers: { 'X-Key': 'k' } }),
    });
    expect(seen).toMatchObject([
      { url: `${A}/robots.txt`, key: 'k', proxy, maxResponseSize: undefined },
      { url: `${A}/`, key: 'k', proxy, maxResponseSize: 10 },
    ]);
  });

  it('that fails is asked for again as often as the pages are', async () => {
    const asked: string[] = [];
    const answer = async ({ url }: HttpRequest) => {
      asked.push(url);
      return asked.length === 1 ? new HttpResponse(503, { 'Retry-After': '0' }) : new HttpResponse(404);
    };
    const client = new Client({ handler: defaultStack(answer) });
    await crawl(client, await frontierWith(`${A}/`), { visit: () => undefined, options: { retry: 1 } });
    expect(asked).toEqual([`${A}/robots.txt`, `${A}/robots.txt`, `${A}/`]);
  });
});

describe('a host that is dead', () => {
  it.each([
    ['is told to the other workers', {}, 1],
    ['is not, when it was the proxy of this one that failed', { proxy: 'http://127.0.0.1:1' }, 0],
  ])('%s', async (_name, options, tells) => {
    const frontier = await frontierWith('http://127.0.0.1:1/a');
    const told: string[] = [];
    const shared = { get: async () => undefined, set: async (key: string) => void told.push(key) };
    const source = { leases: frontier.leases.bind(frontier), shared };
    const client = new Client(options);
    const failures: unknown[] = [];
    const failed = (error: unknown) => void failures.push(error);
    await crawl(client, source, { visit: () => undefined, failed });
    await client.close();
    expect(told).toEqual(Array(tells).fill('robots:http://127.0.0.1:1'));
    expect(failures).toMatchObject([{ cause: { code: tells === 1 ? 'ERR_CONNECT_REFUSED' : 'ERR_PROXY_CONNECT' } }]);
  });

  it('is not told to the other workers when it was the proxy that hung', async () => {
    const proxy = createServer();
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const clock = new FakeClock();
    proxy.on('connection', (socket) => {
      socket.on('error', () => undefined).resume();
      void clock.advance(1000);
    });
    const frontier = await frontierWith('https://far.test/a');
    const told: string[] = [];
    const shared = { get: async () => undefined, set: async (key: string) => void told.push(key) };
    const failures: unknown[] = [];
    const client = new Client({ proxy: `http://127.0.0.1:${port}`, connectTimeout: 1000, clock });
    const source = { leases: frontier.leases.bind(frontier), shared };
    await crawl(client, source, { visit: () => undefined, failed: (error) => void failures.push(error) });
    await client.close();
    await new Promise((resolve) => proxy.close(resolve));
    expect(told).toEqual([]);
    expect(failures).toMatchObject([{ cause: { name: 'TimeoutError', code: 'ERR_PROXY_TIMEOUT' } }]);
  });

  it('is told as the cause, to each of its pages', async () => {
    const frontier = memoryFrontier();
    await frontier.add([{ url: 'http://127.0.0.1:1/a' }, { url: 'http://127.0.0.1:1/b' }]);
    const failures: unknown[] = [];
    const failed = (error: unknown) => void failures.push(error);
    const client = new Client();
    await crawl(client, frontier, { visit: () => undefined, failed });
    await client.close();
    const failure = { code: 'ERR_ROBOTS_UNREACHABLE', cause: { name: 'ConnectError', code: 'ERR_CONNECT_REFUSED' } };
    expect(failures).toMatchObject([failure, failure]);
  });
});
