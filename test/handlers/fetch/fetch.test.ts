import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Call, callOf } from '../../../src/call/call.ts';
import { Client } from '../../../src/client/client.ts';
import { CookieJar } from '../../../src/cookies/cookie-jar.ts';
import { fetchHandler } from '../../../src/handlers/fetch/fetch.ts';
import { RequestError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { HandlerStack } from '../../../src/stack/handler-stack.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { startServer, type TestServer } from '../../../src/testing/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const get = (path = '/echo', headers?: Record<string, string>) => new HttpRequest('GET', server.url(path), headers);
const answering = (body: BodyInit | null, init?: ResponseInit) => fetchHandler(() => new Response(body, init));

describe('what it calls', () => {
  it("calls the runtime's fetch of the moment with a URL and an init", async () => {
    const handler = fetchHandler();
    const spy = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('patched'));
    const response = await handler(get('/x?y=1'), {});
    expect(await response.text()).toBe('patched');
    expect(spy.mock.calls[0]?.[0]).toBe(server.url('/x?y=1'));
    expect(spy.mock.calls[0]?.[1]).toMatchObject({ method: 'GET', redirect: 'manual' });
  });

  it("calls an app's own fetch with a Request that carries method, headers and body", async () => {
    const app = async (request: Request) =>
      new Response(
        `${request.method} ${new URL(request.url).pathname} ${request.headers.get('x-a')} ${await request.text()}`,
      );
    const response = await fetchHandler(app)(
      new HttpRequest('PUT', 'http://app.example/p', { 'X-A': '1' }, 'body'),
      {},
    );
    expect(await response.text()).toBe('PUT /p 1 body');
    expect(response.url).toBe('http://app.example/p');
    expect(response.facts).toMatchObject({ handler: 'fetch', bytesSent: 4, bytesReceived: 13 });
  });

  it('works over a fetch that has a Request class of its own', async () => {
    const { fetch } = await import('undici');
    const handler = fetchHandler(fetch as never);
    const request = new HttpRequest('POST', server.url('/echo'), {}, () => ['a', 'b']);
    const { method, body } = await (await handler(request, {})).json<{ method: string; body: string }>();
    expect({ method, body }).toEqual({ method: 'POST', body: 'ab' });
  });

  it('makes an AbortController only when there is something to stop', async () => {
    const signals: unknown[] = [];
    const handler = fetchHandler((_, init) => {
      signals.push(init.signal);
      return new Response();
    });
    await handler(get(), { headersTimeout: 0 });
    await handler(get(), {});
    await handler(get(), { headersTimeout: 0, signal: new AbortController().signal });
    expect(signals).toEqual([null, expect.any(AbortSignal), expect.any(AbortSignal)]);
  });

  it('rejects what is no function when it is made', () => {
    expect(() => fetchHandler('fetch' as never)).toThrow(new TypeError('fetch must be a function, got string'));
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'string'],
  ])('rejects an answer of %s', async (answer, found) => {
    const reason = await fetchHandler(() => answer as never)(get(), {}).catch((error: unknown) => error);
    expect(reason).toBeInstanceOf(RequestError);
    expect(String(reason)).toContain(`fetch must answer with a Response, got ${found}`);
  });
});

describe('what it refuses', () => {
  const options: [string, RequestOptions][] = [
    ['proxy', { proxy: 'http://127.0.0.1:1' }],
    ['verify', { verify: false }],
    ['verify', { verify: '/ca.pem' }],
    ['ca', { ca: 'pem' }],
    ['cert', { cert: 'pem' }],
    ['sslKey', { sslKey: 'pem' }],
    ['tls', { tls: { servername: 'a' } }],
    ['denyPrivateNetwork', { denyPrivateNetwork: true }],
    ['maxHeaderSize', { maxHeaderSize: 1000 }],
    ['queueTimeout', { queueTimeout: 1000 }],
    ['keepAlive', { keepAlive: false }],
    ['version', { version: '2' }],
    ['forceIpResolve', { forceIpResolve: 'v4' }],
    ['lookup', { lookup: async () => '127.0.0.1' }],
    ['localAddress', { localAddress: '127.0.0.1' }],
    ['socketPath', { socketPath: '/tmp/x.sock' }],
    ['onInformation', { onInformation: () => undefined }],
    ['decodeContent: false', { decodeContent: false }],
  ];

  it.each(options)('refuses option %s by name, and sends nothing', async (name, set) => {
    const fetch = vi.fn(() => new Response());
    const handler = fetchHandler(fetch);
    const reason = await handler(get(), set).catch((error: unknown) => error);
    expect(reason).toBeInstanceOf(RequestError);
    expect(reason).toMatchObject({ code: 'ERR_UNSUPPORTED' });
    expect((reason as Error).message).toContain(`option ${name} is not supported`);
    expect(handler.supports?.(get(), set)).toContain(name);
    expect(fetch).not.toHaveBeenCalled();
  });

  it.each<[string, RequestOptions]>([
    ['proxy: false', { proxy: false }],
    ['verify: true', { verify: true }],
    ['keepAlive: true', { keepAlive: true }],
    ['denyPrivateNetwork: false', { denyPrivateNetwork: false }],
    ['maxHeaderSize: false', { maxHeaderSize: false }],
    ['version: 1.1', { version: '1.1' }],
    ['decodeContent: gzip', { decodeContent: 'gzip' }],
    ['connectTimeout', { connectTimeout: 1000 }],
  ])('takes %s, which asks nothing of it', (_, set) => {
    expect(fetchHandler().supports?.(get(), set)).toBeUndefined();
  });

  it.each([
    ['CONNECT', new HttpRequest('CONNECT', 'http://a.example/')],
    ['TRACE', new HttpRequest('TRACE', 'http://a.example/')],
    ['get', new HttpRequest('get', 'http://a.example/')],
    ['GET with a body', new HttpRequest('GET', 'http://a.example/', {}, 'x')],
    ['HEAD with a body', new HttpRequest('HEAD', 'http://a.example/', {}, () => 'x')],
    ['expect', new HttpRequest('POST', 'http://a.example/', { Expect: '100-continue' }, 'x')],
    ['upgrade', new HttpRequest('GET', 'http://a.example/', { Upgrade: 'h2c' })],
    ['connection: te', new HttpRequest('GET', 'http://a.example/', { Connection: 'te' })],
    ['OPTIONS *', new HttpRequest('OPTIONS', 'http://a.example/*')],
    ['userinfo', new HttpRequest('GET', 'http://user:hunter22@a.example/')],
  ])('refuses %s', async (what, request) => {
    const reason = await fetchHandler(() => new Response())(request, {}).catch((error: unknown) => error);
    expect(reason).toBeInstanceOf(RequestError);
    expect((reason as Error).message).toContain(what);
    expect((reason as Error).message).not.toContain('hunter22');
  });

  it("refuses a header that the runtime's fetch would leave out", () => {
    class BrowserRequest extends Request {
      constructor(input: string, init: RequestInit) {
        const lines = init.headers as [string, string][];
        super(input, { ...init, headers: lines.filter(([name]) => !/^(cookie|accept-encoding)$/i.test(name)) });
      }
    }
    vi.stubGlobal('Request', BrowserRequest);
    const handler = fetchHandler();
    expect(handler.supports?.(get('/', { Cookie: 'a=1' }), {})).toContain('the header Cookie');
    expect(handler.supports?.(get('/', { 'X-A': '1', 'Accept-Encoding': 'gzip' }), {})).toBeUndefined();
  });

  it('refuses a relative URL', async () => {
    await expect(fetchHandler()(new HttpRequest('GET', '/x'), {})).rejects.toMatchObject({ code: 'ERR_URI' });
  });
});

describe('what it makes of a response', () => {
  it.each(['gzip', 'deflate', 'br'])('takes the headers of the coding away with %s', async (coding) => {
    const response = await fetchHandler()(get(`/${coding}`), {});
    expect(response.headers.has('content-encoding')).toBe(false);
    expect(response.headers.has('content-length')).toBe(false);
    expect(await response.json()).toBeTypeOf('object');
  });

  it('leaves a coding alone that fetch does not know', async () => {
    const url = '/response-headers?Content-Encoding=x-rot13';
    const response = await fetchHandler()(get(url), {});
    expect(response.headers.get('content-encoding')).toBe('x-rot13');
    expect(response.headers.has('content-length')).toBe(true);
  });

  it("leaves an app's own response as it was written", async () => {
    const response = await answering('zipped', { headers: { 'Content-Encoding': 'gzip' } })(get(), {});
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.text()).toBe('zipped');
  });

  it('keeps Content-Encoding and Content-Length of a response to HEAD', async () => {
    const response = await fetchHandler()(new HttpRequest('HEAD', server.url('/gzip')), {});
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
  });

  it.each([
    ['/gzip-corrupt', 'ERR_BODY_ENCODING', 'the body is not of the coding that its Content-Encoding said'],
    ['/close-in-body', 'ERR_BODY_TRUNCATED', 'the body ended before it was complete: '],
  ])('tells what is not of its coding from what was cut: %s', async (path, code, words) => {
    for (const stream of [false, true]) {
      const answer = fetchHandler()(new HttpRequest('GET', server.url(path)), { stream });
      const reason = await answer.then((response) => response.bytes()).catch((error: unknown) => error);
      expect(reason).toMatchObject({ name: 'BodyError', code });
      expect((reason as Error).message).toContain(words);
    }
  });

  it.each([
    ['2', 'ERR_BODY_FRAMING'],
    ['9', 'ERR_BODY_TRUNCATED'],
  ])("holds an app's body against its Content-Length: %s", async (length, code) => {
    const handler = answering('hello', { headers: { 'Content-Length': length } });
    await expect(handler(get(), {})).rejects.toMatchObject({ name: 'BodyError', code });
  });

  it('explains a redirect that a browser hides', async () => {
    const hidden = Object.defineProperty(new Response(), 'type', { value: 'opaqueredirect' });
    const reason = await fetchHandler(() => hidden)(get(), {}).catch((error: unknown) => error);
    expect(reason).toBeInstanceOf(RequestError);
    expect(reason).toMatchObject({ code: 'ERR_OPAQUE_REDIRECT' });
    expect((reason as Error).message).toContain('is a redirect');
  });

  it('rejects a response of status 0 as a failure of the network', async () => {
    const reason = await fetchHandler(() => Response.error())(get(), {}).catch((error: unknown) => error);
    expect(reason).toMatchObject({ name: 'NetworkError' });
  });

  it("calls a browser's bare TypeError a failure of the network, not a mistake of the caller", async () => {
    const failing = fetchHandler(() => Promise.reject(new TypeError('Failed to fetch')));
    const reason = await failing(get(), {}).catch((error: unknown) => error);
    expect(reason).toMatchObject({ name: 'NetworkError', code: 'ERR_NETWORK' });
    expect((reason as Error).message).toContain('Failed to fetch');
  });

  it('turns a throw of the function into a rejection', async () => {
    const throwing = fetchHandler(() => {
      throw new Error('the app is broken');
    });
    await expect(throwing(get(), {})).rejects.toThrow('the app is broken');
  });
});

describe('waiting', () => {
  const never = () => new Promise<Response>(() => undefined);

  it('counts the connection within headersTimeout, and tells fetch to stop', async () => {
    const clock = new FakeClock();
    let signal: AbortSignal | null | undefined;
    const handler = fetchHandler((_, init) => {
      signal = init.signal;
      return never();
    });
    const waiting = handler(get(), { clock, headersTimeout: '2s', connectTimeout: '1s' });
    const outcome = expect(waiting).rejects.toMatchObject({ name: 'TimeoutError', phase: 'headers' });
    await clock.advance(1999);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    await outcome;
    expect(signal?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('times a pause of the body, buffered and streamed, but not a reader that takes its time', async () => {
    const clock = new FakeClock();
    const stalling = fetchHandler(
      () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(3)) })),
    );
    const buffered = expect(stalling(get(), { clock, readTimeout: '1s' })).rejects.toMatchObject({ phase: 'read' });
    await clock.advance(1000);
    await buffered;
    const reader = (await stalling(get(), { clock, readTimeout: '1s', stream: true })).body.getReader();
    await clock.advance(900);
    expect((await reader.read()).value).toHaveLength(3);
    await clock.advance(60_000);
    const second = expect(reader.read()).rejects.toMatchObject({ name: 'TimeoutError', phase: 'read' });
    await clock.advance(1000);
    await second;
    expect(clock.pending).toBe(0);
  });

  it('gathers a body that begins with an empty chunk', async () => {
    const chunks = [new Uint8Array(0), new TextEncoder().encode('abc')];
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (chunks.length === 0 ? controller.close() : controller.enqueue(chunks.shift()!)),
    });
    const response = await answering(body, { headers: { 'Content-Length': '3' } })(get(), {});
    expect(await response.text()).toBe('abc');
  });

  it('rejects at once when the call is aborted, though the function never looks at its signal', async () => {
    const request = get();
    request.call = new Call(0);
    const waiting = fetchHandler(never)(request, {});
    callOf(request)!.abort('stop');
    await expect(waiting).rejects.toBe('stop');
  });

  it.each(['the head', 'the body'])(
    'tells fetch to stop when the call is cancelled while %s is waited for',
    async (part) => {
      const client = new Client({ headersTimeout: 0, readTimeout: 0, handler: HandlerStack.create(fetchHandler(own)) });
      let signal: AbortSignal | null | undefined;
      const onHeaders = vi.fn();
      function own(_: unknown, init: RequestInit): Promise<Response> {
        signal = init.signal;
        return part === 'the head' ? never() : Promise.resolve(new Response(new ReadableStream()));
      }
      const call = client.get('http://a.example/', { onHeaders });
      await vi.waitFor(() => expect(signal).toBeDefined());
      if (part === 'the body') await vi.waitFor(() => expect(onHeaders).toHaveBeenCalled());
      call.cancel('enough');
      expect(signal).toMatchObject({ aborted: true, reason: 'enough' });
      await expect(call).rejects.toBe('enough');
    },
  );

  it('lets go of a response that comes after the abort', async () => {
    const cancelled = vi.fn();
    let answer: (response: Response) => void = () => undefined;
    const stop = new AbortController();
    const late = new Promise<Response>((resolve) => {
      answer = resolve;
    });
    const waiting = fetchHandler(() => late)(get(), { signal: stop.signal });
    stop.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    answer(new Response(new ReadableStream({ cancel: cancelled })));
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce());
  });

  it('cancels the body of a streamed response that is dropped', async () => {
    const cancelled = vi.fn();
    const handler = fetchHandler(() => new Response(new ReadableStream({ cancel: cancelled })));
    await (await handler(get(), { stream: true })).discard();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce());
  });
});

describe('a body that is sent', () => {
  it('names a source that fails as such', async () => {
    const source = async function* () {
      yield 'a';
      throw new Error('the disk is gone');
    };
    const reason = await fetchHandler()(new HttpRequest('POST', server.url('/echo'), {}, source), {}).catch(
      (e: unknown) => e,
    );
    expect(reason).toMatchObject({ name: 'RequestError', code: 'ERR_BODY_SOURCE' });
    expect((reason as Error).message).toContain('the disk is gone');
  });

  it('sends a stream of known length with its Content-Length', async () => {
    const body = new Blob(['12345']);
    const request = new HttpRequest('POST', server.url('/echo'), { 'Content-Length': '5' }, body);
    const { headers } = await (await fetchHandler()(request, {})).json<{ headers: Record<string, string> }>();
    expect(headers['content-length']).toBe('5');
    expect(headers['transfer-encoding']).toBeUndefined();
  });
});

describe('in a browser', () => {
  /** One that leaves forbidden names out, and answers what a page's fetch would. */
  function browser(answer: (request: Request, init: RequestInit) => Response) {
    const { Request: Platform } = globalThis;
    class PageRequest extends Platform {
      constructor(input: RequestInfo, init: RequestInit) {
        super(input, init);
        this.headers.delete('cookie');
      }
    }
    vi.stubGlobal('Request', PageRequest);
    return fetchHandler(answer);
  }
  const landed = (url: string) =>
    Object.defineProperties(new Response('there'), { url: { value: url }, redirected: { value: true } });

  it.each<[string, () => BodyInit, string]>([
    ['a Blob', () => new Blob(['of bytes']), 'of bytes'],
    ['a form with a file', () => form(), 'of a file'],
  ])('hands on %s as a Blob, which needs no HTTP/2', async (_, make, found) => {
    const seen: unknown[] = [];
    const handler = browser((_request, init) => {
      seen.push(init.body);
      return new Response('ok');
    });
    const told: number[] = [];
    const request = new HttpRequest('POST', 'http://h.test/', {}, make());
    await handler(request, {
      progress: ({ direction, transferred }) => direction === 'upload' && told.push(transferred),
    });
    expect(seen).toEqual([expect.any(Blob)]);
    expect(await (seen[0] as Blob).text()).toContain(found);
    expect(told).toEqual([request.body?.length]);
  });

  it('says where a redirect led that fetch followed by itself', async () => {
    const handler = browser(() => landed('http://h.test/there'));
    const response = await handler(new HttpRequest('GET', 'http://h.test/here'), {});
    expect([response.url, response.redirects]).toEqual([
      'http://h.test/there',
      [{ status: 0, method: 'GET', url: 'http://h.test/here' }],
    ]);
  });

  it.each<[string, HttpRequest, RequestOptions, string]>([
    ['a jar', new HttpRequest('GET', 'http://h.test/'), { cookies: new CookieJar() }, "credentials: 'include'"],
    ['a stream', new HttpRequest('POST', 'http://h.test/', {}, ['piece']), {}, 'over HTTP/2 alone'],
  ])('refuses %s, and says what to do', (_, request, options, words) => {
    expect(browser(() => new Response())?.supports?.(request, options)).toContain(words);
  });

  it.each<[string, Record<string, string>]>([
    ['a coding that is none', { 'Transfer-Encoding': 'gzip' }],
    ['a length that is no number, and a cookie', { 'Content-Length': 'many', Cookie: 'a=1' }],
  ])('tells of a wrong header of the framing before it tells what a page cannot send: %s', async (_, headers) => {
    const request = new HttpRequest('POST', 'http://h.test/', headers, ['piece']);
    const refused = browser(() => new Response())(request, {});
    await expect(refused).rejects.toMatchObject({ code: 'ERR_REQUEST', attempts: 0 });
  });

  it('refuses option trailers by name, for a text that announces them too', async () => {
    const request = new HttpRequest('POST', 'http://h.test/', { Trailer: 'X-A' }, 'text');
    const refused = browser(() => new Response())(request, { trailers: { 'X-A': '1' } });
    await expect(refused).rejects.toThrow('option trailers is not supported');
  });

  function form(): FormData {
    const data = new FormData();
    data.set('field', 'text');
    data.set('file', new Blob(['of a file']), 'f.txt');
    return data;
  }
});

describe('a fetch whose reader does not tell when its stream is closed', () => {
  it('gives its body all the same', async () => {
    const chunks = [new TextEncoder().encode('hello')];
    const read = async () => ({ done: chunks.length === 0, value: chunks.shift() });
    const body = { getReader: () => ({ read, cancel: async () => undefined }) };
    const own = async () => ({ status: 200, statusText: '', url: 'http://a.test/', headers: new Headers(), body });
    const client = new Client({ handler: HandlerStack.create(fetchHandler(own as never)) });
    const response = await client.get('http://a.test/', { stream: true });
    expect(await response.text()).toBe('hello');
  });
});
