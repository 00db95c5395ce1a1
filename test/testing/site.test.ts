import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { siteRoutes } from '../../src/testing/site.ts';
import { seededBytes, textSamples } from '../../src/testing/site-payload.ts';
import { ask, exchange, getHead, type PlainRequest } from '../support/plain-client.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});
afterEach(() => server.allClosed());
afterAll(() => server.close());

const get = (path: string, options?: PlainRequest) => ask(server.url(path), options);

describe('what was asked', () => {
  it('lists every route on its index page', async () => {
    const page = (await get('/')).body.toString();
    for (const { path } of siteRoutes) expect(page).toContain(`<code>${path}</code>`);
  });

  it('echoes method, target, pairs of the query, headers in order and the body', async () => {
    const { body, ...answer } = (
      await get('/anything/a%20b?x=1&x=2', {
        method: 'PUT',
        headers: { 'X-B': ['1', '2'], 'X-A': '3' },
        body: 'grüße',
      })
    ).json();
    expect(body).toBe('grüße');
    expect(answer).toMatchObject({
      method: 'PUT',
      url: '/anything/a%20b?x=1&x=2',
      path: '/anything/a%20b',
      query: [
        ['x', '1'],
        ['x', '2'],
      ],
      headers: { 'x-b': '1, 2', 'x-a': '3' },
      bodyBase64: Buffer.from('grüße').toString('base64'),
      bodyBytes: 7,
      httpVersion: '1.1',
    });
    const names = (answer.rawHeaders as [string, string][]).map(([name]) => name);
    expect(names.slice(0, 3)).toEqual(['X-B', 'X-B', 'X-A']);
  });

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('serves %s on its own path only', async (method) => {
    expect((await get(`/${method.toLowerCase()}`, { method })).json().method).toBe(method);
    const refused = await get(`/${method.toLowerCase()}`, { method: 'OPTIONS' });
    expect(refused.status).toBe(405);
    expect(refused.headers.allow).toContain(method);
  });

  it('answers HEAD wherever GET is served, without a body', async () => {
    const answer = await get('/json', { method: 'HEAD' });
    expect(answer.body.length).toBe(0);
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(0);
  });

  it('takes the absolute form that a proxy is sent, and OPTIONS *', async () => {
    const proxied = await exchange(server.port, getHead('http://elsewhere.test/status/418', 'Connection: close'));
    expect(proxied.text).toMatch(/^HTTP\/1\.1 418 /);
    const options = await exchange(server.port, 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(options.text).toMatch(/^HTTP\/1\.1 200 OK\r\nAllow: GET/);
  });

  it('says 404 for a path it does not know and 400 for a number that is none', async () => {
    expect((await get('/nowhere')).status).toBe(404);
    expect((await get('/bytes/many')).status).toBe(400);
    expect((await get('/bytes/%zz')).status).toBe(400);
  });
});

describe('statuses and heads', () => {
  it.each([200, 201, 404, 418, 500, 599, 999])('answers with status %i and a reason', async (code) => {
    const answer = await get(`/status/${code}`, { method: 'POST', body: 'ignored' });
    expect(answer.status).toBe(code);
    expect(answer.reason).not.toBe('');
    expect(answer.body.toString()).toBe(`${code} ${answer.reason}\n`);
  });

  it.each([204, 304])('sends no body and no length with %i', async (code) => {
    const answer = await get(`/status/${code}`);
    expect([answer.status, answer.body.length]).toEqual([code, 0]);
    expect(answer.headers['content-length']).toBeUndefined();
  });

  it('sets the headers it is told to, and refuses those no head can hold', async () => {
    const answer = await get('/response-headers?X-A=1&X-B=2&X-B=gr%C3%BC');
    expect(answer.headers).toMatchObject({ 'x-a': '1', 'x-b': `2, ${Buffer.from('grü').toString('latin1')}` });
    expect((await get('/response-headers?X-A=1%0d%0aX-Evil:2')).status).toBe(400);
    expect((await get('/response-headers?X%20A=1')).status).toBe(400);
  });

  it('sends trailers after a chunked body', async () => {
    const answer = await get('/trailers');
    expect(answer.headers['transfer-encoding']).toBe('chunked');
    expect(answer.trailers).toEqual({ 'x-checksum': 'abc123', 'x-count': '2' });
  });

  it('sends 103 before its answer', async () => {
    expect(await get('/early-hints')).toMatchObject({ status: 200, informational: [103] });
  });

  it('sends a 100 that nobody asked for', async () => {
    const { text } = await exchange(server.port, getHead('/unexpected-continue', 'Connection: close'));
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  it('invites a body that waits for it, once', async () => {
    const answer = await get('/continue', { method: 'POST', headers: { Expect: '100-continue' }, body: 'abc' });
    expect(answer.json()).toMatchObject({ continued: true, body: 'abc' });
    expect((await get('/continue', { method: 'POST', body: 'abc' })).json().continued).toBe(false);
  });

  it('refuses a body before it is sent', async () => {
    const head = 'POST /continue?refuse=417 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n';
    const { text } = await exchange(server.port, head);
    expect(text).toMatch(/^HTTP\/1\.1 417 /);
    expect(text).toContain('Connection: close');
  });

  it('closes the connection where it says so', async () => {
    const { text, end } = await exchange(server.port, getHead('/connection-close'));
    expect(text).toContain('Connection: close');
    expect(end).toBe('fin');
  });

  it('compares entity tags: weakly for If-None-Match, strongly for If-Match', async () => {
    const status = async (headers: Record<string, string>) => (await get('/etag/one', { headers })).status;
    expect(await status({})).toBe(200);
    expect(await status({ 'If-None-Match': '"x", W/"one"' })).toBe(304);
    expect(await status({ 'If-None-Match': '"two"' })).toBe(200);
    expect(await status({ 'If-Match': '"two"' })).toBe(412);
    expect(await status({ 'If-Match': '"one"' })).toBe(200);
  });
});

describe('redirects and cookies', () => {
  it('counts down to /echo, keeping the status that was asked for', async () => {
    const locations = [];
    for (let next = '/redirect/3?status=307'; next !== '/echo'; ) {
      const answer = await get(next);
      expect(answer.status).toBe(307);
      next = answer.headers.location ?? '';
      locations.push(next);
    }
    // The last hop has lost the query, so that /echo shows what the client made of the chain.
    expect(locations).toEqual(['/redirect/2?status=307', '/redirect/1?status=307', '/echo']);
  });

  it('redirects anywhere, with any 3xx', async () => {
    const answer = await get('/redirect-to?status=308&url=javascript%3Aalert(1)');
    expect([answer.status, answer.headers.location]).toEqual([308, 'javascript:alert(1)']);
    expect((await get('/redirect-loop')).headers.location).toBe('/redirect-loop');
    expect((await get('/redirect-to?url=x&status=200')).status).toBe(400);
  });

  it('shows the cookies it got, twins included', async () => {
    const answer = await get('/cookies', { headers: { Cookie: 'a=1; b=2=3; a=4' } });
    expect(answer.json()).toEqual({
      cookies: { a: '4', b: '2=3' },
      pairs: [
        ['a', '1'],
        ['b', '2=3'],
        ['a', '4'],
      ],
      header: 'a=1; b=2=3; a=4',
    });
  });

  it('sets, deletes and writes cookie lines as they are given', async () => {
    const set = await get('/cookies/set?a=1&b=2');
    expect(set).toMatchObject({ status: 302, headers: { location: '/cookies' } });
    expect(set.headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; Path=/']);
    const gone = await get('/cookies/delete?a');
    expect(gone.headers['set-cookie']?.[0]).toContain('a=; Path=/; Max-Age=0');
    const raw = await get('/cookies/set-raw?line=x%3D1%3B%20Secure&line=broken');
    expect([raw.status, raw.headers['set-cookie']]).toEqual([200, ['x=1; Secure', 'broken']]);
  });
});

describe('codings', () => {
  const decoders: Record<string, (bytes: Buffer) => Buffer> = {
    gzip: (bytes) => zlib.gunzipSync(bytes),
    deflate: (bytes) => zlib.inflateSync(bytes),
    'deflate-raw': (bytes) => zlib.inflateRawSync(bytes),
    br: (bytes) => zlib.brotliDecompressSync(bytes),
    identity: (bytes) => bytes,
  };

  it.each(Object.keys(decoders))('sends a JSON document in %s with its coded length', async (name) => {
    const answer = await get(`/${name}`);
    expect(Number(answer.headers['content-length'])).toBe(answer.body.length);
    const token = { identity: undefined, 'deflate-raw': 'deflate' };
    expect(answer.headers['content-encoding']).toBe(name in token ? token[name as keyof typeof token] : name);
    expect(JSON.parse(decoders[name]!(answer.body).toString())).toMatchObject({ coding: name, method: 'GET' });
  });

  it('sends zstd where the runtime has it and says 501 where not', async () => {
    const answer = await get('/zstd');
    if ('zstdCompressSync' in zlib) expect(answer.headers['content-encoding']).toBe('zstd');
    else expect(answer.status).toBe(501);
  });

  it('stacks codings in the order of the header', async () => {
    const answer = await get('/encoded?codings=gzip,br,deflate');
    expect(answer.headers['content-encoding']).toBe('gzip, br, deflate');
    const plain = zlib.gunzipSync(zlib.brotliDecompressSync(zlib.inflateSync(answer.body)));
    expect(JSON.parse(plain.toString()).coding).toBe('gzip,br,deflate');
    expect((await get('/encoded?codings=lzma')).status).toBe(400);
  });

  it('damages codings and leaves the framing right', async () => {
    expect(() => zlib.gunzipSync(Buffer.alloc(0))).toThrow();
    for (const [path, message] of [
      ['/gzip-truncated', /unexpected end/],
      ['/gzip-corrupt', /incorrect data check/],
    ] as const) {
      const answer = await get(path);
      expect(Number(answer.headers['content-length'])).toBe(answer.body.length);
      expect(() => zlib.gunzipSync(answer.body)).toThrow(message);
    }
    expect((await get('/gzip-trailing')).body.toString('latin1')).toMatch(/trailing garbage$/);
  });

  it.each(['gzip', 'deflate', 'br'])('packs MiBs of zeros into a small %s bomb', async (codec) => {
    const { body } = await get(`/bomb/${codec}/8`);
    expect(body.length).toBeLessThan(10_000);
    expect(decoders[codec]!(body).equals(Buffer.alloc(8 * 1024 * 1024))).toBe(true);
  });

  it('stops making a bomb when the client has gone', async () => {
    await expect(ask(server.url('/bomb/gzip/100000'), { signal: AbortSignal.timeout(30) })).rejects.toThrow();
  });
});

describe('bodies', () => {
  it('serves the same bytes for the same seed, whole and in part', async () => {
    const { body, headers } = await get('/bytes/1000?seed=7');
    expect(body.equals(seededBytes(1000, 7))).toBe(true);
    expect(headers).toMatchObject({ 'content-length': '1000', 'accept-ranges': 'bytes', etag: '"1000-7"' });
    expect(seededBytes(10, 7, 333).equals(body.subarray(333, 343))).toBe(true);
    expect(seededBytes(1000, 8).equals(body)).toBe(false);
    expect(createHash('sha256').update(seededBytes(1_000_003)).digest('hex').slice(0, 16)).toMatchInlineSnapshot(
      `"7357bdd46acb3b26"`,
    );
  });

  it.each([
    ['bytes=0-9', 206, 'bytes 0-9/1000', 0, 10],
    ['bytes=990-', 206, 'bytes 990-999/1000', 990, 1000],
    ['bytes=-5', 206, 'bytes 995-999/1000', 995, 1000],
    ['bytes=-5000', 206, 'bytes 0-999/1000', 0, 1000],
    ['bytes=998-5000', 206, 'bytes 998-999/1000', 998, 1000],
    ['bytes=1000-', 416, 'bytes */1000', 0, 0],
    ['bytes=-0', 416, 'bytes */1000', 0, 0],
    ['bytes=9-1', 200, undefined, 0, 1000],
    ['bytes=0-1,5-6', 200, undefined, 0, 1000],
    ['lines=0-1', 200, undefined, 0, 1000],
  ])('answers Range: %s with %i', async (range, status, contentRange, start, end) => {
    const answer = await get('/bytes/1000', { headers: { Range: range } });
    expect([answer.status, answer.headers['content-range']]).toEqual([status, contentRange]);
    if (status !== 416) expect(answer.body.equals(seededBytes(end - start, 0, start))).toBe(true);
  });

  it('sends the whole when If-Range names another version', async () => {
    const status = async (condition: string) =>
      (await get('/bytes/10', { headers: { Range: 'bytes=5-', 'If-Range': condition } })).status;
    expect(await status('"10-0"')).toBe(206);
    expect(await status('Wed, 01 Jan 2020 00:00:00 GMT')).toBe(206);
    expect(await status('"other"')).toBe(200);
    expect(await status('W/"10-0"')).toBe(200);
    expect((await get('/bytes/10', { headers: { 'If-None-Match': '"10-0"' } })).status).toBe(304);
  });

  it('cuts a transfer once, so that it can be resumed', async () => {
    await expect(get('/bytes/1000?cut=300&key=a')).rejects.toThrow('aborted');
    expect((await get('/bytes/1000?cut=300&key=a', { headers: { Range: 'bytes=300-' } })).body.length).toBe(700);
  });

  it('streams chunks, drips, delays and ends with the connection', async () => {
    const chunked = await get('/stream-bytes/100?chunk=7');
    expect(chunked.headers['transfer-encoding']).toBe('chunked');
    expect(chunked.body.equals(seededBytes(100))).toBe(true);
    expect((await get('/drip?bytes=9&ms=1&chunks=4')).body.equals(seededBytes(9))).toBe(true);
    expect((await get('/delay/1')).json().path).toBe('/delay/1');
    expect((await get('/delay-body/1')).body.toString()).toBe('late\n');
    const open = await get('/no-length');
    expect(open.headers).not.toHaveProperty('content-length');
    expect(open.headers).not.toHaveProperty('transfer-encoding');
    expect(open.body.toString()).toBe('until the connection ends\n');
  });

  it.each(Object.keys(textSamples))('sends text in %s', async (charset) => {
    const answer = await get(`/text?charset=${charset}`);
    expect(answer.headers['content-type']).toBe(`text/plain; charset=${charset}`);
    expect(new TextDecoder(charset).decode(answer.body)).toBe(textSamples[charset]!.text);
  });

  it('sends events and lines', async () => {
    const sse = await get('/sse');
    expect(sse.headers['content-type']).toContain('text/event-stream');
    expect(sse.body.toString()).toContain('id: 3\ndata: two\ndata: lines\n\n');
    const lines = (await get('/ndjson/3')).body.toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).n)).toEqual([0, 1, 2]);
  });
});

describe('answers that go wrong', () => {
  it('asks to come back later as often as it is told', async () => {
    const path = '/retry-after/7?times=2&key=later';
    const answers = [await get(path), await get(path), await get(path)];
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(answers[0]?.headers['retry-after']).toBe('7');
    const dated = await get('/retry-after/7?date=true&key=dated&status=429');
    expect([dated.status, Number.isNaN(Date.parse(dated.headers['retry-after'] ?? ''))]).toEqual([429, false]);
  });

  it('fails as often as it is told, by status, close or reset', async () => {
    const path = '/flaky?fail=1&key=a&status=502';
    expect([(await get(path)).status, (await get(path)).json()]).toEqual([502, { attempt: 2 }]);
    await expect(get('/flaky?key=b&fault=close')).rejects.toThrow('socket hang up');
    await expect(get('/flaky?key=c&fault=reset')).rejects.toThrow('ECONNRESET');
    expect((await get('/flaky?key=c&fault=reset')).status).toBe(200);
  });

  it.each([
    ['/close-before-head', '', 'fin'],
    ['/close-in-head', 'HTTP/1.1 200 OK\r\nContent-Ty', 'fin'],
    ['/reset-before-head', '', 'reset'],
  ])('%s ends the connection where its name says', async (path, text, end) => {
    expect(await exchange(server.port, getHead(path))).toEqual({ text, end });
  });

  it.each([
    ['/close-in-body?length=20&sent=10', 'fin'],
    ['/reset-in-body?length=20&sent=10', 'reset'],
  ])('%s sends a part of the body first', async (path, end) => {
    const answer = await exchange(server.port, getHead(path));
    expect(answer.text).toContain('Content-Length: 20');
    expect(answer.text.split('\r\n\r\n')[1]).toBe(seededBytes(10).toString('latin1'));
    expect(answer.end).toBe(end);
  });

  it.each(['/stall', '/stall-in-body'])('%s is silent until the client gives up', async (path) => {
    await expect(get(path, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
  });

  it.each([
    ['/garbage', /Expected HTTP|Parse Error/],
    ['/bad-chunk', /Parse Error/],
  ])('%s is no HTTP to a parser', async (path, message) => {
    await expect(get(path)).rejects.toThrow(message);
  });

  it('sends a status that has no class, and a header as long as asked', async () => {
    expect((await get('/bad-status')).status).toBe(700);
    const long = await get('/long-header/5000');
    expect(long.headers['x-long']).toHaveLength(5000);
    await expect(get('/long-header/50000')).rejects.toThrow(/overflow/i);
  });

  it('refuses a body of more than 64 KiB before its end, and takes a shorter one', async () => {
    const short = await get('/early-413', { method: 'POST', body: Buffer.alloc(65_536) });
    expect(short.json()).toEqual({ bodyBytes: 65_536 });
    const head = 'POST /early-413 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n';
    const { text, end } = await exchange(server.port, head + 'x'.repeat(70_000));
    expect(text).toMatch(/^HTTP\/1\.1 413 Content Too Large\r\n/);
    expect(end).toBe('fin');
  });
});
