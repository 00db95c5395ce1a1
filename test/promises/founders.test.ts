/** What the founding documents' clients promise and no other test shows: each a sentence of their pages in `docs/`. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HttpResponse, Pool } from '../../src/index.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';

let server: TestServer;
const clients: Client[] = [];

beforeAll(async () => {
  server = await startServer();
});
afterEach(async () => {
  server.clear();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(() => server.close());

function clientOf(given: ConstructorParameters<typeof Client>[0] = {}): Client {
  const client = new Client({ baseUri: server.origin, ...given });
  clients.push(client);
  return client;
}

/** A server that answers nobody before as many as this have asked. */
async function meetingOf(count: number): Promise<TestServer> {
  const waiting: (() => void)[] = [];
  return startServer({
    listener(_, res) {
      waiting.push(() => res.end('met'));
      if (waiting.length >= count) for (const answer of waiting.splice(0)) answer();
    },
  });
}

describe('calls of one client', () => {
  it('are under way together: none waits for another', async () => {
    await using meeting = await meetingOf(5);
    const client = clientOf({ baseUri: meeting.origin });
    const texts = await Promise.all([1, 2, 3, 4, 5].map((i) => client.get(`/${i}`).text()));
    expect(texts).toEqual(Array(5).fill('met'));
  });

  it('are sent when they are made, and awaited when somebody likes', async () => {
    await using meeting = await meetingOf(2);
    await using second = await meetingOf(1);
    const client = clientOf();
    const deferred = client.get(meeting.url('/deferred'));
    expect(await client.get(second.url('/meanwhile')).text()).toBe('met');
    await expect.poll(() => meeting.requests.length).toBe(1);
    await client.get(meeting.url('/other'));
    expect(await deferred.text()).toBe('met');
  });
});

describe('a call', () => {
  it('is sent again after 503 as often as retry says', async () => {
    for (const status of [503, 503, 200]) server.enqueue({ status });
    const response = await clientOf().get('/', { retry: { limit: 2, delay: () => 0 } });
    expect([response.status, response.attempts, server.requests.length]).toEqual([200, 3, 3]);
    for (const status of [503, 503, 503, 200]) server.enqueue({ status });
    const error = await rejection(clientOf().get('/', { retry: { limit: 2, delay: () => 0 } }));
    expect(error).toMatchObject({ code: 'ERR_SERVER_ERROR', attempts: 3 });
  });

  it.each(['GET', 'POST', 'DELETE'])('sends text with %s with its length and without a type', async (method) => {
    await clientOf().request(method, '/echo', { body: '{"username":"bob"}, in text.' });
    const { headers, body } = server.requests[0]!;
    expect([headers['content-length'], headers['content-type'], String(body).length]).toEqual(['28', undefined, 28]);
  });

  it('puts the Host that it is given into the request', async () => {
    await clientOf().get('/echo', { headers: { host: 'other.example' } });
    expect(server.requests[0]?.headers['host']).toBe('other.example');
  });

  it('can be looked at afterwards: what was asked, where, and what came', async () => {
    const client = clientOf();
    const response = await client.put('/anything?a=1', { json: { b: 2 }, headers: { 'X-C': '3' } });
    const { request } = response;
    expect([request?.method, request?.url, request?.headers.get('x-c'), await request?.body?.text()]).toEqual([
      'PUT',
      server.url('/anything?a=1'),
      '3',
      '{"b":2}',
    ]);
    expect(response.url).toBe(server.url('/anything?a=1'));
    expect(client.stack?.names).toContain('redirect');
    expect(await rejection(client.get('/status/404'))).toMatchObject({ request: { method: 'GET' } });
  });
});

describe('options of the client', () => {
  it('are defaults of every call, in the spelling of Guzzle too', async () => {
    const client = new Client({
      base_uri: server.origin,
      http_errors: false,
      allow_redirects: false,
      query: { key: 'k' },
    } as ConstructorParameters<typeof Client>[0]);
    clients.push(client);
    expect((await client.get('/status/404')).status).toBe(404);
    expect((await client.get('/redirect/1')).status).toBe(302);
    expect(server.requests.map(({ url }) => url)).toEqual(['/status/404?key=k', '/redirect/1?key=k']);
  });
});

describe('batches of one client', () => {
  it('share its jar: what one is given, the next sends', async () => {
    const client = clientOf({ cookies: true });
    server.enqueue({ headers: { 'Set-Cookie': 'session_id=12345' } });
    await Pool.batch(client, ['/set']);
    const settled = await Pool.batch(client, ['/echo?1', '/echo?2']);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(server.requests.map(({ headers }) => headers['cookie'])).toEqual([
      undefined,
      'session_id=12345',
      'session_id=12345',
    ]);
  });

  it('give an error in the place of its request, and nothing else fails', async () => {
    const [first, second, third] = await Pool.batch(clientOf(), ['/echo', 'http://127.0.0.1:1/', '/json']);
    expect([first?.status, second?.status, third?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((second as PromiseRejectedResult).reason).toMatchObject({ code: 'ERR_CONNECT_REFUSED' });
    expect((third as PromiseFulfilledResult<HttpResponse>).value).toBeInstanceOf(HttpResponse);
  });
});
