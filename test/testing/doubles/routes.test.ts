import { describe, expect, it } from 'vitest';
import { Client, HandlerStack, HttpResponse, NetworkError } from '../../../src/index.ts';
import { type Routes, type RoutesOptions, routes } from '../../../src/testing/doubles/routes.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

const clientOf = (table: Routes, options?: RoutesOptions) =>
  new Client({
    handler: HandlerStack.create(routes(table, options)),
    baseUri: 'http://service.example/',
    httpErrors: false,
  });

describe('a route', () => {
  const table: Routes = {
    'GET /users/:id': (_, { id }) => ({ json: { id } }),
    'GET /files/*': (_, params) => ({ body: params['0'] ?? '' }),
    'POST /users': { status: 201, headers: { 'X-A': 'b' }, json: { made: true } },
    '* /health': 204,
    'GET https://other.example/x': new HttpResponse(200, {}, 'other'),
    'GET /old/:id(\\d+)': (_, { id }) => new HttpResponse(200, {}, `number ${id}`),
    'GET /search?q=a b': { body: 'found' },
    'GET /later': Promise.resolve(202),
    'GET /web': () => new Response('web', { status: 203 }),
  };

  it.each([
    ['GET', 'users/a%20b', 200, '{"id":"a b"}'],
    ['GET', 'users/7?page=2', 200, '{"id":"7"}'],
    ['GET', 'files/a/b', 200, 'a/b'],
    ['POST', 'users', 201, '{"made":true}'],
    ['DELETE', 'health', 204, ''],
    ['GET', 'https://other.example/x?y=1', 200, 'other'],
    ['GET', 'old/12', 200, 'number 12'],
    ['GET', 'search?z=1&q=a+b', 200, 'found'],
    ['GET', 'later', 202, ''],
    ['GET', 'web', 203, 'web'],
  ])('answers %s %s', async (method, uri, status, body) => {
    const response = await clientOf(table).request(method, uri);
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  it('is the first that fits', async () => {
    const client = clientOf({ 'GET /a/me': 201, 'GET /a/:id': 202 });
    expect([(await client.get('a/me')).status, (await client.get('a/you')).status]).toEqual([201, 202]);
  });

  it.each([
    ['PUT', 'users/7'],
    ['GET', 'old/x'],
    ['get', 'users/7'],
    ['GET', 'search?q=b'],
  ])('leaves %s %s alone, and lists the routes', async (method, uri) => {
    const error = await clientOf(table)
      .request(method, uri)
      .catch((reason) => reason);
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_MOCK_UNMATCHED' });
    expect(error.message).toContain(
      `${method} http://service.example/${uri}: no route fits; the routes are: GET /users/:id`,
    );
  });

  it('answers the same as often as it is asked', async () => {
    const client = clientOf({ 'GET /': { body: 'again' } });
    for (let i = 0; i < 3; i += 1) expect(await client.get('/').text()).toBe('again');
  });

  it('rejects with an error that it answers, and with what it throws', async () => {
    const dead = new NetworkError('dead');
    const client = clientOf({
      'GET /a': dead,
      'GET /b': () => {
        throw dead;
      },
      'GET /c': Promise.reject(dead),
    });
    for (const path of ['a', 'b', 'c']) await expect(client.get(path)).rejects.toBe(dead);
  });

  it('is followed by redirects and cookies as a server is', async () => {
    const site = routes({
      'GET /': new HttpResponse(302, { Location: '/in', 'Set-Cookie': 'a=1' }),
      'GET /in': (request) => ({ body: request.headers.get('cookie') ?? 'none' }),
    });
    const client = new Client({ handler: HandlerStack.create(site), baseUri: 'http://s.example/', cookies: true });
    expect(await client.get('/').text()).toBe('a=1');
    expect(site.requests.map(({ url }) => url)).toEqual(['http://s.example/', 'http://s.example/in']);
  });

  it('has its phases timed by the clock', async () => {
    const clock = new FakeClock();
    const client = clientOf({ 'GET /': () => new Promise(() => undefined) });
    const failed = client.get('/', { clock, headersTimeout: '5s' }).catch((error) => error.code);
    await clock.advance(5000);
    expect(await failed).toBe('ERR_TIMEOUT_HEADERS');
    expect(clock.pending).toBe(0);
  });
});

describe('the fallback', () => {
  it('answers what no route fits', async () => {
    const client = clientOf({ 'GET /a': 201 }, { fallback: async () => new HttpResponse(299) });
    expect([(await client.get('a')).status, (await client.get('b')).status]).toEqual([201, 299]);
  });

  it('is closed with the routes', async () => {
    let closed = 0;
    const fallback = Object.assign(async () => new HttpResponse(), { close: async () => void (closed += 1) });
    await clientOf({}, { fallback }).close();
    expect(closed).toBe(1);
  });
});

describe('a mistake is told where it is written', () => {
  it.each([
    [{ '/users': 200 }, /a route must be a method and a pattern, as in 'GET \/users\/:id', got "\/users"/],
    [{ 'GET users': 200 }, /must be a path that begins with "\/"/],
    [{ 'GET /u/:id(': 200 }, /is no URLPattern/],
    [{ 'GET /a#b': 200 }, /a fragment can never match/],
    [{ 'GET /a/../b': 200 }, /can never match/],
    [{ 'GET https://u:p@h.test/': 200 }, /userinfo can never match/],
    [{ 'GET /': 99 }, /status must be/],
    [{ 'GET /': 'text' }, /the route 'GET \/' must answer with .* got string/],
    [{ 'GET /': { data: 1 } }, /got \{ data \}/],
    [{ 'GET /': { json: 1, body: 'x' } }, /json and with body/],
  ])('%o', (table, message) => {
    expect(() => routes(table as unknown as Routes)).toThrow(message);
  });

  it('a fallback that is no handler', () => {
    expect(() => routes({}, { fallback: 200 as never })).toThrow(/option fallback of routes must be a handler/);
  });

  it('an answer that is made wrong', async () => {
    const client = clientOf({ 'GET /': () => undefined as never });
    await expect(client.get('/')).rejects.toThrow(/the route 'GET \/' must answer with .* got undefined/);
  });
});
