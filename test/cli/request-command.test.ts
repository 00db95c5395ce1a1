import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { certificates } from '../support/certificates.ts';
import { startHttp2Site } from '../support/http2-site.ts';
import { type FakeTerminalOptions, fakeTerminal } from './fake-terminal.ts';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'request-'));
});
afterEach(() => {
  server.clear();
  rmSync(folder, { recursive: true });
});

async function run(args: readonly string[], options?: FakeTerminalOptions) {
  const terminal = fakeTerminal(options);
  const code = await main(args, terminal);
  return { code, out: terminal.out(), err: terminal.err() };
}

async function echoOf(args: readonly string[], options?: FakeTerminalOptions) {
  const { out } = await run([args[0]!, server.url('/anything'), ...args.slice(1)], options);
  return JSON.parse(out) as { method: string; url: string; headers: Record<string, string>; body: string };
}

describe('sluice METHOD URL', () => {
  it.each(['get', 'post', 'put', 'patch', 'delete'])('sends %s', async (name) => {
    expect(await echoOf([name])).toMatchObject({ method: name.toUpperCase(), url: '/anything', body: '' });
  });

  it.each<[string[], string | undefined, object]>([
    [['post', '--json', '{"a":[1,"é"]}'], undefined, { body: '{"a":[1,"é"]}', type: 'application/json' }],
    [['post', '--json', '-'], '{"b":2}', { body: '{"b":2}', type: 'application/json' }],
    [['post', '--json', '-', '-H', 'content-type: a/b'], '{}', { body: '{}', type: 'a/b' }],
    [['post', '-'], 'from stdin', { body: 'from stdin', type: undefined }],
    [['put', '--body', 'text'], undefined, { body: 'text' }],
    [
      ['post', '--form', 'a=1 2', '--form', 'a=3'],
      undefined,
      { body: 'a=1+2&a=3', type: 'application/x-www-form-urlencoded' },
    ],
  ])('sends the body of %j', async (args, stdin, { body, type }: { body?: string; type?: string }) => {
    const echo = await echoOf(args, stdin === undefined ? {} : { stdin });
    expect(echo.body).toBe(body);
    if (type !== undefined) expect(echo.headers['content-type']).toBe(type);
  });

  it('sends query, headers and credentials', async () => {
    const echo = await echoOf(['get', '--query', 'a=1', '--query', 'a=é', '-H', 'X-A: b', '--auth', 'ada:pw']);
    expect(echo.url).toBe('/anything?a=1&a=%C3%A9');
    expect(echo.headers).toMatchObject({ 'x-a': 'b', authorization: `Basic ${btoa('ada:pw')}` });
    expect((await echoOf(['get', '--bearer', 'tok'])).headers['authorization']).toBe('Bearer tok');
  });

  it('answers a Digest challenge', async () => {
    const url = server.url('/digest-auth/auth/ada/pw');
    expect((await run(['get', url, '--auth', 'ada:pw', '--digest'])).code).toBe(0);
    expect((await run(['get', url, '--auth', 'ada:no', '--digest'])).code).toBe(1);
  });

  it('follows redirects when told so, and shows them otherwise', async () => {
    const url = server.url('/redirect/2');
    expect(await run(['get', url])).toMatchObject({ code: 0 });
    expect(server.requests).toHaveLength(1);
    expect(await run(['get', url, '--follow'])).toMatchObject({ code: 0 });
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    [200, 0],
    [302, 0],
    [404, 1],
    [503, 1],
  ])('leaves with the code of a %d: %d', async (status, code) => {
    expect((await run(['get', server.url(`/status/${status}`)])).code).toBe(code);
  });

  it('shows the body of an error', async () => {
    server.enqueue({ status: 404, body: 'nothing here' });
    expect(await run(['get', server.url('/')])).toMatchObject({ code: 1, out: 'nothing here' });
  });

  it('leaves with 1 and the reason when the request fails', async () => {
    const { code, out, err } = await run(['get', server.url('/stall'), '--timeout', '50ms']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^sluice: GET .*50 ?ms/);
  });

  it('leaves with 1 when a body breaks off, after what came of it', async () => {
    server.enqueue({ body: 'half of it', fault: 'close' });
    const { code, out, err } = await run(['get', server.url('/')]);
    expect([code, out]).toEqual([1, 'half of it']);
    expect(err).toContain('body');
  });

  it.each([['get', 'nope'], ['get', 'http://a.example/', '-H', 'X: a\r\nB: c'], ['frob']])(
    'leaves with 2 for %s %s',
    async (...args) => {
      const { code, err } = await run(args);
      expect(code).toBe(2);
      expect(err).toMatch(/^sluice: /);
    },
  );

  it('writes the head of a HEAD', async () => {
    server.enqueue({ headers: { 'X-A': 'b', 'Content-Length': 12 } });
    const { out } = await run(['head', server.url('/')]);
    expect(out).toMatch(/^HTTP\/1\.1 200 OK\n(?:.*\n)*X-A: b\n/);
  });

  it('sends another method, multipart with a file, and to a URL without a scheme', async () => {
    const path = join(folder, 'photo.txt');
    writeFileSync(path, 'content of the file');
    const url = `127.0.0.1:${server.port}/anything`;
    const { out } = await run(['post', url, '-X', 'PROPFIND', '-F', 'a=b', '-F', `photo=@${path};filename=p.txt`]);
    const echo = JSON.parse(out) as { method: string; body: string; headers: Record<string, string> };
    expect(echo.method).toBe('PROPFIND');
    expect(echo.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(echo.body).toMatch(/name="a"\r\n\r\nb\r\n/);
    expect(echo.body).toMatch(/name="photo"; filename="p.txt"\r\n(?:.*\r\n)+\r\ncontent of the file/);
  });

  it('retries as often as it may', async () => {
    server.enqueue({ status: 503, headers: { 'Retry-After': '0' } }, { body: 'there' });
    expect(await run(['get', server.url('/'), '--retry', '1'])).toMatchObject({ code: 0, out: 'there' });
  });

  it('checks certificates, unless told otherwise', async () => {
    await using secure = await startServer({ tls: (await certificates()).server });
    expect(await run(['get', secure.url('/status/204')])).toMatchObject({ code: 1 });
    expect(await run(['get', secure.url('/status/204'), '-k'])).toMatchObject({ code: 0 });
  });

  it('speaks HTTP/2', async () => {
    await using h2 = await startHttp2Site();
    expect((await run(['get', h2.url('/anything'), '--http2', '-i'])).out).toMatch(/^HTTP\/2(?:\.0)? 200/);
  });

  it('goes through a proxy', async () => {
    server.enqueue({ body: 'by the proxy' });
    const { out } = await run(['get', 'http://far.example/x', '--proxy', server.origin]);
    expect(out).toBe('by the proxy');
    expect(server.requests.at(-1)?.url).toBe('http://far.example/x');
  });

  it('writes the head before the body', async () => {
    server.enqueue({ headers: { 'X-A': 'b' }, body: 'content' });
    expect((await run(['get', server.url('/'), '-i'])).out).toMatch(
      /^HTTP\/1\.1 200 OK\n(?:.*\n)*X-A: b\n(?:.*\n)*\ncontent$/,
    );
  });

  it('answers from the directory of --cache', async () => {
    const url = server.url('/response-headers?Cache-Control=max-age%3D60');
    const args = ['get', url, '-v', '--cache', join(folder, 'cache')];
    const first = await run(args);
    const second = await run(args);
    expect([first.err, second.err].map((text) => /\* cache: (\w+)/.exec(text)?.[1])).toEqual(['miss', 'hit']);
    expect(second.out).toBe(first.out);
  });

  it.each([
    ['get', 'taken', 'this is a file'],
    ['get', 'taken/below', 'what stands above it is a file'],
    ['crawl', 'taken', 'this is a file'],
    ['get', 'a\0b', 'it cannot be looked at'],
  ])('%s refuses --cache %s before it asks: %s', async (command, name, found) => {
    writeFileSync(join(folder, 'taken'), '');
    const asked = server.requests.length;
    const { code, out, err } = await run([command, server.url('/'), '--cache', join(folder, name)]);
    expect([code, out, server.requests.length]).toEqual([2, '', asked]);
    expect(err).toMatch(
      /^sluice: --cache .*: expected the path of a directory, which is made when it is missing, but .*\n$/,
    );
    expect(err).toContain(found);
  });

  it('shows both heads and the timings, secrets masked, on standard error', async () => {
    const { err, out } = await run(['get', server.url('/anything?token=s3cret'), '--auth', 'ada:s3cret', '-v']);
    expect(err).toMatch(/> GET \/anything\?token=\*\*\* HTTP\/1\.1\n/);
    expect(err).toMatch(/> Authorization: \*\*\*\n/);
    expect(err).toMatch(/< HTTP\/1\.1 200 OK\n/);
    expect(err).toMatch(/\* timings \(\w+\): .*first byte [\d.]+ ms/);
    expect(err).toMatch(/\* complete after [\d.]+ ms\n/);
    expect(err).not.toContain('s3cret');
    expect(JSON.parse(out)).toMatchObject({ method: 'GET' });
  });
});

describe('--output', () => {
  it('writes the body into a file', async () => {
    const path = join(folder, 'out');
    server.enqueue({ body: 'content' });
    expect(await run(['get', server.url('/'), '-o', path])).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(path, 'utf8')).toBe('content');
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it.each(['/status/404', '/close-in-body?length=100&sent=10', '/stall'])(
    'leaves the old file alone when %s fails',
    async (route) => {
      const path = join(folder, 'out');
      writeFileSync(path, 'old');
      const { code, err } = await run(['get', server.url(route), '-o', path, '--timeout', '200ms']);
      expect(code).toBe(1);
      expect(err).toMatch(/^sluice: GET /);
      expect([readFileSync(path, 'utf8'), existsSync(`${path}.part`)]).toEqual(['old', false]);
    },
  );

  it.each(['head', 'get'])('leaves the old file alone for an answer without a body (%s)', async (method) => {
    const path = join(folder, 'out');
    writeFileSync(path, 'old');
    const { code, err } = await run([method, server.url(method === 'get' ? '/status/304' : '/bytes/10'), '-o', path]);
    expect([code, err]).toEqual([0, expect.stringMatching(/the (?:304|200) has no body; nothing was written to /)]);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('follows a link, keeps the mode, and is one step', async () => {
    const path = join(folder, 'link');
    writeFileSync(join(folder, 'real'), 'old', { mode: 0o600 });
    symlinkSync('real', path);
    const broken = await run(['get', server.url('/close-in-body?length=100&sent=10'), '-o', path]);
    expect([broken.code, readFileSync(path, 'utf8')]).toEqual([1, 'old']);
    expect((await run(['get', server.url('/bytes/100'), '-o', path])).code).toBe(0);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(statSync(join(folder, 'real'))).toMatchObject({ size: 100, mode: 0o100600 });
    expect(readdirSync(folder).sort()).toEqual(['link', 'real']);
  });

  it('makes the file that a link to nothing leads to, and tells links in a circle', async () => {
    symlinkSync('real', join(folder, 'link'));
    symlinkSync('circle', join(folder, 'circle'));
    expect((await run(['get', server.url('/bytes/100'), '-o', join(folder, 'link')])).code).toBe(0);
    expect(statSync(join(folder, 'real')).size).toBe(100);
    const { code, err } = await run(['get', server.url('/bytes/100'), '-o', join(folder, 'circle')]);
    expect([code, err]).toEqual([1, expect.stringContaining('lead in a circle')]);
  });

  it('is a whole file when two write it at a time', async () => {
    const path = join(folder, 'out');
    const [a, b] = ['a', 'b'].map((letter) => letter.repeat(200_000));
    server.enqueue({ body: a! }, { body: b! });
    await Promise.all([run(['get', server.url('/'), '-o', path]), run(['get', server.url('/'), '-o', path])]);
    expect([a, b]).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('writes to a device as it is', async () => {
    expect((await run(['get', server.url('/bytes/100'), '-o', '/dev/null'])).code).toBe(0);
  });

  it('names a folder that is not there', async () => {
    const { code, err } = await run(['get', server.url('/bytes/10'), '-o', join(folder, 'no/such')]);
    expect(code).toBe(1);
    expect(err).toContain('no/such');
  });
});

describe('a terminal', () => {
  const json = {
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8' },
    body: '{"a":[1,null,"x: \\"1"]}',
  };

  it('gets JSON indented and in colours', async () => {
    server.enqueue(json);
    const { out } = await run(['get', server.url('/')], { tty: true });
    expect(out).toContain(
      '\x1b[36m"a"\x1b[0m: [\n    \x1b[33m1\x1b[0m,\n    \x1b[33mnull\x1b[0m,\n    \x1b[32m"x: \\"1"\x1b[0m\n',
    );
  });

  it.each<Record<string, string>>([{ NO_COLOR: '1' }, { TERM: 'dumb' }])(
    'gets it without colours for %j',
    async (env) => {
      server.enqueue(json);
      const { out } = await run(['get', server.url('/')], { tty: true, env });
      expect(out).toBe('{\n  "a": [\n    1,\n    null,\n    "x: \\"1"\n  ]\n}\n');
    },
  );

  it('gets what is no JSON as it came', async () => {
    server.enqueue({ headers: { 'Content-Type': 'application/json' }, body: '{broken' });
    expect((await run(['get', server.url('/')], { tty: true })).out).toBe('{broken\n');
  });

  it('gets no binary', async () => {
    server.enqueue({ headers: { 'Content-Type': 'image/png' }, body: Buffer.from([0x89, 0, 1]) });
    const { out, err } = await run(['get', server.url('/')], { tty: true });
    expect([out, err]).toEqual(['', expect.stringContaining('3 B of image/png are not shown')]);
  });

  it.each([
    ['random bytes', undefined, Buffer.from(Array.from({ length: 100 }, (_, i) => (i * 151 + 128) % 256 || 1))],
    ['a type of programs', 'application/octet-stream', Buffer.from('plain letters')],
    ['a NUL behind text', 'text/plain', Buffer.from('text\0')],
  ])('gets nothing of %s', async (_, type, body) => {
    server.enqueue({ headers: type === undefined ? {} : { 'Content-Type': type }, body });
    const { out, err } = await run(['get', server.url('/')], { tty: true });
    expect([out, err]).toEqual(['', expect.stringContaining('not shown on a terminal')]);
  });

  it.each([
    ['windows-1252', Buffer.from('caf\xe9 \x80\n', 'latin1'), 'café €\n'],
    ['utf-8', Buffer.from('👩‍💻 a\tb\r\nc\u202ed'), '👩‍💻 a\tb\nc\\u202ed\n'],
  ])('gets text of %s, on whole lines', async (charset, body, text) => {
    server.enqueue({ headers: { 'Content-Type': `text/plain; charset=${charset}` }, body });
    expect((await run(['get', server.url('/')], { tty: true })).out).toBe(text);
  });

  it('gets no control out of JSON, written or escaped', async () => {
    const body = '{"a":"\\u001b[31m \\u009b31m \u009b31m \u202e"}';
    server.enqueue({ headers: { 'Content-Type': 'application/json' }, body });
    const { out } = await run(['get', server.url('/')], { tty: true, env: { NO_COLOR: '1' } });
    expect(out).toBe('{\n  "a": "\\u001b[31m \\u009b31m \\u009b31m \\u202e"\n}\n');
  });

  it('is no file, which gets every byte as it came', async () => {
    server.enqueue(json);
    expect((await run(['get', server.url('/')])).out).toBe(json.body);
  });
});

describe('the other commands', () => {
  it.each([
    [['--help'], /sluice crawl URL\.\.\./],
    [['get', '--help'], /--bearer TOKEN/],
    [['crawl', '--help'], /--max-bytes SIZE/],
    [['version'], /^\d+\.\d+\.\d+\n$/],
  ])('%j prints to standard output', async (args, text) => {
    const { code, out } = await run(args);
    expect([code, out]).toEqual([0, expect.stringMatching(text)]);
  });

  it('serve starts the test site until a signal', async () => {
    const terminal = fakeTerminal();
    const ended = main(['serve'], terminal);
    while (!terminal.out().includes('http')) await new Promise(setImmediate);
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(terminal.out())![0];
    expect((await run(['get', `${origin}/status/204`])).code).toBe(0);
    terminal.signal('SIGINT');
    expect(await ended).toBe(0);
    expect((await run(['get', `${origin}/`])).code).toBe(1);
  });

  it('serve says that a port is taken', async () => {
    const { code, err } = await run(['serve', '--port', String(server.port)]);
    expect([code, err]).toEqual([1, expect.stringContaining(String(server.port))]);
  });
});
