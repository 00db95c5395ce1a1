/** Clients that others wrote around fetch, over `client.fetch`. */
import { createTRPCClient, httpBatchStreamLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { GraphQLClient } from 'graphql-request';
import ky from 'ky';
import { createFetch } from 'ofetch';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';

let server: TestServer;
const client = new Client({ headers: { 'X-Through': 'sluice' } });
const JSON_TYPE = { 'Content-Type': 'application/json' };

beforeAll(async () => {
  server = await startServer();
});
afterEach(() => server.clear());
afterAll(async () => {
  await client.destroy();
  await server.close();
});

describe('ky', () => {
  const api = ky.create({ fetch: client.fetch, retry: { limit: 1, delay: () => 1 } });

  it('posts JSON, asking again after a 503', async () => {
    server.enqueue({ status: 503 });
    const seen = await api.put(server.url('/anything'), { json: { a: 1 } }).json<{ body: string }>();
    expect(seen.body).toBe('{"a":1}');
    expect(server.requests.map(({ headers }) => [headers['x-through'], headers['content-length']])).toEqual(
      Array(2).fill(['sluice', '7']),
    );
  });

  it('sends a form, reports progress and fails for a status', async () => {
    const body = new FormData();
    body.set('file', new File(['content'], 'a.txt'));
    const seen = await api.post(server.url('/anything'), { body }).json<{ body: string }>();
    expect(seen.body).toContain('filename="a.txt"');
    const loaded: number[] = [];
    await api
      .get(server.url('/bytes/1000'), { onDownloadProgress: (p) => void loaded.push(p.transferredBytes) })
      .text();
    expect(loaded.at(-1)).toBe(1000);
    expect((await rejection(api.get(server.url('/status/404')))).name).toBe('HTTPError');
  });

  it('ends by its own timeout', async () => {
    expect((await rejection(api.get(server.url('/stall'), { timeout: 20, retry: 0 }))).name).toBe('TimeoutError');
  });
});

describe('ofetch', () => {
  const $fetch = createFetch({ fetch: client.fetch, Headers, AbortController });

  it('gets, posts and streams', async () => {
    expect(await $fetch(server.url('/anything'), { query: { a: 1 } })).toMatchObject({ method: 'GET' });
    const seen = await $fetch(server.url('/anything'), { method: 'POST', body: { a: 1 } });
    expect(seen).toMatchObject({ body: '{"a":1}' });
    const stream = await $fetch<ReadableStream<Uint8Array>, 'stream'>(server.url('/bytes/1000'), {
      responseType: 'stream',
    });
    expect((await new Response(stream).arrayBuffer()).byteLength).toBe(1000);
  });

  it('fails for a status, and for the network', async () => {
    expect(await rejection($fetch(server.url('/status/404')))).toMatchObject({ name: 'FetchError', statusCode: 404 });
    const failed = await rejection($fetch('http://127.0.0.1:1/', { retry: 0 }));
    expect([failed.name, (failed.cause as Error).message]).toEqual(['FetchError', 'fetch failed']);
  });
});

describe('graphql-request', () => {
  it('asks with variables, and fails with the errors of the answer', async () => {
    const api = new GraphQLClient(server.url('/graphql'), { fetch: client.fetch });
    server.enqueue({ headers: JSON_TYPE, body: '{"data":{"user":{"name":"Ada"}}}' });
    const query = 'query User($id: ID!) { user(id: $id) { name } }';
    expect(await api.request(query, { id: '1' })).toEqual({ user: { name: 'Ada' } });
    expect(JSON.parse(String(server.requests[0]?.body))).toMatchObject({ query, variables: { id: '1' } });
    server.enqueue({ headers: JSON_TYPE, body: '{"errors":[{"message":"no such user"}]}' });
    expect((await rejection(api.request(query, { id: '2' }))).message).toContain('no such user');
  });
});

describe('@trpc/client', () => {
  const t = initTRPC.create();
  const router = t.router({
    hello: t.procedure.query(() => 'hello'),
    count: t.procedure.query(async function* () {
      yield 1;
      yield 2;
    }),
    save: t.procedure.mutation(() => ({ saved: true })),
  });

  it('queries in a batch, streams and mutates', async () => {
    const serving = await startServer({ listener: createHTTPHandler({ router }) });
    const api = createTRPCClient<typeof router>({
      links: [httpBatchStreamLink({ url: serving.origin, fetch: client.fetch as never })],
    });
    const [hello, count] = await Promise.all([api.hello.query(), api.count.query()]);
    const counted: number[] = [];
    for await (const one of count) counted.push(one);
    expect([hello, counted, await api.save.mutate()]).toEqual(['hello', [1, 2], { saved: true }]);
    expect(serving.requests[0]?.headers['x-through']).toBe('sluice');
    await serving.close();
  });
});
