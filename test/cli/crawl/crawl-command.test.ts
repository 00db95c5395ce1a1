import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import type { TestServer } from '../../../src/testing/server.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { asked, links, type PageAnswer, startSite } from '../web-site.ts';

let folder: string;
const servers: TestServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crawl-command-'));
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

const file = (name: string) => join(folder, name);

async function crawl(...argv: string[]) {
  const terminal = fakeTerminal();
  const code = await main(['crawl', ...argv], terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

describe('a start that leads to another host', () => {
  it.each([['at once'], ['by way of another page']])('is told, and the crawl leaves with 1: %s', async (way) => {
    const other = await site({ '/': 'elsewhere' });
    const away: PageAnswer = { status: 301, headers: { Location: other.url('/') } };
    const server = await site({
      '/': way === 'at once' ? away : { status: 302, headers: { Location: '/next' } },
      '/next': away,
    });
    const { code, out } = await crawl(server.url('/'));
    expect(code).toBe(1);
    expect(out).toContain(
      `a start leads to another host, which was not fetched; --hosts 127.0.0.1:${other.port} adds it\n`,
    );
    expect(out).toContain(`to ${other.url('/')}`);
    expect(other.requests).toEqual([]);
  });

  it('is followed when that host is in scope', async () => {
    const other = await site({ '/': links('/a'), '/a': '' });
    const server = await site({ '/': { status: 301, headers: { Location: other.url('/') } } });
    const { code, out } = await crawl(server.url('/'), '--hosts', `127.0.0.1:${other.port}`);
    expect([code, asked(other)]).toEqual([0, ['/', '/a']]);
    expect(out).not.toContain('another host');
  });

  it('is no matter for a link', async () => {
    const server = await site({
      '/': links('/out'),
      '/out': { status: 302, headers: { Location: 'http://other.example/' } },
    });
    expect((await crawl(server.url('/'))).code).toBe(0);
  });
});

describe('a file', () => {
  it('is one crawl at a time', async () => {
    let release = () => {};
    const server = await site({
      '/': (_req, res) => {
        release = () => void res.writeHead(200, { 'Content-Type': 'text/html' }).end();
      },
    });
    const first = crawl(server.url('/'), '--out', file('out.jsonl'));
    while (asked(server).length === 0) await new Promise(setImmediate);
    const second = await crawl(server.url('/'), '--out', file('out.jsonl'), '--resume');
    expect(second.code).toBe(2);
    expect(second.err).toContain(`process ${process.pid} is crawling into it`);
    release();
    expect((await first).code).toBe(0);
    expect((await crawl(server.url('/'), '--out', file('out.jsonl'), '--resume')).code).toBe(0);
  });
});

describe('a broken link behind redirects', () => {
  it('is told with the pages that have the link, and the redirect', async () => {
    const server = await site({
      '/': links('/page', '/old'),
      '/page': links('/old', '/older'),
      '/older': { status: 301, headers: { Location: '/old' } },
      '/old': { status: 301, headers: { Location: '/gone' } },
    });
    const { code, out } = await crawl(server.url('/'));
    expect(code).toBe(1);
    expect(out.slice(out.indexOf('broken links'))).toBe(
      [
        'broken links (1)',
        `  404 Not Found  ${server.url('/gone')}`,
        `      on ${server.url('/')}`,
        `      on ${server.url('/page')}`,
        `      by way of ${server.url('/old')}`,
        `      by way of ${server.url('/older')}`,
        '',
      ].join('\n'),
    );
  });

  it('is told with the start that leads to it', async () => {
    const server = await site({ '/': { status: 301, headers: { Location: '/gone' } } });
    const { out } = await crawl(server.url('/'));
    expect(out).toContain(`${server.url('/gone')}\n      a start of the crawl\n      by way of ${server.url('/')}\n`);
  });
});

describe('cookies', () => {
  const cookie = { 'Set-Cookie': 'seen=1; Path=/' };
  const gates: [name: string, pages: Record<string, PageAnswer>][] = [
    [
      'on a page of its own',
      {
        '/': (req, res) => {
          if (req.headers.cookie === 'seen=1') res.writeHead(200, { 'Content-Type': 'text/html' }).end(links('/a'));
          else res.writeHead(302, { Location: '/gate' }).end();
        },
        '/gate': { status: 302, headers: { ...cookie, Location: '/' } },
        '/a': '',
      },
    ],
    [
      'on the page itself',
      {
        '/': (req, res) => {
          if (req.headers.cookie === 'seen=1') res.writeHead(200, { 'Content-Type': 'text/html' }).end(links('/a'));
          else res.writeHead(302, { ...cookie, Location: '/' }).end();
        },
        '/a': '',
      },
    ],
  ];

  it.each(gates)('let a crawl through a gate: %s', async (_name, pages) => {
    const server = await site(pages);
    const { code, out } = await crawl(server.url('/'), '--out', file('out.jsonl'));
    expect([code, asked(server).at(-1)]).toEqual([0, '/a']);
    expect(out).toContain('no broken links');
    server.clear();
    expect((await crawl(server.url('/'), '--out', file('out.jsonl'), '--resume')).out).toContain(out.split(' ', 1)[0]);
    expect(asked(server)).toEqual([]);
  });

  it.each(gates)('are not sent when told so: %s', async (_name, pages) => {
    const server = await site(pages);
    const { code, out } = await crawl(server.url('/'), '--no-cookies');
    expect(code).toBe(1);
    expect(out).toContain('ERR_REDIRECT_LOOP');
    expect(server.requests.every(({ headers }) => headers.cookie === undefined)).toBe(true);
  });

  it('make no end of a redirect that leads back with another cookie each time', async () => {
    const server = await site({ '/': { status: 302, headers: { ...cookie, Location: '/' } } });
    const { code, out } = await crawl(server.url('/'));
    expect(code).toBe(1);
    expect(out).toContain('too many redirects');
    expect(asked(server)).toHaveLength(11);
  });
});

describe('what a server says', () => {
  // What steers a terminal, line ends left out.
  const STEERING = /(?!\n)[\p{Cc}\p{Cf}]/u;

  it('reaches the terminal as text, whatever it is', async () => {
    const server = await site({
      '/': links('http://[\x1b[2J', 'http://[\x9b2J\u202e', '/\x1b]0;x\x07', '/moved', '/odd'),
      '/moved': { status: 302, headers: { Location: 'http://[\x9b2J' } },
      '/odd': (req) => void req.socket.end('HTTP/1.1 200 \x1b[2J\r\nContent-Length: \x1b[2J\r\n\r\n'),
    });
    const { out, err } = await crawl(server.url('/'));
    expect(out).toContain('links that are no URL (3)');
    expect(out).toContain('u001b[2J');
    expect(out + err).not.toMatch(STEERING);
  });

  it('reaches the terminal as text from the file of an earlier crawl', async () => {
    const server = await site({ '/': '' });
    const line = {
      url: server.url('/x'),
      status: null,
      error: 'E\x1b[2J',
      message: 'm\x1b[2J',
      links: ['http://b.example/'],
    };
    writeFileSync(file('out.jsonl'), `${JSON.stringify(line)}\n`);
    const { out, err } = await crawl(server.url('/'), '--out', file('out.jsonl'), '--resume');
    expect(out).toContain('E\\u001b[2J');
    expect(out + err).not.toMatch(STEERING);
  });
});

describe('the line that says how to go on', () => {
  it('shows no secret, and where one has to be put in', async () => {
    const out = file('out.jsonl');
    const terminal = fakeTerminal();
    const server = await site({
      '/': (_req, res) => {
        terminal.signal('SIGINT');
        res.writeHead(200, { 'Content-Type': 'text/html' }).end(links('/a'));
      },
    });
    const secrets = ['-H', 'Authorization: Bearer hush-1', '--header=Cookie: sid=hush-2', '-HX-Api-Key: hush-3'];
    const start = server.url('/').replace('//', '//ada:hush-4@');
    const urls = [start, server.url('/?access_token=hush-5&page=1')];
    const code = await main(['crawl', ...urls, ...secrets, '--header', 'X-Plain: text', '--out', out], terminal);
    expect(code).toBe(130);
    expect(terminal.err() + terminal.out()).not.toContain('hush');
    const { host } = new URL(start);
    expect(terminal.err().split('\n').at(-2)).toBe(
      `  sluice crawl 'http://***@${host}/' '${server.url('/?access_token=***&page=1')}' -H 'Authorization: ***' ` +
        `'--header=Cookie: ***' '-HX-Api-Key: ***' --header 'X-Plain: text' --out ${out} --resume`,
    );
    expect(terminal.err()).toContain('to go on, with what was secret in place of ***');
  });
});

describe('robots.txt', () => {
  it('does not use up the limit with what it forbids', async () => {
    const forbidden = Array.from({ length: 20 }, (_, i) => `/private/${i}`);
    const server = await site({
      '/robots.txt': { type: 'text/plain', body: 'User-agent: *\nDisallow: /private/' },
      '/': links(...forbidden, '/1', '/2', '/3', '/4'),
      '/1': '',
      '/2': '',
      '/3': '',
      '/4': '',
    });
    const { out } = await crawl(server.url('/'), '--limit', '3', '--out', file('out.jsonl'));
    expect(asked(server).sort()).toEqual(['/', '/1', '/2']);
    expect(out).toContain('20  ERR_ROBOTS_DISALLOWED');
    await crawl(server.url('/'), '--limit', '4', '--out', file('out.jsonl'), '--resume');
    expect(asked(server).sort()).toEqual(['/', '/1', '/2', '/3']);
  });

  it('of a host that refuses connections is told with that', async () => {
    const server = await site({});
    const url = server.url('/');
    await server.close();
    servers.length = 0;
    const { code, out } = await crawl(url);
    expect(code).toBe(1);
    expect(out).toMatch(
      /broken links \(1\)\n {2}ERR_CONNECT_REFUSED .*\n.*\/robots\.txt: .*refused.*\n {6}a start of the crawl/,
    );
  });
});

describe('URLs that are one', () => {
  it('are fetched once, however they are encoded', async () => {
    const server = await site({
      '/': links('/%c3%a4', '/%C3%A4', '/ä', '/~ada', '/%7Eada', '/%7eada?q=%61%2f', '/~ada?q=a%2F'),
      '/%C3%A4': '',
      '/~ada': '',
      '/~ada?q=a%2F': '',
    });
    const { code } = await crawl(server.url('/'));
    expect([code, asked(server)]).toEqual([0, ['/', '/%C3%A4', '/~ada', '/~ada?q=a%2F']]);
  });

  it.each([
    ['iso-8859-1', Buffer.from('<a href="/é?q=é&amp;w=&#26085;">', 'latin1'), undefined],
    [
      'windows-1252',
      Buffer.from([...Buffer.from('<a href="/é?q='.replace('é', '\xe9'), 'latin1'), 0x80, ...Buffer.from('">')]),
      '/%C3%A9?q=%80',
    ],
    ['shift_jis', Buffer.from([...Buffer.from('<a href="/?q='), 0x93, 0xfa, ...Buffer.from('">')]), '/?q=%93%FA'],
    ['utf-16le', Buffer.from('<a href="/?q=é">', 'utf16le'), '/?q=%C3%A9'],
    ['utf-8', Buffer.from('<a href="/?q=é">'), '/?q=%C3%A9'],
  ])(
    'have their query in the charset of the page: %s',
    async (charset, body, expected = '/%C3%A9?q=%E9&w=%26%2326085%3B') => {
      const server = await site({
        '/': (_req, res) => void res.writeHead(200, { 'Content-Type': `text/html; charset=${charset}` }).end(body),
      });
      await crawl(server.url('/'));
      expect(asked(server)).toEqual(['/', expected]);
    },
  );
});
