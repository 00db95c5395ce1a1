/** A client typed by an OpenAPI document, over `client.fetch`, to which it hands `Request` objects. */
import createClient from 'openapi-fetch';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';

interface Pet {
  id: number;
  name: string;
}

interface paths {
  '/pets/{id}': {
    get: {
      parameters: { path: { id: number }; query?: { fields?: string[] } };
      responses: {
        200: { content: { 'application/json': Pet } };
        404: { content: { 'application/json': { error: string } } };
      };
    };
  };
  '/anything': {
    post: {
      requestBody: { content: { 'application/json': { name: string } } };
      responses: { 200: { content: { 'application/json': { method: string; body: string } } } };
    };
  };
  '/bytes/1000': { get: { responses: { 200: { content: { 'application/octet-stream': string } } } } };
}

let server: TestServer;
const client = new Client({ headers: { 'X-Through': 'sluice' } });
const api = () => createClient<paths>({ baseUrl: server.origin, fetch: client.fetch });

beforeAll(async () => {
  server = await startServer();
});
afterEach(() => server.clear());
afterAll(async () => {
  await client.close();
  await server.close();
});

it('gets a typed answer', async () => {
  server.enqueue({ headers: { 'Content-Type': 'application/json' }, body: '{"id":7,"name":"Rex"}' });
  const params = { path: { id: 7 }, query: { fields: ['id', 'name'] } };
  const { data, response } = await api().GET('/pets/{id}', { params });
  expect([data?.name, response.status]).toEqual(['Rex', 200]);
  expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/pets/7?fields=id&fields=name' });
  expect(server.requests[0]?.headers['x-through']).toBe('sluice');
});

it('gives an error status as data', async () => {
  server.enqueue({ status: 404, headers: { 'Content-Type': 'application/json' }, body: '{"error":"no such pet"}' });
  const { data, error } = await api().GET('/pets/{id}', { params: { path: { id: 8 } } });
  expect([data, error]).toEqual([undefined, { error: 'no such pet' }]);
});

it('posts JSON in a Request', async () => {
  const { data } = await api().POST('/anything', { body: { name: 'Ada' } });
  expect(data).toMatchObject({ method: 'POST', body: '{"name":"Ada"}' });
});

it('passes middleware that sees Request and Response', async () => {
  const seen: string[] = [];
  const own = api();
  own.use({
    onRequest({ request }) {
      request.headers.set('X-Middleware', '1');
      return request;
    },
    async onResponse({ response }) {
      seen.push(response.url, await response.clone().text());
    },
  });
  const { data } = await own.POST('/anything', { body: { name: 'Ada' } });
  expect(seen[0]).toBe(server.url('/anything'));
  expect(JSON.parse(seen[1]!)).toEqual(data);
  expect(server.requests[0]?.headers['x-middleware']).toBe('1');
});

it('streams a body', async () => {
  const { data } = await api().GET('/bytes/1000', { parseAs: 'stream' });
  let size = 0;
  for await (const chunk of data as unknown as AsyncIterable<Uint8Array>) size += chunk.byteLength;
  expect(size).toBe(1000);
});

it('stops at an abort', async () => {
  const error = await rejection(api().GET('/bytes/1000', { signal: AbortSignal.abort() }));
  expect(error.name).toBe('AbortError');
});
