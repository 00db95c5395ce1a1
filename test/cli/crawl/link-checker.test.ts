/** What a link checker is asked for, by the command line, over real sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import type { TestServer } from '../../../src/testing/server.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { asked, links, type PageAnswer, startSite } from '../web-site.ts';

let folder: string;
const servers: TestServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'link-checker-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  for (const server of servers.splice(0)) await server.close();
});

async function site(pages: Record<string, PageAnswer>): Promise<TestServer> {
  const server = await startSite(pages);
  servers.push(server);
  return server;
}

async function crawl(...argv: string[]) {
  const terminal = fakeTerminal();
  const code = await main(['crawl', ...argv], terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

const methods = (server: TestServer) =>
  server.requests.filter(({ url }) => url !== '/robots.txt').map(({ method, url }) => `${method} ${url}`);

describe('--external', () => {
  it('asks each link to another host once, by HEAD and then GET, and follows none', async () => {
    const other = await site({
      '/fine': links('/never'),
      '/no-head': (req, res) => void res.writeHead(req.method === 'HEAD' ? 405 : 200).end(),
      '/gone': { status: 410 },
      '/moved': { status: 301, headers: { Location: '/gone' } },
    });
    const url = (path: string) => other.url(path);
    const server = await site({
      '/': links('/a', url('/fine'), url('/no-head')),
      '/a': links(url('/fine'), url('/moved')),
    });
    const { code, out } = await crawl(server.url('/'), '--external', '--concurrency', '1');
    expect(code).toBe(1);
    expect(methods(other).sort()).toEqual(
      ['HEAD /fine', 'HEAD /no-head', 'GET /no-head', 'HEAD /moved', 'HEAD /gone', 'GET /gone'].sort(),
    );
    expect(out).toContain(`broken links (1)\n  410 Gone  ${url('/gone')}\n      on ${server.url('/a')}\n`);
    expect(out).not.toContain('not checked');
  });

  it('checks the links of the last pages that --depth lets through', async () => {
    const other = await site({ '/x': '' });
    const server = await site({ '/': links(other.url('/x'), '/deeper') });
    await crawl(server.url('/'), '--external', '--depth', '0');
    expect([asked(server), methods(other)]).toEqual([['/'], ['HEAD /x']]);
  });

  it('sends no secret header there', async () => {
    const other = await site({ '/x': '' });
    const server = await site({ '/': links(other.url('/x')) });
    await crawl(server.url('/'), '--external', '--auth', 'ada:secret');
    const basic = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual([basic, basic]);
    expect(other.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined, undefined]);
  });
});

describe('a host that is dead', () => {
  const dead = 'http://127.0.0.1:1/x';

  it('is a broken link with the error of the network, though its robots.txt was asked for first', async () => {
    const server = await site({ '/': links(dead, 'http://no-such-host.invalid/') });
    const { code, out } = await crawl(server.url('/'), '--external');
    expect(code).toBe(1);
    expect(out).toContain('broken links (2)');
    expect(out).toMatch(/ {2}ERR_CONNECT_REFUSED {2}http:\/\/127\.0\.0\.1:1\/x\n.*refused.*\n {6}on http/);
    expect(out).toMatch(/ {2}ERR_DNS {2}http:\/\/no-such-host\.invalid\/\n/);
    expect(out).not.toContain('ROBOTS');
    expect(out).not.toContain('--resume');
  });

  it.each([
    ['another host', ['--external']],
    ['a host of the crawl', ['--hosts', '127.0.0.1:1']],
  ])('is broken in every format: %s', async (_name, options) => {
    const server = await site({ '/': links(dead) });
    const json = await crawl(server.url('/'), ...options, '--format', 'json');
    const broken = [{ url: dead, status: null, error: 'ERR_CONNECT_REFUSED', pages: [server.url('/')] }];
    expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { broken, unchecked: [] }]);
    const junit = await crawl(server.url('/'), ...options, '--format', 'junit');
    expect(junit.out).toContain('tests="2" failures="1"');
    expect(junit.out).toContain('name="1 page without a finding"');
  });

  it('is a broken start', async () => {
    const { code, out } = await crawl(dead);
    expect(code).toBe(1);
    expect(out).toMatch(/broken links \(1\)\n {2}ERR_CONNECT_REFUSED {2}http.*\n.*refused.*\n {6}a start of the crawl/);
  });

  it('is asked again by --resume', async () => {
    const server = await site({ '/': links(dead) });
    const out = ['--external', '--out', join(folder, 'pages.jsonl'), '--format', 'json'];
    await crawl(server.url('/'), ...out);
    const again = await crawl(server.url('/'), ...out, '--resume');
    expect(again.err).toContain('1 page of');
    expect([again.code, JSON.parse(again.out).broken.length, asked(server)]).toEqual([1, 1, ['/']]);
  });
});

describe('a link behind a proxy that fails', () => {
  const behind = 'http://other.example/x';
  const words = /the proxy .*127\.0\.0\.1:1 cannot be used/;
  const told =
    /because the proxy failed \(1\)\n {2}ERR_PROXY_CONNECT {2}http:\/\/other\.example\/x\n.*the proxy .*\n {6}on /;

  beforeEach(() => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
    vi.stubEnv('no_proxy', '127.0.0.1');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    ['when its robots.txt is asked for', []],
    ['when it is asked for itself', ['--ignore-robots']],
  ])('is not checked, with what the proxy said: %s', async (_name, options) => {
    const server = await site({ '/': links(behind) });
    const text = await crawl(server.url('/'), '--external', ...options);
    expect(text.code).toBe(0);
    expect(text.out).toContain('no broken links');
    expect(text.out).toMatch(told);
    expect(text.out).toContain('ERR_PROXY_CONNECT  not fetched: the proxy failed\n');
    const json = await crawl(server.url('/'), '--external', ...options, '--format', 'json');
    const message = expect.stringMatching(words);
    const unchecked = [{ url: behind, error: 'ERR_PROXY_CONNECT', message, pages: [server.url('/')] }];
    expect([json.code, JSON.parse(json.out)]).toMatchObject([0, { broken: [], unchecked }]);
    const junit = await crawl(server.url('/'), '--external', ...options, '--format', 'junit');
    expect(junit.out).toContain('failures="0" skipped="1"');
  });

  it('is asked again by --resume', async () => {
    const server = await site({ '/': links(behind) });
    const options = ['--external', '--ignore-robots', '--out', join(folder, 'pages.jsonl')];
    await crawl(server.url('/'), ...options);
    const { err, out } = await crawl(server.url('/'), ...options, '--resume');
    expect(err).toContain('1 page of');
    expect(out).toMatch(told);
  });

  it('fails the crawl whose own page it is', async () => {
    const server = await site({ '/': links(behind) });
    const { code, out } = await crawl(server.url('/'), '--hosts', 'other.example');
    expect(code).toBe(1);
    expect(out).toMatch(told);
  });

  it('is a start that was not fetched', async () => {
    const { code, out } = await crawl(behind);
    expect(code).toBe(1);
    expect(out).toMatch(/not even the start was fetched\n {2}http:\/\/other\.example\/x\n.*the proxy .*cannot be used/);
  });
});

describe('a robots.txt that answers and lets nothing through', () => {
  const down = { '/robots.txt': { status: 503 }, '/x': '' };
  const forbids = { '/robots.txt': { type: 'text/plain', body: 'User-agent: *\nDisallow: /' }, '/x': '' };
  const deadRules = { '/robots.txt': { status: 301, headers: { Location: 'http://127.0.0.1:1/' } }, '/x': '' };

  it.each<[name: string, pages: Record<string, PageAnswer>, error: string]>([
    ['with 503', down, 'ERR_ROBOTS_UNREACHABLE'],
    ['by forbidding it', forbids, 'ERR_ROBOTS_DISALLOWED'],
    ['by leading to a dead host', deadRules, 'ERR_ROBOTS_UNREACHABLE'],
  ])('leaves links unchecked, named with their pages: %s', async (_name, pages, error) => {
    const other = await site(pages);
    const server = await site({ '/': links(other.url('/x')) });
    const text = await crawl(server.url('/'), '--external');
    expect(text.code).toBe(0);
    expect(text.out).not.toContain('--resume');
    expect(text.out).toContain(`links not checked, because of a robots.txt (1)\n  ${error}  ${other.url('/x')}\n`);
    expect(text.out).toContain(`\n      on ${server.url('/')}\n`);
    const { out } = await crawl(server.url('/'), '--external', '--format', 'json');
    const unchecked = [{ url: other.url('/x'), error, pages: [server.url('/')] }];
    expect(JSON.parse(out)).toMatchObject({ broken: [], unchecked });
    const junit = (await crawl(server.url('/'), '--external', '--format', 'junit')).out;
    expect(junit).toContain('<testsuite name="sluice crawl" tests="2" failures="0" skipped="1"');
    expect(junit).toContain(`name="${other.url('/x')}"><skipped message="${error}">on ${server.url('/')}</skipped>`);
    const csv = (await crawl(server.url('/'), '--external', '--format', 'csv')).out;
    expect(csv).toContain(`unchecked,${other.url('/x')},,${error},${server.url('/')},`);
    expect(asked(other)).toEqual([]);
  });

  it('is of no concern where the crawl itself leaves out what its own host forbids', async () => {
    const server = await site({
      '/robots.txt': { type: 'text/plain', body: 'User-agent: *\nDisallow: /no' },
      '/': links('/no'),
    });
    expect((await crawl(server.url('/'))).out).not.toContain('not checked');
  });
});

describe('--include and --exclude', () => {
  it.each<[name: string, options: string[], paths: string[]]>([
    ['a path is a scope', ['--include', '/docs/'], ['/', '/docs/a', '/docs/b.pdf']],
    ['an exclusion wins', ['--include', '/docs/', '--exclude', '*.pdf$'], ['/', '/docs/a']],
    ['one of several fits', ['--include', '/docs/a$', '--include', '/blog'], ['/', '/blog/1', '/docs/a']],
    ['of another host', ['--exclude', 'other.example/'], ['/', '/blog/1', '/docs/a', '/docs/b.pdf']],
    ['of this host', ['--exclude', '127.0.0.1/docs'], ['/', '/blog/1']],
  ])('%s', async (_name, options, paths) => {
    const server = await site({
      '/': links('/docs/a', '/docs/b.pdf', '/blog/1'),
      '/docs/a': '',
      '/docs/b.pdf': '',
      '/blog/1': '',
    });
    await crawl(server.url('/'), ...options);
    expect(asked(server).sort()).toEqual(paths);
  });
});

describe('--fragments', () => {
  it('names links to places that are not on their page, with the pages, over redirects too', async () => {
    const server = await site({
      '/': links('#here', '#gone', '/a#top', '/a#one', '/a#tw%6f', '/a#three', '/old#one', '/old#nine', '/pic#x', '#é'),
      '/a': '<p id="one"></p><a name="two"></a>',
      '/old': { status: 301, headers: { Location: '/a' } },
      '/pic': { type: 'image/png' },
    });
    const root = `<h1 id="here"></h1><h1 id="é"></h1>`;
    const pages = await site({ '/': root });
    const { code, out } = await crawl(server.url('/'), '--fragments', '--format', 'json');
    expect(code).toBe(1);
    const found = JSON.parse(out).fragments.map(({ url }: { url: string }) => url.replace(server.origin, ''));
    expect(found).toEqual(['/#gone', '/#here', '/#é', '/a#three', '/old#nine']);
    expect((await crawl(pages.url('/'), '--fragments')).code).toBe(0);
  });

  it('says that of pages on other hosts no place was looked for', async () => {
    const other = await site({ '/x': '<p id="here"></p>' });
    const server = await site({ '/': links(other.url('/x#zz'), other.url('/x#here'), other.url('/x'), '#top') });
    const { code, out } = await crawl(server.url('/'), '--external', '--fragments');
    expect(code).toBe(0);
    expect(out).toContain('links to places on pages of other hosts, of which only the page was checked (2)\n');
    expect((await crawl(server.url('/'), '--external')).out).not.toContain('links to places');
  });
});

describe('--sitemap', () => {
  const urlset = (...urls: string[]) =>
    `<?xml version="1.0"?><urlset>${urls.map((url) => `<url><loc>\n${url.replaceAll('&', '&amp;')} </loc></url>`).join('')}</urlset>`;
  const index = (...urls: string[]) =>
    `<sitemapindex>${urls.map((url) => `<sitemap><loc>${url}</loc></sitemap>`).join('')}</sitemapindex>`;
  const xml = (body: string): PageAnswer => ({ type: 'application/xml', body });

  it('starts from those that robots.txt names, their indexes, compressed or not', async () => {
    const pages: Record<string, PageAnswer> = {
      '/': '',
      '/a?x=1&y': links('/linked'),
      '/b': '',
      '/c': '',
      '/linked': '',
    };
    const server = await site(pages);
    const at = (path: string) => server.url(path);
    pages['/robots.txt'] = {
      type: 'text/plain',
      body: `User-agent: *\nDisallow:\nSitemap: ${at('/index.xml')}\nsitemap: /list.txt`,
    };
    pages['/index.xml'] = xml(index(at('/one.xml'), at('/two.xml.gz')));
    pages['/one.xml'] = xml(urlset(at('/a?x=1&y'), 'http://elsewhere.example/'));
    const packed = gzipSync(urlset(at('/b')));
    pages['/two.xml.gz'] = (_req, res) => void res.writeHead(200, { 'Content-Type': 'application/gzip' }).end(packed);
    pages['/list.txt'] = { type: 'text/plain', body: `${at('/c')}\n\n${at('/gone')}` };
    const { code, out } = await crawl(server.url('/'), '--sitemap');
    expect(code).toBe(1);
    expect([...new Set(asked(server))].sort()).toEqual(
      ['/', '/a?x=1&y', '/b', '/c', '/gone', '/index.xml', '/linked', '/list.txt', '/one.xml', '/two.xml.gz'].sort(),
    );
    expect(out).toContain(`  404 Not Found  ${at('/gone')}\n      on ${at('/list.txt')}`);
  });

  it('looks for /sitemap.xml when none is named, which may be missing', async () => {
    const server = await site({ '/': '' });
    const { code } = await crawl(server.url('/'), '--sitemap');
    expect([code, asked(server).sort()]).toEqual([0, ['/', '/sitemap.xml']]);
  });

  it('ends with indexes that lead to each other, and to themselves', async () => {
    const pages: Record<string, PageAnswer> = { '/': '' };
    const server = await site(pages);
    for (let i = 0; i < 10; i += 1) pages[`/${i}.xml`] = xml(index(server.url('/0.xml'), server.url(`/${i + 1}.xml`)));
    pages['/robots.txt'] = { type: 'text/plain', body: 'Sitemap: /0.xml' };
    await crawl(server.url('/'), '--sitemap');
    expect(asked(server).sort()).toEqual(['/', '/0.xml', '/1.xml', '/2.xml']);
  });

  it('reads no more than a sitemap may hold of one that is a bomb', async () => {
    const pages: Record<string, PageAnswer> = { '/': '' };
    const server = await site(pages);
    const bomb = gzipSync(Buffer.alloc(200_000_000, ' '));
    pages['/robots.txt'] = { type: 'text/plain', body: 'Sitemap: /bomb.xml.gz' };
    pages['/bomb.xml.gz'] = (_req, res) => void res.writeHead(200).end(bomb);
    const out = join(folder, 'pages.jsonl');
    const json = await crawl(server.url('/'), '--sitemap', '--out', out, '--format', 'json');
    expect([json.code, JSON.parse(json.out).cut]).toEqual([0, [server.url('/bomb.xml.gz')]]);
    const resumed = ['--sitemap', '--out', out, '--resume'];
    const words = `read only in part, links of the rest are not known (1)\n  ${server.url('/bomb.xml.gz')}  a sitemap of more`;
    expect((await crawl(server.url('/'), ...resumed)).out).toContain(`warning: ${words}`);
    expect((await crawl(server.url('/'), ...resumed, '--format', 'csv')).out).toContain(
      `cut,${server.url('/bomb.xml.gz')},`,
    );
  }, 60_000);
});

describe('--max-bytes', () => {
  it('is told of the pages that it cuts', async () => {
    const server = await site({ '/': `${links('/a')}${'x'.repeat(2000)}${links('/b')}`, '/a': '', '/b': '' });
    const { code, out } = await crawl(server.url('/'), '--max-bytes', '1kB');
    expect([code, asked(server)]).toEqual([0, ['/', '/a']]);
    expect(out).toContain(`not known (1)\n  ${server.url('/')}  a page of more than --max-bytes\n`);
  });
});

describe('--retry', () => {
  it('is for a robots.txt too', async () => {
    let asks = 0;
    const server = await site({
      '/robots.txt': (_req, res) => {
        asks += 1;
        if (asks === 1) res.writeHead(503, { 'Retry-After': '0' }).end();
        else res.end('User-agent: *\nDisallow: /no');
      },
      '/': links('/no', '/yes'),
      '/yes': '',
    });
    const { code } = await crawl(server.url('/'), '--retry', '1');
    expect([code, asks, asked(server)]).toEqual([0, 2, ['/', '/yes']]);
  });
});

describe('--accept', () => {
  const pages = {
    '/': links('/403', '/429', '/500'),
    '/403': { status: 403 },
    '/429': { status: 429 },
    '/500': { status: 500 },
  };

  it.each([
    ['200..299,403,429', 1, ['/500']],
    ['200-299, 403..500', 0, []],
    ['201', 1, ['/', '/403', '/429', '/500']],
  ])('%s', async (accept, code, broken) => {
    const server = await site(pages);
    const result = await crawl(server.url('/'), '--accept', accept, '--format', 'json');
    const found = JSON.parse(result.out).broken.map(({ url }: { url: string }) => url.replace(server.origin, ''));
    expect([result.code, found]).toEqual([code, broken]);
  });
});

describe('traps', () => {
  it('are left alone and told: paths that repeat themselves, URLs that are too long', async () => {
    const paths = Array.from({ length: 9 }, (_, i) => `/${'again/'.repeat(i)}`);
    const hrefs = (path: string) => links(`${path}again/`, `/?${'x'.repeat(3000)}`);
    const trap = await site(Object.fromEntries(paths.map((path) => [path, hrefs(path)])));
    const { code, out } = await crawl(trap.url('/'));
    expect(code).toBe(0);
    expect(asked(trap)).toEqual(['/', '/again/', '/again/again/', '/again/again/again/', '/again/again/again/again/']);
    expect(out).toMatch(/links left alone, whose URLs repeat themselves or are too long \(6\)/);
    trap.clear();
    await crawl(trap.url('/'), '--max-repeats', '1');
    expect(asked(trap)).toEqual(['/', '/again/']);
  });
});

describe('the report', () => {
  it('warns of redirects, which are no failure', async () => {
    const server = await site({
      '/': links('/old'),
      '/old': { status: 301, headers: { Location: '/new' } },
      '/new': '',
    });
    const { code, out } = await crawl(server.url('/'));
    expect(code).toBe(0);
    expect(out).toContain(
      `warning: links to redirects (1)\n  301  ${server.url('/old')}\n      to ${server.url('/new')}\n`,
    );
  });

  it('is JSON, CSV or JUnit', async () => {
    const server = await site({ '/': links('/gone?token=s3cret&a=&quot;&lt;', 'http://['), '/a': '' });
    const gone = `${server.url('/gone')}?token=***&a=%22%3C`;
    const json = JSON.parse((await crawl(server.url('/'), '--format', 'json')).out);
    expect(json).toMatchObject({
      pages: 2,
      statuses: { 200: 1, 404: 1 },
      broken: [{ url: gone, status: 404, error: null, pages: [server.url('/')] }],
      invalid: [{ reference: 'http://[', page: server.url('/') }],
    });
    const csv = (await crawl(server.url('/'), '--format', 'csv')).out.split('\r\n');
    expect(csv.slice(0, 2)).toEqual(['kind,url,status,error,page,location', `broken,${gone},404,,${server.url('/')},`]);
    const junit = (await crawl(server.url('/'), '--format', 'junit')).out;
    expect(junit).toContain('<testsuite name="sluice crawl" tests="2" failures="2" skipped="0"');
    expect(junit).toContain(
      `name="${gone.replace('&', '&amp;')}"><failure type="broken" message="404">on ${server.url('/')}<`,
    );
  });
});

describe('who is told what', () => {
  it('the name and password of a URL go to its host alone, with its robots.txt', async () => {
    const other = await site({ '/x': '' });
    const server = await site({ '/': links('/a', other.url('/x')), '/a': '' });
    await crawl(server.url('/').replace('//', '//ada:s%C3%A9cret@'), '--external');
    const basic = `Basic ${Buffer.from('ada:sécret').toString('base64')}`;
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([basic, basic, basic]);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it('the product name of --user-agent is looked up in robots.txt', async () => {
    const server = await site({
      '/robots.txt': { type: 'text/plain', body: 'User-agent: mybot\nDisallow: /no\n' },
      '/': links('/no', '/yes'),
      '/yes': '',
    });
    await crawl(server.url('/'), '--user-agent', 'Mozilla/5.0 (compatible; MyBot/1.0)');
    expect(asked(server)).toEqual(['/', '/yes']);
    expect(server.requests[0]!.headers['user-agent']).toBe('Mozilla/5.0 (compatible; MyBot/1.0)');
  });

  it('a header for one host goes there alone', async () => {
    const other = await site({ '/x': '' });
    const server = await site({ '/': links(other.url('/x')) });
    const header = `127.0.0.1:${other.port} X-Key: abc`;
    await crawl(server.url('/'), '--external', '--host-header', header);
    expect(server.requests.map(({ headers }) => headers['x-key'])).toEqual([undefined, undefined]);
    expect(other.requests.map(({ headers }) => headers['x-key'])).toEqual(['abc', 'abc']);
  });

  it('answers that may be kept are asked for once, with --cache', async () => {
    const fresh = { 'Cache-Control': 'max-age=600', ETag: '"1"' };
    const server = await site({ '/': { headers: fresh, body: links('/a') }, '/a': { headers: fresh, body: 'a' } });
    const cache = ['--cache', join(folder, 'cache')];
    await crawl(server.url('/'), ...cache);
    expect(asked(server)).toEqual(['/', '/a']);
    const { out } = await crawl(server.url('/'), ...cache);
    expect(asked(server)).toEqual(['/', '/a']);
    expect(out).toContain('2 pages');
  });
});

describe('what a style sheet loads', () => {
  it('is a link: url(), @import, style elements and attributes', async () => {
    const css = `@import "i.css"; @import url('/j.css') print; a { b: url( "c.png" ) url(d\\.png) url(data:x,y) }
      /* url(no.png) */ e::after { content: "url(no.png)" }`;
    const server = await site({
      '/': `<link rel=stylesheet href=/css/main.css><style>p { background: url(p.png) }</style><p style="a: url('&quot;q.png')">`,
      '/css/main.css': { type: 'text/css', body: css },
    });
    await crawl(server.url('/'));
    expect(asked(server).sort()).toEqual(
      ['/', '/%22q.png', '/css/c.png', '/css/d.png', '/css/i.css', '/css/main.css', '/j.css', '/p.png'].sort(),
    );
  });
});
