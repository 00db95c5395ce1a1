/** The client: its methods, how options are merged, and the life of a call. */
import {
  Client,
  type ClientOptions,
  del,
  delete as deleteByName,
  get,
  HandlerStack,
  HttpHeaders,
  HttpRequest,
  HttpResponse,
  head,
  isTransferError,
  options as optionsOf,
  patch,
  post,
  put,
  type RequestOptions,
  RequestPromise,
  request,
  undiciHandler,
} from 'sluice';
import { FakeClock, mockHandler } from 'sluice/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientOver, type Echo, makers, rejection, testSite } from './site-of-all-handlers.ts';

const site = testSite();
const unhandled = vi.fn();

/** An unhandled rejection is told before the event loop has turned. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
beforeEach(() => {
  unhandled.mockClear();
  process.on('unhandledRejection', unhandled);
});
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
});

/** What reaches the handler for these options of client and call. */
async function sent(client: ClientOptions, call?: RequestOptions, uri = 'http://example.test/', method = 'GET') {
  const mock = mockHandler([new HttpResponse()]);
  await new Client({ handler: HandlerStack.create(mock), ...client }).request(method, uri, call);
  return mock.lastRequest!;
}
const urlSent = async (...args: Parameters<typeof sent>) => (await sent(...args)).url;

describe('a call', () => {
  it('gives a RequestPromise, a Promise, with the body shortcuts', async () => {
    const client = new Client({ baseUri: site.server.origin });
    const pending = client.get('/json');
    expect(pending).toBeInstanceOf(Promise);
    expect(pending).toBeInstanceOf(RequestPromise);
    expect(await pending.json()).toBeTruthy();
    expect(await pending.text()).toContain('{');
    expect((await pending.bytes()).byteLength).toBeGreaterThan(0);
    expect((await pending.arrayBuffer()).byteLength).toBeGreaterThan(0);
    expect((await pending.blob()).type).toContain('json');
    expect(await pending).toBeInstanceOf(HttpResponse);
    await client.close();
  });

  it('reads a form', async () => {
    const body = 'a=1&b=2';
    const mock = mockHandler([new HttpResponse(200, { 'Content-Type': 'application/x-www-form-urlencoded' }, body)]);
    const form = await new Client({ handler: mock }).get('http://example.test/').formData();
    expect([...form]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it.each(['json', 'text', 'bytes', 'arrayBuffer', 'blob', 'formData'] as const)(
    '%s rejects as the call does, with one error and no unhandled rejection',
    async (shortcut) => {
      const failing = new HttpResponse(404);
      const client = new Client({ handler: HandlerStack.create(mockHandler([failing])) });
      const pending = client.get('http://example.test/');
      const body = pending[shortcut]();
      const [one, two] = [await rejection(pending), await rejection(body)];
      expect(one).toBe(two);
      await turn();
      expect(unhandled).not.toHaveBeenCalled();
    },
  );

  it('awaited only through a shortcut leaves no unhandled rejection', async () => {
    const client = new Client({ handler: HandlerStack.create(mockHandler([new HttpResponse(500)])) });
    await rejection(client.get('http://example.test/').json());
    await turn();
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('has then, catch and finally that chain plain promises', async () => {
    const client = new Client({ handler: mockHandler([new HttpResponse(), new Error('x')]) });
    const done = vi.fn();
    expect(
      await client
        .get('http://example.test/')
        .then((r) => r.status)
        .finally(done),
    ).toBe(200);
    expect(await client.get('http://example.test/').catch(() => 'caught')).toBe('caught');
    expect(done).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['get', 'GET'],
    ['head', 'HEAD'],
    ['post', 'POST'],
    ['put', 'PUT'],
    ['patch', 'PATCH'],
    ['delete', 'DELETE'],
    ['options', 'OPTIONS'],
  ] as const)('by %s asks with %s', async (name, method) => {
    const mock = mockHandler([new HttpResponse()]);
    await new Client({ handler: HandlerStack.create(mock) })[name]('http://example.test/');
    expect(mock.lastRequest?.method).toBe(method);
  });

  it('exists as functions over a default client', async () => {
    const functions = { get, head, post, put, patch, del, deleteByName, optionsOf };
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'DELETE', 'OPTIONS'];
    expect(del).toBe(deleteByName);
    for (const [i, call] of Object.values(functions).entries()) {
      const response = await call(site.server.url('/anything'));
      expect(response.status).toBe(200);
      expect(site.server.requests.at(-1)?.method).toBe(methods[i]);
    }
    expect((await request('PURGE', site.server.url('/anything'))).status).toBe(200);
    expect(await get(site.server.url('/json')).json()).toBeTruthy();
  });

  it('by requestAsync is the same as by request', async () => {
    const client = new Client({ handler: HandlerStack.create(mockHandler([new HttpResponse(200, {}, 'x')])) });
    expect(await client.requestAsync('GET', 'http://example.test/').text()).toBe('x');
  });

  it('by send and sendAsync takes a request made earlier', async () => {
    const mock = mockHandler([new HttpResponse(), new HttpResponse()]);
    const client = new Client({
      handler: HandlerStack.create(mock),
      baseUri: 'http://example.test/api/',
      headers: { 'X-C': 'c' },
    });
    const made = new HttpRequest('PUT', 'things/1', { 'X-R': 'r' }, 'body');
    await client.send(made);
    expect(mock.lastRequest).toMatchObject({ method: 'PUT', url: 'http://example.test/api/things/1' });
    expect(mock.lastRequest?.headers.get('x-r')).toBe('r');
    expect(mock.lastRequest?.headers.get('x-c')).toBe('c');
    expect(await mock.lastRequest?.text()).toBe('body');
    await client.sendAsync(made, { headers: { 'X-R': 'call' } });
    expect(mock.lastRequest?.headers.getAll('x-r')).toEqual(['call']);
    expect(made.headers.get('x-c')).toBe(null);
  });

  it('never throws: a mistake in its arguments is a rejection', async () => {
    const client = new Client();
    const wrong: [string, () => PromiseLike<unknown>][] = [
      ['method', () => client.request('', 'http://example.test/')],
      ['method type', () => client.request(1 as never, 'http://example.test/')],
      ['uri type', () => client.get(undefined as never)],
      ['uri null', () => client.get(null as never)],
      ['options', () => client.get('http://example.test/', 'x' as never)],
      ['options null', () => client.get('http://example.test/', null as never)],
      ['request', () => client.send({} as never)],
      ['attempt', () => client.attempt('', 'x')],
      ['sendRequest', () => client.sendRequest(new HttpRequest('GET', 'relative'))],
      ['fetch', () => client.fetch('::')],
    ];
    for (const [, call] of wrong) expect(() => void Promise.resolve(call()).catch(() => undefined)).not.toThrow();
  });
});

describe('cancel', () => {
  it('rejects with an AbortError without a reason', async () => {
    const client = new Client({ baseUri: site.server.origin });
    const pending = client.requestAsync('GET', '/stall');
    pending.cancel();
    expect((await rejection(pending)).name).toBe('AbortError');
    await client.close();
  });

  it('rejects with the reason that was given', async () => {
    const client = new Client({ baseUri: site.server.origin });
    const pending = client.get('/stall');
    setTimeout(() => pending.cancel('why'), 20);
    expect(await rejection(pending)).toBe('why');
  });

  it('is without effect once the call has settled', async () => {
    const client = new Client({ handler: mockHandler([new HttpResponse()]) });
    const pending = client.get('http://example.test/');
    const response = await pending;
    pending.cancel();
    expect(await pending).toBe(response);
  });

  it.each(makers)('over %s reaches the wait for the head, for the body and between hops', async (_, make) => {
    const client = clientOver(make, site.server);
    for (const path of ['/stall', '/stall-in-body?length=10&sent=1', '/redirect-to?url=/stall']) {
      const pending = client.get(path);
      setTimeout(() => pending.cancel(new Error(path)), 30);
      expect((await rejection(pending)).message).toBe(path);
    }
  });

  it('reaches the delay and the wait of a retry, and leaves no timer', async () => {
    const clock = new FakeClock();
    const mock = mockHandler([new HttpResponse(503, { 'Retry-After': '5' })]);
    const client = new Client({ handler: HandlerStack.create(mock), clock });
    const delayed = client.get('http://example.test/', { delay: '1m' });
    await clock.advance(10);
    delayed.cancel('delay');
    expect(await rejection(delayed)).toBe('delay');
    const retried = client.get('http://example.test/', { retry: 1 });
    await clock.advance(10);
    retried.cancel('retry');
    expect(await rejection(retried)).toBe('retry');
    expect(clock.pending).toBe(0);
  });

  it('stops what is sent: a raw function handler sees it too', async () => {
    const client = new Client({ handler: () => new Promise<HttpResponse>(() => undefined) });
    const pending = client.get('http://example.test/');
    pending.cancel('now');
    expect(await rejection(pending)).toBe('now');
  });
});

describe('signal', () => {
  it('that is aborted already sends nothing', async () => {
    const mock = mockHandler([new HttpResponse()]);
    const client = new Client({ handler: HandlerStack.create(mock) });
    expect(await rejection(client.get('http://example.test/', { signal: AbortSignal.abort('no') }))).toBe('no');
    expect(mock.requests.length).toBe(0);
  });

  it('of the client and of the call both stop it', async () => {
    const one = new AbortController();
    const client = new Client({ baseUri: site.server.origin, signal: one.signal });
    const pending = client.get('/stall');
    setTimeout(() => one.abort('client'), 20);
    expect(await rejection(pending)).toBe('client');
  });

  it('leaves no listener behind', async () => {
    const abort = new AbortController();
    const added = vi.spyOn(abort.signal, 'addEventListener');
    const removed = vi.spyOn(abort.signal, 'removeEventListener');
    const client = new Client({ baseUri: site.server.origin });
    await client.get('/json', { signal: abort.signal });
    await client.get('/redirect/2', { signal: abort.signal });
    await rejection(client.get('/status/500', { signal: abort.signal }));
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
    await client.close();
  });
});

describe('attempt', () => {
  it('gives [response, undefined]', async () => {
    const client = new Client({ handler: mockHandler([new HttpResponse()]) });
    const [response, error] = await client.attempt('GET', 'http://example.test/');
    expect([response?.status, error]).toEqual([200, undefined]);
  });

  it.each([
    ['a status', () => new HttpResponse(500), {}],
    ['an error', () => new Error('x'), {}],
    ['a mistake in options', () => new HttpResponse(), { timeout: -1 }],
  ] as const)('gives [undefined, error] for %s', async (_, answer, options) => {
    const client = new Client({ handler: HandlerStack.create(mockHandler([answer()])) });
    const [response, error] = await client.attempt('GET', 'http://example.test/', options);
    expect(response).toBe(undefined);
    expect(error).toBeInstanceOf(Error);
  });
});

describe('sendRequest', () => {
  const throwing: ClientOptions = { httpErrors: true, allowRedirects: { max: 10 }, retry: 0, stream: true };

  it.each([200, 302, 404, 500])('returns a %i, whatever the client’s defaults', async (status) => {
    const mock = mockHandler([new HttpResponse(status, { Location: '/elsewhere' })]);
    const client = new Client({ handler: HandlerStack.create(mock), ...throwing });
    expect((await client.sendRequest(new HttpRequest('GET', 'http://example.test/'))).status).toBe(status);
    expect(mock.requests.length).toBe(1);
  });

  it.each([
    ['a relative URI', 'RequestError', new HttpRequest('GET', 'relative')],
    ['another scheme', 'RequestError', new HttpRequest('GET', 'ftp://example.test/')],
  ])('rejects with a RequestError for %s', async (_, name, asked) => {
    expect((await rejection(new Client().sendRequest(asked))).name).toBe(name);
  });

  it.each(makers)(
    'over %s rejects with a NetworkError for a body that is cut, with the BodyError as its cause',
    async (_, make) => {
      const error = await rejection(
        clientOver(make, site.server).sendRequest(new HttpRequest('GET', site.server.url('/close-in-body'))),
      );
      expect([error.name, (error.cause as Error).name]).toEqual(['NetworkError', 'BodyError']);
    },
  );

  it('rejects with a NetworkError for a body that is too large', async () => {
    const client = new Client({ maxResponseSize: 10 });
    const error = await rejection(client.sendRequest(new HttpRequest('GET', site.server.url('/bytes/1000'))));
    expect([error.name, (error.cause as Error).name]).toEqual(['NetworkError', 'BodyError']);
    await client.close();
  });

  it('never surfaces a 1xx', async () => {
    await using client = new Client();
    expect((await client.sendRequest(new HttpRequest('GET', site.server.url('/early-hints')))).status).toBe(200);
  });

  it('turns every other failure into one of the two', async () => {
    const client = new Client({
      handler: HandlerStack.create(mockHandler([new Error('odd'), new TypeError('odder')])),
    });
    for (let i = 0; i < 2; i++) {
      const error = await rejection(client.sendRequest(new HttpRequest('GET', 'http://example.test/')));
      expect(['RequestError', 'NetworkError']).toContain(error.name);
    }
  });
});

describe('extend', () => {
  it('merges options and shares the handler', async () => {
    const mock = mockHandler([new HttpResponse(), new HttpResponse()]);
    const parent = new Client({
      handler: HandlerStack.create(mock),
      baseUri: 'http://a.test/',
      headers: { A: '1', B: '1' },
      query: { p: 1 },
    });
    const child = parent.extend({ headers: { B: '2', C: '2' }, query: { q: 2 }, httpErrors: false });
    await child.get('x');
    expect(mock.lastRequest?.url).toBe('http://a.test/x?p=1&q=2');
    expect([
      mock.lastRequest?.headers.get('a'),
      mock.lastRequest?.headers.get('b'),
      mock.lastRequest?.headers.get('c'),
    ]).toEqual(['1', '2', '2']);
    await parent.get('x');
    expect(mock.lastRequest?.headers.get('c')).toBe(null);
  });

  it('removes a default header with null, and switches off with false', async () => {
    const mock = mockHandler([new HttpResponse(500)]);
    const parent = new Client({ handler: HandlerStack.create(mock), baseUri: 'http://a.test/', headers: { A: '1' } });
    const child = parent.extend({ headers: { A: null }, httpErrors: false });
    expect((await child.get('x')).status).toBe(500);
    expect(mock.lastRequest?.headers.has('a')).toBe(false);
  });

  it('sends over the same connections, and closing it leaves them to the parent', async () => {
    const parent = new Client({ handler: HandlerStack.create(undiciHandler()), baseUri: site.server.origin });
    await (await parent.get('/json')).bytes();
    const before = site.server.totalConnections;
    const child = parent.extend({ timeout: '5s' });
    await (await child.get('/json')).bytes();
    await child.close();
    await (await parent.get('/json')).bytes();
    expect(site.server.totalConnections).toBe(before);
    await parent.close();
  });

  it('keeps the jar of cookies: true', async () => {
    const mock = mockHandler([new HttpResponse(200, { 'Set-Cookie': 'a=1' }), new HttpResponse()]);
    const parent = new Client({ handler: HandlerStack.create(mock), cookies: true });
    await parent.get('http://example.test/');
    await parent.extend({ timeout: 1000 }).get('http://example.test/');
    expect(mock.lastRequest?.headers.get('cookie')).toBe('a=1');
  });

  it('takes Guzzle’s spelling in parent and child', async () => {
    const mock = mockHandler([new HttpResponse(500)]);
    const parent = new Client({
      handler: HandlerStack.create(mock),
      base_uri: 'http://a.test/',
      http_errors: true,
    } as never);
    expect((await parent.extend({ http_errors: false } as never).get('x')).status).toBe(500);
  });
});

describe('merging', () => {
  it('merges headers by name in any case, the call over the client', async () => {
    const made = await sent({ headers: { 'X-A': 'client', 'X-B': 'client' } }, { headers: { 'x-a': 'call' } });
    expect([made.headers.getAll('x-a'), made.headers.get('x-b')]).toEqual([['call'], 'client']);
  });

  it.each([
    ['Headers', new Headers({ 'X-A': 'call' })],
    ['a Map', new Map([['X-A', 'call']])],
    ['pairs', [['X-A', 'call']]],
    ['HttpHeaders', new HttpHeaders({ 'X-A': 'call' })],
    ['a record', { 'X-A': 'call' }],
    ['a record with a list', { 'X-A': ['call'] }],
    ['a record without a prototype', Object.assign(Object.create(null), { 'X-A': 'call' })],
  ])('takes headers as %s', async (_, headers) => {
    for (const at of ['client', 'call']) {
      const made = await sent(
        at === 'client' ? { headers: headers as never } : { headers: { 'X-A': 'no' } },
        at === 'client' ? {} : { headers: headers as never },
      );
      expect(made.headers.getAll('x-a')).toEqual(['call']);
      expect(made.headers.get('user-agent')).toMatch(/^sluice\/\d/);
    }
  });

  it('takes a list of values as so many lines, in order', async () => {
    expect((await sent({}, { headers: { 'X-A': ['1', '2'] } })).headers.getAll('X-A')).toEqual(['1', '2']);
  });

  it('drops one default with null and all with null for headers', async () => {
    expect((await sent({ headers: { A: '1', B: '2' } }, { headers: { a: null } })).headers.has('A')).toBe(false);
    const none = await sent({ headers: { A: '1' } }, { headers: null });
    expect([none.headers.has('a'), none.headers.has('user-agent')]).toEqual([false, false]);
  });

  it('an undefined header value inherits', async () => {
    expect((await sent({ headers: { A: '1' } }, { headers: { A: undefined } })).headers.get('a')).toBe('1');
  });

  it('lets User-Agent be replaced and removed', async () => {
    expect((await sent({ headers: { 'user-agent': 'mine' } })).headers.getAll('user-agent')).toEqual(['mine']);
    expect((await sent({ headers: { 'User-Agent': null } })).headers.has('user-agent')).toBe(false);
  });

  it.each<[string, ClientOptions, RequestOptions, string, string]>([
    ['client alone', { query: { a: 1 } }, {}, '', '?a=1'],
    ['URI over client', { query: { a: 1, b: 1 } }, {}, '?a=2', '?b=1&a=2'],
    ['call over URI', { query: { a: 1 } }, { query: { a: 3 } }, '?a=2', '?a=3'],
    ['a string replaces all', { query: { a: 1 } }, { query: 'x=9' }, '?b=2', '?x=9'],
    ['a string with a mark', {}, { query: '?x=9' }, '?b=2', '?x=9'],
    ['null switches the client’s off', { query: { a: 1 } }, { query: null }, '?b=2', '?b=2'],
    ['false switches the client’s off', { query: { a: 1 } }, { query: false }, '', ''],
    ['undefined inherits', { query: { a: 1 } }, { query: undefined }, '', '?a=1'],
    ['an undefined key counts as not given', { query: { a: 1 } }, { query: { a: undefined, b: 2 } }, '', '?a=1&b=2'],
    ['null writes it empty', {}, { query: { a: null } }, '', '?a='],
    ['booleans are words', {}, { query: { a: true, b: false } }, '', '?a=true&b=false'],
    ['lists by index', {}, { query: { a: [1, 2] } }, '', '?a%5B0%5D=1&a%5B1%5D=2'],
    ['a list replaces a list', { query: { a: [1, 2, 3] } }, { query: { a: [9] } }, '', '?a%5B0%5D=9'],
    ['a list replaces what the URI says', {}, { query: { a: [9] } }, '?a[]=1&a[]=2&c=3', '?c=3&a%5B0%5D=9'],
    ['records nest', {}, { query: { a: { b: { c: 1 } } } }, '', '?a%5Bb%5D%5Bc%5D=1'],
    ['brackets', { arrayFormat: 'brackets' }, { query: { a: [1, 2] } }, '', '?a%5B%5D=1&a%5B%5D=2'],
    ['repeat', {}, { arrayFormat: 'repeat', query: { a: [1, 2] } }, '', '?a=1&a=2'],
    ['comma', {}, { arrayFormat: 'comma', query: { a: [1, 2] } }, '', '?a=1%2C2'],
    [
      'URLSearchParams',
      {},
      {
        query: new URLSearchParams([
          ['a', '1'],
          ['a', '2'],
        ]),
      },
      '',
      '?a=1&a=2',
    ],
    ['RFC 3986 escapes', {}, { query: { 'a b': "c&d=é'()" } }, '', '?a%20b=c%26d%3D%C3%A9%27%28%29'],
    ['a fragment is no part of it', {}, { query: { a: 1 } }, '?b=2#f', '?b=2&a=1'],
  ])('of query: %s', async (_, client, call, inUri, expected) => {
    const url = await urlSent(client, call, `http://example.test/p${inUri}`);
    expect(url.replace(/#.*/, '').replace('http://example.test/p', '').replaceAll('%2C', ',')).toBe(
      expected.replaceAll('%2C', ','),
    );
  });

  it('of formParams writes PHP’s lists, null as empty, no undefined, and its type', async () => {
    const made = await sent(
      {},
      { formParams: { a: [1, 2], n: null, u: undefined, t: true, s: 'x y' } },
      undefined,
      'POST',
    );
    expect(await made.text()).toBe('a%5B0%5D=1&a%5B1%5D=2&n=&t=true&s=x+y');
    expect(made.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
  });

  it.each([null, false, 0, '', [], {}] as const)('json: %j is a JSON value', async (json) => {
    const made = await sent({}, { json }, undefined, 'POST');
    expect([await made.text(), made.headers.get('content-type')]).toEqual([JSON.stringify(json), 'application/json']);
  });

  it('json: undefined is none', async () => {
    expect((await sent({}, { json: undefined }, undefined, 'POST')).body).toBe(null);
  });

  it('keeps a Content-Type that the caller set', async () => {
    const made = await sent(
      {},
      { json: 1, headers: { 'content-type': 'application/vnd.api+json' } },
      undefined,
      'POST',
    );
    expect(made.headers.getAll('content-type')).toEqual(['application/vnd.api+json']);
  });

  it('lets a body of the call replace one of the client, of another kind', async () => {
    const made = await sent({ json: { a: 1 } }, { body: 'text' }, undefined, 'POST');
    expect(await made.text()).toBe('text');
  });

  it('is shallow: a nested record of the call replaces the client’s', async () => {
    const mock = mockHandler([new HttpResponse(302, { Location: '/' }), new HttpResponse()]);
    const client = new Client({ handler: HandlerStack.create(mock), allowRedirects: { referer: true, max: 3 } });
    await client.get('http://example.test/', { allowRedirects: { max: 3 } });
    expect(mock.lastRequest?.headers.has('referer')).toBe(false);
  });

  it.each([null, false])('%j in a call switches a client’s option off', async (off) => {
    const mock = mockHandler([new HttpResponse(302, { Location: '/' })]);
    const defaults: ClientOptions = {
      auth: ['a', 'b'],
      httpErrors: true,
      allowRedirects: true,
      decodeContent: true,
      timeout: 5,
      delay: 5,
      cookies: true,
    };
    const client = new Client({ handler: HandlerStack.create(mock), ...defaults });
    const call = Object.fromEntries(Object.keys(defaults).map((name) => [name, off]));
    expect((await client.get('http://example.test/', call)).status).toBe(302);
    expect(mock.lastRequest?.headers.has('authorization')).toBe(false);
    expect(mock.lastRequest?.headers.has('accept-encoding')).toBe(false);
  });
});

describe('the URI of a call', () => {
  it.each([
    ['http://a.test/v1/', 'users', 'http://a.test/v1/users'],
    ['http://a.test/v1', 'users', 'http://a.test/users'],
    ['http://a.test/v1/', '/users', 'http://a.test/users'],
    ['http://a.test/v1/', '../users', 'http://a.test/users'],
    ['http://a.test/v1/', '?q=1', 'http://a.test/v1/?q=1'],
    ['http://a.test/v1/x?y=1', '', 'http://a.test/v1/x?y=1'],
    ['http://a.test/v1/', 'http://b.test/', 'http://b.test/'],
    ['https://a.test/v1/', '//b.test/x', 'https://b.test/x'],
  ])('over the base %s for %s is %s', async (baseUri, uri, expected) => {
    expect(await urlSent({ baseUri }, {}, uri)).toBe(expected);
    expect(await urlSent({ baseUri: new URL(baseUri) }, {}, uri)).toBe(expected);
    expect(await urlSent({}, { baseUri }, uri)).toBe(expected);
  });

  it('as //host/x without a base gets http', async () => {
    expect(await urlSent({}, {}, '//example.test/x')).toBe('http://example.test/x');
  });

  it('may be a URL', async () => {
    expect(await urlSent({}, {}, new URL('http://example.test/u') as never)).toBe('http://example.test/u');
  });

  it('that is relative when it is sent is a RequestError that says to set baseUri', async () => {
    const error = await rejection(new Client().get('relative'));
    expect([error.name, /baseUri/.test(error.message)]).toEqual(['RequestError', true]);
  });

  it('may be a template with uriVars', async () => {
    expect(
      await urlSent({ baseUri: 'http://a.test/' }, { uriVars: { id: 'a/b', page: 2 } }, '/users/{id}{?page}'),
    ).toBe('http://a.test/users/a%2Fb?page=2');
    expect(
      await urlSent({ baseUri: 'http://a.test/{v}/', uriVars: { v: 'x' } } as never, {}, 'y').catch(
        (e: Error) => e.name,
      ),
    ).toBeTruthy();
  });

  it('has its userinfo turned into Basic auth for that origin alone', async () => {
    const mock = mockHandler([new HttpResponse(302, { Location: 'http://other.test/' }), new HttpResponse()]);
    await new Client({ handler: HandlerStack.create(mock) }).get('http://ada:p%40ss@example.test/');
    expect(mock.requests[0]?.url).toBe('http://example.test/');
    expect(mock.requests[0]?.headers.get('authorization')).toBe(`Basic ${btoa('ada:p@ss')}`);
    expect(mock.requests[1]?.headers.has('authorization')).toBe(false);
  });

  it('has userinfo of the base too', async () => {
    const made = await sent({ baseUri: 'http://ada:pw@example.test/' }, {}, 'x');
    expect([made.url, made.headers.get('authorization')]).toEqual(['http://example.test/x', `Basic ${btoa('ada:pw')}`]);
  });

  it.each([
    ['http://a.test/v1/', '/other', false],
    ['http://a.test/v1/', '../other', false],
    ['http://a.test/v1/', 'http://b.test/v1/', false],
    ['http://a.test/v1/', '%2e%2e/other', false],
    ['http://a.test/v1/', '//b.test/v1/', false],
    ['http://a.test/v1/', 'inside', true],
    ['http://a.test/v1/', 'http://a.test/v1/inside', true],
  ])('with allowAbsoluteUrls: false over %s for %s is allowed: %s', async (baseUri, uri, allowed) => {
    const outcome = sent({ baseUri, allowAbsoluteUrls: false }, {}, uri).then(
      () => true,
      (error: Error) => error.name,
    );
    expect(await outcome).toBe(allowed ? true : 'RequestError');
  });

  it('with allowAbsoluteUrls: false keeps redirects inside too', async () => {
    const mock = mockHandler([new HttpResponse(302, { Location: '/out' })]);
    const client = new Client({
      handler: HandlerStack.create(mock),
      baseUri: 'http://a.test/v1/',
      allowAbsoluteUrls: false,
    });
    expect((await rejection(client.get('in'))).name).toBe('RedirectError');
  });
});

describe('Guzzle’s spelling', () => {
  it('is accepted for options and in nested records', async () => {
    const mock = mockHandler([new HttpResponse(302, { Location: 'http://b.test/' }), new HttpResponse(500)]);
    const client = new Client({
      handler: HandlerStack.create(mock),
      base_uri: 'http://a.test/',
      http_errors: false,
      allow_absolute_urls: true,
    } as never);
    const response = await client.post('x', {
      form_params: { a: 1 },
      allow_redirects: { max: 1, keep_headers: ['X-Keep'], allow_downgrade: false },
      headers: { 'X-Keep': '1' },
      connect_timeout: '1s',
      decode_content: false,
    } as never);
    expect(response.status).toBe(500);
    expect(mock.requests[0]?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(mock.lastRequest?.headers.get('x-keep')).toBe('1');
    expect(mock.lastRequest?.headers.has('accept-encoding')).toBe(false);
  });
});

describe('a polluted prototype', () => {
  it('changes no byte on the wire', async () => {
    const plain = await sent({}, { json: { a: 1 }, query: { q: 1 } }, undefined, 'POST');
    const planted = {
      auth: ['x', 'y'],
      headers: { Evil: '1' },
      proxy: 'http://evil.test',
      body: 'evil',
      query: 'evil=1',
      baseUri: 'http://evil.test',
      cookies: { evil: '1' },
      socketPath: '/evil',
      bearer: 'evil',
      strict: true,
    };
    try {
      for (const [key, value] of Object.entries(planted))
        Object.defineProperty(Object.prototype, key, { value, configurable: true, writable: true, enumerable: true });
      const polluted = await sent({}, { json: { a: 1 }, query: { q: 1 } }, undefined, 'POST');
      expect(polluted.url).toBe(plain.url);
      expect([...polluted.headers]).toEqual([...plain.headers]);
      expect(await polluted.text()).toBe(await plain.text());
    } finally {
      for (const key of Object.keys(planted)) delete (Object.prototype as Record<string, unknown>)[key];
    }
  });
});

describe('errors of a client', () => {
  it('say attempts and elapsed, and are of the tree', async () => {
    const clock = new FakeClock();
    const mock = mockHandler([new HttpResponse(503), new HttpResponse(503), new HttpResponse(503)]);
    const client = new Client({ handler: HandlerStack.create(mock), clock });
    const pending = rejection(client.get('http://example.test/', { retry: { limit: 2, delay: () => 100 } }));
    await clock.advance(1000);
    const error = await pending;
    expect(isTransferError(error)).toBe(true);
    expect([error['attempts'], error['elapsed']]).toEqual([3, 200]);
  });

  it('have the caller’s frame in the stack', async () => {
    async function callerOfTheClient() {
      await new Client({ baseUri: site.server.origin }).get('/status/500');
    }
    expect((await rejection(callerOfTheClient())).stack).toContain('callerOfTheClient');
  });
});

describe('the request on the wire', () => {
  it.each(makers)('over %s keeps the order and the case of headers', async (name, make) => {
    const client = clientOver(make, site.server);
    await client.get('echo', {
      headers: [
        ['X-One', '1'],
        ['x-two', '2'],
        ['X-THREE', '3'],
      ],
    });
    const raw = site.server.requests
      .at(-1)!
      .rawHeaders.filter((_, i) => i % 2 === 0)
      .filter((h) => /^x-/i.test(h));
    expect(raw.map((h) => (name === 'fetch' ? h.toLowerCase() : h))).toEqual(
      name === 'fetch'
        ? ['x-one', 'x-three', 'x-two'].sort(
            (a, b) => raw.map((r) => r.toLowerCase()).indexOf(a) - raw.map((r) => r.toLowerCase()).indexOf(b),
          )
        : ['X-One', 'x-two', 'X-THREE'],
    );
  });

  it.each(makers)('over %s carries a body of every kind', async (_, make) => {
    const client = clientOver(make, site.server);
    const bytes = new TextEncoder().encode('héllo');
    const bodies: [string, () => unknown][] = [
      ['string', () => 'héllo'],
      ['bytes', () => bytes],
      ['ArrayBuffer', () => bytes.buffer.slice(0)],
      ['Blob', () => new Blob([bytes])],
      ['web stream', () => new Blob([bytes]).stream()],
      [
        'async iterable',
        async function* () {
          yield bytes;
        },
      ],
      ['function', () => () => 'héllo'],
      ['iterable', () => [bytes.slice(0, 2), bytes.slice(2)]],
    ];
    for (const [kind, make] of bodies) {
      const echo = await client.post('echo', { body: make() as never }).json<Echo>();
      expect([kind, echo.body]).toEqual([kind, 'héllo']);
    }
  });
});
