/** `client.fetch` where the platform's own would stand: the same calls are made with both, and must end alike. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Client } from '../../src/client/client.ts';
import * as faults from '../../src/testing/faults.ts';
import { startScriptedServer } from '../../src/testing/scripted-server.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';

let server: TestServer;
let other: TestServer;
const client = new Client({ cookies: true });
const fetches = [
  ['client.fetch', client.fetch],
  ["the platform's", globalThis.fetch],
] as const;

beforeAll(async () => {
  server = await startServer();
  other = await startServer();
});
afterEach(() => {
  server.clear();
  other.clear();
});
afterAll(async () => {
  await client.close();
  await Promise.all([server.close(), other.close()]);
});

interface Echo {
  method: string;
  headers: Record<string, string>;
  body: string;
}

describe.each(fetches)('%s', (_, fetch) => {
  const echo = async (input: string | URL | Request, init?: RequestInit & { duplex?: 'half' }) =>
    (await (await fetch(input, init)).json()) as Echo;

  describe('takes', () => {
    it('a string, a URL and a Request', async () => {
      const url = server.url('/anything');
      const urls = await Promise.all(
        [url, new URL(url), new Request(url)].map(async (input) => (await fetch(input)).url),
      );
      expect(urls).toEqual([url, url, url]);
    });

    it('a Request with method, headers and body', async () => {
      const request = new Request(server.url('/anything'), { method: 'PUT', headers: { 'X-A': '1' }, body: 'text' });
      const seen = await echo(request);
      expect([seen.method, seen.headers['x-a'], seen.body]).toEqual(['PUT', '1', 'text']);
      expect(seen.headers['content-type']).toBe('text/plain;charset=UTF-8');
      expect(request.bodyUsed).toBe(true);
    });

    it('an init over a Request', async () => {
      const request = new Request(server.url('/anything'), { method: 'PUT', headers: { 'X-A': '1' }, body: 'text' });
      const seen = await echo(request, { method: 'PATCH', headers: { 'X-B': '2' }, body: 'other' });
      expect([seen.method, seen.headers['x-a'], seen.headers['x-b'], seen.body]).toEqual([
        'PATCH',
        undefined,
        '2',
        'other',
      ]);
    });

    it('a clone of a Request, and the Request too', async () => {
      const request = new Request(server.url('/anything'), { method: 'POST', body: 'twice' });
      const copy = request.clone();
      expect([(await echo(request)).body, (await echo(copy)).body]).toEqual(['twice', 'twice']);
    });

    it('no Request whose body was used', async () => {
      const request = new Request(server.url('/anything'), { method: 'POST', body: 'once' });
      await request.text();
      expect(await rejection(fetch(request))).toBeInstanceOf(TypeError);
    });

    it.each<[string, () => BodyInit, string, RegExp]>([
      ['text', () => 'é', 'é', /^text\/plain;charset=utf-8$/i],
      ['bytes', () => new TextEncoder().encode('bytes'), 'bytes', /^undefined$/],
      ['an ArrayBuffer', () => new TextEncoder().encode('bytes').buffer, 'bytes', /^undefined$/],
      ['a Blob', () => new Blob(['blob'], { type: 'text/x' }), 'blob', /^text\/x$/],
      ['URLSearchParams', () => new URLSearchParams({ a: 'b c' }), 'a=b+c', /^application\/x-www-form-urlencoded/],
    ])('%s as a body', async (_name, body, text, type) => {
      const seen = await echo(server.url('/anything'), { method: 'POST', body: body() });
      expect(seen.body).toBe(text);
      expect(String(seen.headers['content-type'])).toMatch(type);
      expect(seen.headers['content-length']).toBe(String(Buffer.byteLength(text)));
    });

    it('FormData with a file', async () => {
      const form = new FormData();
      form.set('field', 'value');
      form.set('file', new File(['content'], 'a.txt', { type: 'text/plain' }));
      const seen = await echo(server.url('/anything'), { method: 'POST', body: form });
      expect(seen.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
      expect(seen.body).toContain('name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\ncontent');
    });

    it('a stream as a body, sent as it comes', async () => {
      let next: (text: string | null) => void = () => undefined;
      const pieces = new ReadableStream<Uint8Array>({
        start(controller) {
          next = (text) => (text === null ? controller.close() : controller.enqueue(new TextEncoder().encode(text)));
        },
      });
      const sending = echo(server.url('/anything'), { method: 'POST', body: pieces, duplex: 'half' });
      next('one ');
      setImmediate(() => {
        next('two');
        next(null);
      });
      const seen = await sending;
      expect([seen.body, seen.headers['content-length']]).toEqual(['one two', undefined]);
    });

    it.each(['GET', 'HEAD'])('no body for %s', async (method) => {
      expect(await rejection(fetch(server.url('/anything'), { method, body: 'x' }))).toBeInstanceOf(TypeError);
    });

    it.each([
      ['get', 'GET'],
      ['post', 'POST'],
      ['patch', 'patch'],
    ])('the method %s as %s', async (method, sent) => {
      const scripted = await startScriptedServer([{ expect: 'head' }, { send: faults.plainResponse() }]);
      await (await fetch(scripted.url(), { method })).text();
      expect(String(scripted.received[0]).split(' ', 1)).toEqual([sent]);
      await scripted.close();
    });
  });

  describe('gives', () => {
    it('a real Response', async () => {
      const response = await fetch(server.url('/response-headers?X-A=1'));
      expect(response).toBeInstanceOf(Response);
      expect([response.status, response.ok, response.redirected, response.headers.get('x-a')]).toEqual([
        200,
        true,
        false,
        '1',
      ]);
      expect(response.url).toBe(server.url('/response-headers?X-A=1'));
    });

    it.each([404, 500])('the status %d without an error', async (status) => {
      expect((await fetch(server.url(`/status/${status}`))).status).toBe(status);
    });

    it('a url without its fragment', async () => {
      expect((await fetch(server.url('/anything#part'))).url).toBe(server.url('/anything'));
    });

    it.each([204, 304])('no body with the status %d', async (status) => {
      expect((await fetch(server.url(`/status/${status}`))).body).toBeNull();
    });

    it('a decoded body', async () => {
      expect(await (await fetch(server.url('/gzip'))).json()).toMatchObject({});
    });

    it('a body as it comes, before its end', async () => {
      const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
      const scripted = await startScriptedServer([
        { expect: 'head' },
        { send: `${head}5\r\nfirst\r\n` },
        { stall: true },
      ]);
      const response = await fetch(scripted.url());
      const reader = response.body!.getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toBe('first');
      await reader.cancel();
      await scripted.allClosed();
      await scripted.close();
    });

    it('a clone that is read on its own', async () => {
      const response = await fetch(server.url('/bytes/1000?seed=1'));
      const copy = response.clone();
      const [one, two] = await Promise.all([response.arrayBuffer(), copy.arrayBuffer()]);
      expect([one.byteLength, Buffer.compare(Buffer.from(one), Buffer.from(two))]).toEqual([1000, 0]);
      expect([copy.status, copy.url, copy.redirected]).toEqual([200, response.url, false]);
    });

    it('each Set-Cookie line', async () => {
      server.enqueue({ headers: { 'Set-Cookie': ['a=1', 'b=2'] } });
      const response = await fetch(server.url('/'));
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    });
  });

  describe('follows redirects', () => {
    it('by default, and says so', async () => {
      const response = await fetch(server.url('/redirect-to?url=/anything'));
      expect([response.status, response.redirected, response.url]).toEqual([200, true, server.url('/anything')]);
    });

    it('with the body of a Request again for 307', async () => {
      const url = server.url(`/redirect-to?status=307&url=${encodeURIComponent(server.url('/anything'))}`);
      expect((await echo(new Request(url, { method: 'POST', body: 'again' }))).body).toBe('again');
    });

    it('to another origin without credentials', async () => {
      const url = server.url(`/redirect-to?url=${encodeURIComponent(other.url('/anything'))}`);
      const seen = await echo(url, { headers: { Authorization: 'Basic x' } });
      expect(seen.headers['authorization']).toBeUndefined();
    });

    it('20 times, and not 21', async () => {
      expect((await fetch(server.url('/redirect/20'))).status).toBe(200);
      expect(await rejection(fetch(server.url('/redirect/21')))).toBeInstanceOf(TypeError);
    });

    it("not with redirect: 'manual', which gives the 3xx itself", async () => {
      const response = await fetch(server.url('/redirect-to?url=/anything'), { redirect: 'manual' });
      expect([response.status, response.headers.get('location'), response.redirected]).toEqual([
        302,
        '/anything',
        false,
      ]);
    });

    it("not with redirect: 'error'", async () => {
      expect(await rejection(fetch(server.url('/redirect/1'), { redirect: 'error' }))).toBeInstanceOf(TypeError);
      expect(await rejection(fetch(new Request(server.url('/redirect/1'), { redirect: 'error' })))).toBeInstanceOf(
        TypeError,
      );
    });
  });

  describe('fails', () => {
    it('with a TypeError that has its cause', async () => {
      const error = await rejection(fetch('http://127.0.0.1:1/'));
      expect([error.name, error.message, error.cause instanceof Error]).toEqual(['TypeError', 'fetch failed', true]);
    });

    it.each([
      ['a relative URL', '/path'],
      ['another scheme', 'ftp://host/'],
      ['no host', 'http://'],
    ])('with a TypeError for %s', async (_name, url) => {
      expect(await rejection(fetch(url))).toBeInstanceOf(TypeError);
    });

    it('when the body is cut, while it is read', async () => {
      const scripted = await startScriptedServer(faults.truncatedBody());
      const response = await fetch(scripted.url());
      expect(response.status).toBe(200);
      expect(await rejection(response.text())).toBeInstanceOf(Error);
      await scripted.close();
    });

    it('never synchronously', async () => {
      let promise: Promise<Response> | undefined;
      expect(() => {
        promise = fetch(undefined as never);
      }).not.toThrow();
      expect(await rejection(promise!)).toBeInstanceOf(TypeError);
    });
  });

  describe('stops at its signal', () => {
    it('before it begins', async () => {
      const error = await rejection(fetch(server.url('/anything'), { signal: AbortSignal.abort() }));
      expect([error.name, server.requests.length]).toEqual(['AbortError', 0]);
    });

    it('while it waits, with the reason', async () => {
      const controller = new AbortController();
      const waiting = rejection(fetch(server.url('/delay/10000'), { signal: controller.signal }));
      const reason = new Error('enough');
      setImmediate(() => controller.abort(reason));
      expect(await waiting).toBe(reason);
    });

    it('of a Request', async () => {
      const controller = new AbortController();
      const waiting = rejection(fetch(new Request(server.url('/delay/10000'), { signal: controller.signal })));
      setImmediate(() => controller.abort());
      expect((await waiting).name).toBe('AbortError');
    });

    it('while the body is read', async () => {
      const controller = new AbortController();
      const response = await fetch(server.url('/stall-in-body'), { signal: controller.signal });
      const reading = rejection(response.text());
      setImmediate(() => controller.abort());
      expect((await reading).name).toBe('AbortError');
    });
  });
});

describe('client.fetch alone', () => {
  it('is bound, and passes the layers of its client', async () => {
    const own = new Client({
      headers: { 'X-Layer': '1' },
      cookies: { session: 's' },
      retry: { limit: 1, delay: () => 0 },
    });
    server.enqueue({ status: 503 });
    const { fetch } = own;
    const seen = (await (await fetch(server.url('/anything'))).json()) as Echo;
    expect([seen.headers['x-layer'], seen.headers['cookie']]).toEqual(['1', 'session=s']);
    expect(server.requests).toHaveLength(2);
    await own.close();
  });

  it('resolves against baseUri', async () => {
    const own = new Client({ baseUri: server.origin });
    expect((await own.fetch('/anything')).url).toBe(server.url('/anything'));
    await own.close();
  });

  it("sends no cookies of the jar with credentials: 'omit'", async () => {
    await client.fetch(server.url('/cookies/set?kept=1'));
    const [sent, omitted] = await Promise.all(
      (['same-origin', 'omit'] as const).map(async (credentials) => {
        const response = await client.fetch(server.url('/anything'), { credentials });
        return ((await response.json()) as Echo).headers['cookie'];
      }),
    );
    expect(sent).toContain('kept=1');
    expect(omitted).toBeUndefined();
  });

  it('makes Basic credentials of those in the URL, which the web refuses', async () => {
    const response = await client.fetch(server.url('/anything').replace('http://', 'http://user:secret@'));
    expect(((await response.json()) as Echo).headers['authorization']).toBe(`Basic ${btoa('user:secret')}`);
    expect(response.url).toBe(server.url('/anything'));
  });

  it('has the TransferError as its cause', async () => {
    const error = await rejection(client.fetch('http://127.0.0.1:1/'));
    expect(error.cause).toMatchObject({ name: 'ConnectError', code: 'ERR_CONNECT_REFUSED' });
  });

  it('asks for */* unless the client asks for something', async () => {
    const own = new Client({ headers: { Accept: 'application/json', 'Cache-Control': 'max-age=1' } });
    const response = await own.fetch(server.url('/anything'), { cache: 'reload' });
    const { headers } = (await response.json()) as Echo;
    expect([headers['accept'], headers['cache-control'], headers['pragma']]).toEqual([
      'application/json',
      'max-age=1',
      'no-cache',
    ]);
    await own.close();
  });

  it("refuses a dispatcher of Node's own fetch, in words", async () => {
    const error = await rejection(client.fetch(server.url('/anything'), { dispatcher: {} } as RequestInit));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('undiciHandler({ dispatcher })');
    expect(server.requests).toHaveLength(0);
  });

  it("keeps the bounds of the client's allowRedirects, within the standard's", async () => {
    const hops: string[] = [];
    const own = new Client({
      allowRedirects: { max: 2, strict: true, onRedirect: (_, __, url) => void hops.push(url) },
    });
    expect((await own.fetch(server.url('/redirect/2'))).status).toBe(200);
    expect(hops).toHaveLength(2);
    const error = await rejection(own.fetch(server.url('/redirect/3')));
    expect(error.cause).toMatchObject({ name: 'TooManyRedirectsError' });
    const posted = await own.fetch(server.url('/redirect-to?url=/anything'), { method: 'POST', body: 'x' });
    expect(((await posted.json()) as Echo).method).toBe('GET');
    await own.close();
  });

  it("sends neither cookies nor auth of the client with credentials: 'omit'", async () => {
    const own = new Client({ auth: ['user', 'secret'], cookies: { a: '1' } });
    const seen = async (credentials: RequestCredentials) => {
      const { headers } = (await (await own.fetch(server.url('/anything'), { credentials })).json()) as Echo;
      return [headers['authorization'] !== undefined, headers['cookie']];
    };
    expect([await seen('include'), await seen('omit')]).toEqual([
      [true, 'a=1'],
      [false, undefined],
    ]);
    await own.close();
  });

  it('takes the body of the call over bodies and sinks that are defaults of the client', async () => {
    const own = new Client({ json: { of: 'the client' }, stream: false });
    const seen = await own.fetch(server.url('/anything'), { method: 'POST', body: 'of the call' });
    expect(((await seen.json()) as Echo).body).toBe('of the call');
    await own.close();
  });

  it('has the BodyError as the cause of a body that breaks off', async () => {
    const response = await client.fetch(server.url('/close-in-body'));
    const error = await rejection(response.text());
    expect([error.name, error.message]).toEqual(['TypeError', 'terminated']);
    expect(error.cause).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TRUNCATED' });
  });

  it('gives the connection back when an answer cannot be made into a Response', async () => {
    const scripted = await startScriptedServer([{ expect: 'head' }, { send: faults.plainResponse('hello') }]);
    const own = new Client();
    const { Response: Real } = globalThis;
    globalThis.Response = class {
      constructor() {
        throw new RangeError('not made');
      }
    } as never;
    const error = await rejection(own.fetch(scripted.url())).finally(() => {
      globalThis.Response = Real;
    });
    expect(error.cause).toBeInstanceOf(RangeError);
    await own.close();
    await scripted.allClosed();
    await scripted.close();
  });

  it('checks integrity within maxResponseSize, with a BodyError as the cause', async () => {
    const own = new Client({ maxResponseSize: 10 });
    server.enqueue({ body: 'x'.repeat(11) }, { body: 'hello' });
    const [tooLarge, wrong] = [
      await rejection(own.fetch(server.url('/'), { integrity: 'sha256-AAAA' })),
      await rejection(own.fetch(server.url('/'), { integrity: 'sha256-AAAA' })),
    ];
    expect([tooLarge.cause, wrong.cause]).toMatchObject([
      { name: 'BodyError', code: 'ERR_BODY_TOO_LARGE' },
      { name: 'BodyError', code: 'ERR_BODY_DIGEST' },
    ]);
    await own.close();
  });

  it('reads data: URLs no more than others with allowAbsoluteUrls: false', async () => {
    const own = new Client({ baseUri: server.origin, allowAbsoluteUrls: false });
    expect((await rejection(own.fetch('data:,x'))).cause).toMatchObject({ code: 'ERR_URI' });
    await own.close();
  });

  it('reads no member of a polluted prototype', async () => {
    Object.assign(Object.prototype, { method: 'DELETE', integrity: 'sha256-AAAA', redirect: 'error' });
    try {
      expect(((await (await client.fetch(server.url('/anything'), {})).json()) as Echo).method).toBe('GET');
    } finally {
      for (const name of ['method', 'integrity', 'redirect']) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it.each([
    ['timeout', { timeout: 30 }],
    ['signal', {}],
  ])('is ended by its %s while the stream of a Request gives nothing', async (_, options) => {
    const own = new Client(options);
    const cancelled = vi.fn();
    const body = new ReadableStream<Uint8Array>({ cancel: cancelled });
    const request = new Request(server.url('/anything'), { method: 'POST', body, duplex: 'half' } as RequestInit);
    const abort = new AbortController();
    const ending = rejection(own.fetch(request, { signal: abort.signal }));
    if (!('timeout' in options)) setImmediate(() => setImmediate(() => abort.abort(new Error('mine'))));
    const error = await ending;
    expect('timeout' in options ? (error.cause as Error).name : error.message).toBe(
      'timeout' in options ? 'TimeoutError' : 'mine',
    );
    await own.destroy();
  });

  it.each([
    ['text', () => 'x'.repeat(200_000)],
    ['a Blob', () => new Blob(['x'.repeat(200_000)])],
    [
      'a form',
      () => {
        const form = new FormData();
        form.set('file', new File(['x'.repeat(200_000)], 'a'));
        return form;
      },
    ],
  ])('sends a Request made of %s again when it is retried', async (_, body) => {
    const own = new Client({ retry: { limit: 1, delay: () => 0, methods: ['PUT'] } });
    server.enqueue({ status: 503 });
    const response = await own.fetch(new Request(server.url('/anything'), { method: 'PUT', body: body() }));
    expect(((await response.json()) as Echo).body).toContain('x'.repeat(200_000));
    expect(server.requests.map(({ headers }) => headers['content-length'] !== undefined)).toEqual([true, true]);
    await own.close();
  });
});
