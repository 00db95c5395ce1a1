/** `idempotencyKey`, and the method QUERY, which needs none. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { query } from '../../src/client/functions.ts';
import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startServer, type TestServer } from '../../src/testing/index.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const NOW = { limit: 2, delay: () => 0 };

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** What was sent for one call, answered with these in turn. */
async function sent(method: string, options: RequestOptions, ...answers: HttpResponse[]): Promise<HttpRequest[]> {
  const asked: HttpRequest[] = [];
  const handler = HandlerStack.create(async (request) => {
    asked.push(request);
    return answers.shift() ?? new HttpResponse();
  });
  await new Client({ handler }).request(method, 'http://a.test/', options).catch((error: unknown) => {
    if (!(error instanceof Error && 'response' in error)) throw error;
  });
  return asked;
}
const keys = (asked: HttpRequest[]) => asked.map(({ headers }) => headers.get('idempotency-key'));
const busy = () => new HttpResponse(503);

describe('idempotencyKey', () => {
  it.each(['POST', 'PATCH'])(
    "gives a %s one UUID for all attempts with 'auto', and makes it retryable",
    async (method) => {
      const [first, ...others] = keys(await sent(method, { idempotencyKey: 'auto', retry: NOW }, busy(), busy()));
      expect(first).toMatch(UUID);
      expect(others).toEqual([first, first]);
      const [next] = keys(await sent(method, { idempotencyKey: 'auto' }));
      expect(next).not.toBe(first);
    },
  );

  it.each<[string, RequestOptions, string | null, number]>([
    ['POST', { idempotencyKey: 'order-7' }, 'order-7', 3],
    ['POST', { idempotencyKey: ({ method, url }) => `${method} ${url}` }, 'POST http://a.test/', 3],
    ['POST', {}, null, 1],
    ['POST', { idempotencyKey: null }, null, 1],
    ['GET', { idempotencyKey: 'auto' }, null, 3],
    ['PUT', { idempotencyKey: 'auto' }, null, 3],
    ['PUT', { idempotencyKey: 'k' }, 'k', 3],
    ['LOCK', { idempotencyKey: 'k' }, 'k', 1],
    ['POST', { idempotencyKey: 'auto', headers: { 'Idempotency-Key': 'mine' } }, 'mine', 3],
    ['POST', { headers: { 'Idempotency-Key': 'mine' } }, 'mine', 1],
    ['POST', { idempotencyKey: 'k', retry: { ...NOW, methods: ['GET'] } }, 'k', 1],
  ])('sends a %s with %o as it should', async (method, options, key, times) => {
    expect(keys(await sent(method, { retry: NOW, ...options }, busy(), busy()))).toEqual(Array(times).fill(key));
  });

  it('keeps the body rule: a stream is not sent twice', async () => {
    const body = new ReadableStream({ start: (controller) => controller.close() });
    expect(await sent('POST', { idempotencyKey: 'auto', retry: NOW, body }, busy())).toHaveLength(1);
  });

  it('stays behind at another origin, and with it the retries', async () => {
    const away = new HttpResponse(307, { Location: 'http://b.test/' });
    expect(keys(await sent('POST', { idempotencyKey: 'k', retry: NOW }, away, busy(), busy()))).toEqual(['k', null]);
  });

  it.each<[unknown, string]>([
    ['', 'option idempotencyKey must be'],
    [5, 'option idempotencyKey must be'],
    [true, 'option idempotencyKey must be'],
    [() => '', 'got empty text'],
    [() => undefined, 'got undefined'],
    [async () => 'k', 'got a promise'],
    [() => 'a\nb', 'Idempotency-Key'],
  ])('refuses %s', async (idempotencyKey, message) => {
    await expect(sent('POST', { idempotencyKey } as RequestOptions)).rejects.toThrow(message);
  });
});

describe('client.query (RFC 10008)', () => {
  it('sends a QUERY with a body, over a real server', async () => {
    await using client = new Client({ baseUri: server.origin });
    const seen = await client.query('anything', { json: { q: 1 } }).json<{ method: string; body: string }>();
    expect([seen.method, seen.body]).toEqual(['QUERY', '{"q":1}']);
    expect((await query(`${server.origin}/anything`, { body: 'q' }).json<{ method: string }>()).method).toBe('QUERY');
  });

  it('is retried as a safe method', async () => {
    expect(await sent('QUERY', { retry: NOW, body: 'q' }, busy(), busy())).toHaveLength(3);
  });

  it.each([
    [301, 'QUERY', 'q'],
    [302, 'QUERY', 'q'],
    [303, 'GET', ''],
    [307, 'QUERY', 'q'],
    [308, 'QUERY', 'q'],
  ])('after a %i goes on as %s', async (status, method, body) => {
    const [, second] = await sent('QUERY', { body: 'q' }, new HttpResponse(status, { Location: '/b' }));
    expect([second?.method, await second?.text()]).toEqual([method, body]);
  });

  it('takes a record for a mistake', async () => {
    await expect(new Client().query('http://a.test/', { name: 'Ada' } as RequestOptions)).rejects.toThrow(
      'as the body of a QUERY',
    );
  });
});
