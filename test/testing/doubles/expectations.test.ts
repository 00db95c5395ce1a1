import { describe, expect, it } from 'vitest';
import { Client, type ClientOptions, HandlerStack, HttpResponse } from '../../../src/index.ts';
import { expectations } from '../../../src/testing/doubles/expectations.ts';
import type { RequestMatch } from '../../../src/testing/doubles/request-match.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

function setUp(options: ClientOptions = {}) {
  const api = expectations();
  const client = new Client({
    handler: HandlerStack.create(api),
    baseUri: 'http://service.example/',
    httpErrors: false,
    ...options,
  });
  return { api, client };
}
const codeOf = (error: { code?: string }) => error.code;

describe('an expectation', () => {
  it('answers once, and is asked no more', async () => {
    const { api, client } = setUp();
    api.expect('GET', '/a').reply(201);
    expect(api.pending()).toEqual(['GET /a (asked 0 of 1 time)']);
    expect((await client.get('a')).status).toBe(201);
    expect(api.pending()).toEqual([]);
    const error = await client.get('a').catch((reason) => reason);
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_MOCK_UNMATCHED' });
    expect(error.message).toContain('it was expected, and no more of it: GET /a (asked 1 of 1 time)');
  });

  const ok: [string, RequestMatch, Parameters<Client['request']>][] = [
    ['a query as a set', { query: { a: 1, b: 'x y' } }, ['GET', '/?b=x+y&a=1']],
    ['a list in a query, as it is spelled', { query: { t: ['a', 'b'] } }, ['GET', '/?t=a&t=b']],
    ['a list in a query by default', { query: { t: ['a', 'b'] } }, ['GET', '/', { query: { t: ['a', 'b'] } }]],
    ['a query by an expression', { query: { a: /^\d+$/ as never } }, ['GET', '/?a=12']],
    [
      'named headers alone',
      { headers: { 'x-a': '1', 'X-B': /^b/ } },
      ['GET', '/', { headers: { 'X-A': '1', 'X-B': 'bc' } }],
    ],
    ['a header that is not there', { headers: { 'X-No': null } }, ['GET', '/']],
    ['JSON by its value', { json: { b: [1, null], a: 'x' } }, ['POST', '/', { json: { a: 'x', b: [1, null] } }]],
    ['JSON with a date', { json: { at: new Date(0), no: undefined } }, ['POST', '/', { json: { at: new Date(0) } }]],
    ['JSON by a matcher', { json: { id: expect.any(Number) } }, ['POST', '/', { json: { id: 7 } }]],
    ['text', { body: 'hello' }, ['POST', '/', { body: 'hello' }]],
    ['text by an expression', { body: /ell/ }, ['POST', '/', { body: 'hello' }]],
    ['bytes', { body: new Uint8Array([1, 2]) }, ['POST', '/', { body: new Uint8Array([1, 2]) }]],
    ['the body of a stream', { json: [1] }, ['POST', '/', { body: new Blob(['[1]']).stream() }]],
  ];
  it.each(ok)('fits by %s', async (_, match, request) => {
    const { api, client } = setUp();
    api.expect('*', '/', match).reply(204);
    expect((await client.request(...request)).status).toBe(204);
  });

  const no: [string, RequestMatch, Parameters<Client['request']>, string][] = [
    [
      'a query',
      { query: { a: 1 } },
      ['GET', '/?a=2&b=3'],
      'query.a: expected "1", got "2"\n  query.b: not expected, got "3"',
    ],
    ['a query that is missing', { query: { a: 1 } }, ['GET', '/'], 'query.a: expected "1", and it was not sent'],
    [
      'a header',
      { headers: { 'X-A': '1' } },
      ['GET', '/', { headers: { 'X-A': '2' } }],
      'header X-A: expected "1", got "2"',
    ],
    [
      'JSON, deep',
      { json: { user: { name: 'Ada', tags: ['a'] } } },
      ['POST', '/', { json: { user: { name: 'Eve', tags: ['a', 'b'] } } }],
      'json.user.name: expected "Ada", got "Eve"\n  json.user.tags[1]: not expected, got "b"',
    ],
    ['a body that is no JSON', { json: 1 }, ['POST', '/', { body: 'x' }], 'json: expected 1, and the body is no JSON'],
    ['no body', { json: { a: 1 } }, ['POST', '/'], 'json: expected {"a":1}, and it was not sent'],
    ['text', { body: 'a' }, ['POST', '/', { body: 'b' }], 'body: expected "a", got "b"'],
    ['bytes', { body: new Uint8Array(3) }, ['POST', '/', { body: 'b' }], 'body: expected 3 bytes, got 1 that differ'],
  ];
  it.each(no)('prints the difference in %s', async (_, match, request, lines) => {
    const { api, client } = setUp();
    api.expect('*', '/', match).reply(204);
    const error = await client.request(...request).catch((reason) => reason);
    expect(error.message).toContain(`no expectation fits; the nearest is * / (asked 0 of 1 time):\n  ${lines}`);
  });

  it('is shown when it is the nearest', async () => {
    const { api, client } = setUp();
    api.expect('GET', '/orders').reply(200);
    api.expect('POST', '/users/:id', { json: 1 }).reply(200);
    api.expect('POST', '/users').reply(200);
    const message = (uri: string) => client.post(uri, { json: 2 }).catch((error) => error.message);
    expect(await message('users/7')).toContain('the nearest is POST /users/:id');
    expect(await message('orders')).toContain('method: expected GET, got POST');
    expect(await message('user')).toContain('the nearest is POST /users (');
    expect(await client.request('get', 'orders').catch((error) => error.message)).toContain('case-sensitive');
  });

  it('shows no secret of a request that fits none', async () => {
    const { api, client } = setUp();
    api
      .expect('POST', '/', { headers: { authorization: 'Bearer a' }, json: { password: 'b' }, query: { token: 'c' } })
      .reply(200);
    const error = await client
      .post('/?token=tops3cretC', { json: { password: 'tops3cretB' }, auth: { bearer: 'tops3cretA' } })
      .catch((reason) => reason);
    expect(error.message).not.toMatch(/tops3cret/);
    expect(error.message).toContain('header authorization: expected another value (***)');
  });

  it.each([
    ['a status', [201], 201, ''],
    ['a response', [new HttpResponse(202, {}, 'x')], 202, 'x'],
    ['parts', [{ json: { a: 1 } }], 200, '{"a":1}'],
    ['a status with parts', [201, { json: [1] }], 201, '[1]'],
    ['a status, headers and a body', [201, { 'X-A': 'b' }, 'body'], 201, 'body'],
    ['a function', [(request: { method: string }) => ({ body: request.method })], 200, 'GET'],
    ['a promise', [Promise.resolve(204)], 204, ''],
  ])('replies with %s', async (_, reply, status, body) => {
    const { api, client } = setUp();
    api.expect('GET', '/').reply(...(reply as [number]));
    const response = await client.get('/');
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  it('replies in turn, and with the last for all that follow', async () => {
    const { api, client } = setUp();
    api.expect('GET', '/').reply(503).reply(200).times(3);
    const seen = [await client.get('/'), await client.get('/'), await client.get('/')];
    expect(seen.map(({ status }) => status)).toEqual([503, 200, 200]);
    expect(api.pending()).toEqual([]);
  });

  it('persists, and is pending until it was asked', async () => {
    const { api, client } = setUp();
    api.expect('GET', '/').reply(200).persist();
    expect(api.pending()).toEqual(['GET / (asked 0 times)']);
    for (let i = 0; i < 5; i += 1) await client.get('/');
    expect(api.pending()).toEqual([]);
  });

  it('waits by the clock, within the timeouts of the call', async () => {
    const clock = new FakeClock();
    const { api, client } = setUp({ clock });
    api.expect('GET', '/').reply(200).delay('3s').times(3);
    const answered = client.get('/').then(({ status }) => status);
    await clock.advance(3000);
    expect(await answered).toBe(200);
    const late = client.get('/', { headersTimeout: 1000 }).catch(codeOf);
    await clock.advance(1000);
    expect(await late).toBe('ERR_TIMEOUT_HEADERS');
    const stop = new AbortController();
    const stopped = client.get('/', { signal: stop.signal });
    await clock.advance(1);
    stop.abort('enough');
    await expect(stopped).rejects.toBe('enough');
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['refused', 'ConnectError', 'ERR_CONNECT_REFUSED'],
    ['reset', 'NetworkError', 'ERR_RESET'],
    ['timeout', 'TimeoutError', 'ERR_TIMEOUT_HEADERS'],
    ['truncated', 'BodyError', 'ERR_BODY_TRUNCATED'],
  ] as const)('fails as %s', async (kind, name, code) => {
    const { api, client } = setUp();
    api.expect('GET', '/').fail(kind).times(2);
    await expect(client.get('/')).rejects.toMatchObject({ name, code });
    const streamed = client.get('/', { stream: true }).then((response) => response.bytes());
    await expect(streamed).rejects.toMatchObject({ name, code });
  });

  it('is repeated by a retry as over a network', async () => {
    const { api, client } = setUp();
    api.expect('GET', '/').fail('refused').reply(200);
    expect((await client.get('/', { retry: { limit: 1, delay: () => 0 } })).attempts).toBe(2);
  });

  it('passes on to another handler', async () => {
    const { api, client } = setUp();
    let sent = '';
    api.expect('POST', '/', { json: { a: 1 } }).passThrough(async (request) => {
      sent = await request.text();
      return new HttpResponse(299);
    });
    expect((await client.post('/', { body: new Blob(['{"a":1}']).stream() })).status).toBe(299);
    expect(sent).toBe('{"a":1}');
  });

  it('tells onHeaders and progress', async () => {
    const { api, client } = setUp();
    api.expect('POST', '/').reply(200, {}, 'hello');
    const told: unknown[] = [];
    await client.post('/', {
      body: 'abc',
      onHeaders: ({ status }) => void told.push(status),
      progress: ({ direction, transferred }) => void told.push([direction, transferred]),
    });
    expect(told).toEqual([['upload', 3], 200, ['download', 5]]);
  });
});

describe('the end of a test', () => {
  it('verifies that all was asked', async () => {
    const { api, client } = setUp();
    api.expect('GET', '/a').reply(200);
    api.expect('GET', '/b').reply(200).times(2);
    await client.get('b');
    expect(() => api.verify()).toThrow(
      'not all that was expected was asked:\n  GET /a (asked 0 of 1 time)\n  GET /b (asked 1 of 2 times)',
    );
    await client.get('a');
    await client.get('b');
    expect(() => api.verify()).not.toThrow();
  });

  it('fails by await using', async () => {
    const scope = async () => {
      await using api = expectations();
      api.expect('GET', '/a').reply(200);
    };
    await expect(scope()).rejects.toThrow(/GET \/a/);
  });

  it('has the history', async () => {
    const { api, client } = setUp();
    api.expect('GET', '/a').reply(200);
    await client.get('a');
    await client.get('b').catch(() => undefined);
    expect(
      api.history.map(({ request, response, error }) => [request.method, response?.status, (error as Error)?.name]),
    ).toEqual([
      ['GET', 200, undefined],
      ['GET', undefined, 'RequestError'],
    ]);
    expect(api.requests).toHaveLength(2);
  });
});

describe('what can never match is refused', () => {
  it.each<[string, string, unknown, RegExp]>([
    ['a b', '/', undefined, /a method must be a token/],
    ['GET', 'users', undefined, /begins with "\/"/],
    ['GET', '/a#b', undefined, /fragment can never match/],
    ['GET', '/:a/:a', undefined, /is no URLPattern/],
    ['POST', '/', { json: 1, body: '1' }, /json and body/],
    ['POST', '/', { jsno: 1 }, /there is no "jsno" .* query, headers, json, body/],
    ['POST', '/', 'x', /is a record of query, headers, json, body, got string/],
    ['GET', '/?a=1', { query: { a: 1 } }, /has a query, and the option query too/],
    ['GET', '/', { headers: { 'X A': '1' } }, /GET \/ can never match: a header name must be a token/],
    ['GET', '/', { headers: { 'X-A': 'a\nb' } }, /header "X-A" cannot have that value/],
    ['GET', '/', { headers: { 'X-A': ' a' } }, /header "X-A" cannot have that value/],
  ])('%s %s %o', (method, uri, match, message) => {
    expect(() => expectations().expect(method, uri, match as RequestMatch)).toThrow(message);
  });

  it('numbers, kinds and replies that are none', () => {
    const one = expectations().expect('GET', '/');
    expect(() => one.times(0)).toThrow(/whole number of times, 1 at least, got 0/);
    expect(() => one.fail('boom' as never)).toThrow(/refused, reset, timeout, truncated, got "boom"/);
    expect(() => one.reply('text' as never)).toThrow(/the expectation GET \/ must answer with/);
    expect(() => one.passThrough(1 as never)).toThrow(/passThrough takes a handler/);
    expect(() => one.delay(-1)).toThrow(/delay must not be negative/);
  });

  it('one without a reply', async () => {
    const { api, client } = setUp();
    api.expect('GET', '/');
    await expect(client.get('/')).rejects.toThrow(/the expectation GET \/ has no reply/);
  });

  it('nothing at all', async () => {
    await expect(setUp().client.get('/')).rejects.toThrow(/nothing is expected; say it first/);
  });
});
