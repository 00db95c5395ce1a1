import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Crawl } from '../../../src/cli/crawl/crawl.ts';
import type { CrawlOptions } from '../../../src/cli/crawl/crawl-options.ts';
import { Journal } from '../../../src/cli/crawl/journal.ts';
import { startServer, type TestServer } from '../../../src/testing/server.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { links } from '../web-site.ts';

let folder: string;
let journal: Journal;
const servers: TestServer[] = [];
const crawls: { stop(): void; ended: Promise<unknown> }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'politeness-'));
  journal = new Journal(join(folder, 'pages.jsonl'));
});

afterEach(async () => {
  // A test that took too long has left one that runs.
  for (const one of crawls) one.stop();
  await Promise.allSettled(crawls.splice(0).map((one) => one.ended));
  journal.close();
  rmSync(folder, { recursive: true });
  for (const server of servers.splice(0)) await server.close();
});

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Milliseconds until the head, and as many again until the end of the body. */
  readonly slow?: number;
}

interface Exchange {
  readonly path: string;
  /** When the request came and when its answer ended, at the server, in milliseconds. */
  readonly begun: number;
  ended: number;
}

/** A site that writes down when it was asked, and when it had answered. */
async function watched(pages: Record<string, Answer | (() => Answer)>, seen: Exchange[] = []) {
  const server = await startServer({
    keep: 100_000,
    listener: (req, res) => void answer(req, res).catch(() => res.destroy()),
  });
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const exchange: Exchange = { path: req.url!, begun: systemClock.now(), ended: Number.NaN };
    seen.push(exchange);
    const page = pages[req.url!] ?? { status: 404 };
    const { status = 200, headers = {}, body = '', slow = 0 } = typeof page === 'function' ? page() : page;
    if (slow > 0) await systemClock.sleep(slow);
    res.writeHead(status, { 'Content-Type': 'text/html', ...headers });
    res.write('<!-- -->');
    if (slow > 0) await systemClock.sleep(slow);
    exchange.ended = systemClock.now();
    res.end(body);
  };
  servers.push(server);
  return { server, seen };
}

/** From the end of each answer until the next request. */
const gaps = (seen: readonly Exchange[]) => seen.slice(1).map(({ begun }, i) => begun - seen[i]!.ended);

const paths = (name: string, count: number) => Array.from({ length: count }, (_, i) => `/${name}${i}`);
const leaves = (list: readonly string[]) => Object.fromEntries(list.map((path) => [path, {}]));
const robots = (text: string): Answer => ({ headers: { 'Content-Type': 'text/plain' }, body: `-->\n${text}` });

function crawl(options: Omit<CrawlOptions, 'journal'>) {
  const one = new Crawl({ ...options, journal });
  const stop = () => one.stop();
  const run = () => {
    const ended = one.run();
    crawls.push({ stop, ended });
    return ended;
  };
  return { run, stop };
}

describe('a slow host', () => {
  const quick = paths('b', 12);

  it.each([1, 3])('with a Crawl-delay keeps no other host waiting, with %d at once', async (concurrency) => {
    const seen: Exchange[] = [];
    const slow = paths('a', 3);
    const a = await watched(
      { '/robots.txt': robots('User-agent: *\nCrawl-delay: 0.7'), '/': { body: links(...slow) }, ...leaves(slow) },
      seen,
    );
    const b = await watched({ '/': { body: links(...quick) }, ...leaves(quick) }, seen);
    const { summary } = await crawl({ urls: [a.server.url('/'), b.server.url('/')], concurrency }).run();
    expect(summary.pages).toBe(17);
    const order = seen.map(({ path }) => path);
    expect(order.indexOf('/a0')).toBeGreaterThan(order.lastIndexOf(quick.at(-1)!));
  });

  it.each([1, 3])('with a robots.txt that hangs keeps no other host waiting, with %d at once', async (concurrency) => {
    let release = () => {};
    const a = await startServer({
      listener: (req, res) => {
        if (req.url === '/robots.txt') release = () => void res.writeHead(404).end();
        else res.writeHead(200, { 'Content-Type': 'text/html' }).end();
      },
    });
    servers.push(a);
    const b = await watched({ '/': { body: links(...quick) }, ...leaves(quick) });
    let left = quick.length + 1;
    const onPage = ({ url }: { url: string }) => {
      if (url.startsWith(b.server.origin) && --left === 0) release();
    };
    const urls = [a.url('/1'), a.url('/2'), a.url('/3'), b.server.url('/')];
    const { summary } = await crawl({ urls, concurrency, onPage }).run();
    expect([...summary.statuses]).toEqual([['200', 4 + quick.length]]);
  });

  it('with more pages than can be held does not hide those of another', async () => {
    const [many, late] = [paths('a', 5000), paths('b', 30)];
    const b = await watched({ ...leaves(late) });
    const a = await watched({
      '/robots.txt': robots('User-agent: *\nCrawl-delay: 1'),
      '/': { body: links(...many, ...late.map((path) => b.server.url(path))) },
      ...leaves(many),
    });
    const run = crawl({
      urls: [a.server.url('/')],
      hosts: [`127.0.0.1:${b.server.port}`],
      concurrency: 2,
      onPage: () => b.seen.length === late.length + 1 && run.stop(),
    });
    await run.run();
    expect(b.seen).toHaveLength(late.length + 1);
    expect(a.seen.length).toBeLessThan(5);
  });

  it('with more pages than can be held gets all of them in the end, each once', async () => {
    const [many, late] = [paths('a', 2500), paths('b', 3)];
    const b = await watched({
      '/robots.txt': { slow: 100 },
      '/b0': { body: links('/b1', '/b2') },
      ...leaves(late.slice(1)),
    });
    const a = await watched({
      '/': { body: links(...many, b.server.url('/b0')) },
      ...leaves(many),
      '/a7': { body: links('/more', '/a0', '/a2499') },
      '/more': {},
    });
    const hosts = [`127.0.0.1:${b.server.port}`];
    const { summary } = await crawl({ urls: [a.server.url('/')], hosts, concurrency: 10 }).run();
    expect([...summary.statuses]).toEqual([['200', 1 + 2500 + 1 + 3]]);
    expect(new Set(a.seen.map(({ path }) => path)).size).toBe(a.seen.length);
  });

  it('with more pages than can be held is done with what is near before others go far', async () => {
    const many = paths('a', 300);
    const a = await watched({
      ...leaves(many),
      '/a299': { body: links('/x') },
      '/x': { body: links('/end') },
      '/end': {},
    });
    const b = await watched({ '/near': { body: links('/far') }, '/far': { body: links(a.server.url('/x')) } });
    const start = await watched({
      '/': { body: links(...many.map((path) => a.server.url(path)), b.server.url('/near')) },
    });
    const hosts = [a, b].map(({ server }) => `127.0.0.1:${server.port}`);
    await crawl({ urls: [start.server.url('/')], hosts, depth: 3, concurrency: 5 }).run();
    const depths = new Map([...journal.reader()].map(({ url, depth }) => [url, depth]));
    expect([a.server.url('/x'), a.server.url('/end'), b.server.url('/far')].map((url) => depths.get(url))).toEqual([
      2, 3, 2,
    ]);
  });
});

describe('the interval of a host, at the server', () => {
  const INTERVAL = 60;
  const pages = paths('p', 5);
  const all = { '/': { body: links(...pages) }, ...leaves(pages), '/p1': { slow: 40 }, '/p3': { slow: 15 } };

  it.each<[name: string, site: Record<string, Answer | (() => Answer)>, options: Partial<CrawlOptions>]>([
    ['one at a time', {}, { concurrency: 1 }],
    ['many at a time', {}, { concurrency: 10 }],
    ['a robots.txt that takes its time', { '/robots.txt': { slow: 50, body: 'User-agent: *' } }, {}],
    ['a robots.txt that is moved', { '/robots.txt': { status: 301, headers: { Location: '/rules' } } }, {}],
    ['pages that are moved', { '/p2': { status: 302, headers: { Location: '/moved' } }, '/moved': {} }, {}],
    ['no robots.txt', {}, { robots: false }],
    ['a shorter Crawl-delay', { '/robots.txt': robots('User-agent: *\nCrawl-delay: 0.01') }, {}],
    ['a Crawl-delay alone', { '/robots.txt': robots('User-agent: *\nCrawl-delay: 0.06') }, { interval: 0 }],
  ])('is kept after the end of every answer: %s', async (_name, site, options) => {
    const { server, seen } = await watched({ ...all, ...site });
    const { summary } = await crawl({ urls: [server.url('/')], interval: INTERVAL, ...options }).run();
    expect(summary.pages).toBeGreaterThan(pages.length);
    expect(Math.min(...gaps(seen))).toBeGreaterThanOrEqual(0.95 * INTERVAL);
  });

  it('is kept by retries too', async () => {
    let failures = 2;
    const { server, seen } = await watched({
      ...all,
      '/p2': () => (failures-- > 0 ? { status: 503, headers: { 'Retry-After': '0' } } : {}),
    });
    const { summary } = await crawl({ urls: [server.url('/')], interval: INTERVAL, retry: 3 }).run();
    expect([...summary.statuses]).toEqual([['200', 1 + pages.length]]);
    expect(Math.min(...gaps(seen))).toBeGreaterThanOrEqual(0.95 * INTERVAL);
  });
});
