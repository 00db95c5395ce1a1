/** The rules that hold on every transport, seen at the handler: redirects, cookies, hosts, decoding, framing. */
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import { Client, type ClientOptions, CookieJar, HandlerStack, HttpResponse, type RequestOptions } from 'sluice';
import { FakeClock, faults, mockHandler, startScriptedServer } from 'sluice/testing';
import { describe, expect, it, vi } from 'vitest';
import { clientOver, makers, rejection, testSite } from './site-of-all-handlers.ts';

const site = testSite();

const over = (answers: HttpResponse[], options: ClientOptions = {}) => {
  const mock = mockHandler(answers);
  return { mock, client: new Client({ handler: HandlerStack.create(mock), ...options }) };
};
const to = (location: string, status = 302, headers: Record<string, string> = {}) =>
  new HttpResponse(status, { Location: location, ...headers });

describe('redirects', () => {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'];
  const expected = (status: number, method: string, strict: boolean) => {
    if (status === 303) return method === 'GET' || method === 'HEAD' ? method : 'GET';
    if ((status === 301 || status === 302) && method === 'POST' && !strict) return 'GET';
    return method;
  };

  it.each(
    [301, 302, 303, 307, 308].flatMap((status) =>
      methods.flatMap((method) => [false, true].map((strict) => [status, method, strict] as const)),
    ),
  )('%i of %s, strict %s: method and body by RFC 9110', async (status, method, strict) => {
    const { mock, client } = over([to('/next', status), new HttpResponse()]);
    const hasBody = method !== 'GET' && method !== 'HEAD';
    await client.request(method, 'http://a.test/', {
      allowRedirects: { strict },
      ...(hasBody
        ? {
            body: 'data',
            headers: { 'Content-Type': 'text/x', 'Content-Language': 'en', 'Transfer-Encoding': 'chunked' },
          }
        : {}),
    });
    const kept = expected(status, method, strict) === method && hasBody;
    expect(mock.lastRequest?.method).toBe(expected(status, method, strict));
    expect(await mock.lastRequest?.text()).toBe(kept ? 'data' : '');
    for (const name of ['content-type', 'content-language', 'content-length', 'transfer-encoding']) {
      if (!kept) expect([name, mock.lastRequest?.headers.has(name)]).toEqual([name, false]);
    }
  });

  it.each([300, 304, 305, 306])('%i is not followed', async (status) => {
    const { mock, client } = over([to('/next', status)]);
    expect((await client.get('http://a.test/')).status).toBe(status);
    expect(mock.requests.length).toBe(1);
  });

  it('without a Location is the answer', async () => {
    expect((await over([new HttpResponse(302)]).client.get('http://a.test/')).status).toBe(302);
  });

  it('max: 0, false and null are off; true is five', async () => {
    for (const off of [{ max: 0 }, false, null])
      expect((await over([to('/x')]).client.get('http://a.test/', { allowRedirects: off })).status).toBe(302);
    const five = () => Array.from({ length: 5 }, () => to('/x'));
    expect(
      (await over([...five(), new HttpResponse()]).client.get('http://a.test/', { allowRedirects: true })).status,
    ).toBe(200);
    expect((await rejection(over([...five(), to('/x')]).client.get('http://a.test/'))).name).toBe(
      'TooManyRedirectsError',
    );
  });

  it.each([
    ['http://a.test/', 'http://a.test:80/x', true],
    ['http://a.test/', 'http://A.TEST/x', true],
    ['https://a.test/', 'https://a.test:443/x', true],
    ['http://a.test/', 'http://a.test:8080/x', false],
    ['http://a.test/', 'https://a.test/x', false],
    ['http://a.test/', 'http://b.test/x', false],
    ['http://a.test/', '//b.test/x', false],
    ['http://a.test/', 'http://sub.a.test/x', false],
  ])('from %s to %s keeps credentials: %s', async (from, target, same) => {
    const { mock, client } = over([to(target), new HttpResponse()]);
    await client.get(from, {
      auth: ['a', 'b'],
      headers: {
        Cookie: 'c=1',
        'X-Own': '1',
        'X-Keep': '1',
        Accept: 'x/y',
        'Accept-Language': 'en',
        'If-None-Match': '"a"',
        Range: 'bytes=0-1',
        'User-Agent': 'ua',
        'Proxy-Authorization': 'p',
      },
      allowRedirects: { keepHeaders: ['x-keep'] },
    });
    const { headers } = mock.lastRequest!;
    for (const name of ['authorization', 'cookie', 'x-own']) expect([name, headers.has(name)]).toEqual([name, same]);
    for (const name of ['x-keep', 'accept', 'accept-language', 'if-none-match', 'range', 'user-agent'])
      expect([name, headers.has(name)]).toEqual([name, true]);
    if (!same) expect(headers.has('proxy-authorization')).toBe(false);
  });

  it('credentials that went never come back on a later hop', async () => {
    const { mock, client } = over([to('http://b.test/'), to('http://a.test/'), new HttpResponse()]);
    await client.get('http://a.test/', { auth: ['a', 'b'], headers: { Cookie: 'c=1', Authorization: 'x' } });
    expect([mock.lastRequest?.headers.has('authorization'), mock.lastRequest?.headers.has('cookie')]).toEqual([
      false,
      false,
    ]);
  });

  it('digest credentials go with the origin too', async () => {
    const { mock, client } = over([
      to('http://b.test/'),
      new HttpResponse(401, { 'WWW-Authenticate': 'Digest realm="x", nonce="n", qop="auth"' }),
    ]);
    await rejection(client.get('http://a.test/', { auth: ['a', 'b', 'digest'] }));
    expect(mock.requests.length).toBe(2);
  });

  it('userinfo in a target is not sent elsewhere, nor in the URL', async () => {
    const { mock, client } = over([to('http://eve:pw@b.test/x'), new HttpResponse()]);
    const outcome = await client.get('http://a.test/').catch((error: Error) => error);
    if (outcome instanceof HttpResponse) expect(mock.lastRequest?.url).toBe('http://b.test/x');
    else expect(outcome.name).toBe('RedirectError');
  });

  it('Referer has no fragment and no userinfo, and is off by default', async () => {
    const { mock, client } = over([to('/x'), new HttpResponse(), to('/x'), new HttpResponse()]);
    await client.get('http://a.test/p?q=1#f');
    expect(mock.lastRequest?.headers.has('referer')).toBe(false);
    await client.get('http://u:p@a.test/p?q=1#f', { allowRedirects: { referer: true } });
    expect(mock.lastRequest?.headers.get('referer')).toBe('http://a.test/p?q=1');
  });

  it.each(['ftp://a.test/', 'file:///etc/passwd', 'data:,x', 'javascript:1'])(
    'to %s is a RedirectError',
    async (target) => {
      expect((await rejection(over([to(target)]).client.get('http://a.test/'))).name).toBe('RedirectError');
    },
  );

  it('to a target that two parsers read in two ways goes to one of them: what the caller sees is what is dialled', async () => {
    const { mock, client } = over([to('http://a.test\\@b.test/'), new HttpResponse()]);
    const outcome = await client.get('http://a.test/', { auth: ['a', 'b'] }).catch((error: Error) => error.name);
    if (typeof outcome !== 'string') expect(new URL(mock.lastRequest!.url).host).toBe('a.test');
    else expect(outcome).toBe('RedirectError');
  });

  it('https to http needs allowDowngrade', async () => {
    expect((await rejection(over([to('http://a.test/')]).client.get('https://a.test/'))).name).toBe('RedirectError');
    expect(
      (
        await over([to('http://a.test/'), new HttpResponse()]).client.get('https://a.test/', {
          allowRedirects: { allowDowngrade: true },
        })
      ).status,
    ).toBe(200);
  });

  it('protocols narrows the schemes', async () => {
    expect(
      (
        await rejection(
          over([to('https://a.test/')]).client.get('http://a.test/', { allowRedirects: { protocols: ['http'] } }),
        )
      ).name,
    ).toBe('RedirectError');
  });

  it('onRedirect sees request, response and the next URI; a throw ends the call', async () => {
    const onRedirect = vi.fn();
    await over([to('/x'), new HttpResponse()]).client.get('http://a.test/', { allowRedirects: { onRedirect } });
    const [request, response, uri] = onRedirect.mock.calls[0] as [{ url: string }, HttpResponse, unknown];
    expect([request.url, response.status, String(uri)]).toEqual(['http://a.test/', 302, 'http://a.test/x']);
    const cause = new Error('no');
    expect(
      await rejection(
        over([to('/x')]).client.get('http://a.test/', {
          allowRedirects: {
            onRedirect: () => {
              throw cause;
            },
          },
        }),
      ),
    ).toSatisfy((e: Error) => e === cause || e.cause === cause);
  });

  it('a body that cannot be sent again is told', async () => {
    const body = (async function* () {
      yield 'x';
    })();
    const error = await rejection(over([to('/x', 307)]).client.post('http://a.test/', { body }));
    expect(error.message).toMatch(/again|replay/);
  });

  it('a fragment stays with the call', async () => {
    const { mock, client } = over([to('/x'), new HttpResponse()]);
    await client.get('http://a.test/#f');
    expect(mock.lastRequest?.url).toMatch(/^http:\/\/a\.test\/x(#f)?$/);
  });
});

describe('cookies', () => {
  const visit = async (lines: string[], then: string, from = 'https://www.example.com/dir/page') => {
    const jar = new CookieJar();
    const { mock, client } = over(
      [
        new HttpResponse(
          200,
          lines.map((line) => ['Set-Cookie', line] as [string, string]),
        ),
        new HttpResponse(),
      ],
      { cookies: jar },
    );
    await client.get(from);
    await client.get(then);
    return mock.lastRequest?.headers.get('cookie') ?? null;
  };

  it.each([
    ['host-only', ['a=1'], 'https://sub.www.example.com/', null],
    ['host-only on its host', ['a=1; Path=/'], 'https://www.example.com/', 'a=1'],
    ['a domain', ['a=1; Domain=example.com; Path=/'], 'https://other.example.com/', 'a=1'],
    ['a public suffix', ['a=1; Domain=com; Path=/'], 'https://www.example.com/', null],
    ['a foreign domain', ['a=1; Domain=evil.com; Path=/'], 'https://evil.com/', null],
    ['a path', ['a=1; Path=/dir'], 'https://www.example.com/other', null],
    ['the default path', ['a=1'], 'https://www.example.com/dir/x', 'a=1'],
    ['secure', ['a=1; Secure; Path=/'], 'http://www.example.com/', null],
    ['expired', ['a=1; Max-Age=0; Path=/'], 'https://www.example.com/', null],
    ['__Host- with a domain', ['__Host-a=1; Secure; Path=/; Domain=example.com'], 'https://www.example.com/', null],
    ['__Host- done right', ['__Host-a=1; Secure; Path=/'], 'https://www.example.com/', '__Host-a=1'],
    ['__Secure- without Secure', ['__Secure-a=1; Path=/'], 'https://www.example.com/', null],
    ['longest path first', ['a=1; Path=/', 'b=2; Path=/dir'], 'https://www.example.com/dir/x', 'b=2; a=1'],
    ['too long', [`a=${'x'.repeat(4096)}; Path=/`], 'https://www.example.com/', null],
    [
      'at the bound of 4096 bytes',
      [`a=${'x'.repeat(4094)}; Path=/`],
      'https://www.example.com/',
      `a=${'x'.repeat(4094)}`,
    ],
  ])('%s', async (_, lines, then, expected) => {
    expect(await visit(lines, then)).toBe(expected);
  });

  it('are bounded: 50 a response, 8190 bytes and 150 pairs a line', async () => {
    const many = await visit(
      Array.from({ length: 60 }, (_, i) => `c${i}=1; Path=/`),
      'https://www.example.com/',
    );
    expect(many?.split('; ').length).toBe(50);
    const big = await visit(
      Array.from({ length: 10 }, (_, i) => `c${i}=${'x'.repeat(2000)}; Path=/`),
      'https://www.example.com/',
    );
    expect(`Cookie: ${big}`.length).toBeLessThanOrEqual(8190);
  });

  it('with a CR/LF are not sent', async () => {
    const { client } = over([new HttpResponse()]);
    expect((await rejection(client.get('http://a.test/', { cookies: { a: 'b\r\nX: y' } }))).name).toBe('TypeError');
  });
});

describe('hosts', () => {
  it.each([
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['http://2130706433/', 'http://127.0.0.1/'],
    ['http://127.1/', 'http://127.0.0.1/'],
    ['http://%61.test/', 'http://a.test/'],
    ['http://A.TEST/', 'http://a.test/'],
    ['http://a.test:80/', 'http://a.test/'],
    ['http://ａ.test/', 'http://a.test/'],
    ['http://[::1]/', 'http://[::1]/'],
    ['http://a.test/../b', 'http://a.test/b'],
  ])('%s is made %s before anything sees it', async (given, canonical) => {
    const { mock, client } = over([new HttpResponse()]);
    await client.get(given);
    expect(mock.lastRequest?.url).toBe(canonical);
  });

  it.each([
    'http://a.test\\@b.test/',
    'http:\\\\a.test/',
    'http://a.test%2f@b.test/',
    'http://a test/',
    'http://a.test:99999/',
    'http://[::1/',
    'http://a..b%00/',
  ])('%s is refused or harmless', async (given) => {
    const { mock, client } = over([new HttpResponse()]);
    const outcome = await client.get(given).then(
      () => mock.lastRequest!.url,
      (error: Error) => error.name,
    );
    expect(outcome === 'RequestError' || outcome === 'TypeError' || new URL(outcome).hostname === 'b.test').toBe(true);
  });
});

describe('decoding', () => {
  const json = Buffer.from('{"a":1}');
  const coded = (encoding: string, body: Uint8Array, status = 200) =>
    new HttpResponse(
      status,
      { 'Content-Encoding': encoding, 'Content-Length': String(body.length) },
      new Uint8Array(body),
    );

  it.each([
    ['gzip', gzipSync(json)],
    ['x-gzip', gzipSync(json)],
    ['GZIP', gzipSync(json)],
    ['br', brotliCompressSync(json)],
    ['deflate', deflateRawSync(json)],
    ['gzip, br', brotliCompressSync(gzipSync(json))],
    ['identity', json],
  ])('undoes %s', async (encoding, body) => {
    expect(
      await over([coded(encoding, body)])
        .client.get('http://a.test/')
        .json(),
    ).toEqual({ a: 1 });
  });

  it('leaves an unknown coding as it is', async () => {
    const response = await over([coded('own', json)]).client.get('http://a.test/');
    expect([response.headers.get('content-encoding'), await response.text()]).toEqual(['own', '{"a":1}']);
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ] as const)('does nothing for %s with %i', async (method, status) => {
    const response = await over([coded('gzip', new Uint8Array(0), status)]).client.request(method, 'http://a.test/', {
      allowRedirects: false,
    });
    expect(response.headers.get('content-encoding')).toBe('gzip');
  });

  it('does nothing for an empty body', async () => {
    expect(
      await over([coded('gzip', new Uint8Array(0))])
        .client.get('http://a.test/')
        .text(),
    ).toBe('');
  });

  it('stops at more than five codings', async () => {
    let body: Uint8Array = json;
    for (let i = 0; i < 6; i++) body = gzipSync(body);
    const error = await rejection(over([coded('gzip,gzip,gzip,gzip,gzip,gzip', body)]).client.get('http://a.test/'));
    expect(error.name).toBe('BodyError');
  });
});

describe.each(makers.filter(([name]) => name !== 'fetch'))('framing over %s', (_, make) => {
  it.each([
    'truncatedBody',
    'conflictingContentLength',
    'badContentLength',
    'truncatedChunks',
    'badChunkSize',
  ] as const)('%s is an error', async (fault) => {
    await using server = await startScriptedServer(faults[fault]());
    expect(['BodyError', 'NetworkError']).toContain(
      (await rejection(clientOver(make, site.server).get(server.url('/')))).name,
    );
  });

  it('never reads bytes beyond a body as another answer', async () => {
    await using server = await startScriptedServer(faults.smuggledSecondResponse());
    const client = clientOver(make, site.server);
    const first = await client
      .get(server.url('/'))
      .text()
      .catch((error: Error) => error.name);
    const second = await client
      .get(server.url('/'))
      .text()
      .catch((error: Error) => error.name);
    for (const text of [first, second]) expect(text).not.toMatch(/smuggled/i);
  });

  it('a stale kept-alive socket is replaced once, for what can be replayed', async () => {
    await using server = await startScriptedServer((index: number) =>
      index === 0
        ? faults.staleKeepAlive()
        : [{ expect: 'request' }, { send: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' }],
    );
    const client = clientOver(make, site.server);
    await client.get(server.url('/')).text();
    expect(await client.get(server.url('/')).text()).toMatch(/ok|hello/);
  });
});

describe('waits', () => {
  it.each<[string, RequestOptions]>([
    ['delay', { delay: '1h' }],
    ['a retry', { retry: { limit: 1, delay: () => 3_600_000, maxDelay: '2h' } }],
  ])('an abort reaches %s at once, and leaves no timer and no listener', async (_, options) => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const added = vi.spyOn(abort.signal, 'addEventListener');
    const removed = vi.spyOn(abort.signal, 'removeEventListener');
    const { client } = over([new HttpResponse(503)], { clock });
    const pending = client.get('http://a.test/', { ...options, signal: abort.signal });
    await clock.advance(10);
    abort.abort('enough');
    expect(await rejection(pending)).toBe('enough');
    expect(clock.pending).toBe(0);
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
  });
});
