/** GitHub's own client over `client.fetch`. */

import { request as octokit } from '@octokit/request';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';

let server: TestServer;
let github: typeof octokit;
const client = new Client({ headers: { 'X-Through': 'sluice' }, retry: { limit: 2, delay: () => 0 } });
const log = { debug() {}, info() {}, warn() {}, error() {} };

beforeAll(async () => {
  server = await startServer();
  github = octokit.defaults({ baseUrl: server.origin, request: { fetch: client.fetch, log } });
});
afterEach(() => server.clear());
afterAll(async () => {
  await client.close();
  await server.close();
});

it('gets what a route with parameters names, through the layers of the client', async () => {
  const body = JSON.stringify([{ id: 1, title: 'first' }]);
  server.enqueue({ status: 503 }, { headers: { 'Content-Type': 'application/json; charset=utf-8' }, body });
  const answer = await github('GET /repos/{owner}/{repo}/issues', { owner: 'ada', repo: 'engine', per_page: 5 });
  expect(answer).toMatchObject({ status: 200, data: [{ id: 1, title: 'first' }] });
  expect(answer.url).toBe(server.url('/repos/ada/engine/issues?per_page=5'));
  expect(server.requests.map(({ url }) => url)).toEqual(Array(2).fill('/repos/ada/engine/issues?per_page=5'));
  expect(server.requests[1]?.headers['x-through']).toBe('sluice');
});

it('posts JSON', async () => {
  const { data } = await github('POST /anything', { title: 'new', headers: { authorization: 'token x' } });
  expect(data).toMatchObject({ method: 'POST', body: '{"title":"new"}' });
  expect(server.requests[0]?.headers['authorization']).toBe('token x');
});

it('uploads bytes', async () => {
  const data = new TextEncoder().encode('asset');
  const answer = await github('POST /anything', { data, headers: { 'content-type': 'application/x-asset' } });
  expect(answer.data).toMatchObject({ body: 'asset' });
});

it('fails with the status and the message of the server', async () => {
  server.enqueue({ status: 404, headers: { 'Content-Type': 'application/json' }, body: '{"message":"Not Found"}' });
  const error = await rejection(github('GET /missing'));
  expect(error.name).toBe('HttpError');
  expect(error).toMatchObject({ status: 404, message: expect.stringContaining('Not Found') });
});

it("fails with the reason of the network's failure, and stops at an abort", async () => {
  const failed = await rejection(github('GET /', { baseUrl: 'http://127.0.0.1:1' }));
  expect(failed).toMatchObject({ status: 500, message: expect.stringContaining('the connection was refused') });
  const controller = new AbortController();
  const waiting = rejection(
    github('GET /delay/10000', { request: { fetch: client.fetch, log, signal: controller.signal } }),
  );
  setImmediate(() => controller.abort());
  expect((await waiting).name).toBe('AbortError');
});
