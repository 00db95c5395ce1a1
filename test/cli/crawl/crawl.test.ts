import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Crawl } from '../../../src/cli/crawl/crawl.ts';
import type { CrawlOptions } from '../../../src/cli/crawl/crawl-options.ts';
import { Journal } from '../../../src/cli/crawl/journal.ts';
import type { PageLine } from '../../../src/cli/crawl/page-line.ts';
import { Client } from '../../../src/client/client.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import type { TestServer } from '../../../src/testing/server.ts';
import { asked, links, type PageAnswer, startSite } from '../web-site.ts';

let folder: string;
let journal: Journal;
const servers: TestServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crawl-'));
  journal = new Journal(join(folder, 'pages.jsonl'));
});

afterEach(async () => {
  journal.close();
  rmSync(folder, { recursive: true });
  for (const server of servers.splice(0)) await server.close();
});

async function site(pages: Record<string, PageAnswer>): Promise<TestServer> {
  const server = await startSite(pages);
  servers.push(server);
  return server;
}

async function crawl(server: TestServer, options: Partial<CrawlOptions> = {}) {
  const result = await new Crawl({ urls: [server.url('/')], journal, ...options }).run();
  const lines = new Map([...journal.reader()].map((line) => [line.url.replace(server.origin, ''), line]));
  return { ...result, lines };
}

const statuses = (lines: ReadonlyMap<string, PageLine>) =>
  Object.fromEntries([...lines].map(([path, { status, error }]) => [path, error ?? status]));

describe('a crawl', () => {
  it('fetches what the pages link to, each once, and writes a line for each', async () => {
    const server = await site({
      '/': links('/a', 'b#c', '/a', '/'),
      '/a': links('/', '/b'),
      '/b': links('/a', 'http://other.example/x', 'mailto:x@y'),
    });
    const { lines, summary, broken } = await crawl(server);
    expect(asked(server)).toEqual(['/', '/a', '/b']);
    expect(lines.get('/b')).toEqual({
      url: server.url('/b'),
      status: 200,
      error: null,
      from: server.url('/'),
      depth: 1,
      ms: expect.any(Number),
      bytes: expect.any(Number),
      type: 'text/html; charset=utf-8',
      links: [server.url('/a'), 'http://other.example/x'],
    });
    expect(lines.get('/b')!.bytes).toBeGreaterThan(50);
    expect([summary.pages, broken, [...summary.outside]]).toEqual([3, [], [['other.example', 1]]]);
  });

  it('names broken links with all the pages they are on', async () => {
    const server = await site({
      '/': links('/a', '/gone', '/boom'),
      '/a': links('/gone', 'http://[bad'),
      '/boom': (req) => req.socket.destroy(),
    });
    const { broken, summary } = await crawl(server);
    expect(broken.map(({ url, status, error, pages }) => [url, error ?? status, pages])).toEqual([
      [server.url('/boom'), 'ERR_CLOSED', [server.url('/')]],
      [server.url('/gone'), 404, [server.url('/'), server.url('/a')]],
    ]);
    expect(summary.invalid.first).toEqual([{ page: server.url('/a'), reference: 'http://[bad' }]);
  });

  it.each([
    [0, ['/']],
    [1, ['/', '/1', '/detour']],
    [2, ['/', '/1', '/2', '/detour', '/far']],
  ])('goes %d links deep', async (depth, paths) => {
    const server = await site({
      '/': links('/detour', '/1'),
      '/1': links('/2'),
      '/2': links('/3'),
      '/detour': links('/far'),
      '/far': links('/2'),
      '/3': '',
    });
    await crawl(server, { depth });
    expect(asked(server).sort()).toEqual(paths);
  });

  it('reaches what is near by the short way, however slow that is', async () => {
    let release = () => {};
    const server = await site({
      '/': links('/slow', '/quick'),
      '/slow': (_req, res) => {
        release = () => res.writeHead(200, { 'Content-Type': 'text/html' }).end(links('/x'));
      },
      '/quick': links('/y'),
      '/y': links('/x'),
      '/x': links('/end'),
      '/end': '',
    });
    const running = crawl(server, { depth: 3, onPage: ({ url }) => url.endsWith('/quick') && release() });
    const { lines } = await running;
    expect([lines.get('/x')!.depth, lines.get('/end')!.depth]).toEqual([2, 3]);
  });

  it('stops at the limit', async () => {
    const server = await site({ '/': links('/1', '/2', '/3', '/4'), '/1': '', '/2': '', '/3': '', '/4': '' });
    const { summary } = await crawl(server, { limit: 3 });
    expect([asked(server).length, summary.pages]).toEqual([3, 3]);
  });

  it('stays on the hosts in scope', async () => {
    const [other, third] = [await site({ '/in': 'x' }), await site({})];
    const server = await site({ '/': links(other.url('/in'), third.url('/out')) });
    const { lines } = await crawl(server, { hosts: [`127.0.0.1:${other.port}`] });
    expect([...lines.keys()]).toEqual(['/', other.url('/in')]);
    expect(third.requests).toEqual([]);
  });

  it('writes redirects as lines of their own and goes where they lead, no link further', async () => {
    const server = await site({
      '/': { status: 301, headers: { Location: '/moved' } },
      '/moved': links('/old', '/out'),
      '/old': { status: 302, headers: { Location: '/new' } },
      '/new': links('/deeper'),
      '/out': { status: 302, headers: { Location: 'http://other.example/' } },
    });
    const { lines } = await crawl(server, { depth: 1 });
    expect(statuses(lines)).toEqual({ '/': 301, '/moved': 200, '/old': 302, '/out': 302, '/new': 200 });
    expect(lines.get('/new')).toMatchObject({ depth: 1, from: server.url('/old'), via: [server.url('/old')] });
    expect(lines.get('/old')).toMatchObject({ location: server.url('/new'), links: [server.url('/new')] });
  });

  it('names redirects that go round in circles', async () => {
    const server = await site({
      '/': links('/a', '/self'),
      '/a': { status: 302, headers: { Location: '/b' } },
      '/b': { status: 302, headers: { Location: '/a' } },
      '/self': { status: 302, headers: { Location: '/self' } },
    });
    const { lines } = await crawl(server);
    expect(statuses(lines)).toEqual({ '/': 200, '/a': 302, '/b': 'ERR_REDIRECT_LOOP', '/self': 'ERR_REDIRECT_LOOP' });
  });

  it('reads links of HTML alone, and of errors none', async () => {
    const server = await site({
      '/': links('/text', '/xhtml', '/bare', '/odd', '/error'),
      '/text': { type: 'text/plain', body: links('/no-1') },
      '/xhtml': { type: 'application/xhtml+xml', body: links('/yes-1') },
      '/bare': (_req, res) => void res.writeHead(200).end(`<!DOCTYPE html>${links('/yes-2')}`),
      '/odd': (_req, res) => void res.writeHead(200).end(`plain ${links('/no-2')}`),
      '/error': { status: 500, body: links('/no-3') },
      '/yes-1': '',
      '/yes-2': '',
    });
    await crawl(server);
    expect(
      asked(server)
        .filter((url) => /yes|no/.test(url))
        .sort(),
    ).toEqual(['/yes-1', '/yes-2']);
  });

  it('reads the charset of a page from its head, its meta element, or takes UTF-8', async () => {
    const latin = (head: string) => Buffer.from(`${head}<a href="/é">`, 'latin1');
    const raw =
      (type: string, body: Buffer): PageAnswer =>
      (_req, res) =>
        void res.writeHead(200, { 'Content-Type': type }).end(body);
    const server = await site({
      '/': links('/1', '/2', '/3'),
      '/1': raw('text/html; charset=iso-8859-1', latin('')),
      '/2': raw('text/html', latin('<meta charset="latin1">')),
      '/3': raw('text/html; charset=nonsense', Buffer.from('<a href="/é">')),
      '/%C3%A9': '',
    });
    const { lines } = await crawl(server);
    expect(['/1', '/2', '/3'].map((path) => lines.get(path)!.links)).toEqual(
      Array.from({ length: 3 }, () => [server.url('/%C3%A9')]),
    );
  });

  it.each(['application/octet-stream', 'text/html'])('reads no more of 500 MB of %s than it needs', async (type) => {
    let sent = 0;
    const block = Buffer.alloc(65_536, '<p>x</p>');
    const server = await site({
      '/': links('/huge'),
      '/huge': (_req, res) => {
        res.writeHead(200, { 'Content-Type': type, 'Content-Length': 500_000_000 });
        res.write(links('/x'));
        const more = () => {
          while (!res.destroyed && sent < 500_000_000) {
            sent += block.length;
            if (!res.write(block)) return;
          }
        };
        res.on('drain', more);
        more();
      },
      '/x': '',
    });
    const { lines } = await crawl(server, { maxBytes: 1_000_000 });
    const isHtml = type === 'text/html';
    expect(lines.get('/huge')).toMatchObject(
      isHtml ? { status: 200, bytes: 1_000_000, truncated: true, links: [server.url('/x')] } : { bytes: 0, links: [] },
    );
    expect(sent).toBeLessThan(20_000_000);
  });

  it('keeps what it read of a page that breaks off', async () => {
    const server = await site({
      '/': (_req, res) => {
        res.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': 1000 });
        res.write(links('/x'), () => res.destroy());
      },
      '/x': '',
    });
    const { lines } = await crawl(server);
    expect(statuses(lines)).toEqual({ '/': 'ERR_BODY_TRUNCATED', '/x': 200 });
  });

  it('gives up on a page after its timeout', async () => {
    const server = await site({ '/': links('/slow'), '/slow': () => {} });
    const { lines, broken } = await crawl(server, { timeout: 100 });
    expect(lines.get('/slow')).toMatchObject({ status: null, error: 'ERR_TIMEOUT_TOTAL' });
    expect(broken).toHaveLength(1);
  });

  it('stops with the error of its file, and not before what it holds is released', async () => {
    const server = await site({ '/': links('/a') });
    const failing = Object.assign(Object.create(journal), {
      append: () => {
        throw new Error('no space left');
      },
      reader: () => journal.reader(),
    });
    await expect(crawl(server, { journal: failing })).rejects.toThrow('no space left');
    await server.allClosed();
  });

  it('sends its own headers and those it was given', async () => {
    const server = await site({ '/': '' });
    await crawl(server, {
      headers: [
        ['user-agent', 'Mine/1'],
        ['X-A', 'b'],
      ],
    });
    expect(server.requests.map(({ url, headers }) => [url, headers['user-agent'], headers['x-a']])).toEqual([
      ['/robots.txt', 'Mine/1', 'b'],
      ['/', 'Mine/1', 'b'],
    ]);
  });
});

describe('robots.txt', () => {
  const robots = (text: string): PageAnswer => ({ type: 'text/plain', body: text });

  it('is fetched once for each host, and obeyed', async () => {
    const server = await site({
      '/robots.txt': robots('User-agent: *\nDisallow: /private'),
      '/': links('/a', '/private/x', '/b'),
      '/a': '',
      '/b': '',
    });
    const { lines, broken, summary } = await crawl(server);
    expect(server.requests.filter(({ url }) => url === '/robots.txt')).toHaveLength(1);
    expect(statuses(lines)).toEqual({ '/': 200, '/a': 200, '/b': 200, '/private/x': 'ERR_ROBOTS_DISALLOWED' });
    expect(asked(server).sort()).toEqual(['/', '/a', '/b']);
    expect([broken, summary.failedStarts]).toEqual([[], 0]);
  });

  it.each<[name: string, answer: PageAnswer, crawled: boolean]>([
    ['404', { status: 404 }, true],
    ['403', { status: 403 }, true],
    ['500', { status: 500 }, false],
    ['503', { status: 503 }, false],
    ['a closed connection', (req) => void req.socket.destroy(), false],
    [
      'a body that breaks off',
      (_req, res) => {
        res.writeHead(200, { 'Content-Length': 100 });
        res.write('User-agent: *\n', () => res.destroy());
      },
      false,
    ],
    ['a redirect to rules', { status: 302, headers: { Location: '/rules' } }, false],
    ['redirects without end', { status: 302, headers: { Location: '/robots.txt' } }, true],
    ['a rule that is cut at 500 KiB', robots(`User-agent: *\n${'#'.repeat(511_974)}\nDisallow: /private/\n`), true],
    ['rules behind 600 kB', robots(`${'#'.repeat(600_000)}\nUser-agent: *\nDisallow: /`), true],
  ])('that is %s lets the crawl go on: decided', async (_name, answer, crawled) => {
    const server = await site({
      '/robots.txt': answer,
      '/rules': robots('User-agent: *\nDisallow: /'),
      '/': 'x',
    });
    const { lines, summary } = await crawl(server);
    expect(lines.get('/')!.status).toBe(crawled ? 200 : null);
    expect(server.requests.some(({ url }) => url === '/')).toBe(crawled);
    expect([summary.failedStarts, summary.forbiddenStarts.count]).toEqual(crawled ? [0, 0] : [1, 1]);
  });

  it('that could not be read is asked again by a crawl that goes on', async () => {
    const pages: Record<string, PageAnswer> = { '/robots.txt': { status: 500 }, '/': links('/a'), '/a': '' };
    const server = await site(pages);
    await crawl(server);
    pages['/robots.txt'] = { status: 404 };
    const again = new Crawl({ urls: [server.url('/')], journal });
    again.resume();
    const { summary } = await again.run();
    expect([...summary.statuses]).toEqual([['200', 2]]);
  });

  it('is not asked for when told so', async () => {
    const server = await site({ '/robots.txt': robots('User-agent: *\nDisallow: /'), '/': 'x' });
    await crawl(server, { robots: false });
    expect(server.requests.map(({ url }) => url)).toEqual(['/']);
  });

  it('sets the pace with its Crawl-delay', async () => {
    const clock = new FakeClock();
    const times: number[] = [];
    const client = new Client({
      clock,
      handler: async (request) => {
        if (request.url.endsWith('/robots.txt')) return new HttpResponse(200, {}, 'User-agent: *\nCrawl-delay: 2');
        times.push(clock.now());
        return new HttpResponse(200, { 'Content-Type': 'text/html' }, links('/1', '/2', '/3'));
      },
    });
    let ended = false;
    const run = new Crawl({ urls: ['http://a.example/'], journal, client, clock }).run().then(() => (ended = true));
    while (!ended) {
      await new Promise(setImmediate);
      await clock.advance(100);
    }
    await run;
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(times).toHaveLength(4);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(2000);
  });
});

describe('a crawl that is stopped', () => {
  it('ends without those that wait for their turn, and a crawl that goes on fetches them', async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    const client = new Client({
      clock,
      handler: async ({ url }) => {
        if (url.endsWith('/robots.txt')) return new HttpResponse(200, {}, 'User-agent: *\nCrawl-delay: 100');
        seen.push(url);
        return new HttpResponse(200, { 'Content-Type': 'text/html' }, links('/1', '/2'));
      },
    });
    const options = { urls: ['http://a.example/'], journal, client, clock, interval: 50_000 };
    const first: Crawl = new Crawl({ ...options, onPage: () => setImmediate(() => first.stop()) });
    const running = first.run();
    // The first page waits for its turn after robots.txt.
    while (seen.length === 0) {
      await new Promise(setImmediate);
      await clock.advance(10_000);
    }
    expect(await running).toMatchObject({ stopped: true, summary: { pages: 1 } });
    expect(clock.pending).toBe(0);

    const again = new Crawl({ ...options, robots: false, interval: 0 });
    expect(again.resume()).toEqual({ pages: 1, unreadable: 0 });
    expect(await again.run()).toMatchObject({ stopped: false, summary: { pages: 3 } });
    expect(seen).toEqual(['http://a.example/', 'http://a.example/1', 'http://a.example/2']);
  });
});

describe('the pace', () => {
  it('may find itself', async () => {
    const paths = Array.from({ length: 50 }, (_, i) => `/${i}`);
    const server = await site({ '/': links(...paths), ...Object.fromEntries(paths.map((path) => [path, 'x'])) });
    const { summary } = await crawl(server, { concurrency: 'auto', perHost: 'auto' });
    expect([...summary.statuses]).toEqual([['200', 51]]);
  });

  it.each([
    ['interval', { interval: 500, concurrency: 1 }],
    ['interval with many slots', { interval: 500, concurrency: 10 }],
  ])('of a host is kept: %s', async (_name, options) => {
    const clock = new FakeClock();
    const times: number[] = [];
    const client = new Client({
      clock,
      handler: async () => {
        times.push(clock.now());
        return new HttpResponse(200, { 'Content-Type': 'text/html' }, links('/1', '/2', '/3'));
      },
    });
    let ended = false;
    const options2 = { urls: ['http://a.example/'], journal, client, clock, robots: false, ...options };
    const run = new Crawl(options2).run().then(() => (ended = true));
    while (!ended) {
      await new Promise(setImmediate);
      await clock.advance(100);
    }
    await run;
    expect(times).toEqual([0, 500, 1000, 1500].map((time) => times[0]! + time));
  });

  it('is never more at once than asked for', async () => {
    let now = 0;
    let most = 0;
    const hold: PageAnswer = (_req, res) => {
      most = Math.max(most, ++now);
      setImmediate(() =>
        setImmediate(() => {
          now -= 1;
          res.writeHead(200).end();
        }),
      );
    };
    const paths = Array.from({ length: 60 }, (_, i) => `/${i}`);
    const server = await site({ '/': links(...paths), ...Object.fromEntries(paths.map((path) => [path, hold])) });
    await crawl(server, { concurrency: 20, perHost: 3 });
    expect(most).toBe(3);
  });
});
